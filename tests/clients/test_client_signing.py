"""The client's signatures: the published vectors, and the product's own verifier."""

import base64
import copy
import json
import logging
import pickle
import re
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lgsp_client import Client, Ed25519Key, HmacKey, NotAuthenticated, new_idempotency_key
from lgsp_client.signing import signature_base, signed_headers

from tests.broker.conftest import Log
from tests.broker.live import Live
from tests.broker.provider import Provider
from tests.broker.tokens import own_key
from tests.broker.world import World
from tests.clients.conftest import key_of

pytestmark = pytest.mark.django_db
VECTORS = json.loads((Path(__file__).resolve().parents[2] / "docs" / "vectors" / "lgsp-1.json").read_text())
ACCEPTED = [row for row in VECTORS["vectors"] if row["expected"] == "accepted"]
SERVICE = ("administrative-units", "v1")


@pytest.mark.parametrize("vector", ACCEPTED, ids=lambda row: row["name"])
def test_every_vector_is_signed_to_the_byte(vector: dict) -> None:
    sent = vector["request"]
    headers = dict(sent["headers"])
    params = headers["Signature-Input"].partition("=")[2]
    made = signed_headers(
        HmacKey(VECTORS["access_key"], VECTORS["secret"]),
        method=sent["method"],
        authority=headers["Host"],
        target=sent["target"],
        body=base64.b64decode(sent["body_base64"]),
        grant=headers["X-LGSP-Grant"],
        purpose=headers["X-LGSP-Purpose"],
        created=int(re.findall(r"created=(\d+)", params)[0]),
        nonce=re.findall(r'nonce="([^"]+)"', params)[0],
        procedure=headers.get("X-LGSP-Procedure", ""),
        officer=headers.get("X-LGSP-Officer", ""),
    )
    assert {**made, "Host": headers["Host"]} == headers
    assert (
        signature_base(sent["method"], headers["Host"], sent["target"], made, params).decode()
        == (vector["signature_base"])
    )


def pem_of(world: World) -> bytes:
    private = own_key(world)
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_the_verifier_of_the_product_takes_an_ed25519_key(
    make: Callable[..., Client], broker: Live, world: World, tmp_path: Path
) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(pem_of(world))
    broker.reload()
    client = make(key=Ed25519Key.from_file(world.keys[21].access_key, file))
    assert client.get(*SERVICE, "/communes").status == 200
    assert client.ping()["authentication"] == "signature"


def test_what_is_signed_is_what_arrives(
    make: Callable[..., Client], provider: Provider, world: World, log: Log
) -> None:
    """Path, query and body in Vietnamese, the procedure the call serves and the officer who asks."""
    client = make()
    params = {"q": "Tân Lưu", "limit": 2, "all": True, "none": None, "f[a]": ["x&y", "ệ"]}
    named = {"procedure": "1.004203.000.00.00.H60", "officer": "cb.0042@sokhcn"}
    answer = client.get(*SERVICE, "/communes/Tân Lưu's", params=params, **named)
    assert answer.status == 200
    line = provider.received[0].split(b"\r\n")[0].decode()
    assert line == (
        "GET /communes/T%C3%A2n%20L%C6%B0u's?q=T%C3%A2n%20L%C6%B0u&limit=2&all=true&f%5Ba%5D=x%26y&f%5Ba%5D=%E1%BB%87"
        " HTTP/1.1"
    )
    kept = log.call(answer.request_id)
    assert (kept["procedure"], len(kept["officer_digest"])) == ("1.004203.000.00.00.H60", 32)
    client.post(*SERVICE, "/reports", json={"tên": "Tân Lưu"})
    assert provider.received[1].endswith('\r\n\r\n{"tên":"Tân Lưu"}'.encode())


def test_a_secret_is_shown_nowhere(
    make: Callable[..., Client], world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in what is printed of key and client, in an exception with its causes, in a log of everything."""
    caplog.set_level(logging.DEBUG)
    secret = world.keys[1].secret.decode()
    key = HmacKey(world.keys[1].access_key, f"{secret}x")
    client = make(key=key)
    with pytest.raises(NotAuthenticated) as refused:
        client.get(*SERVICE, "/communes")
    shown = repr(key) + str(key) + repr(client) + "".join(traceback.format_exception(refused.value)) + caplog.text
    assert secret not in shown
    assert world.keys[1].access_key in repr(client)
    for keep in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            keep(key)
    with pytest.raises(ValueError, match="begins with ak_") as swapped:
        HmacKey(secret, world.keys[1].access_key)
    assert secret not in str(swapped.value)


def test_a_key_from_the_environment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LGSP_ACCESS_KEY", world.keys[1].access_key)
    monkeypatch.delenv("LGSP_SECRET", raising=False)
    with pytest.raises(ValueError, match="LGSP_SECRET is not set"):
        HmacKey.from_environment()
    monkeypatch.setenv("LGSP_SECRET", world.keys[1].secret.decode())
    assert HmacKey.from_environment().sign(b"x") == key_of(world).sign(b"x")


def test_idempotency_keys_differ() -> None:
    assert len({new_idempotency_key() for _ in range(100)}) == 100
