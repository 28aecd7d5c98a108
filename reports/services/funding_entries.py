"""Deeds that move money under a line: adjust by a decision, spend, void (QC13.3, Q50-14.5).

Whoever moves money of a year waits for the year's row and then the line's: balance and closing are judged by one
person at a time.
"""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from catalog.services.judging import Errors, judge
from core import clock
from core.actor import Actor
from core.documents.wording import short_date
from core.files import Upload, stored_fields
from core.problems import InvalidInput, StateRefused
from core.text import tidy
from reports.funding_choices import Direction
from reports.models import BudgetAdjustment, BudgetLine, Spending, SpendingFile
from reports.money import dong
from reports.services.funding import SPEND, lock_year, require_day, require_manager


@transaction.atomic
def adjust_line(
    *, actor: Actor, line: BudgetLine, direction: str, amount: int, form_token: UUID, **fields: Any
) -> BudgetAdjustment:
    """Raise or cut a line by *amount* đồng, by a decision and with a reason; a form sent twice adjusts once.

    *fields*: ``decision``, ``decided_on``, ``reason``. Raises PermissionRefused, StateRefused for a closed year,
    InvalidInput for a cut below what is spent.
    """
    require_manager(actor)
    stored: Any = _locked(line)
    if had := BudgetAdjustment.objects.filter(line=stored, form_token=form_token).first():
        return had
    made = BudgetAdjustment(
        line=stored,
        delta=amount if direction == Direction.RAISE else -amount,
        decision=tidy(str(fields.get("decision", ""))),
        decided_on=require_day(fields.get("decided_on"), "decided_on"),
        reason=tidy(str(fields.get("reason", ""))),
        author_id=actor.user_id,
        at=clock.now(),
        form_token=form_token,
    )
    judge(made, _adjustment_errors(stored, direction, amount), besides=("delta",))
    made.save()
    after = {"allowed": stored.allowed + made.delta, "decision": made.decision, "decided_on": made.decided_on}
    record_fact(
        actor=actor,
        deed="budget_line.adjusted",
        subject=stored,
        before={"allowed": stored.allowed},
        after=after,
        reason=made.reason,
        clause="QC13.1",
    )
    return made


def _adjustment_errors(line: Any, direction: str, amount: int) -> Errors:
    errors: Errors = {}
    if direction not in Direction.values:
        errors["direction"] = [_("Chọn tăng hoặc giảm")]
    if amount < 1:
        errors["amount"] = [_("Số tiền phải lớn hơn 0")]
    elif direction == Direction.CUT and amount > line.left:
        text = _("Chỉ giảm được tối đa %(left)s: phần còn lại đã chi. Hủy bút toán sai trước, nếu có")
        errors["amount"] = [text % {"left": dong(line.left)}]
    return errors


@transaction.atomic
def record_spending(
    *, actor: Actor, line: BudgetLine, form_token: UUID, upload: Upload | None = None, **fields: Any
) -> Spending:
    """Enter what was spent under a line; a form sent twice is one entry.

    *fields*: ``spent_on``, ``amount`` in đồng, ``document``, ``note``. Raises PermissionRefused, StateRefused for a
    closed year, InvalidInput for an amount beyond what is left or a day outside the year.
    """
    require_manager(actor)
    kept = stored_fields(upload) if upload else None
    stored = _locked(line)
    if had := Spending.objects.filter(line=stored, form_token=form_token).first():
        return had
    made = Spending(
        line=stored,
        spent_on=require_day(fields.get("spent_on"), "spent_on"),
        amount=fields.get("amount") or 0,
        document=tidy(str(fields.get("document", ""))),
        note=tidy(str(fields.get("note", ""))),
        author_id=actor.user_id,
        at=clock.now(),
        form_token=form_token,
    )
    judge(made, _spending_errors(stored, made))
    made.save()
    if kept:
        SpendingFile.objects.create(spending=made, **kept)
    after = {"amount": made.amount, "spent_on": made.spent_on, "document": made.document, "line": stored}
    record_fact(actor=actor, deed="spending.recorded", subject=made, after=after, clause=SPEND)
    return made


def _spending_errors(line: BudgetLine, made: Spending) -> Errors:
    errors: Errors = {}
    year, left = line.year, line.left  # type: ignore[attr-defined]
    if not date(year.year, 1, 1) <= made.spent_on <= year.last_day:
        days = {"first": f"01/01/{year.year}", "last": short_date(year.last_day)}
        errors["spent_on"] = [_("Ngày chi phải từ %(first)s đến hết %(last)s") % days]
    if made.amount > left:
        text = _("Dòng này còn %(left)s. Điều chỉnh dòng bằng quyết định trước khi ghi khoản chi này")
        errors["amount"] = [text % {"left": dong(left)}]
    return errors


@transaction.atomic
def void_spending(*, actor: Actor, spending: Spending, reason: str) -> Spending:
    """Void a wrong entry, with a reason: its amount is free again, the entry stays readable.

    Raises PermissionRefused, StateRefused for a closed year or an entry that is voided, InvalidInput.
    """
    require_manager(actor)
    _locked(spending.line)
    stored = Spending.objects.select_for_update().get(pk=spending.pk)
    if stored.voided_at is not None:
        raise StateRefused(_("Bút toán này đã hủy."))
    if not tidy(reason):
        raise InvalidInput({"reason": [_("Nhập lý do")]})
    stored.voided_at, stored.voided_by_id, stored.void_reason = clock.now(), actor.user_id, tidy(reason)[:300]
    stored.save()
    before = {"amount": stored.amount, "document": stored.document}
    record_fact(
        actor=actor, deed="spending.voided", subject=stored, before=before, reason=stored.void_reason, clause=SPEND
    )
    return stored


def _locked(line: BudgetLine) -> BudgetLine:
    """Return the line locked, with its sums as they stand now, its year open and locked before it."""
    year = lock_year(line.year)
    BudgetLine.objects.select_for_update().get(pk=line.pk)
    stored = BudgetLine.objects.with_sums().get(pk=line.pk)  # type: ignore[attr-defined]
    stored.year = year
    return stored
