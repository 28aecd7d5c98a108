"""Deeds on the register of standards, code lists and plans (QC4.1, QC4.2, QC11.1, Q50-13.1, Q50-15.1)."""

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from catalog.guards import SERVICE_MANAGE
from catalog.models import DataService, Standard
from catalog.services.judging import Errors, judge, require_fresh, store, tidied
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import fold, sort_key, tidy

FIELDS = (
    "kind",
    "number",
    "title",
    "issuer",
    "issued_on",
    "valid_from",
    "valid_to",
    "source",
    "note",
    "needs_check",
)
SEEDS = Path(__file__).resolve().parents[1] / "seeds" / "standards.yaml"
_DAYS = ("issued_on", "valid_from", "valid_to")


def authorise(actor: Actor) -> None:
    """Refuse who does not keep the register. Raises PermissionRefused."""
    if not actor.may(SERVICE_MANAGE):
        raise PermissionRefused(_("Danh mục tiêu chuẩn, văn bản áp dụng thuộc vai trò Cán bộ vận hành."))


@transaction.atomic
def set_standard(
    *,
    actor: Actor,
    standard: Standard | None = None,
    is_default: bool = False,
    revision: int | None = None,
    **fields: Any,
) -> Standard:
    """Enter a standard, code list or plan, or change *standard*; its kind stays once it has codes.

    Raises PermissionRefused, StateRefused when somebody was faster, InvalidInput by field.
    """
    authorise(actor)
    values = tidied(Standard, fields, FIELDS)
    found, errors = Standard(is_default=is_default), Errors()
    if standard is not None:
        found = Standard.objects.select_for_update().get(pk=standard.pk)
        require_fresh(found, revision)
        if values.get("kind", found.kind) != found.kind and found.entries.exists():
            errors["kind"] = [_("Danh mục đã có mã nên giữ nguyên loại")]
    before = {name: getattr(found, name) for name in values} if found.pk else {}
    for name, value in values.items():
        setattr(found, name, value)
    old, new = changed(before, values)
    if found.pk and not new and not errors:
        return found
    if found.issued_on and found.issued_on > clock.today():
        errors["issued_on"] = [_("Ngày ban hành không thể sau hôm nay")]
    if found.issued_on and found.valid_from and found.valid_from < found.issued_on:
        errors["valid_from"] = [_("Ngày có hiệu lực không thể trước ngày ban hành")]
    deed = "standard.changed" if found.pk else "standard.entered"
    found.is_default = found.is_default and not (found.pk and new.keys() - {"needs_check"})
    _save(found, errors)
    record_fact(
        actor=actor, deed=deed, subject=found, before=old, after=new, reason=found.source[:300], clause="QC4.2"
    )
    return found


@transaction.atomic
def replace_standard(
    *, actor: Actor, standard: Standard, by: Standard | None, last_day: date, revision: int | None = None
) -> Standard:
    """Let *by* take the place of *standard* from the day after *last_day*.

    Raises PermissionRefused, StateRefused, InvalidInput: "by" is itself, or leads back to it, or is of another kind.
    """
    authorise(actor)
    found = Standard.objects.select_for_update().get(pk=standard.pk)
    require_fresh(found, revision)
    errors = _last_day_errors(found, last_day)
    if by is None or by.pk == found.pk:
        errors["by"] = [_("Chọn văn bản thay thế, khác chính văn bản này")]
    elif found.pk in _line(by):
        errors["by"] = [_("Văn bản đó đã được chính văn bản này thay; chọn văn bản khác")]
    if errors or by is None:
        raise InvalidInput(errors)
    before = {"replaced_by": found.replaced_by, "valid_to": found.valid_to}
    found.replaced_by, found.valid_to = by, last_day
    _save(found, Errors())
    after = {"replaced_by": by, "valid_to": last_day}
    record_fact(actor=actor, deed="standard.replaced", subject=found, before=before, after=after, clause="QC4.2")
    return found


@transaction.atomic
def end_standard(
    *, actor: Actor, standard: Standard, last_day: date, reason: str, revision: int | None = None
) -> Standard:
    """End the validity of *standard* with *last_day* and the reason. Raises as :func:`replace_standard`."""
    authorise(actor)
    found = Standard.objects.select_for_update().get(pk=standard.pk)
    require_fresh(found, revision)
    if found.valid_to is not None and found.valid_to < clock.today():
        raise StateRefused(_("Văn bản đã hết hiệu lực từ trước."))
    reason, errors = tidy(reason), _last_day_errors(found, last_day)
    if not reason:
        errors["reason"] = [_("Nhập lý do, ví dụ số văn bản bãi bỏ")]
    if errors:
        raise InvalidInput(errors)
    before = {"valid_to": found.valid_to}
    found.valid_to = last_day
    _save(found, Errors())
    after = {"valid_to": last_day}
    record_fact(
        actor=actor, deed="standard.ended", subject=found, before=before, after=after, reason=reason, clause="QC4.2"
    )
    return found


@transaction.atomic
def set_standard_services(*, actor: Actor, standard: Standard, services: Collection[DataService]) -> Standard:
    """Say which data services follow *standard*. Raises PermissionRefused."""
    authorise(actor)
    found = Standard.objects.select_for_update().get(pk=standard.pk)
    before = sorted(found.services.values_list("code", flat=True))
    after = sorted(item.code for item in services)
    if before == after:
        return found
    found.services.set(services)
    record_fact(
        actor=actor,
        deed="standard.services_set",
        subject=found,
        before={"services": before},
        after={"services": after},
        clause="QC11.1",
    )
    return found


def load_standards(*, actor: Actor) -> int:
    """Enter the rows we bring where their number is not known yet; what staff changed stays. Returns how many."""
    known = set(Standard.objects.values_list("kind", "number"))
    rows = yaml.safe_load(SEEDS.read_text(encoding="utf-8"))
    fresh = [row for row in rows if (row["kind"], row["number"]) not in known]
    for row in fresh:
        days = {name: date.fromisoformat(row[name]) for name in _DAYS if name in row}
        set_standard(actor=actor, is_default=True, **{**row, **days})
    return len(fresh)


def _line(start: Standard) -> set[int]:
    """Return the ids of what replaced *start*, and of what replaced that, to the end."""
    seen: set[int] = set()
    step: int | None = start.replaced_by_id
    while step is not None and step not in seen:
        seen.add(step)
        step = Standard.objects.filter(pk=step).values_list("replaced_by_id", flat=True).first()
    return seen


def _last_day_errors(standard: Standard, last_day: date) -> Errors:
    if standard.valid_from and last_day < standard.valid_from:
        return {"last_day": [_("Ngày cuối không thể trước ngày có hiệu lực")]}
    return {}


def _save(standard: Standard, errors: Errors) -> None:
    standard.sort_key = sort_key(standard.title)[:900]
    standard.search = fold(f"{standard.number} {standard.title} {standard.issuer}")
    if standard.pk:
        standard.revision += 1
    judge(standard, errors)
    store(standard, unique="number")
