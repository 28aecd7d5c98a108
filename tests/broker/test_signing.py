"""The signing profile: published vectors, RFC 9421, RFC 4231 and foreign vectors through the broker's own verifier."""

import base64
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from broker.authenticating import SignedRequest
from broker.incoming import Incoming
from broker.problems import Refusal
from broker.snapshot import Rows, Snapshot
from broker.verifying import VERIFIERS, Signed, fits
from broker.view import BrokerRequest
from broker.wire import check_host, check_target, read_headers
from core.ids import uuid7
from core.keys import well_formed
from tests.broker import vectors
from tests.broker.world import new_key

SHARED = Path(__file__).resolve().parents[3] / "shared" / "vectors"
PUBLISHED = json.loads(vectors.FILE.read_text(encoding="utf-8"))
HMAC, ED25519 = VERIFIERS["hmac-sha256"], VERIFIERS["ed25519"]


def verdict(vector: dict[str, Any], document: dict[str, Any]) -> str:
    """Say what the broker's own steps, wire form to time, make of a vector."""
    request = vector["request"]
    path, _, query = request["target"].encode().partition(b"?")
    scope = {"method": request["method"], "raw_path": path, "query_string": query, "client": ("10.0.0.1", 1)}
    incoming = Incoming(scope, None, uuid7(), datetime.fromtimestamp(document["now"], tz=UTC))
    key = new_key(1, access_key=document["access_key"], secret=document["secret"].encode())
    incoming.snapshot = Snapshot.of(Rows([], [key], []))
    incoming.content = base64.b64decode(request["body_base64"])
    try:
        incoming.sent = read_headers((k.lower().encode(), v.encode()) for k, v in request["headers"])
        check_target(path, query, b"/api/data/")
        incoming.authority = check_host(incoming.sent[b"host"], document["hosts"])
        SignedRequest().authenticate(BrokerRequest(incoming, []))
    except Refusal as refusal:
        return refusal.kind.code
    return "accepted"


@pytest.mark.clause("Q50-6.4")
@pytest.mark.parametrize("vector", PUBLISHED["vectors"], ids=lambda vector: vector["name"])
def test_published_vector(vector: dict[str, Any]) -> None:
    assert verdict(vector, PUBLISHED) == vector["expected"]


def test_the_published_file_is_what_the_generator_writes() -> None:
    assert vectors.document() == vectors.FILE.read_text(encoding="utf-8")
    expected = [vector["expected"] for vector in PUBLISHED["vectors"]]
    assert expected.count("accepted") >= 10
    assert len(expected) - expected.count("accepted") >= 50
    assert well_formed(PUBLISHED["access_key"], "ak")


# RFC 4231 §4: (key, data, HMAC-SHA-256).
RFC4231 = [
    ("0b" * 20, b"Hi There".hex(), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (
        b"Jefe".hex(),
        b"what do ya want for nothing?".hex(),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    ("aa" * 20, "dd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (
        "0102030405060708090a0b0c0d0e0f10111213141516171819",
        "cd" * 50,
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    ),
    (
        "aa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First".hex(),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
]


@pytest.mark.parametrize(("key", "data", "mac"), RFC4231)
def test_rfc_4231(key: str, data: str, mac: str) -> None:
    raw = bytes.fromhex(mac)
    assert HMAC(bytes.fromhex(key), bytes.fromhex(data), raw)
    assert not HMAC(bytes.fromhex(key), bytes.fromhex(data), raw[:-1])
    assert not HMAC(bytes.fromhex(key), bytes.fromhex(data), raw[:-1] + bytes([raw[-1] ^ 1]))


def test_rfc_9421_b_2_5_hmac() -> None:
    secret = base64.b64decode(
        "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
    )
    text = (
        b'"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@authority": example.com\n"content-type": application/json\n'
        b'"@signature-params": ("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"'
    )
    assert HMAC(secret, text, base64.b64decode("pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8="))
    assert not HMAC(secret, text + b"\n", base64.b64decode("pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8="))


def test_rfc_9421_b_2_6_ed25519() -> None:
    public = base64.b64decode("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")[-32:]
    text = (
        b'"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@method": POST\n"@path": /foo\n"@authority": example.com\n'
        b'"content-type": application/json\n"content-length": 18\n'
        b'"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length")'
        b';created=1618884473;keyid="test-key-ed25519"'
    )
    raw = base64.b64decode("wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==")
    assert ED25519(public, text, raw)
    assert not ED25519(public, text + b" ", raw)


def wycheproof(name: str) -> list[dict[str, Any]]:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} does not lie beside the project; the vectors above were checked")
    return json.loads(path.read_text())["testGroups"]


def test_wycheproof_hmac() -> None:
    """Whole tags are judged as the vectors say; a tag cut short is never taken, whatever they say."""
    seen = 0
    for group in wycheproof("wycheproof_hmac_sha256.json"):
        for case in group["tests"]:
            valid = case["result"] == "valid" and group["tagSize"] == 256
            key, message, tag = (bytes.fromhex(case[name]) for name in ("key", "msg", "tag"))
            assert HMAC(key, message, tag) is valid, case["tcId"]
            seen += 1
    assert seen > 100


def test_wycheproof_ed25519() -> None:
    seen = 0
    for group in wycheproof("wycheproof_ed25519.json"):
        public = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            valid = case["result"] == "valid"
            assert ED25519(public, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])) is valid, case["tcId"]
            seen += 1
    assert seen > 100


def test_the_record_of_the_key_names_the_algorithm_not_the_header() -> None:
    secret, text = b"k" * 49, b"text"
    mac = hmac.digest(secret, text, "sha256")
    assert fits("hmac-sha256", secret, text, Signed("", 0, "", "", "hmac-sha256", mac))
    assert not fits("ed25519", secret, text, Signed("", 0, "", "", "hmac-sha256", mac))
    assert not fits("hmac-sha256", secret, text, Signed("", 0, "", "", "none", mac))
    assert not fits("hmac-sha1", secret, text, Signed("", 0, "", "", "hmac-sha1", mac))
