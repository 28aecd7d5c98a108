"""N01–N09 and N11: a call whose proof does not fit. What is told, that nothing was forwarded, and what was written."""

import re
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest

from broker.authenticating import SignedRequest
from broker.incoming import Incoming
from broker.problems import Refusal
from broker.signing import content_digest
from broker.snapshot import Snapshot
from broker.view import BrokerRequest
from core import clock
from core.ids import uuid7
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
BASE = "/api/data/administrative-units/v1"
COMMUNES, REPORTS = f"{BASE}/communes", f"{BASE}/reports"
Refused = Callable[..., Reply]


def right(
    broker: Live, world: World, target: str = COMMUNES, method: str = "GET", **changes: object
) -> dict[str, str]:
    return signed(world.credentials(), broker.authority, target, method, **changes)


def bent(headers: dict[str, str], old: str, new: str, name: str = "Signature-Input") -> dict[str, str]:
    """Return the headers with a part of one exchanged after signing."""
    assert re.search(old, headers[name])
    return {**headers, name: re.sub(old, lambda _found: new, headers[name], count=1)}


def of_nobody(answer: Reply, log: Log) -> None:
    """The row of a caller who proved nothing names no key and is not admitted."""
    row = log.call(answer.header("x-request-id"))
    assert (row["key_id"], row["verdict"], row["gate_id"], row["upstream_id"]) == (0, "X", 0, 0)


@pytest.mark.parametrize("kept", [(), ("Signature",), ("Signature-Input",), ("Content-Digest", "X-LGSP-Grant")])
def test_n01_a_call_without_a_signature(
    kept: tuple[str, ...], broker: Live, world: World, refused: Refused, log: Log
) -> None:
    headers = {name: value for name, value in right(broker, world).items() if name in kept}
    answer = refused(broker.send(COMMUNES, headers), 401, "signature-invalid", logged="signature-missing")
    assert answer.header("www-authenticate") == 'Signature realm="lgsp"'
    of_nobody(answer, log)
    assert log.call(answer.header("x-request-id"))["system_id"] == 0


def _wrong_ones(broker: Live, world: World) -> Iterator[tuple[dict[str, str], str]]:
    headers = right(broker, world)
    access_key = world.credentials().access_key
    yield {}, "signature-missing"
    yield {**headers, "X-LGSP-Purpose": "statistics"}, "signature-invalid"
    yield {**headers, "Signature": f"lgsp=:{'A' * 43}=:"}, "signature-invalid"
    yield bent(headers, access_key, "ak_test_nobody"), "key-unknown"
    yield bent(headers, "hmac-sha256", "none"), "signature-invalid"
    yield {**headers, "Signature": headers["Signature"] + ", b=:AAAA:"}, "signature-invalid"


def test_n02_every_wrong_signature_gets_one_answer(broker: Live, world: World, refused: Refused, log: Log) -> None:
    """Same status, headers and body whatever is wrong, known key or not; the log knows which it was."""
    seen = set()
    for headers, logged in _wrong_ones(broker, world):
        answer = refused(broker.send(COMMUNES, headers), 401, "signature-invalid", logged=logged)
        of_nobody(answer, log)
        body = answer.body.replace(answer.header("x-request-id").encode(), b"")
        seen.add((tuple(pair for pair in answer.headers if pair[0] not in ("x-request-id", "date")), body))
    assert len(seen) == 1


def test_n02_an_unknown_key_takes_as_long_as_a_wrong_secret(broker: Live, world: World) -> None:
    """Medians of the processor's time, in turns: what else the machine does is not measured."""
    headers = right(broker, world)
    known = {**headers, "Signature": f"lgsp=:{'A' * 43}=:"}
    unknown = bent(known, world.credentials().access_key, "ak_test_" + "0" * 28)
    snapshot = Snapshot.of(world.rows())
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for _ in range(400):
        for name, sent in (("known", known), ("unknown", unknown)):
            scope = {"method": "GET", "raw_path": COMMUNES.encode(), "query_string": b"", "client": ("10.0.0.1", 1)}
            incoming = Incoming(scope, None, uuid7(), clock.now())
            incoming.snapshot, incoming.authority = snapshot, broker.authority
            incoming.sent = {key.lower().encode(): value.encode() for key, value in sent.items()}
            request = BrokerRequest(incoming, [])
            begun = time.thread_time_ns()
            with pytest.raises(Refusal):
                SignedRequest().authenticate(request)
            times[name].append(time.thread_time_ns() - begun)
    ratio = statistics.median(times["unknown"]) / statistics.median(times["known"])
    assert 0.8 < ratio < 1.25


def test_n03_a_body_that_was_changed(broker: Live, world: World, refused: Refused, log: Log) -> None:
    headers = right(broker, world, REPORTS, "POST", body=b'{"a":1}')
    answer = broker.send(REPORTS, headers, method="POST", body=b'{"a":2}')
    refused(answer, 400, "digest-mismatch")
    assert log.call(answer.header("x-request-id"))["key_id"] == 1


def test_n03_a_digest_that_was_changed_with_the_body(broker: Live, world: World, refused: Refused, log: Log) -> None:
    headers = right(broker, world, REPORTS, "POST", body=b'{"a":1}')
    headers["Content-Digest"] = content_digest(b'{"a":2}')
    answer = broker.send(REPORTS, headers, method="POST", body=b'{"a":2}')
    of_nobody(refused(answer, 401, "signature-invalid"), log)


@pytest.mark.parametrize("what", ["method", "path", "query order", "query", "host", "grant", "purpose"])
def test_n04_what_was_signed_and_what_was_sent_differ(
    what: str, broker: Live, world: World, refused: Refused, log: Log
) -> None:
    target = f"{COMMUNES}?a=1&b=2"
    headers = right(broker, world, target)
    method, host = "GET", broker.authority
    match what:
        case "method":
            method = "DELETE"
        case "path":
            target = f"{COMMUNES}/1?a=1&b=2"
        case "query order":
            target = f"{COMMUNES}?b=2&a=1"
        case "query":
            target = f"{COMMUNES}?a=1&b=2&"
        case "host":
            host = f"localhost:{broker.port}"
        case "grant":
            headers["X-LGSP-Grant"] = "QK-2"
        case "purpose":
            headers["X-LGSP-Purpose"] = "statistics"
    answer = broker.send(target, headers, method=method, host=host)
    of_nobody(refused(answer, 401, "signature-invalid"), log)


@pytest.mark.parametrize("skew", [-301, -100_000, 62, 100_000])
def test_n05_a_clock_that_is_off(skew: int, broker: Live, world: World, refused: Refused) -> None:
    headers = right(broker, world, created=int(time.time()) + skew)
    answer = refused(broker.send(COMMUNES, headers), 401, "clock-skew")
    assert abs(answer.json["skew_seconds"] - skew) <= 2
    assert answer.json["server_time"].endswith("Z")


def test_n05_the_edges_of_the_window_are_inside(broker: Live, provider: Provider, world: World) -> None:
    for skew in (-298, 59):
        headers = right(broker, world, created=int(time.time()) + skew)
        assert broker.send(COMMUNES, headers).status == 200
    assert len(provider.received) == 2


@pytest.mark.parametrize("value", ["-1", "1.5", "1e400", "", "abc", '"1790000000"', "9" * 400, "0x10", "+1", "1 "])
def test_n05_a_time_that_is_no_time(value: str, broker: Live, world: World, refused: Refused, log: Log) -> None:
    headers = bent(right(broker, world), r"created=\d+", f"created={value}")
    of_nobody(refused(broker.send(COMMUNES, headers), 400, "malformed-request"), log)


@pytest.mark.parametrize("value", ["0", "99999999999"])
def test_n05_a_time_far_away_is_off_and_nothing_worse(
    value: str, broker: Live, world: World, refused: Refused
) -> None:
    headers = right(broker, world, created=int(value))
    refused(broker.send(COMMUNES, headers), 401, "clock-skew")


@pytest.mark.clause("Q50-11.2")
def test_n06_a_request_sent_again(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """Refused with the same key, its own business with another."""
    headers = right(broker, world, nonce="A" * 22)
    used = log.used(world.grants["QK-1"].gate_id)
    assert broker.send(COMMUNES, headers).status == 200
    for _ in range(2):
        again = broker.send(COMMUNES, headers)
        assert (again.status, again.code) == (401, "nonce-reused")
        row = log.call(again.header("x-request-id"))
        assert (row["verdict"], row["status"], row["reason"]) == ("R", 401, "nonce-reused")
        assert (row["side"], row["upstream_id"]) == ("consumer", 0)
    other = signed(world.credentials(2, "QK-2"), broker.authority, COMMUNES, nonce="A" * 22)
    assert broker.send(COMMUNES, other).status == 200
    assert len(provider.received) == 2
    assert log.used(world.grants["QK-1"].gate_id) == used + 1


@pytest.mark.parametrize(
    "nonce",
    [None, "", "A" * 21, "A" * 129, "A" * 21 + "+", "A" * 21 + "=", "A" * 21 + "\t", "A" * 21 + "é", "A" * 21 + "%00"],
)
def test_n07_a_nonce_that_is_none(nonce: str | None, broker: Live, world: World, refused: Refused, log: Log) -> None:
    given = "" if nonce is None else f';nonce="{nonce}"'
    answer = broker.send(COMMUNES, bent(right(broker, world), r';nonce="[^"]*"', given))
    of_nobody(refused(answer, 400, "malformed-request"), log)


@pytest.mark.parametrize("alg", ["none", "hmac-sha1", "hmac-sha512", "ed25519", "rsa-v1_5-sha256", "HMAC-SHA256", ""])
def test_n08_an_algorithm_the_key_does_not_have(
    alg: str, broker: Live, world: World, refused: Refused, log: Log
) -> None:
    answer = broker.send(COMMUNES, bent(right(broker, world), "hmac-sha256", alg))
    of_nobody(refused(answer, 401, "signature-invalid"), log)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *((f'"{name}" ?', "") for name in ("@method", "@authority", "@path", "@query", "content-digest")),
        *((f' ?"{name}"', "") for name in ("x-lgsp-grant", "x-lgsp-purpose")),
        ('"@method" "@authority"', '"@authority" "@method"'),
        ('"@method"', '"@method" "date"'),
        ('"@method"', '"@method" "@method"'),
        ("lgsp-1", "lgsp-2"),
        (';tag="lgsp-1"', ""),
        ("lgsp=", "other="),
        (';tag="lgsp-1"', ';tag="lgsp-1", b=("@method");created=1'),
    ],
)
def test_n09_a_signature_over_something_else(
    old: str, new: str, broker: Live, world: World, refused: Refused, log: Log
) -> None:
    """A component missing, moved, added or doubled; another profile; a second label."""
    answer = broker.send(COMMUNES, bent(right(broker, world), old, new))
    of_nobody(refused(answer, 401, "signature-invalid"), log)


@pytest.mark.parametrize("signature", ["{0}, b={1}", "{0}, {0}", "b={1}, {0}", "{0};x=1", "", "lgsp=::", "{0};"])
def test_n09_a_signature_header_with_more_than_one(
    signature: str, broker: Live, world: World, refused: Refused, log: Log
) -> None:
    headers = right(broker, world)
    first = headers["Signature"]
    value = signature.format(first, first.partition("=")[2])
    answer = broker.send(COMMUNES, {**headers, "Signature": value})
    of_nobody(refused(answer, 401, "signature-invalid"), log)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"active": False, "reason": "key-not-activated"}, "key-not-activated"),
        ({"active": False, "reason": "key-suspended"}, "key-suspended"),
        ({"active": False, "reason": "key-revoked"}, "key-revoked"),
        ({"valid_to": date(2020, 1, 1)}, "key-expired"),
    ],
    ids=["pending", "suspended", "revoked", "expired, or rotated past its overlap"],
)
def test_n11_a_key_not_in_force(
    changes: dict[str, object], code: str, broker: Live, world: World, refused: Refused, log: Log
) -> None:
    """Its holder, having just proven to hold it, learns why; who cannot sign with it learns nothing (decisions, 5)."""
    headers = right(broker, world)
    world.keys[1] = replace(world.keys[1], **changes)
    broker.reload()
    answer = refused(broker.send(COMMUNES, headers), 401, code)
    assert log.call(answer.header("x-request-id"))["key_id"] == 1
    forged = refused(broker.send(COMMUNES, {**headers, "Signature": f"lgsp=:{'A' * 43}=:"}), 401, "signature-invalid")
    of_nobody(forged, log)
    assert code not in forged.body.decode()
