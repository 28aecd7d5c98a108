"""Keeping the rules of alerts: data with a source, changed with a reason."""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from connections.services.staff_rows import save_row
from core.actor import Actor
from core.hours import week_of
from core.problems import PermissionRefused
from core.regulation import UnknownClause, clause
from incidents.models import AlertPolicy, AlertRule
from incidents.selectors.detection.registry import falls

MANAGE = "alert.manage"
SEEDS = Path(__file__).resolve().parents[1] / "seeds" / "alert_rules.yaml"
OURS = "Mặc định hệ thống, chưa phải quy định"
FIELDS = (
    "code",
    "name",
    "detector",
    "enabled",
    "severity",
    "threshold",
    "severe_threshold",
    "least",
    "window_minutes",
    "hours",
    "live_only",
    "owner",
    "tells_provider",
    "tells_consumer",
    "opens_incident",
    "opens_violation",
    "escalate_minutes",
    "close_minutes",
    "most_subjects",
    "basis",
    "clause",
)
# A rule is about one thing for ever: alerts of old name it.
KEPT = ("code", "detector")


@transaction.atomic
def save_rule(*, actor: Actor, rule: AlertRule, reason: str = "", **fields: Any) -> AlertRule:
    """Add or change a rule; changing one needs a *reason*. Raises PermissionRefused, InvalidInput by field."""
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý quy tắc cảnh báo, thuộc vai trò Cán bộ vận hành."))
    return save_row(
        actor=actor,
        row=rule,
        names=FIELDS,
        given=fields,
        reason=reason,
        deed="alert_rule.saved",
        clause="QC8.6",
        kept=KEPT,
        wrong=_wrong(rule, fields),
    )


def _wrong(rule: AlertRule, fields: dict[str, Any]) -> dict[str, list[str]]:
    """Return what no column can judge: order of the thresholds, the clause, the hours."""
    found: dict[str, list[str]] = {}
    given = {name: fields.get(name, getattr(rule, name)) for name in FIELDS}
    first, second = given["threshold"], given["severe_threshold"]
    falling = falls(rule.detector if rule.pk else given["detector"])
    if first is not None and second is not None and (second >= first if falling else second <= first):
        found["severe_threshold"] = [
            _("Ngưỡng tăng một mức phải nhỏ hơn ngưỡng") if falling else _("Ngưỡng tăng một mức phải lớn hơn ngưỡng")
        ]
    if given["clause"]:
        try:
            clause(given["clause"])
        except UnknownClause:
            found["clause"] = [_("Không có điều khoản mang mã này; ví dụ QC8.6, Q50-7.4")]
    try:
        week_of(given["hours"])
    except (KeyError, TypeError, ValueError):
        found["hours"] = [_("Khung giờ chưa đọc được. Ghi dạng T2-T6 07:00-17:30, mỗi khung một dòng")]
    return found


@transaction.atomic
def load_rules(*, actor: Actor) -> int:
    """Enter the seeds that are not known yet by their code; return how many. What staff changed stays."""
    AlertPolicy.objects.get_or_create(pk=1)
    known = set(AlertRule.objects.values_list("code", flat=True))
    rows = [row for row in yaml.safe_load(SEEDS.read_text(encoding="utf-8")) if row["code"] not in known]
    for row in rows:
        save_rule(actor=actor, rule=AlertRule(), **{"basis": OURS, **row})
    return len(rows)
