"""Importing the register from a file: what was previewed is what is done, all of it or nothing."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from accounts.models import Agency
from accounts.services.agencies import authorise, change_agency, create_agency, replace_code
from accounts.services.agency_rules import Known, reason_faults, take_register, text_fault, tidied
from accounts.services.register_columns import NEW_CODE
from accounts.services.register_plan import Plan, plan_import
from accounts.services.register_rows import Row, columns_of
from core.actor import Actor
from core.problems import DomainError, InvalidInput, NoLongerValid, StateRefused
from core.sheets import Sheet, read_sheet

# How long a preview may wait to be confirmed, in seconds. Ours.
PREVIEW_SECONDS = 1800
_TOKEN = 22  # letters and digits: 130 bits
Seen = list[tuple[int, str, int, int]]


@dataclass(slots=True)
class Preview:
    """A file as read, kept for the person who sent it until it is confirmed; ``seen`` is what they last saw."""

    token: str
    user_id: int | None
    file_name: str
    digest: str
    source: str
    sheet: Sheet
    seen: Seen = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """Return what a confirmation must name: the content of the file and what it was shown to do."""
        return hashlib.sha256(f"{self.digest}|{self.source}|{self.seen}".encode()).hexdigest()


def open_preview(*, actor: Actor, content: bytes, file_name: str, source: str, max_rows: int) -> Preview:
    """Read a file and keep it for a preview. Raises InvalidInput for the fields "file" and "source"."""
    authorise(actor)
    source = tidied(source)
    if fault := text_fault(source, 300):
        raise InvalidInput({"source": [fault]})
    sheet = read_sheet(content, max_rows=max_rows)
    columns_of(sheet.headers)
    if not sheet.rows:
        raise InvalidInput({"file": [_("Tệp chỉ có dòng tiêu đề; nhập ít nhất một cơ quan")]})
    shown = "".join(char for char in tidied(file_name) if unicodedata.category(char)[0] != "C")[-100:]
    digest = hashlib.sha256(content).hexdigest()
    preview = Preview(get_random_string(_TOKEN), actor.user_id, shown, digest, source, sheet)
    _keep(preview)
    return preview


def find_preview(*, actor: Actor, token: str) -> Preview:
    """Return the actor's own preview. Raises NoLongerValid when it was confirmed, expired or is somebody else's."""
    authorise(actor)
    found: Preview | None = cache.get(_key(token)) if token.isalnum() and len(token) == _TOKEN else None
    if found is None or found.user_id != actor.user_id:
        raise NoLongerValid(_("Bản xem trước đã được thực hiện hoặc đã hết hạn; chọn lại tệp."))
    return found


def show_preview(*, actor: Actor, preview: Preview) -> tuple[Plan, bool]:
    """Return what the file would do now, and whether that differs from what was shown before."""
    authorise(actor)
    plan = plan_import(preview.sheet, source=preview.source)
    seen = _seen(plan)
    moved = bool(preview.seen) and seen != preview.seen
    if seen != preview.seen:
        preview.seen = seen
        _keep(preview)
    return plan, moved


@transaction.atomic
def import_register(*, actor: Actor, preview: Preview, fingerprint: str, reason: str) -> dict[str, int]:
    """Do what the preview showed, through the deeds of the register, in one transaction. Returns counts by kind.

    Raises StateRefused naming the rows when the register has changed since, InvalidInput when a row is wrong.
    """
    authorise(actor)
    if errors := reason_faults(tidied(reason), _("số văn bản gửi danh sách")):
        raise InvalidInput(errors)
    if fingerprint != preview.fingerprint:
        raise StateRefused(_("Bản xem trước này đã cũ; xem lại các thay đổi rồi xác nhận."))
    take_register()
    plan = plan_import(preview.sheet, source=preview.source)
    _refuse_when_moved(plan, preview.seen)
    counts = plan.counts()
    if counts["wrong"]:
        raise InvalidInput(
            {"": [_("Còn %(count)d dòng chưa đúng; sửa tệp rồi chọn lại") % {"count": counts["wrong"]}]}
        )
    if not counts["new"] + counts["changed"]:
        raise StateRefused(_("Tệp không có gì khác với danh bạ."))
    said = _("%(reason)s (nhập từ tệp %(file)s; nguồn: %(source)s; SHA-256: %(digest)s)") % {
        "reason": tidied(reason),
        "file": preview.file_name,
        "source": preview.source or _("ghi ở từng dòng"),
        "digest": preview.digest,
    }
    _carry_out(actor, plan, said)
    transaction.on_commit(lambda: cache.delete(_key(preview.token)))
    return {str(kind): count for kind, count in counts.items()}


def _carry_out(actor: Actor, plan: Plan, reason: str) -> None:
    known = Known.everything()
    stored: dict[str, Agency] = {}
    for row in plan.in_order():
        try:
            stored[row.code] = _apply(actor, row, reason, known, stored)
        except DomainError as refusal:
            raise InvalidInput(
                {"": [_("Dòng %(row)d: %(text)s") % {"row": row.number, "text": refusal.detail}]}
            ) from refusal


def _apply(actor: Actor, row: Row, reason: str, known: Known, stored: dict[str, Agency]) -> Agency:
    values: dict[str, Any] = dict(row.values)
    parent = values.get("parent")
    if parent is not None:
        values["parent"] = stored.get(parent.code, parent)
    if row.agency is None:
        return create_agency(actor=actor, reason=reason, known=known, **values)
    new_code = values.pop(NEW_CODE.field, "")
    official = values.pop("code_is_official", None)
    agency = row.agency
    if values:
        agency = change_agency(
            actor=actor, agency=agency, version=agency.version, reason=reason, known=known, **values
        )
    if new_code or official is not None:
        code, is_official = new_code or agency.code, bool(new_code or official)
        agency = replace_code(
            actor=actor, agency=agency, code=code, is_official=is_official, reason=reason, known=known
        )
    return agency


def _seen(plan: Plan) -> Seen:
    return [row.seen for row in plan.rows]


def _refuse_when_moved(plan: Plan, seen: Sequence[tuple[int, str, int, int]]) -> None:
    moved = [row for row, before in zip_longest(plan.rows, seen) if row.seen != before]
    if moved:
        shown = "; ".join(f"{row.number} ({row.code})" for row in moved[:20]) + ("…" if len(moved) > 20 else "")
        text = _("Danh bạ vừa thay đổi so với bản xem trước ở các dòng: %(rows)s. Chưa có gì được ghi; hãy xem lại.")
        raise StateRefused(text % {"rows": shown})


def _key(token: str) -> str:
    return f"accounts.register_preview.{token}"


def _keep(preview: Preview) -> None:
    cache.set(_key(preview.token), preview, PREVIEW_SECONDS)
