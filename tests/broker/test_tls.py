"""TLS to providers: the name expected, whom we trust, what we show; what does not fit gets nothing (N25)."""

import gc
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from catalog.projection import UpstreamRow
from core.tls import TlsProfile, context_of
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider
from tests.broker.world import World, signed
from tests.core.certificate_makers import Authority, server_context

pytestmark = [
    pytest.mark.django_db,
    # asyncio's own server, the provider of the tests, forgets connections whose handshake failed.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
COMMUNES = "/api/data/administrative-units/v1/communes"
Peer = Callable[[ssl.SSLContext], Provider]
NAME = "api.soyte.example"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("CA Sở Y tế")


@pytest.fixture(scope="module")
def ours() -> Authority:
    """Who vouches for the platform at the provider."""
    return Authority("CA cấp cho nền tảng")


@pytest.fixture
def peer() -> Iterator[Peer]:
    """A provider behind TLS."""
    started: list[Provider] = []

    def start(context: ssl.SSLContext) -> Provider:
        found = Provider(tls=context).start()
        found.reset()
        started.append(found)
        return found

    yield start
    for found in started:
        found.stop()
    # What the server forgot is found here, not in somebody else's test.
    started.clear()
    gc.collect()


def ask(broker: Live, world: World, peer: Provider, tls: TlsProfile | None) -> Reply:
    url = peer.url.replace("http://", "https://")
    world.services["sandbox"] = replace(world.services["sandbox"], upstreams=(UpstreamRow(9, url, 1, tls),))
    broker.reload()
    return broker.send(COMMUNES, signed(world.credentials(), broker.authority, COMMUNES))


def refused(answer: Reply, peer: Provider, log: Log, *codes: str) -> None:
    """The caller is told which side, the log too, and the provider got no request."""
    assert (answer.status, answer.json["side"]) == (502, "provider")
    assert answer.code in (codes or ("provider-certificate",))
    assert peer.received == []
    row = log.call(answer.header("x-request-id"))
    assert (row["verdict"], row["status"], row["reason"], row["side"]) == ("A", 502, answer.code, "provider")
    assert row["upstream_id"] == 9


def test_the_expected_name_under_the_own_authority(
    broker: Live, world: World, peer: Peer, authority: Authority, log: Log
) -> None:
    found = peer(server_context(authority.server(NAME)))
    answer = ask(broker, world, found, TlsProfile(name=NAME, ca_pem=authority.pem))
    assert answer.status == 200
    assert f"Host: 127.0.0.1:{found.port}".encode() in found.received[0]


@pytest.mark.parametrize("expected", ["", "api.soyte.example.evil", "soyte.example", "127.0.0.1"])
def test_another_name(broker: Live, world: World, peer: Peer, authority: Authority, log: Log, expected: str) -> None:
    """With no name of its own the host's is expected: here an address the certificate does not bear."""
    found = peer(server_context(authority.server(NAME)))
    refused(ask(broker, world, found, TlsProfile(name=expected, ca_pem=authority.pem)), found, log)


def test_an_address_in_the_certificate_is_a_name(broker: Live, world: World, peer: Peer, authority: Authority) -> None:
    found = peer(server_context(authority.server("127.0.0.1")))
    assert ask(broker, world, found, TlsProfile(ca_pem=authority.pem)).status == 200


def test_an_unknown_authority(broker: Live, world: World, peer: Peer, authority: Authority, log: Log) -> None:
    """Neither the system's authorities nor another provider's vouch for it."""
    found = peer(server_context(authority.server(NAME)))
    refused(ask(broker, world, found, TlsProfile(name=NAME)), found, log)
    refused(ask(broker, world, found, TlsProfile(name=NAME, ca_pem=Authority("CA khác").pem)), found, log)


def test_an_expired_certificate(broker: Live, world: World, peer: Peer, authority: Authority, log: Log) -> None:
    found = peer(server_context(authority.server(NAME, days=-1)))
    refused(ask(broker, world, found, TlsProfile(name=NAME, ca_pem=authority.pem)), found, log)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_the_platform_shows_its_certificate(
    broker: Live, world: World, peer: Peer, authority: Authority, ours: Authority, log: Log, version: ssl.TLSVersion
) -> None:
    """mTLS: with ours the call goes through; without it, or with another's, the provider gets no request."""
    wants = server_context(authority.server(NAME), wants_client_of=ours.pem, version=version)
    found = peer(wants)
    client = ours.client()
    trusted = TlsProfile(name=NAME, ca_pem=authority.pem)
    assert ask(broker, world, found, replace(trusted, certificate=client.pem, key=client.key)).status == 200
    found.received.clear()
    # This server hangs up without a word; one that says why is told apart.
    codes = ("provider-certificate", "provider-unreachable")
    refused(ask(broker, world, found, trusted), found, log, *codes)
    stranger = Authority("CA lạ").client()
    shown = replace(trusted, certificate=stranger.pem, key=stranger.key)
    refused(ask(broker, world, found, shown), found, log, *codes)


def test_a_context_is_made_once_and_cannot_be_told_another_name(authority: Authority, ours: Authority) -> None:
    client = ours.client()
    profile = TlsProfile(NAME, authority.pem, client.pem, client.key)
    context = context_of(profile)
    assert context_of(TlsProfile(NAME, authority.pem, client.pem, client.key)) is context
    assert context_of(replace(profile, name="khac.example")) is not context
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)
    wrapped = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="evil.example")
    assert wrapped.server_hostname == NAME
    assert "PRIVATE KEY" not in repr(profile)


def test_calls_to_one_upstream_share_a_connection(
    broker: Live, world: World, peer: Peer, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No handshake a call: the context, and with it the pool's connection, stays."""
    made: list[TlsProfile] = []
    found = peer(server_context(authority.server(NAME)))
    profile = TlsProfile(name=NAME, ca_pem=authority.pem)
    assert ask(broker, world, found, profile).status == 200
    monkeypatch.setattr("core.tls.make_context", made.append)
    for _ in range(3):
        assert ask(broker, world, found, replace(profile)).status == 200
    assert made == []
    assert len(found.received) == 4
