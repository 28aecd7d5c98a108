"""Providers that fail: the caller is told which side and in time, nothing is repeated, others do not notice."""

import asyncio
import gzip
import socket
import ssl
import time
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from broker.carrying import MOST_ANSWER_BYTES
from catalog.projection import UpstreamRow
from core import clock
from core.addresses import AddressRules
from tests.broker.conftest import Log, make_app
from tests.broker.live import Live, Reply
from tests.broker.provider import JSON, Provider, reply
from tests.broker.world import World, service, signed

pytestmark = pytest.mark.django_db
BASE = "/api/data/administrative-units/v1"
COMMUNES = f"{BASE}/communes"


def call(broker: Live, world: World, target: str = COMMUNES, method: str = "GET") -> Reply:
    return broker.send(target, signed(world.credentials(), broker.authority, target, method), method=method)


async def hang(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.1)


async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    for _ in range(2000):
        writer.write(chunk)
        await writer.drain()


async def close(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def informational(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for _ in range(10_000):
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.001)


# What the provider does -> (answer of it, status and code for the caller).
HOSTILE: dict[str, tuple[Any, int, str]] = {
    "hangs": (hang, 504, "provider-timeout"),
    "drips": (drip, 504, "provider-timeout"),
    "sends without end": (flood, 502, "provider-answer-too-large"),
    "says it will send 10 GB": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n",
        502,
        "provider-answer-too-large",
    ),
    "only hints": (informational, 504, "provider-timeout"),
    "closes at once": (close, 502, "provider-unreachable"),
    "stops half-way": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nabc",
        504,
        "provider-timeout",
    ),
    "speaks nonsense": (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", 502, "provider-answer-invalid"),
    "two lengths": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        502,
        "provider-answer-invalid",
    ),
    "long headers": (reply(extra=f"X-Long: {'a' * 100_000}\r\n"), 502, "provider-answer-invalid"),
    "many headers": (reply(extra="".join(f"X-{i}: a\r\n" for i in range(500))), 502, "provider-answer-invalid"),
    "redirects": (
        reply(status="302 Found", extra="Location: http://169.254.169.254/\r\n"),
        502,
        "provider-redirected",
    ),
    "wants a password": (reply(status="401 Unauthorized"), 502, "provider-refused"),
    "fails": (reply(b"Traceback gheim", status="500 Internal Server Error"), 502, "provider-error"),
    "is being mended": (reply(status="503 Service Unavailable"), 502, "provider-error"),
    "sends a bomb": (
        reply(gzip.compress(b"0" * 50_000_000), extra="Content-Encoding: gzip\r\n"),
        502,
        "provider-answer-invalid",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_n25_a_hostile_provider(name: str, broker: Live, provider: Provider, world: World, log: Log) -> None:
    """Redirects (N26) are answers of the wrong kind like any other (P14)."""
    found, status, code = HOSTILE[name]
    provider.answers[b"/communes"] = found
    world.services["sandbox"] = replace(world.services["sandbox"], timeout_ms=700)
    if found is flood:
        # Where fields are filtered an answer is held whole; else it would be poured through (test_streams).
        world.grants["QK-1"] = replace(world.grants["QK-1"], fields=frozenset({"code"}))
    broker.reload()
    begun = time.monotonic()
    answer = call(broker, world)
    assert time.monotonic() - begun < 5
    assert (answer.status, answer.code, answer.json["side"]) == (status, code, "provider"), answer.body
    assert b"gheim" not in answer.body
    assert len(provider.received) == 1
    row = log.call(answer.header("x-request-id"))
    assert (row["verdict"], row["status"], row["reason"], row["side"]) == ("A", status, code, "provider")
    assert broker.app.engine.budget.used == 0
    assert call(broker, world, f"{BASE}/communes/1").status == 200


def test_n25_nobody_listens(broker: Live, provider: Provider, world: World, log: Log) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    world.services["sandbox"] = replace(
        world.services["sandbox"], upstreams=(UpstreamRow(9, f"http://127.0.0.1:{port}", 1),)
    )
    broker.reload()
    answer = call(broker, world)
    assert (answer.status, answer.code) == (502, "provider-unreachable")
    assert log.call(answer.header("x-request-id"))["upstream_id"] == 9


def test_n25_a_certificate_that_does_not_fit(broker: Live, provider: Provider, world: World, tmp_path: Path) -> None:
    """A peer whose certificate nobody vouches for gets not a byte of the request."""
    peer = Provider(tls=self_signed(tmp_path)).start()
    try:
        url = peer.url.replace("http://", "https://")
        world.services["sandbox"] = replace(world.services["sandbox"], upstreams=(UpstreamRow(9, url, 1),))
        broker.reload()
        answer = call(broker, world)
        assert (answer.status, answer.code) == (502, "provider-certificate")
        assert peer.received == []
    finally:
        peer.stop()


def self_signed(folder: Path) -> ssl.SSLContext:
    """Make a server's context with a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    begun = clock.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begun - timedelta(days=1))
        .not_valid_after(begun + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "peer.pem"
    kind = serialization.Encoding.PEM
    private = key.private_bytes(kind, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem.write_bytes(private + certificate.public_bytes(kind))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context


def test_answers_of_the_business_pass(broker: Live, provider: Provider, world: World, log: Log) -> None:
    provider.answers[b"*"] = reply(b'{"error":"none"}', status="404 Not Found")
    answer = call(broker, world, f"{BASE}/communes/9")
    assert (answer.status, answer.body) == (404, b'{"error":"none"}')
    row = log.call(answer.header("x-request-id"))
    assert (row["status"], row["reason"], row["upstream_status"], row["side"]) == (404, "", 404, "consumer")
    provider.answers[b"*"] = b"HTTP/1.1 204 No Content\r\n\r\n"
    assert call(broker, world, f"{BASE}/communes/9").status == 204


def test_n38_a_breaker_opens_and_closes(
    broker: Live, provider: Provider, world: World, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decisions, 10: five failures in a row, then 503 with the time to wait, no quota eaten; one trial closes it."""
    monkeypatch.setattr("broker.breaker.PAUSE_SECONDS", 0.6)
    provider.answers[b"/communes"] = close
    assert [call(broker, world).status for _ in range(5)] == [502] * 5
    used = log.used(world.grants["QK-1"].gate_id)
    answer = call(broker, world)
    assert (answer.status, answer.code, answer.json["side"]) == (503, "provider-unavailable", "provider")
    assert int(answer.header("retry-after")) >= 1
    assert log.call(answer.header("x-request-id"))["verdict"] == "X"
    assert call(broker, world, f"{BASE}/communes/1").status == 503
    assert broker.send(COMMUNES, signed(world.credentials(3, "QK-3"), broker.authority, COMMUNES)).status == 502
    assert len(provider.received) == 6
    assert log.used(world.grants["QK-1"].gate_id) == used
    time.sleep(0.7)
    assert call(broker, world).status == 502
    assert call(broker, world).status == 503
    time.sleep(0.7)
    provider.answers[b"/communes"] = reply()
    assert [call(broker, world).status for _ in range(3)] == [200] * 3


def test_another_upstream_takes_over_a_get_only(broker: Live, provider: Provider, world: World, log: Log) -> None:
    dead = UpstreamRow(8, "http://127.0.0.1:9", 1)
    world.services["sandbox"] = replace(world.services["sandbox"], upstreams=(dead, UpstreamRow(9, provider.url, 2)))
    broker.reload()
    answer = call(broker, world)
    assert answer.status == 200
    assert log.call(answer.header("x-request-id"))["upstream_id"] == 9
    assert call(broker, world, f"{BASE}/reports", "POST").status == 502
    assert len(provider.received) == 1


def test_what_was_sent_is_not_sent_again(broker: Live, provider: Provider, world: World) -> None:
    """A GET that reached a provider which then broke off goes to no other, and not twice to the same."""
    provider.answers[b"/communes"] = close
    world.services["sandbox"] = replace(
        world.services["sandbox"], upstreams=(UpstreamRow(8, provider.url, 1), UpstreamRow(9, provider.url, 2))
    )
    broker.reload()
    assert call(broker, world, f"{BASE}/communes/1").status == 200
    provider.received.clear()
    assert call(broker, world).status == 502
    assert len(provider.received) == 1


def test_a_caller_who_hangs_up_frees_the_provider(broker: Live, provider: Provider, world: World, log: Log) -> None:
    left: list[float] = []

    async def wait(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        left.append(time.monotonic())

    provider.answers[b"/communes"] = wait
    world.services["sandbox"] = replace(world.services["sandbox"], timeout_ms=20_000)
    broker.reload()
    headers = signed(world.credentials(), broker.authority, COMMUNES)
    head = f"GET {COMMUNES} HTTP/1.1\r\nHost: {broker.authority}\r\n"
    with broker.open() as connection:
        connection.sendall((head + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode())
        while not provider.received:
            time.sleep(0.01)
        time.sleep(0.2)
    hung_up = time.monotonic()
    until = hung_up + 5
    while not left and time.monotonic() < until:
        time.sleep(0.01)
    assert left
    assert left[0] - hung_up < 1
    time.sleep(0.2)
    [row] = log.rows("select status, side from audit_outcome where reason = 'caller-gone'")
    assert (row["status"], row["side"]) == (499, "consumer")
    assert not broker.app.engine.running.keys


def test_other_services_do_not_notice(broker: Live, provider: Provider, world: World) -> None:
    """P14 in small: while calls to a hanging provider wait, calls elsewhere are answered at once."""
    other = Provider().start()
    try:
        other.reset()
        provider.answers[b"/communes"] = hang
        world.services["other"] = service(other.url, version="v2", provider_id=4)
        broker.reload()
        open_ones = []
        for _ in range(20):
            headers = signed(world.credentials(), broker.authority, COMMUNES)
            head = f"GET {COMMUNES} HTTP/1.1\r\nHost: {broker.authority}\r\n"
            connection = broker.open()
            connection.sendall((head + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode())
            open_ones.append(connection)
        target = "/api/data/administrative-units/v2/communes"
        times = []
        for _ in range(20):
            begun = time.perf_counter()
            assert call(broker, world, target).status == 200
            times.append(time.perf_counter() - begun)
        for connection in open_ones:
            connection.close()
        assert sorted(times)[10] < 0.15
    finally:
        other.stop()


@pytest.fixture
def strict(database: str, module_world: World) -> Any:
    """A broker that does not call this machine."""
    live = Live(make_app(database, module_world, AddressRules())).start()
    live.reload()
    yield live
    live.stop()


def test_this_machine_is_not_called(strict: Live, provider: Provider, world: World, log: Log) -> None:
    """P19: by number, by name, by what a name resolves to."""
    provider.reset()
    for url in (provider.url, f"http://localhost:{provider.port}", "http://[::1]:80", "http://169.254.169.254"):
        world.services["sandbox"] = replace(world.services["sandbox"], upstreams=(UpstreamRow(9, url, 1),))
        strict.reload()
        strict.app.engine.breakers._states.clear()
        answer = call(strict, world)
        assert (answer.status, answer.code, answer.json["side"]) == (502, "upstream-not-allowed", "platform")
    assert provider.received == []


def test_a_name_that_resolves_to_this_machine_is_not_called(
    strict: Live, provider: Provider, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: the address judged is the one connected to; a name with one bad address is bad."""
    provider.reset()

    async def resolved(_host: str, _port: int, _family: int) -> list[str]:
        return ["10.255.255.1", "127.0.0.1"]

    monkeypatch.setattr("broker.guard.look_up", resolved)
    url = f"http://dvc.soyte.example:{provider.port}"
    world.services["sandbox"] = replace(world.services["sandbox"], upstreams=(UpstreamRow(9, url, 1),))
    strict.reload()
    answer = call(strict, world)
    assert (answer.status, answer.code) == (502, "upstream-not-allowed")
    assert provider.received == []


def test_the_largest_answer_passes_whole(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """Held whole where the grant names fields, and not a byte more."""
    world.grants["QK-1"] = replace(world.grants["QK-1"], fields=frozenset({"code"}))
    broker.reload()
    body = b'{"data":[{"code":"' + b"a" * (MOST_ANSWER_BYTES - 22) + b'"}]}'
    assert len(body) == MOST_ANSWER_BYTES
    provider.answers[b"/communes"] = reply(body)
    answer = call(broker, world)
    assert answer.status == 200
    assert answer.body == body
    assert log.call(answer.header("x-request-id"))["response_bytes"] == MOST_ANSWER_BYTES
    provider.answers[b"/communes"] = reply(body + b" ")
    assert call(broker, world).code == "provider-answer-too-large"
    provider.answers[b"/communes"] = reply(JSON)
    assert broker.app.engine.budget.used == 0
