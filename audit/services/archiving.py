"""A month of the call log goes into the archive: verified, written, its tombstone sealed, and only then dropped.

Each step leaves a state the next run goes on from, and in which a verification finds nothing wrong: before the
tombstone is sealed nothing is taken away, after it the rest is only cleaning up.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import DataError
from django.utils.translation import gettext as _
from psycopg import sql

from audit.archive.tombstones import PARTS, mac_of
from audit.archive.writing import NotTrue, Written, write
from audit.models import Tombstone
from audit.record import record_fact
from audit.sealing.leaves import SPELLING
from audit.selectors.archive import due_months, retention
from audit.services.partitions import patiently
from audit.services.verifying import verify_all
from audit.verification.archived import fault_of
from audit.verification.link import address
from core import clock
from core.actor import Actor, system_actor
from core.crypto import Keyring
from core.problems import StateRefused

log = structlog.get_logger(__name__)
CLAUSE = "QC4.7"
SEALED_WITHIN_SECONDS = 60.0
_ALONE = "select pg_try_advisory_lock(7241350193)"
_WHOLE = "select count(*) from pg_inherits where inhrelid = any (array[to_regclass(%s), to_regclass(%s)]::oid[])"
_REST = """
select exists (select from {rest} where to_char(received_at at time zone 'Asia/Ho_Chi_Minh', 'YYYYMM') = %s)
"""


class Waiting(StateRefused):
    """The tombstone is written and not sealed yet: another run goes on from there."""


@dataclass(frozen=True, slots=True)
class Archived:
    """A month that was archived, by this run or finished by it."""

    month: str
    file: str
    rows: int


def archive_due(*, actor: Actor, folder: Path | None = None, wait: float = SEALED_WITHIN_SECONDS) -> list[Archived]:
    """Archive every month that is past its retention, into *folder*; return them.

    Raises StateRefused where the log does not verify, is not sealed, or another run is at work; OSError.
    """
    with _alone() as link:
        months = due_months(clock.now(), retention().months)
        known = set(Tombstone.objects.filter(month__in=months).values_list("month", flat=True))
        if set(months) - known:
            _require_sound()
        return [_archive(actor, month, link, folder or settings.ARCHIVE_DIR, wait) for month in months]


def archive_if_allowed() -> list[Archived]:
    """Archive what is due where the database lets this role; return what was (nothing where it does not).

    On a server of one's own the portal's role may not: there a timer does it, under the role of the archive.
    """
    with connection.cursor() as cursor:
        cursor.execute("select has_function_privilege('audit_drop_month(text)', 'execute')")
        if not cursor.fetchone()[0]:
            return []
    return archive_due(actor=system_actor("Lưu trữ nhật ký"))


@contextmanager
def _alone() -> Iterator[psycopg.Connection[Any]]:
    """Give a connection of its own that holds the lock of the archive."""
    with psycopg.connect(address(), autocommit=True, application_name="lgsp-archive") as own:
        held = own.execute(_ALONE).fetchone()
        if not held or not held[0]:
            raise StateRefused(_("Một lần lưu trữ nhật ký khác đang chạy."))
        for statement in SPELLING:
            own.execute(statement)
        yield own


def _require_sound() -> None:
    found = verify_all()
    if not found.sound:
        raise NotTrue(_("Nhật ký không toàn vẹn nên không lưu trữ. Chỗ sai đầu tiên: %s") % found.detail)


def _archive(actor: Actor, month: str, link: psycopg.Connection[Any], folder: Path, wait: float) -> Archived:
    stone = Tombstone.objects.filter(month=month).first()
    if stone is None:
        _require_whole(month)
        stone = _put_stone(actor, month, write(link, month, folder, lambda: None))
    _await_seal(month, wait)
    if fault := fault_of(stone.file, stone.sha256, stone.size, folder):
        raise NotTrue(fault)
    _take_out(month)
    log.info("audit.month_archived", month=month, file=stone.file, rows=stone.intents + stone.outcomes)
    return Archived(month, stone.file, stone.intents + stone.outcomes)


def _require_whole(month: str) -> None:
    """Refuse a month that does not lie in its two partitions, all of it."""
    names = [f"{part}_{month}" for part in PARTS]
    with connection.cursor() as cursor:
        cursor.execute(_WHOLE, names)
        whole = cursor.fetchone()[0] == len(names)
        for part in PARTS:
            cursor.execute(_REST.format(rest=f"{part}_rest"), [month])
            whole = whole and not cursor.fetchone()[0]
    if not whole:
        raise StateRefused(
            _("Tháng %s có dòng nằm ở phân vùng dự phòng, nên giữ lại trong cơ sở dữ liệu.") % _shown(month)
        )


def _shown(month: str) -> str:
    return f"{month[4:]}/{month[:4]}"


@transaction.atomic
def _put_stone(actor: Actor, month: str, written: Written) -> Tombstone:
    """Write the tombstone of a month whose file lies there."""
    ring, rule = Keyring.parse(settings.LOG_KEYS), retention()
    name, key = next(iter(ring.keys.items()))
    told = asdict(written)
    values: dict[str, Any] = {
        "at": clock.now(),
        "month": month,
        "file": told.pop("name"),
        **told,
        "basis": _("%(months)s tháng; %(source)s") % {"months": rule.months, "source": rule.source},
        "key_name": name,
    }
    stone = Tombstone.objects.create(**values, mac=mac_of(key, values))
    shown = {name: values[name] for name in ("intents", "outcomes", "file", "sha256", "basis")}
    record_fact(actor=actor, deed="calllog.archived", subject=stone, after=shown, clause=CLAUSE)
    return stone


def _await_seal(month: str, seconds: float) -> None:
    """Wait until the tombstone is a leaf under a checkpoint that lies outside. Raises Waiting."""
    stop = time.monotonic() + seconds
    while True:
        with connection.cursor() as cursor:
            cursor.execute("select audit_has_tombstone(%s)", [month])
            if cursor.fetchone()[0]:
                return
        if time.monotonic() >= stop:
            raise Waiting(
                _("Bia lưu trữ của tháng %s chưa được niêm phong; kiểm tra tiến trình niêm phong rồi chạy lại.")
                % _shown(month)
            )
        time.sleep(0.5)


def _take_out(month: str) -> None:
    """Detach the partitions of a month and drop them, whichever of the two is left to do."""
    patiently(sql.SQL("select audit_detach_month(%s)"), month)
    try:
        patiently(sql.SQL("select audit_drop_month(%s)"), month)
    except DataError as error:
        raise NotTrue(
            _("Phân vùng của tháng %s có số dòng khác bia lưu trữ: có dòng ghi thêm sau khi lưu trữ. Không xóa.")
            % _shown(month)
        ) from error
