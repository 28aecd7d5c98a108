"""The residue check finds a planted word in every place and spelling, and says what it could not read."""

import base64
import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from pytest_django import DjangoDbBlocker
from redis import Redis

from audit.residue.places import Places
from audit.residue.spellings import needle
from broker.assembly import database_address

pytestmark = pytest.mark.clause("Q50-7.2")
WORD = "Kẹo-ca-na-ri 7f3a/9c2e"
_SPELLED = {
    "plain": WORD.encode(),
    "other case": WORD.upper().encode(),
    "utf-16": WORD.encode("utf-16-le"),
    "hex": WORD.encode().hex().upper().encode(),
    "percent": quote(WORD).encode(),
    "percent, lower case": quote(WORD, safe="").lower().encode(),
    "form": quote_plus(WORD).encode(),
    "without diacritics": b"keo-ca-na-ri 7f3a/9c2e",
    "json": WORD.encode("unicode_escape").replace(b"\\x", b"\\u00"),
    **{f"base64 at {at}": base64.b64encode(b"z" * at + WORD.encode() + b"zz") for at in range(3)},
    **{f"base64url at {at}": base64.urlsafe_b64encode(b"\xff" * at + WORD.encode()) for at in range(3)},
    "hex of utf-16": WORD.encode("utf-16-be").hex().encode(),
}


def places() -> Places:
    return Places([needle(WORD), needle("khong-co-o-dau-het")])


def found(content: bytes) -> list[str]:
    looked = places()
    looked.look("x", "y", content)
    return [hit.word for hit in looked.hits]


@pytest.mark.parametrize("spelled", _SPELLED)
def test_every_spelling_is_found(spelled: str) -> None:
    assert set(found(b"before " + _SPELLED[spelled] + b" after")) == {WORD}
    assert found(b"before " + _SPELLED[spelled][:-8] + b" after") == []


def test_a_word_too_short_to_mean_anything_is_refused() -> None:
    with pytest.raises(ValueError, match="ngan"):
        needle("ngan")


def _zip(content: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", content)
    return kept.getvalue()


_PACKED = {
    "plain": WORD.encode(),
    "xlsx": _zip(WORD.encode()),
    "gzip": gzip.compress(WORD.encode()),
    "xlsx in gzip": gzip.compress(_zip(WORD.encode())),
    "pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nstream\n" + zlib.compress(WORD.encode()) + b"\nendstream\nendobj\n",
}


@pytest.mark.parametrize("packed", _PACKED)
def test_files_are_read_and_unpacked(packed: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "file").write_bytes(_PACKED[packed])
    (tmp_path / "other").write_bytes(b"nothing")
    looked = places()
    looked.folder("files", tmp_path)
    assert {(hit.place, hit.word) for hit in looked.hits} == {("files", WORD)}
    assert (looked.files, looked.unread) == (2, [])
    without = places()
    without.folder("files", tmp_path, without=[tmp_path / "in"])
    assert (without.hits, without.files) == ([], 1)


def test_a_word_across_two_pieces_of_a_large_file_is_found(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("audit.residue.places._PIECE", 64)
    for at in range(40, 70):
        (tmp_path / "file").write_bytes(b"." * at + WORD.encode() + b"." * 100)
        looked = places()
        looked.file("files", tmp_path / "file")
        assert looked.hits, at


def test_what_is_no_archive_after_all_is_said(tmp_path: Path) -> None:
    (tmp_path / "broken.xlsx").write_bytes(_zip(b"x" * 1000)[:60])
    looked = places()
    looked.folder("files", tmp_path)
    assert looked.unread == [f"{tmp_path}/broken.xlsx!"]


@pytest.fixture
def database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    with django_db_blocker.unblock():
        address = database_address()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("create schema residue")
        try:
            yield connection
        finally:
            connection.execute("drop schema residue cascade")


@pytest.mark.parametrize("kind", ["text", "varchar(99)", "bytea", "jsonb", "text[]"])
def test_every_kind_of_column_is_read(database: Any, kind: str) -> None:
    database.execute(f"create table residue.planted (other int, kept {kind}) partition by list (other)")
    database.execute("create table residue.part partition of residue.planted default")
    values = {"bytea": WORD.encode(), "jsonb": f'{{"a": ["{WORD}"]}}', "text[]": [WORD]}
    clean = places()
    clean.database(database)
    assert clean.hits == []
    database.execute("insert into residue.planted values (1, %s::" + kind + ")", [values.get(kind, WORD)])
    looked = places()
    looked.database(database)
    assert {(hit.where, hit.word) for hit in looked.hits} == {("part.kept", WORD)}
    assert looked.rows == clean.rows + 1


@pytest.fixture
def cache() -> Iterator[Redis]:
    with Redis.from_url(settings.CACHES["default"]["LOCATION"]) as client:
        yield client
        client.delete("residue", b"residue" + WORD.encode())


@pytest.mark.parametrize(
    "plant",
    [
        lambda client: client.set("residue", WORD),
        lambda client: client.set(b"residue" + WORD.encode(), "x"),
        lambda client: client.rpush("residue", "x", WORD),
        lambda client: client.sadd("residue", "x", WORD),
        lambda client: client.zadd("residue", {WORD: 1}),
        lambda client: client.hset("residue", "field", WORD),
        lambda client: client.hset("residue", WORD, "value"),
        lambda client: client.xadd("residue", {"field": WORD}),
    ],
    ids=["string", "name", "list", "set", "sorted-set", "hash", "hash-field", "stream"],
)
def test_every_kind_of_key_is_read(cache: Redis, plant: Any) -> None:
    plant(cache)
    looked = places()
    looked.cache(cache)
    assert {(hit.place, hit.word) for hit in looked.hits} == {("cache", WORD)}


@pytest.fixture
def small_world(monkeypatch: Any, tmp_path: Path, settings: Any) -> Path:
    """The command without the tests' own database server, whose folder is large and another user's."""
    (tmp_path / "data").mkdir()
    (tmp_path / "tmp").mkdir()
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "tmp"))
    monkeypatch.setattr("audit.management.commands.audit_residue._PARTS", {})
    monkeypatch.setattr("audit.residue.places.Places.folder", _only_below(tmp_path))
    return tmp_path


def _only_below(allowed: Path) -> Any:
    looked = Places.folder

    def folder(self: Places, place: str, root: Path, **more: Any) -> None:
        if root.is_relative_to(allowed):
            looked(self, place, root, **more)

    return folder


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["data/files/dinh-kem.pdf", "tmp/upload", "named/backup"])
def test_the_command_says_which_word_is_where(small_world: Path, where: str) -> None:
    words = small_world / "named" / "words"
    words.parent.mkdir()
    words.write_text("khong-co-o-dau-het\nca-na-ri-7f3a9c2e\n")
    said = io.StringIO()
    asked = {"file": words, "path": [], "stdout": said}
    call_command("audit_residue", **asked)
    assert "KHÔNG THẤY" in said.getvalue()
    (small_world / where).parent.mkdir(parents=True, exist_ok=True)
    (small_world / where).write_bytes(b"x ca-na-ri-7f3a9c2e x")
    with pytest.raises(CommandError, match="TÌM THẤY") as found:
        call_command("audit_residue", "ca-na-ri-7f3a9c2e", path=[small_world / "named"], stdout=said)
    assert found.value.returncode == 1
    assert f"từ thứ 1: {_NAMES[where]}: {small_world / where} (plain)" in said.getvalue()
    assert "ca-na-ri" not in said.getvalue()


_NAMES = {"data/files/dinh-kem.pdf": "data folder", "tmp/upload": "temporary files", "named/backup": "named folder"}


@pytest.mark.django_db
def test_a_place_that_cannot_be_read_leaves_the_question_open(small_world: Path, monkeypatch: Any) -> None:
    def closed(*_path: Any, **_more: Any) -> Any:
        raise PermissionError(13, "closed", "secret-folder")

    (small_world / "data" / "file").write_bytes(b"x")
    monkeypatch.setattr(Path, "open", closed)
    said = io.StringIO()
    with pytest.raises(CommandError, match="chưa kết luận") as open_question:
        call_command("audit_residue", "ca-na-ri-7f3a9c2e", stdout=said)
    assert open_question.value.returncode == 2
    assert "không đọc được: secret-folder" in said.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("words", [[], ["ngan"]])
def test_words_that_prove_nothing_are_refused(words: list[str]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("audit_residue", *words)
    assert refused.value.returncode == 2


def test_the_process_may_read_what_it_looks_at(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe")
    looked = places()
    looked.folder("files", tmp_path)
    assert (looked.files, looked.unread) == (0, [])
