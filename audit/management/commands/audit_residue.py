"""Look for given words wherever the platform could have left them: status 1 found, 2 a place could not be read."""

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from redis import Redis

from audit.residue.places import Places
from audit.residue.spellings import SHORTEST, Needle, needle

# Parts of PostgreSQL's folder that are worth a name of their own.
_PARTS = {"pg_wal": "write-ahead log", "base": "database files"}


class Command(BaseCommand):
    help = (
        "Tìm các từ đã cho ở mọi nơi nền tảng có thể để lại: cơ sở dữ liệu, nhật ký ghi trước, Valkey,"
        " thư mục dữ liệu, tệp tạm. Thấy thì kết thúc với mã 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer the words, and more places."""
        parser.add_argument("words", nargs="*", metavar="TỪ", help="từ cần tìm, ít nhất 8 ký tự")
        parser.add_argument(
            "--from", type=Path, dest="file", metavar="TỆP",
            help="đọc từ cần tìm trong tệp này, mỗi dòng một từ, để không lộ trên dòng lệnh",
        )  # fmt: skip
        parser.add_argument(
            "--path", type=Path, action="append", default=[], metavar="THƯ MỤC",
            help="tìm thêm trong thư mục này, ví dụ thư mục nhật ký, thư mục sao lưu",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        places = Places(self._needles(options))
        with psycopg.connect(**_direct(), autocommit=True) as straight:
            places.database(straight)
            row = straight.execute("select setting from pg_settings where name = 'data_directory'").fetchone()
        with Redis.from_url(settings.CACHES["default"]["LOCATION"]) as client:
            places.cache(client)
        self._files(places, Path(row[0]) if row else None, options["path"])
        self._tell(places, options)

    def _needles(self, options: dict[str, Any]) -> list[Needle]:
        words = list(options["words"])
        if options["file"]:
            words += [
                line.strip() for line in options["file"].read_text(encoding="utf-8").splitlines() if line.strip()
            ]
        options["asked"] = list(dict.fromkeys(words))
        try:
            found = [needle(word) for word in options["asked"]]
        except ValueError as error:
            raise CommandError(f"Mỗi từ cần ít nhất {SHORTEST} ký tự.", returncode=2) from error
        if not found:
            raise CommandError("Chưa cho từ nào để tìm.", returncode=2)
        return found

    def _files(self, places: Places, database: Path | None, more: list[Path]) -> None:
        """Look through PostgreSQL's folder if it is here, the data folder, temporary files and what was asked for."""
        roots: dict[Path, str] = {}
        if database is None or not database.is_dir():
            places.unread.append(str(database or "data_directory"))
        else:
            for name, place in _PARTS.items():
                roots[database / name] = place
            roots[database] = "database server"
        roots[settings.DATA_DIR] = "data folder"
        roots[Path(tempfile.gettempdir())] = "temporary files"
        roots |= dict.fromkeys(more, "named folder")
        seen: list[Path] = []
        for root, place in roots.items():
            places.folder(place, root.resolve(), without=seen)
            seen.append(root.resolve())

    def _tell(self, places: Places, options: dict[str, Any]) -> None:
        self.stdout.write(
            f"Đã xem {places.rows:,} dòng, {places.keys:,} khóa Valkey, {places.files:,} tệp, {places.size:,} byte."
        )
        number = {word: place for place, word in enumerate(options["asked"], 1)}
        for hit in places.hits:
            self.stdout.write(f"  - từ thứ {number[hit.word]}: {hit.place}: {hit.where} ({hit.spelling})")
        for where in places.unread:
            self.stdout.write(f"  - không đọc được: {where}")
        if places.hits:
            raise CommandError(f"TÌM THẤY ở {len(places.hits)} chỗ.", returncode=1)
        if places.unread:
            raise CommandError("Không thấy, nhưng có nơi không đọc được nên chưa kết luận được.", returncode=2)
        self.stdout.write(self.style.SUCCESS("KHÔNG THẤY từ nào."))


def _direct() -> dict[str, Any]:
    """Return what opens a connection of our own: COPY streams there, and no statement timeout ends it."""
    given = connection.get_connection_params()
    return {name: given[name] for name in ("dbname", "user", "password", "host", "port", "sslmode") if given.get(name)}
