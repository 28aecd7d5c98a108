"""Nothing of what a call carries stays anywhere: canaries in every part, over every way it can end (P5, Q50-7.2)."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from redis import Redis

from audit.evidence.bundle import write
from audit.evidence.plan import plan
from audit.evidence.question import Question
from audit.gates import open_gate
from audit.residue.places import Places
from audit.residue.spellings import needle
from audit.sealing.sealer import Keys
from audit.selectors.call_pages import Wanted, calls_of
from connections.web.call_cells import cells_of, headers
from core.sheets import write_csv, write_xlsx
from tests.audit.sealing.world import KNOWN, SIGNER, seal
from tests.broker.provider import Provider, reply
from tests.broker.soaping import ADDRESS, SOAP_11, TYPES, envelope
from tests.broker.workers import Worker, working
from tests.broker.world import World, new_grant, new_key, service, signed

pytestmark = [pytest.mark.clause("Q50-7.2"), pytest.mark.xdist_group("log-processes")]
STEM = "kanari7f3a9c2e51d8"
HOME = "/api/data/administrative-units/v1"
FORM = "multipart/form-data; boundary=b"


def canary(part: str, number: int) -> str:
    """Return the word that *part* of call *number* carries."""
    return f"{STEM}.{part}.{number}"


async def hang(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def gone(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: 900\r\nX-{STEM}: {STEM}\r\n\r\n{STEM}".encode())
    writer.close()


def answers() -> dict[bytes, Any]:
    """Return what the provider says of each commune, by what its code begins with; all of it names the canary."""
    text = f'{{"error": "no such citizen {STEM}", "trace": "File {STEM}.py"}}'.encode()
    extra = f"X-Trace: {STEM}\r\nSet-Cookie: s={STEM}\r\n"
    good = f'{{"data":[{{"code":"{STEM}","name":"{STEM}","secret":"{STEM}"}}],"note":"{STEM}"}}'.encode()
    return {
        b"*": reply(good, extra=extra),
        b"fails": reply(text, status="500 Internal Server Error", extra=extra),
        b"refuses": reply(text, status="404 Not Found", extra=extra),
        b"not-json": reply(b"{" + STEM.encode(), extra=extra),
        b"nonsense": f"{STEM} what?\r\n\r\n".encode(),
        b"redirects": reply(b"", status="302 Found", extra=f"Location: http://{STEM}.example/\r\n"),
        b"large": reply(STEM.encode() * 200_000),
        b"hangs": hang,
        b"goes": gone,
    }


class Caller:
    """Makes calls whose every part names the canary."""

    def __init__(self, worker: Worker, world: World, provider: Provider) -> None:
        self.worker, self.world, self.provider = worker, world, provider
        self.said: Counter[tuple[int, str]] = Counter()

    def call(self, number: int, target: str, *, method: str = "GET", body: bytes = b"", **how: Any) -> None:
        """Make one call: signed unless *broken*, then changed by it."""
        soap = target == ADDRESS
        path = target if soap else f"{HOME}{target}{'&' if '?' in target else '?'}q={canary('query', number)}"
        headers = signed(
            self.world.credentials(), self.worker.authority, path, method, body=body, **how.get("sign", {})
        )
        headers |= {
            "User-Agent": canary("agent", number),
            "Cookie": f"c={canary('cookie', number)}",
            "Referer": f"http://x.example/{canary('referer', number)}",
            "X-Citizen": canary("header", number),
            "X-Request-Id": canary("request-id", number),
            "Accept-Language": canary("language", number),
            f"X-{canary('name', number)}": "1",
            **how.get("headers", {}),
        }
        for name in how.get("without", ()):
            headers.pop(name)
        answer = self.worker.send(path, headers, method=method, body=how.get("sent", body))
        self.said[answer.status, answer.code if answer.status >= 400 and b'"code"' in answer.body else ""] += 1

    def ways(self) -> list[Callable[[int], None]]:
        """Return every way a call can go."""
        found: list[Callable[[int], None]] = [
            lambda n, begin=begin: self.call(n, f"/communes/{begin.decode()}-{canary('path', n)}")
            for begin in (*answers(), b"*", b"*")
            if begin not in (b"hangs", b"large")
        ]
        post = {"method": "POST"}
        json, xml = {"Content-Type": "application/json"}, {"Content-Type": "application/xml"}

        def name(n: int) -> bytes:
            return canary("body", n).encode()

        def form(n: int) -> bytes:
            named = f'name="{canary("name", n)}"; filename="{canary("file", n)}.pdf"'
            head = f"--b\r\nContent-Disposition: form-data; {named}\r\nContent-Type: text/plain"
            return f"{head}\r\n\r\n{canary('content', n)}\r\n--b--\r\n".encode()

        def soap(inside: str) -> dict[str, Any]:
            return {**post, "headers": {"Content-Type": TYPES[SOAP_11]}, "body": envelope(inside)}

        found += [
            lambda n: self.call(n, "/reports", body=b'{"id": "' + name(n) + b'"}', headers=json, **post),
            lambda n: self.call(n, "/reports", body=b'{"id": ' + name(n), headers=json, **post),
            lambda n: self.call(n, "/reports", body=b'{"a":1,"a":"' + name(n) + b'"}', headers=json, **post),
            lambda n: self.call(n, "/reports", body=b"<a>" + name(n), headers=xml, **post),
            lambda n: self.call(
                n, "/reports", body=b'<!DOCTYPE a [<!ENTITY b "' + name(n) + b'">]><a/>', headers=xml, **post
            ),
            lambda n: self.call(n, "/reports", body=form(n), headers={"Content-Type": FORM}, **post),
            lambda n: self.call(
                n, "/reports", body=name(n), headers={"Content-Type": f"x/{canary('type', n)}"}, **post
            ),
            lambda n: self.call(n, "/reports", body=name(n) * 3000, headers=json, **post),
            lambda n: self.call(n, "/reports", body=name(n), sent=name(n)[::-1], headers=json, **post),
            lambda n: self.call(n, ADDRESS, **soap(f"<m:commune><code>{canary('body', n)}</code></m:commune>")),
            lambda n: self.call(n, ADDRESS, **soap(f"<m:{canary('body', n)}/>")),
            lambda n: self.call(n, ADDRESS, **soap(f"<m:commune>{canary('body', n)}")),
            lambda n: self.call(n, f"/communes/{canary('path', n)}", without=["Signature"]),
            lambda n: self.call(n, f"/communes/{canary('path', n)}", sign={"created": 1_000_000}),
            lambda n: self.call(
                n, f"/communes/{canary('path', n)}", headers={"Signature": f"lgsp=:{canary('sig', n)}:"}
            ),
            lambda n: self.call(n, f"/communes/{canary('path', n)}", headers={"X-LGSP-Grant": canary("grant", n)}),
            lambda n: self.call(n, f"/communes/{canary('path', n)}", headers={"X-LGSP-Purpose": canary("purpose", n)}),
            lambda n: self.call(n, f"/communes/{canary('path', n)}", method="DELETE"),
            lambda n: self.call(n, f"/{canary('operation', n)}"),
            lambda n: self.call(n, f"/communes/..%2f{canary('path', n)}"),
            lambda n: self.call(
                n, f"/communes/{canary('path', n)}", headers={"Authorization": f"Bearer {canary('bearer', n)}"}
            ),
            lambda n: self.call(n, f"/communes/{canary('path', n)}", headers={"Idempotency-Key": canary("again", n)}),
        ]
        return found


def slow(caller: Caller) -> None:
    """Make the calls that take their time: once each is enough."""
    caller.call(0, f"/communes/hangs-{canary('path', 0)}")
    caller.call(0, f"/communes/large-{canary('path', 0)}")


@pytest.fixture
def told(provider: Provider) -> Iterator[Provider]:
    """The provider answers by what the code of the commune begins with."""
    table = answers()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        last = provider.received[-1].split(b" ", 2)[1]
        said = next((table[name] for name in table if b"/" + name + b"-" in last), table[b"*"])
        if isinstance(said, bytes):
            writer.write(said)
        else:
            await said(reader, writer)

    provider.reset()
    provider.answers = {b"*": answer}
    yield provider
    provider.reset()


def search(word: str, database: str, folder: Path, *, marked: float, output: str) -> Places:
    """Look through rows, files and write-ahead log of the database, the cache, the process's folder and its output."""
    places = Places([needle(word)])
    with psycopg.connect(database, autocommit=True) as connection:
        places.database(connection)
        number, home = connection.execute(
            "select oid, current_setting('data_directory') from pg_database where datname = current_database()"
        ).fetchone()
        connection.execute("checkpoint")
    for path in [*Path(home, "base", str(number)).iterdir(), *Path(home, "pg_wal").iterdir()]:
        if path.is_file() and path.stat().st_mtime >= marked:
            places.file("database files", path)
    with Redis.from_url(settings.CACHES["default"]["LOCATION"]) as client:
        places.cache(client)
    places.folder("files", folder)
    places.look("output", "stdout and stderr", output.encode())
    return places


def rounds(count: int, database: str, world: World, told: Provider, folder: Path, capfd: Any) -> Counter[Any]:
    marked = folder.stat().st_mtime - 1
    private = {"TMPDIR": str(folder), "LGSP_DATA_DIR": str(folder), "LGSP_LOG_LEVEL": "DEBUG"}
    with working(1, world, database, folder, **private) as (worker,):
        caller = Caller(worker, world, told)
        slow(caller)
        ways = caller.ways()
        for number in range(count):
            ways[number % len(ways)](number)
    printed = capfd.readouterr()
    output = printed.out + printed.err
    take_away(folder / "taken", count // 2)
    assert STEM.encode() in b"".join(told.received), "the canary never reached the provider"
    found = search(STEM, database, folder, marked=marked, output=output)
    assert found.hits == []
    assert found.unread == []
    assert found.rows > count
    assert found.files > 0
    with psycopg.connect(database) as connection:
        (logged,) = connection.execute("select coalesce(sum(calls), 0) from audit_intent").fetchone()
    assert logged >= count, "every call left its row"
    _planted(database, folder, marked, output)
    return caller.said


def take_away(folder: Path, expected: int) -> None:
    """Write into *folder* what people and inspectors take away of these calls: csv, xlsx, the bundle of evidence."""
    folder.mkdir()
    rows, _older = calls_of(None, Wanted(), limit=5000)
    assert len(rows) >= expected
    (folder / "calls.csv").write_bytes(write_csv(headers(), cells_of(rows, None, cut=False)))
    (folder / "calls.xlsx").write_bytes(write_xlsx(headers(), cells_of(rows, None, cut=False), title="calls"))
    seal(folder / "checkpoints", keys=Keys(SIGNER, KNOWN, settings.LOG_KEYS))
    with write(plan(Question("Mọi cuộc gọi", Wanted(), proven=False))).file as bundle:
        (folder / "bundle.zip").write_bytes(bundle.read())


def _planted(database: str, folder: Path, marked: float, output: str) -> None:
    """Show that the same search finds a word that is there; one of its own, for it stays in the write-ahead log."""
    word = f"planted{uuid4().hex}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("create table planted (kept text)")
        connection.execute("insert into planted values (%s)", [word])
        (folder / "left-over").write_text(word)
        with Redis.from_url(settings.CACHES["default"]["LOCATION"]) as client:
            client.set("planted", word, ex=60)
            try:
                found = search(word, database, folder, marked=marked, output=output + word)
            finally:
                client.delete("planted")
                connection.execute("drop table planted")
                (folder / "left-over").unlink()
    assert {hit.place for hit in found.hits} == {"database", "database files", "cache", "files", "output"}
    assert any("pg_wal" in hit.where for hit in found.hits)


@pytest.fixture
def canary_world(database: str, told: Provider) -> World:
    """One system in the sandbox, of whose provider little patience is had."""
    world = World()
    world.services = {"sandbox": service(told.url, timeout_ms=400)}
    world.keys = {1: new_key(1)}
    world.grants["QK-1"] = new_grant(1, open_gate(limit=100_000))
    return world


def test_nothing_of_a_call_stays(
    database: str, canary_world: World, told: Provider, tmp_path: Path, capfd: Any
) -> None:
    said = rounds(90, database, canary_world, told, tmp_path, capfd)
    assert len(said) >= 12, said


@pytest.mark.heavy
def test_nothing_of_a_thousand_calls_stays(
    database: str, canary_world: World, told: Provider, tmp_path: Path, capfd: Any
) -> None:
    said = rounds(1000, database, canary_world, told, tmp_path, capfd)
    assert sum(said.values()) == 1002
    assert {status // 100 for status, _code in said} == {2, 4, 5}
