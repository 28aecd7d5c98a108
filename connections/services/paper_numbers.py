"""The clerk's work on a paper: its number and date, and the file as signed (Nghị định 30/2020/NĐ-CP, Điều 15)."""

import re
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from connections.models import Printout, SignedFile
from connections.permissions import may_register
from core import clock
from core.actor import Actor
from core.clock import VIETNAM
from core.files import Upload, stored_fields
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

# 05/TB-SKHCN, 12/2026/QĐ-UBND, and the Party's 05-CV/TU.
NUMBER = re.compile(r"\d{1,6}(?:/\d{4})?[/-][^\W\d_]+(?:[-/.][^\W_]+)*")
NAMES = ("number", "number_date")


@transaction.atomic
def register(
    *,
    actor: Actor,
    printout: Printout,
    number: str,
    number_date: date | None,
    upload: Upload | None = None,
    reason: str = "",
) -> Printout:
    """Record number and date, and keep the signed file where there is one: both or neither.

    Raises what :func:`record_number` and :func:`keep_signed_file` raise.
    """
    stored = record_number(actor=actor, printout=printout, number=number, number_date=number_date, reason=reason)
    if upload is not None:
        keep_signed_file(actor=actor, printout=stored, upload=upload, reason=reason)
    return stored


@transaction.atomic
def record_number(
    *, actor: Actor, printout: Printout, number: str, number_date: date | None, reason: str = ""
) -> Printout:
    """Record number and date the clerk of the issuing body gave a paper; one already recorded needs a *reason*.

    Raises PermissionRefused, StateRefused for a paper that a later one replaced, InvalidInput.
    """
    stored = lock_printout(actor, printout)
    number, reason = tidy(number), tidy(reason)
    if (stored.number, stored.number_date) == (number, number_date):
        return stored
    errors = number_errors(stored.issued_at, number, number_date)
    if stored.number and not reason:
        errors["reason"] = [_("Văn bản đã có số %(number)s; nhập lý do sửa") % {"number": stored.number}]
    if errors:
        raise InvalidInput(errors)
    before = {name: getattr(stored, name) for name in NAMES}
    stored.number, stored.number_date = number, number_date
    stored.numbered_by_id, stored.numbered_at = actor.user_id, clock.now()
    old, new = changed(before, {name: getattr(stored, name) for name in NAMES})
    try:
        with transaction.atomic():
            stored.save()
    except IntegrityError as error:
        if "printout_number_once_a_year" not in str(error):
            raise
        text = _("Số %(number)s đã dùng cho văn bản khác trong năm %(year)s; kiểm tra lại sổ văn bản")
        year = number_date.year if number_date else ""
        raise InvalidInput({"number": [text % {"number": number, "year": year}]}) from error
    _record(actor, stored, "printout.numbered", old, new, reason)
    return stored


@transaction.atomic
def keep_signed_file(*, actor: Actor, printout: Printout, upload: Upload, reason: str = "") -> SignedFile:
    """Keep the paper as it was signed; another one in its place needs a *reason*, and the one before stays.

    Raises PermissionRefused, StateRefused for a paper without number or one that was replaced, InvalidInput.
    """
    stored, reason = lock_printout(actor, printout), tidy(reason)
    if not stored.number:
        raise StateRefused(_("Vào số và ngày ban hành trước, rồi lưu bản đã ký."))
    before = stored.signed_files.first()
    if before is not None and not reason:
        raise InvalidInput({"reason": [_("Văn bản đã có bản ký «%(name)s»; nhập lý do thay") % {"name": before.name}]})
    made = SignedFile.objects.create(printout=stored, kept_by_id=actor.user_id or 0, **stored_fields(upload))
    old = {"sha256": before.sha256} if before else {}
    _record(actor, stored, "printout.signed_file_kept", old, {"name": made.name, "sha256": made.sha256}, reason)
    return made


def lock_printout(actor: Actor, printout: Printout) -> Printout:
    """Return a paper that *actor* may register, locked. Raises PermissionRefused or StateRefused."""
    found = Printout.objects.select_for_update(of=("self",)).select_related("request", "issuer")
    stored = found.get(pk=printout.pk)
    if not may_register(actor, stored):
        raise PermissionRefused(_("Vào số văn bản thuộc văn thư của %(body)s.") % {"body": stored.issuer})
    if stored.superseded_at is not None:
        raise StateRefused(_("Văn bản này đã được thay bằng bản lập sau; vào số cho bản mới."))
    return stored


def _record(
    actor: Actor, stored: Printout, deed: str, before: dict[str, Any], after: dict[str, Any], reason: str
) -> None:
    after = {"kind": stored.kind, **after}
    record_fact(actor=actor, deed=deed, subject=stored.request, before=before, after=after, reason=reason)


def number_errors(issued_at: datetime, number: str, day: date | None) -> dict[str, list[str]]:
    """Return what is wrong with number and date of a paper that was issued then."""
    errors: dict[str, list[str]] = {}
    if not NUMBER.fullmatch(number) or len(number) > 60:
        errors["number"] = [_("Nhập số và ký hiệu như trên văn bản, ví dụ 05/TB-SKHCN")]
    issued = issued_at.astimezone(VIETNAM).date()
    if day is None:
        errors["number_date"] = [_("Nhập ngày ban hành")]
    elif not issued <= day <= clock.today():
        text = _("Ngày ban hành phải từ ngày lập (%(first)s) đến hôm nay (%(last)s)")
        errors["number_date"] = [text % {"first": f"{issued:%d/%m/%Y}", "last": f"{clock.today():%d/%m/%Y}"}]
    return errors
