"""N10, N18, N20, N23, N28: refusals of the wire form; what is told and written, and that nothing was forwarded."""

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
def test_n18_a_target_with_a_second_reading(
    path: str, broker: Live, world: World, refused: Callable[..., Reply]
) -> None:
    answer = broker.send(path, signed(world.credentials(), broker.authority, path))
    refused(answer, 400, "target-not-canonical")


@pytest.mark.parametrize(
    "target", [f"http://evil.example{COMMUNES}", f"{COMMUNES}#x", f"http://{{authority}}{COMMUNES}", "api/data/x"]
)
def test_n18_a_target_not_in_origin_form_does_not_begin(
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
def test_n10_a_header_sent_twice(name: str, broker: Live, world: World, refused: Callable[..., Reply]) -> None:
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
def test_n10_ambiguous_framing_ends_the_connection(
    lines: str, broker: Live, world: World, provider: Provider, log: Log
) -> None:
    """P17: refused, nothing forwarded, and what follows is not read as a request."""
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
def test_n28_a_host_that_is_not_ours(host: str, broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    answer = broker.send(COMMUNES, signed(world.credentials(), host, COMMUNES), host=host)
    refused(answer, 400, "host-not-allowed")


def test_n23_a_compressed_body(broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    target = f"{BASE}/reports"
    headers = signed(world.credentials(), broker.authority, target, "POST", body=b"x")
    answer = broker.send(target, {**headers, "Content-Encoding": "gzip"}, method="POST", body=b"x")
    refused(answer, 415, "content-encoding-not-supported")


def test_n20_a_body_above_the_limit_is_refused_before_it_is_read(
    broker: Live, world: World, refused: Callable[..., Reply]
) -> None:
    """A declared one at once, a chunked one when it passes the limit; the connection ends."""
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
