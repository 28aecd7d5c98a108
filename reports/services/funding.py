"""Deeds on budget years, their words and their lines (QC13, Q50-14.3)."""

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from catalog.services.judging import Errors, judge, store, tidied
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy
from core.transitions import carry
from reports.funding_choices import TermGroup, YearState
from reports.models import BudgetLine, BudgetTerm, BudgetYear
from reports.models.funding import MANAGE

SEED = Path(__file__).resolve().parents[1] / "seeds" / "budget_terms.yaml"
TERM_FIELDS = ("group", "code", "name", "basis", "place", "active")
YEAR_FIELDS = ("year", "last_day", "last_day_basis", "note")
LINE_FIELDS = ("code", "title", "kind", "source", "amount", "basis")
PLAN, SPEND = "QC13.1", "QC13.3"


def require_manager(actor: Actor) -> None:
    """Refuse whoever keeps no budget. Raises PermissionRefused."""
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Theo dõi kinh phí thuộc cán bộ của Sở được giao việc này (Cán bộ báo cáo)."))


def lock_year(year: BudgetYear, *, must_be_open: bool = True) -> BudgetYear:
    """Return the year locked: whatever changes money of a year stands in one line here.

    Raises StateRefused for a year that is closed.
    """
    stored = BudgetYear.objects.select_for_update().get(pk=year.pk)
    if must_be_open and stored.state != YearState.OPEN:
        raise StateRefused(
            _("%(year)s đã khóa sổ. Lãnh đạo mở lại sổ với lý do rồi thực hiện lại.") % {"year": stored}
        )
    return stored


@transaction.atomic
def save_term(*, actor: Actor, term: BudgetTerm | None = None, **fields: Any) -> BudgetTerm:
    """Enter or change a kind of spending or a source; group and code once given stay.

    Raises PermissionRefused, InvalidInput.
    """
    require_manager(actor)
    known = term is not None and term.pk is not None
    stored = BudgetTerm.objects.select_for_update().get(pk=term.pk) if known and term else BudgetTerm()
    values = tidied(BudgetTerm, fields, TERM_FIELDS)
    if known:
        values = {name: value for name, value in values.items() if name not in ("group", "code")}
    before, after = changed({name: getattr(stored, name) for name in values} if known else {}, values)
    if known and not after:
        return stored
    for name, value in values.items():
        setattr(stored, name, value)
    judge(stored)
    store(stored, unique="code")
    record_fact(actor=actor, deed="budget_term.saved", subject=stored, before=before, after=after, clause=PLAN)
    return stored


def load_terms(*, actor: Actor) -> int:
    """Enter the kinds and sources of the seed that are not known yet; return how many."""
    known = set(BudgetTerm.objects.values_list("group", "code"))
    rows = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    fresh = [(place, row) for place, row in enumerate(rows, 1) if (row["group"], row["code"]) not in known]
    for place, row in fresh:
        save_term(actor=actor, place=place, active=True, **row)
    return len(fresh)


@transaction.atomic
def open_year(*, actor: Actor, **fields: Any) -> BudgetYear:
    """Open a budget year. Raises PermissionRefused, InvalidInput for a year that is there or a day out of place."""
    require_manager(actor)
    made = BudgetYear(opened_at=clock.now(), **tidied(BudgetYear, fields, YEAR_FIELDS))
    errors: Errors = {}
    if made.year and made.last_day and not date(made.year, 12, 31) <= made.last_day <= date(made.year + 1, 12, 31):
        errors["last_day"] = [_("Ngày chi muộn nhất phải từ ngày 31/12 của năm ngân sách đến hết năm sau")]
    judge(made, errors)
    store(made, unique="year")
    after = {"year": made.year, "last_day": made.last_day}
    record_fact(actor=actor, deed="budget_year.opened", subject=made, after=after, clause=PLAN)
    return made


@transaction.atomic
def close_year(*, actor: Actor, year: BudgetYear) -> BudgetYear:
    """Close a year: it takes no line, adjustment or spending any more. Raises StateRefused, PermissionRefused."""
    stored = lock_year(year, must_be_open=False)
    carry(stored, "close", actor)
    stored.closed_at = clock.now()
    stored.save()
    record_fact(actor=actor, deed="budget_year.closed", subject=stored, after={"state": stored.state}, clause=SPEND)
    return stored


@transaction.atomic
def reopen_year(*, actor: Actor, year: BudgetYear, reason: str) -> BudgetYear:
    """Open a closed year again, with a reason. Raises StateRefused, PermissionRefused, InvalidInput."""
    stored = lock_year(year, must_be_open=False)
    carry(stored, "reopen", actor, reason=reason)
    stored.closed_at = None
    stored.save()
    record_fact(
        actor=actor,
        deed="budget_year.reopened",
        subject=stored,
        after={"state": stored.state},
        reason=tidy(reason),
        clause=SPEND,
    )
    return stored


@transaction.atomic
def add_line(*, actor: Actor, year: BudgetYear, **fields: Any) -> BudgetLine:
    """Enter a line of an open year. Raises PermissionRefused, StateRefused, InvalidInput."""
    require_manager(actor)
    made = draft_line(actor, lock_year(year), fields)
    judge(made, line_errors(made))
    store(made, unique="code")
    after = {name: getattr(made, name) for name in ("year", *LINE_FIELDS)}
    record_fact(actor=actor, deed="budget_line.added", subject=made, after=after, clause=PLAN)
    return made


def draft_line(actor: Actor, year: BudgetYear, fields: dict[str, Any]) -> BudgetLine:
    """Return a line as it would be entered, not saved."""
    values = tidied(BudgetLine, fields, LINE_FIELDS)
    return BudgetLine(year=year, entered_by_id=actor.user_id, entered_at=clock.now(), **values)


def line_errors(line: BudgetLine) -> Errors:
    """Return what is wrong with the words a line is filed under."""
    errors: Errors = {}
    for name, group in (("kind", TermGroup.KIND), ("source", TermGroup.SOURCE)):
        term: BudgetTerm | None = getattr(line, name, None) if getattr(line, f"{name}_id", None) else None
        if term is not None and (term.group != group or not term.active):
            errors[name] = [_("Chọn một mục đang dùng trong danh sách")]
    return errors


def require_day(day: date | None, name: str) -> date:
    """Return *day*, given and not of the future. Raises InvalidInput on *name*."""
    if day is None:
        raise InvalidInput({name: [_("Nhập ngày")]})
    if day > clock.today():
        raise InvalidInput({name: [_("Ngày không được sau hôm nay")]})
    return day
