"""TLS before the broker: verified always, and no way to do without."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lgsp_client import CertificateRefused, Client, HmacKey, Settings

from tests.broker.live import Live
from tests.broker.provider import Provider
from tests.clients.fronts import Front
from tests.core.certificate_makers import Authority, server_context

pytestmark = pytest.mark.django_db
SERVICE = ("administrative-units", "v1")
Make = Callable[..., Client]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("CA của tỉnh")


@pytest.fixture
def secure(broker: Live) -> Iterator[Callable[[ssl.SSLContext], Front]]:
    started: list[Front] = []

    def start(context: ssl.SSLContext) -> Front:
        started.append(Front(broker.port, context))
        return started[-1]

    yield start
    for front in started:
        front.stop()


@pytest.fixture
def ca_file(authority: Authority, tmp_path: Path) -> Path:
    file = tmp_path / "ca.pem"
    file.write_text(authority.pem)
    return file


def test_a_certificate_of_an_authority_that_we_were_given(
    make: Make, secure: Callable[[ssl.SSLContext], Front], authority: Authority, ca_file: Path
) -> None:
    front = secure(server_context(authority.server("127.0.0.1")))
    client = make(f"https://127.0.0.1:{front.port}", ca_file=ca_file)
    assert [client.get(*SERVICE, "/communes").status for _ in range(3)] == [200] * 3
    assert front.connections == 1


def test_no_other_certificate_is_taken(
    make: Make, secure: Callable[[ssl.SSLContext], Front], authority: Authority, ca_file: Path, provider: Provider
) -> None:
    """Unknown to this machine, of another authority, for another name, past its days: nothing is sent."""
    ours = server_context(authority.server("127.0.0.1"))
    cases = {
        "unknown": (ours, None),
        "another authority": (server_context(Authority("CA lạ").server("127.0.0.1")), ca_file),
        "another name": (server_context(authority.server("lgsp.example")), ca_file),
        "expired": (server_context(authority.server("127.0.0.1", days=-1)), ca_file),
    }
    for name, (context, file) in cases.items():
        front = secure(context)
        with pytest.raises(CertificateRefused) as told:
            make(f"https://127.0.0.1:{front.port}", ca_file=file).get(*SERVICE, "/communes")
        assert (told.value.attempts, told.value.may_have_run, front.connections) == (1, False, 0), name
    assert provider.received == []


def test_a_certificate_of_our_own_is_shown(
    make: Make, secure: Callable[[ssl.SSLContext], Front], authority: Authority, ca_file: Path, tmp_path: Path
) -> None:
    shown = authority.client("he-thong")
    (tmp_path / "own.pem").write_text(shown.pem)
    (tmp_path / "own.key").write_text(shown.key)
    front = secure(server_context(authority.server("127.0.0.1"), wants_client_of=authority.pem))
    own = Settings(certificate=(str(tmp_path / "own.pem"), str(tmp_path / "own.key")))
    client = make(f"https://127.0.0.1:{front.port}", ca_file=ca_file, settings=own)
    assert client.get(*SERVICE, "/communes").status == 200


def test_verifying_cannot_be_switched_off() -> None:
    key = HmacKey("ak_test_1", "sk_test_1")
    with pytest.raises(TypeError, match="verify"):
        Client("https://lgsp.example", key, verify=False)  # type: ignore[call-arg]
    with pytest.raises(FileNotFoundError):
        Client("https://lgsp.example", key, ca_file="not-there.pem")


@pytest.mark.parametrize(
    "address",
    [
        "http://lgsp.example",
        "http://10.0.0.1:8000",
        "lgsp.example",
        "ftp://lgsp.example",
        "https://",
        "https://a:b@lgsp.example",
        "https://lgsp.example/api",
        "https://lgsp.example?x=1",
    ],
)
def test_an_address_that_calls_cannot_be_sent_to(address: str) -> None:
    with pytest.raises(ValueError, match=r"address|https"):
        Client(address, HmacKey("ak_test_1", "sk_test_1"))
    assert repr(Client("http://lgsp.example", HmacKey("ak_test_1", "x"), settings=Settings(plain_http=True)))
