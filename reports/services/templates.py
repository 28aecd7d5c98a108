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
from core.problems import InvalidInput, PermissionRefused
from core.text import nfc
from reports.choices import ClosingRule
from reports.guards import DRAFT
from reports.models import ReportTemplate

SEED = Path(__file__).resolve().parents[1] / "seeds" / "templates.yaml"
FIELDS = (
    *("closing_rule", "due_day", "due_hour", "active", "starts_on", "statutory", "basis"),
    *("addressee", "place", "subject", "legal_bases", "recipients", "signer"),
)


@transaction.atomic
def save_template(*, actor: Actor, kind: str, **fields: Any) -> ReportTemplate:
    """Set how reports of *kind* are made; what is written already stays. Raises PermissionRefused, InvalidInput."""
    if not actor.may(DRAFT):
        raise PermissionRefused(_("Việc này thuộc vai trò Cán bộ báo cáo."))
    known = ReportTemplate.objects.select_for_update().filter(kind=kind).first()
    stored = known or ReportTemplate(kind=kind)
    before = {name: getattr(stored, name) for name in FIELDS} if known else {}
    for name in FIELDS:
        if name in fields:
            value = fields[name]
            setattr(stored, name, _tidy(value) if isinstance(value, str) else value)
    _judge(stored)
    old, new = changed(before, {name: getattr(stored, name) for name in FIELDS})
    if known and not new:
        return stored
    stored.save()
    record_fact(actor=actor, deed="report_template.saved", subject=stored, before=old, after=new, clause="QC14.5")
    return stored


def load_templates(*, actor: Actor) -> int:
    """Fill the templates from the seed where a kind has none; scheduled reports begin with today's period."""
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
        stored.full_clean()
    except ValidationError as error:
        errors = {name: [str(text) for text in texts] for name, texts in error.message_dict.items()}
    if stored.closing_rule == ClosingRule.CUSTOM:
        errors["closing_rule"] = [_("Báo cáo theo lịch cần cách chốt kỳ cố định")]
    if errors:
        raise InvalidInput(errors)
