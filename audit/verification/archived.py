"""Archived months in a verification: is each tombstone true, sealed, and its file still the one it names?"""

from collections.abc import Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Any

import psycopg
from django.utils.translation import gettext as _

from audit.archive.tombstones import Gone, Stretch, attached, stones
from audit.sealing import store
from audit.verification.findings import Fault, Report

TOMBSTONE = "audit_tombstone"


def find_gone(report: Report, link: psycopg.Connection[Any], keys: Mapping[str, bytes]) -> Gone:
    """Return the places that are in the archive and not in the log; say which tombstones are not to be believed."""
    there, found = attached(link), list[Stretch]()
    for stone in stones(link):
        month = stone.values["month"]
        if not stone.sound(keys):
            report.add(Fault(TOMBSTONE, _("nội dung không khớp mã xác thực: bia lưu trữ đã bị sửa"), n=stone.id))
        elif month not in there:
            if store.leaf_of(link, "tombstone", 0, stone.id) is None:
                what = _("tháng %s đã rời cơ sở dữ liệu khi bia lưu trữ chưa niêm phong") % month
                report.add(Fault(TOMBSTONE, what, n=stone.id))
            found += stone.stretches
            report.archived_months += 1
    gone = Gone(found)
    report.archived = gone.rows
    return gone


def check_files(report: Report, link: psycopg.Connection[Any], folder: Path) -> None:
    """Compare the files in *folder* with what the tombstones say of them."""
    for stone in stones(link):
        what = fault_of(stone.values["file"], stone.values["sha256"], stone.values["size"], folder)
        report.archive_files += 1
        if what:
            report.add(Fault(TOMBSTONE, what, n=stone.id))


def fault_of(name: str, sha256: str, size: int, folder: Path) -> str:
    """Return what is wrong with the file of a month; empty when nothing is."""
    path = folder / name
    try:
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return _("không đọc được tệp lưu trữ %(file)s (%(why)s)") % {"file": name, "why": error.strerror}
    same = digest == sha256 and path.stat().st_size == size
    return "" if same else _("tệp lưu trữ %s khác với tệp mà bia nêu") % name
