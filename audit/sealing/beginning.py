"""Where a sealer may begin: what the database says last must be what was last written outside.

A database behind its folder was restored from a backup, one that says something else there was forked or rewritten:
nothing is sealed on either until people decided (docs/evidence.md).
"""

from dataclasses import dataclass
from typing import Any

import psycopg

from audit.sealing import store
from audit.sealing.checkpoints import NOTHING, Sealed, generation_of
from audit.sealing.notes import BadNote, Verifiers
from audit.sealing.outside import Outside

_ACCEPT = "./run manage accept_restore --help"
_REMEDY = "Cách xử lý: docs/evidence.md."


class Refused(Exception):
    """Nothing may be sealed; says why in one line."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where to go on. ``after`` names, once, the last checkpoint outside that an accepted restore leaves behind."""

    last: Sealed | None
    outside_number: int
    generation: int
    after: bytes = NOTHING


def begin(connection: psycopg.Connection[Any], outside: Outside, known: Verifiers, *, accept: bool = False) -> Start:
    """Compare database and folder, and write outside what a crash kept from it. Raises :class:`Refused`, OSError.

    With *accept* a database that is behind or forked goes on as another life of the log, under another origin; one
    that was restored (``audit_recovery``) waits for its acceptance and then always does, whatever was lost.
    """
    restored = _restored(connection)
    accept = accept or restored
    here, there = store.last_checkpoint(connection), _last_outside(outside, known)
    _require_ours(here, known)
    generation = max([1, *(_generation(one, known) for one in (here, there) if one)])
    if there is None:
        if here is None:
            return Start(None, 0, 1)
        if not accept:
            raise Refused(
                f"Cơ sở dữ liệu đã có {here.checkpoint.number} điểm niêm phong nhưng thư mục {outside.folder} trống."
                f" Chép các điểm đã ghi về đó. {_REMEDY}"
            )
        return Start(here, 0, generation + 1, here.checkpoint.digest)
    fault = _fault(connection, here, there)
    if fault is None and not restored:
        _catch_up(connection, outside, there.checkpoint.number)
        last = store.last_checkpoint(connection)
        return Start(last, last.checkpoint.number if last else 0, generation)
    if not accept:
        raise Refused(f"{fault} {_REMEDY}")
    return Start(here, 0, generation + 1, there.checkpoint.digest)


def _restored(connection: psycopg.Connection[Any]) -> bool:
    """Return whether this is a restored database, accepted, of which nothing was sealed yet."""
    row = connection.execute(
        "select accepted_at is not null, number >= coalesce((select max(number) from audit_checkpoint), 0), backup"
        " from audit_recovery where kind = 'restore' order by id desc limit 1"
    ).fetchone()
    if row is not None and not row[0]:
        raise Refused(f"Cơ sở dữ liệu khôi phục từ {row[2]} chưa được chấp nhận. Chấp nhận: {_ACCEPT}")
    return row is not None and bool(row[1])


def _last_outside(outside: Outside, known: Verifiers) -> Sealed | None:
    try:
        return outside.last(known)
    except BadNote as error:
        raise Refused(
            f"Điểm niêm phong cuối trong {outside.folder} không do khóa nào đã khai ký ({error})."
            " Khai đủ các khóa công khai, kể cả khóa đã thôi dùng."
        ) from error


def _require_ours(here: Sealed | None, known: Verifiers) -> None:
    if here is None:
        return
    try:
        Sealed.read(here.note, known)
    except BadNote as error:
        raise Refused(f"Điểm niêm phong cuối trong cơ sở dữ liệu không do khóa nào đã khai ký ({error}).") from error


def _generation(one: Sealed, known: Verifiers) -> int:
    for name in {verifier.name for verifier in known.values()}:
        try:
            return generation_of(one.checkpoint.origin, name)
        except BadNote:
            continue
    raise Refused(f"Điểm niêm phong của «{one.checkpoint.origin}» không thuộc nhật ký này. {_REMEDY}")


def _fault(connection: psycopg.Connection[Any], here: Sealed | None, there: Sealed) -> str | None:
    """Return why the database does not continue what was written outside; None when it does."""
    number = there.checkpoint.number
    if here is None or here.checkpoint.number < number:
        last = here.checkpoint.number if here else 0
        return (
            f"Cơ sở dữ liệu chỉ có đến điểm niêm phong {last}, bên ngoài đã có đến {number}:"
            " đã khôi phục từ bản sao lưu hoặc là cơ sở dữ liệu khác."
        )
    same = store.checkpoint(connection, number)
    if same is None or same.note != there.note:
        return f"Điểm niêm phong {number} trong cơ sở dữ liệu khác điểm đã ghi bên ngoài: cơ sở dữ liệu đã rẽ nhánh."
    return None


def _catch_up(connection: psycopg.Connection[Any], outside: Outside, number: int) -> None:
    while missing := store.checkpoints_after(connection, number, most=1000):
        outside.append(missing)
        number = missing[-1].checkpoint.number
