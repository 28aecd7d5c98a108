"""Refusals at the wire and before the signature: what is told, what is logged, and that nothing was forwarded."""

import statistics
import time
from collections.abc import Callable

import pytest

from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
BASE = "/api/data/administrative-units/v1"
COMMUNES = f"{BASE}/communes"


@pytest.fixture
def refused(broker: Live, provider: Provider, log: Log) -> Callable[..., Reply]:
    """Check that an answer is the refusal it should be, that nothing was forwarded, and what the log keeps."""

    def check(answer: Reply, status: int, code: str, *, logged: str = "", side: str = "consumer") -> Reply:
        assert (answer.status, answer.code) == (status, code), answer.body
        assert answer.header("content-type") == "application/problem+json"
        assert answer.header("content-language") == "vi"
        assert answer.json["type"] == f"/loi/{code}/"
        assert answer.json["request_id"] == answer.header("x-request-id")
        assert answer.json["side"] == side
        assert answer.header("cache-control") == "no-store"
        assert provider.received == []
        if logged:
            row = log.call(answer.header("x-request-id"))
            assert (row["status"], row["reason"], row["side"]) == (status, logged, side)
        return answer

    return check


def test_unsigned(broker: Live, refused: Callable[..., Reply], log: Log) -> None:
    """N01."""
    answer = refused(broker.send(COMMUNES), 401, "signature-invalid", logged="signature-missing")
    assert answer.header("www-authenticate") == 'Signature realm="lgsp"'
    row = log.call(answer.header("x-request-id"))
    assert (row["key_id"], row["system_id"], row["verdict"]) == (0, 0, "X")


def test_every_wrong_signature_gets_one_answer(
    broker: Live, world: World, refused: Callable[..., Reply], log: Log
) -> None:
    """N02, N04, N08, N09: same status, headers and body whatever is wrong, known key or not."""
    right = signed(world.credentials(), broker.authority, COMMUNES)
    access_key = world.credentials().access_key
    cases = [
        ({}, "signature-missing"),
        ({**right, "X-LGSP-Purpose": "statistics"}, "signature-invalid"),
        ({**right, "Signature": f"lgsp=:{'A' * 43}=:"}, "signature-invalid"),
        ({**right, "Signature-Input": right["Signature-Input"].replace(access_key, "ak_test_nobody")}, "key-unknown"),
        ({**right, "Signature-Input": right["Signature-Input"].replace("hmac-sha256", "none")}, "signature-invalid"),
        ({**right, "Signature": right["Signature"] + ", b=:AAAA:"}, "signature-invalid"),
    ]
    seen = set()
    for headers, logged in cases:
        answer = refused(broker.send(COMMUNES, headers), 401, "signature-invalid", logged=logged)
        body = answer.body.replace(answer.header("x-request-id").encode(), b"")
        kept = tuple(pair for pair in answer.headers if pair[0] not in ("x-request-id", "date"))
        seen.add((kept, body))
    assert len(seen) == 1


def test_an_unknown_key_takes_as_long_as_a_wrong_secret(broker: Live, world: World) -> None:
    """N02, in the large: medians of interleaved calls."""
    right = signed(world.credentials(), broker.authority, COMMUNES)
    known = {**right, "Signature": f"lgsp=:{'A' * 43}=:"}
    access_key = world.credentials().access_key
    unknown = {**known, "Signature-Input": right["Signature-Input"].replace(access_key, "ak_test_" + "0" * 28)}
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for _ in range(60):
        for name, headers in (("known", known), ("unknown", unknown)):
            begun = time.perf_counter()
            assert broker.send(COMMUNES, headers).status == 401
            times[name].append(time.perf_counter() - begun)
    ratio = statistics.median(times["unknown"]) / statistics.median(times["known"])
    assert 0.6 < ratio < 1.6


def test_a_body_that_was_changed(broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    """N03."""
    target = f"{BASE}/reports"
    headers = signed(world.credentials(), broker.authority, target, "POST", body=b'{"a":1}')
    answer = broker.send(target, headers, method="POST", body=b'{"a":2}')
    refused(answer, 400, "digest-mismatch", logged="digest-mismatch")


@pytest.mark.parametrize("skew", [-301, -100_000, 62, 100_000])
def test_a_clock_that_is_off(skew: int, broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    """N05."""
    headers = signed(world.credentials(), broker.authority, COMMUNES, created=int(time.time()) + skew)
    answer = refused(broker.send(COMMUNES, headers), 401, "clock-skew", logged="clock-skew")
    assert abs(answer.json["skew_seconds"] - skew) <= 2
    assert answer.json["server_time"].endswith("Z")


def test_the_edges_of_the_window_are_inside(broker: Live, provider: Provider, world: World) -> None:
    for skew in (-298, 59):
        headers = signed(world.credentials(), broker.authority, COMMUNES, created=int(time.time()) + skew)
        assert broker.send(COMMUNES, headers).status == 200
    assert len(provider.received) == 2


@pytest.mark.clause("Q50-11.2")
def test_a_request_sent_again(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """N06: refused with the same key, its own business with another."""
    headers = signed(world.credentials(), broker.authority, COMMUNES, nonce="A" * 22)
    assert broker.send(COMMUNES, headers).status == 200
    for _ in range(2):
        again = broker.send(COMMUNES, headers)
        assert (again.status, again.code) == (401, "nonce-reused")
        row = log.call(again.header("x-request-id"))
        assert (row["verdict"], row["status"], row["reason"]) == ("R", 401, "nonce-reused")
    other = signed(world.credentials(2, "QK-2"), broker.authority, COMMUNES, nonce="A" * 22)
    assert broker.send(COMMUNES, other).status == 200
    assert len(provider.received) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/api/data/x/../y",
        "/api/data/x/./y",
        "/api/data//x",
        "/api/data/x//y",
        "/api/data/x/%2e%2e/y",
        "/api/data/x/%2E/y",
        "/api/data/x%2fy",
        "/api/data/x%5Cy",
        "/api/data/x;a=1",
        "/api/data/x%00",
        "/api/data/x%1f",
        "/api/data/x%7f",
        "/api/data/x%zz",
        "/api/data/x%2",
        "/api/data/x|y",
        "/api/data/x?a=%00",
        "/api/data/x?a=%0d%0aX:1",
        "/api/%64ata/x",
        "/api/data/x?" + "a" * 9000,
    ],
)
def test_a_target_with_a_second_reading(path: str, broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    """N18."""
    answer = broker.send(path, signed(world.credentials(), broker.authority, path))
    refused(answer, 400, "target-not-canonical")


@pytest.mark.parametrize(
    "target", [f"http://evil.example{COMMUNES}", f"{COMMUNES}#x", f"http://{{authority}}{COMMUNES}", "api/data/x"]
)
def test_a_target_not_in_origin_form_does_not_begin(
    target: str, broker: Live, world: World, provider: Provider, log: Log
) -> None:
    before = log.count()
    meant = target.replace("{authority}", broker.authority)
    answer = broker.send(meant, signed(world.credentials(), broker.authority, COMMUNES))
    assert answer.status == 400
    assert (provider.received, log.count()) == ([], before)


@pytest.mark.parametrize(
    "name", ["Signature", "Signature-Input", "Content-Digest", "X-LGSP-Grant", "X-LGSP-Other", "Host", "X-Request-Id"]
)
def test_a_header_sent_twice(name: str, broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    """N10."""
    headers = [*signed(world.credentials(), broker.authority, COMMUNES).items(), ("X-LGSP-Other", "1")]
    value = {**dict(headers), "Host": broker.authority, "X-Request-Id": "1"}[name]
    twice = [*headers, (name, value), *([(name, value)] if name == "X-Request-Id" else [])]
    answer = refused(broker.send(COMMUNES, twice), 400, "header-repeated")
    assert name.lower() in answer.json["detail"]


@pytest.mark.parametrize(
    "lines",
    [
        "Content-Length: 3\r\nContent-Length: 3\r\n",
        "Content-Length: 3\r\nContent-Length: 4\r\n",
        "Content-Length: 3, 3\r\n",
        "Content-Length: +3\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "X: a\r\n folded\r\n",
        "X : a\r\n",
        "X: a\nY: b\r\n",
        "X: a\x00b\r\n",
    ],
)
def test_ambiguous_framing_ends_the_connection(
    lines: str, broker: Live, world: World, provider: Provider, log: Log
) -> None:
    """N10, P17: refused, nothing forwarded, and what follows is not read as a request."""
    before = log.count()
    headers = signed(world.credentials(), broker.authority, f"{BASE}/reports", "POST", body=b"abc")
    head = f"POST {BASE}/reports HTTP/1.1\r\nHost: {broker.authority}\r\n{lines}"
    head += "".join(f"{key}: {value}\r\n" for key, value in headers.items()) + "\r\n"
    with broker.open() as connection:
        connection.sendall(head.encode("latin-1") + b"abcGET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        received = b""
        while piece := connection.recv(65536):
            received += piece
    assert received.startswith(b"HTTP/1.1 400")
    assert received.count(b"HTTP/1.1 ") == 1
    assert (provider.received, log.count()) == ([], before)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1:80@evil.example", "LOCALHOST", "", "localhost:abc", "a b"]
)
def test_a_host_that_is_not_ours(host: str, broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    """N28."""
    answer = broker.send(COMMUNES, signed(world.credentials(), host, COMMUNES), host=host)
    refused(answer, 400, "host-not-allowed")


def test_a_compressed_body(broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    """N23."""
    target = f"{BASE}/reports"
    headers = signed(world.credentials(), broker.authority, target, "POST", body=b"x")
    answer = broker.send(target, {**headers, "Content-Encoding": "gzip"}, method="POST", body=b"x")
    refused(answer, 415, "content-encoding-not-supported")


def test_a_body_above_the_limit_is_refused_before_it_is_read(
    broker: Live, world: World, refused: Callable[..., Reply]
) -> None:
    """N20: a declared one at once, a chunked one when it passes the limit; the connection ends."""
    target = f"{BASE}/reports"
    headers = signed(world.credentials(), broker.authority, target, "POST")
    answer = broker.send(target, {**headers, "Content-Length": "99999999999"}, method="POST", length=False)
    refused(answer, 413, "too-large")
    assert answer.json["limit"] == 64 * 1024
    assert answer.header("connection") == "close"
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    head = f"POST {target} HTTP/1.1\r\nHost: {broker.authority}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    refused(broker.raw(head + chunk * 3), 413, "too-large")


def test_too_many_headers(broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    headers = signed(world.credentials(), broker.authority, COMMUNES)
    many = [(f"X-{number}", "1") for number in range(70)]
    refused(broker.send(COMMUNES, [*headers.items(), *many]), 431, "headers-too-large")
    refused(broker.send(COMMUNES, {**headers, "X-Long": "a" * 17000}), 431, "headers-too-large")
    assert broker.send(COMMUNES, {**headers, "X-Long": "a" * 70000}).status == 400


def test_a_body_cut_short_is_no_call(broker: Live, world: World, provider: Provider, log: Log) -> None:
    before = log.count()
    target = f"{BASE}/reports"
    headers = signed(world.credentials(), broker.authority, target, "POST", body=b"abcdef")
    head = f"POST {target} HTTP/1.1\r\nHost: {broker.authority}\r\nContent-Length: 6\r\n"
    head += "".join(f"{key}: {value}\r\n" for key, value in headers.items()) + "\r\n"
    with broker.open() as connection:
        connection.sendall(head.encode() + b"abc")
    time.sleep(0.2)
    assert (provider.received, log.count()) == ([], before)


def test_words_follow_the_caller(broker: Live, provider: Provider) -> None:
    for accepted, language in (
        ("", "vi"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("vi,en;q=0.8", "vi"),
        ("en;q=0.1, vi", "vi"),
        ("fr", "vi"),
        ("en;q=x", "vi"),
    ):
        answer = broker.send(COMMUNES, {"Accept-Language": accepted} if accepted else {})
        assert answer.header("content-language") == language, accepted
        title = "Chữ ký không hợp lệ" if language == "vi" else "Invalid signature"
        assert answer.json["title"] == title


def test_unsigned_calls_are_paced_in_the_log(broker: Live, log: Log) -> None:
    """Decisions, 8: a flood of one address fills at most its share of rows; every call is answered the same."""
    before = log.count()
    for _ in range(300):
        assert broker.send(COMMUNES).status == 401
    assert log.count() - before <= 210  # the flood may cross from one minute into the next
