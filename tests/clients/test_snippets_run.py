"""Every snippet marked as executed is: as it stands, over HTTP, through the admission of a real broker."""

import shutil
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from catalog.projection import OperationRow
from connections.snippets import LANGUAGES, Snippet, snippets_for
from tests.broker.arguments import Arguments
from tests.broker.live import Live
from tests.broker.outside_tools import needing
from tests.broker.provider import JSON, Provider, reply
from tests.broker.world import World
from tests.clients import nasty
from tests.clients.runtimes import NEEDED, SLOW, run

pytestmark = pytest.mark.django_db
HEAD = OperationRow(9, "head", "HEAD", "/communes", "", ())


def _marks(code: str, executed: bool) -> list[pytest.MarkDecorator]:
    """A language said to be executed may not be left out by CI; of the others a machine runs what it has."""
    needed = NEEDED.get(code, [])
    if executed:
        return [needing(*needed)]
    absent = [name for name in needed if shutil.which(name) is None]
    return [pytest.mark.skipif(bool(absent), reason=f"text only here: needs {' and '.join(absent)}")]


def _each(*, slow: bool) -> pytest.MarkDecorator:
    rows = [row for row in LANGUAGES if slow or row.code not in SLOW]
    return pytest.mark.parametrize(
        "language", [pytest.param(row.code, marks=_marks(row.code, row.executed)) for row in rows]
    )


languages, quick = _each(slow=True), _each(slow=False)


def made(language: str, broker: Live, world: World, method: str, path: str, body: str = "", **named: str) -> Snippet:
    """Write the snippet of a language for this broker."""
    credentials = world.credentials()
    found = snippets_for(
        host=f"http://{broker.authority}",
        access_key=credentials.access_key,
        grant=credentials.grant,
        purpose=credentials.purpose,
        service="administrative-units",
        version="v1",
        method=method,
        path=path,
        body=body,
        **named,
    )
    return next(row for row in found if row.language == language)


def called(snippet: Snippet, world: World, folder: Path) -> str:
    """Run a snippet with the secret in its environment; return what it printed."""
    secret = world.credentials().secret
    assert secret not in snippet.text
    code, printed = run(snippet, folder, secret)
    assert code == 0, printed
    assert not (folder / "broken").exists()
    return printed


@pytest.mark.clause("Q50-6.1", "QC6.7", "QC7.7")
@languages
def test_it_asks(language: str, broker: Live, provider: Provider, world: World, tmp_path: Path) -> None:
    """What is sent is what was signed, whatever the client tidies, and reads back as the text that was meant."""
    printed = called(made(language, broker, world, "GET", nasty.PATH), world, tmp_path)
    assert JSON.decode() in printed
    sent = provider.received[0].split(b" ")[1]
    assert unquote_to_bytes(sent) == unquote_to_bytes(nasty.PATH.encode())


@languages
def test_it_names_procedure_and_officer(
    language: str, broker: Live, provider: Provider, world: World, tmp_path: Path
) -> None:
    """A source system that demands both hears of both, and the signature covers them."""
    row = world.services["sandbox"]
    heard = (("MaDVC", "procedure"), ("MaCanBo", "officer"))
    upstreams = tuple(replace(item, relayed=heard) for item in row.upstreams)
    world.services["sandbox"] = replace(row, upstreams=upstreams, demanded=("procedure", "officer"))
    broker.reload()
    snippet = made(language, broker, world, "GET", "/communes", procedure="1.004946", officer="can.bo@so.example")
    assert JSON.decode() in called(snippet, world, tmp_path)
    sent = provider.received[0].lower()
    assert b"madvc: 1.004946" in sent
    assert b"macanbo: can.bo@so.example" in sent


@languages
def test_it_sends(language: str, broker: Live, provider: Provider, world: World, tmp_path: Path) -> None:
    """A deed carries its body byte for byte, says what it is, and has a key by which it may be sent again."""
    printed = called(made(language, broker, world, "POST", "/reports", nasty.BODY), world, tmp_path)
    assert "200" in printed
    head, _, body = provider.received[0].partition(b"\r\n\r\n")
    assert body == nasty.BODY.encode()
    assert b"content-type: application/json" in head.lower()
    assert b"idempotency-key: " in head.lower()


@languages
def test_it_shows_why_it_was_refused(language: str, broker: Live, world: World, tmp_path: Path) -> None:
    """The problem document is what a developer reads first."""
    credentials = world.credentials()
    snippet = made(language, broker, world, "GET", "/communes")
    _code, printed = run(snippet, tmp_path, f"{credentials.secret}x")
    assert '"code":"signature-invalid"' in printed
    assert credentials.secret not in printed


@quick
def test_nothing_breaks_out_of_a_path(
    language: str, broker: Live, provider: Provider, world: World, tmp_path: Path
) -> None:
    for name, path in nasty.PATHS.items():
        provider.received.clear()
        assert JSON.decode() in called(made(language, broker, world, "GET", path), world, tmp_path), name
        sent = provider.received[0].split(b" ")[1]
        assert unquote_to_bytes(sent) == unquote_to_bytes(path.encode()), name


@quick
def test_nothing_breaks_out_of_a_body(
    language: str, broker: Live, provider: Provider, world: World, tmp_path: Path
) -> None:
    # A source system that takes any content: it is not ours to read.
    world.services["sandbox"] = replace(world.services["sandbox"], form="raw")
    broker.reload()
    for name, body in nasty.BODIES.items():
        provider.received.clear()
        called(made(language, broker, world, "POST", "/reports", body), world, tmp_path)
        assert provider.received[0].partition(b"\r\n\r\n")[2] == body.encode(), name


@quick
def test_it_asks_for_the_head_alone(
    language: str, broker: Live, provider: Provider, world: World, tmp_path: Path
) -> None:
    """No client waits for content that never comes."""
    row, grant = world.services["sandbox"], world.grants["QK-1"]
    world.services["sandbox"] = replace(row, operations=(*row.operations, HEAD))
    world.grants["QK-1"] = replace(grant, operations=grant.operations | {HEAD.code})
    broker.reload()
    provider.answers[b"/communes"] = reply(b"")
    printed = called(made(language, broker, world, "HEAD", "/communes"), world, tmp_path)
    assert "200" in printed
    assert provider.received[0].startswith(b"HEAD /communes ")


@needing("curl", "openssl")
def test_the_secret_is_in_no_argument_of_a_program(
    broker: Live, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has an account on the machine reads the arguments of everybody's programs."""
    watched = Arguments(tmp_path, "curl", "openssl", "od")
    monkeypatch.setenv("PATH", watched.path)
    assert JSON.decode() in called(made("curl", broker, world, "GET", "/communes"), world, tmp_path)
    assert world.credentials().access_key in watched.seen()
    assert world.credentials().secret not in watched.seen()
