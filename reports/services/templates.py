"""Templates of reports: first from the seed, then edited by staff."""

from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from core import clock
from core.actor import Actor
from core.documents.wording import short_date
from core.problems import InvalidInput, PermissionRefused
from core.text import nfc
from core.workdays import WorkCalendar
from reports.choices import Kind
from reports.guards import DRAFT
from reports.models import ClosingRule, ReportTemplate
from reports.periods import NUMBERS, first_on, period_of
from reports.services.closing import load_closing_rules

SEED = Path(__file__).resolve().parents[1] / "seeds" / "templates.yaml"
FIELDS = (
    *("closing_rule_id", "due_day", "due_hour", "send_by_day", "least_working_days", "workday_shift"),
    *("active", "starts_on", "statutory", "basis"),
    *("addressee", "place", "subject", "legal_bases", "recipients", "signer"),
)


@transaction.atomic
def save_template(*, actor: Actor, kind: str, **fields: Any) -> ReportTemplate:
    """Set how reports of *kind* are made; what is written already stays. Raises PermissionRefused, InvalidInput.

    *closing_rule* is a rule or its code.
    """
    if not actor.may(DRAFT):
        raise PermissionRefused(_("Việc này thuộc vai trò Cán bộ báo cáo."))
    if "closing_rule" in fields:
        rule = fields.pop("closing_rule")
        fields["closing_rule_id"] = rule if isinstance(rule, str) else rule.code
    known = ReportTemplate.objects.select_for_update().filter(kind=kind).first()
    stored = known or ReportTemplate(kind=kind)
    before = {name: getattr(stored, name) for name in FIELDS} if known else {}
    for name in FIELDS:
        if name in fields:
            value = fields[name]
            setattr(stored, name, _tidy(value) if isinstance(value, str) else value)
    # Held until the end: who ends the rule at this moment sees that it is used, or this deed sees that it is ended.
    ClosingRule.objects.select_for_update().filter(code=stored.closing_rule_id).first()
    _judge(stored)
    old, new = changed(before, {name: getattr(stored, name) for name in FIELDS})
    if known and not new:
        return stored
    stored.save()
    record_fact(actor=actor, deed="report_template.saved", subject=stored, before=old, after=new, clause="QC14.5")
    return stored


def load_templates(*, actor: Actor) -> int:
    """Fill rules and templates from the seeds where there are none; scheduled reports begin with today's period."""
    load_closing_rules(actor=actor)
    known = set(ReportTemplate.objects.values_list("kind", flat=True))
    rows = [row for row in yaml.safe_load(SEED.read_text(encoding="utf-8")) if row["kind"] not in known]
    for row in rows:
        save_template(actor=actor, starts_on=clock.today(), **row)
    return len(rows)


def _tidy(value: str) -> str:
    lines = (" ".join(line.split()) for line in nfc(value).splitlines())
    return "\n".join(line for line in lines if line)


def _judge(stored: ReportTemplate) -> None:
    errors: dict[str, list[str]] = {}
    try:
        stored.full_clean(validate_constraints=False)
    except ValidationError as error:
        errors = {name: [str(text) for text in texts] for name, texts in error.message_dict.items()}
    if not errors:
        errors = _of_rule(stored)
    if errors:
        raise InvalidInput(errors)


def _of_rule(stored: ReportTemplate) -> dict[str, list[str]]:
    rule, ad_hoc = stored.closing_rule, stored.kind == Kind.AD_HOC
    if ad_hoc:
        text = _("Báo cáo đột xuất không có lịch; bỏ đánh dấu")
        return {"active": [text]} if stored.active else {}
    if rule.own_days:
        return {"closing_rule": [_("Báo cáo theo lịch cần cách chốt kỳ cố định")]}
    if not rule.active:
        return {"closing_rule": [_("Cách chốt này không còn dùng; chọn cách khác")]}
    schedule, calendar = stored.schedule, WorkCalendar()
    year = clock.today().year
    for number in range(1, NUMBERS[Kind(stored.kind)] + 1):
        end = period_of(Kind(stored.kind), year, number, rule.closing).end
        if first_on(schedule.send_day, end) < first_on(schedule.draft_day, end):
            days = {"draft": short_date(schedule.drawn_up(end, calendar)), "end": short_date(end)}
            text = _("Kỳ kết thúc ngày %(end)s tự lập ngày %(draft)s; chọn hạn gửi không sớm hơn ngày tự lập")
            return {"send_by_day": [text % days]}
    return {}
