"""A decision for each service a dossier asks for: as asked, narrowed, or not approved with its reason (QC10.2)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from connections.choices import LineOutcome
from connections.models import AccessLine, ConnectionRequest, LineDecision, RequestLine
from connections.selectors.offered import codes_offered
from connections.services.evaluation import require_evaluator
from connections.services.moves import lock, touch
from core import clock
from core.actor import Actor
from core.problems import InvalidInput
from core.text import tidy

LONG = 4000
Given = Mapping[int, Mapping[str, Any]]


@transaction.atomic
def decide_lines(
    *, actor: Actor, request: ConnectionRequest, decisions: Given, version: int | None = None
) -> ConnectionRequest:
    """Write what the evaluation says of each line; *decisions* maps line id to ``outcome``, ``reason``,
    ``legal_basis`` and, for a narrowed one, ``operations``, ``fields``, ``daily_quota``, ``valid_to`` and ``hours``.

    Raises InvalidInput with field ``line-<id>`` for each that is wrong. The approver approves them with the dossier.
    """
    stored = lock(request, version=version)
    require_evaluator(actor, stored)
    lines = {line.pk: line for line in stored.lines.select_related("service", "decision")}
    offered = codes_offered(line.service_id for line in lines.values())
    errors: dict[str, list[str]] = {}
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for pk, given in decisions.items():
        line = lines.get(pk)
        if line is None:
            errors[f"line-{pk}"] = [_("Hồ sơ không còn dịch vụ này")]
            continue
        values = read_decision(given)
        if wrong := judge_decision(line, values, offered.get(line.service_id, (set(), set()))[1]):
            errors[f"line-{pk}"] = wrong
        elif (old := _said(line.decided)) != values:
            before[line.service.code], after[line.service.code] = _told(old), _told(values)
            _store(actor, line, values)
    if errors:
        raise InvalidInput(errors)
    if after:
        touch(stored)
        record_fact(
            actor=actor, deed="request.lines_decided", subject=stored, before=before, after=after, clause="QC10.2"
        )
    return stored


def read_decision(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a decision as it is kept: what its outcome does not use is empty."""
    outcome = str(given.get("outcome") or LineOutcome.APPROVED)
    narrowed = outcome == LineOutcome.NARROWED
    quota, until = given.get("daily_quota"), given.get("valid_to")
    return {
        "outcome": outcome,
        "operations": sorted(set(given.get("operations") or ())) if narrowed else [],
        "fields": sorted(set(given.get("fields") or ())) if narrowed else [],
        "daily_quota": quota if narrowed else None,
        "valid_to": until if narrowed else None,
        "hours": list(given.get("hours") or ()) if narrowed else [],
        "reason": tidy(str(given.get("reason") or "")) if outcome != LineOutcome.APPROVED else "",
        "legal_basis": tidy(str(given.get("legal_basis") or "")) if outcome != LineOutcome.APPROVED else "",
    }


def judge_decision(line: RequestLine | AccessLine, values: Mapping[str, Any], named: set[str]) -> list[str]:
    """Return what is wrong with the decision *values* of *line*, whose service names the fields *named*."""
    outcome = values["outcome"]
    if outcome not in LineOutcome.values:
        return [_("Chọn chấp thuận, thu hẹp hoặc không chấp thuận")]
    if outcome == LineOutcome.APPROVED:
        return []
    found = [] if values["reason"] else [_("Nhập lý do: cơ quan đọc được lý do này")]
    if len(values["reason"]) > LONG or len(values["legal_basis"]) > 300:
        found.append(_("Lý do tối đa %(n)s ký tự, căn cứ tối đa 300 ký tự") % {"n": LONG})
    if outcome == LineOutcome.REFUSED:
        return found if values["legal_basis"] else [*found, _("Nhập căn cứ pháp lý của việc không chấp thuận")]
    return [*found, *_judge_narrowing(line, values, named)]


def _judge_narrowing(line: RequestLine | AccessLine, values: Mapping[str, Any], named: set[str]) -> list[str]:
    found, quota, until = [], values["daily_quota"], values["valid_to"]
    if not values["operations"] or set(values["operations"]) - set(line.operations):
        found.append(_("Giữ ít nhất một thao tác, trong các thao tác đã đề nghị"))
    if set(values["fields"]) - (set(line.fields) or named):
        found.append(_("Chỉ giữ được trường dữ liệu trong các trường đã đề nghị"))
    if quota is not None and (not isinstance(quota, int) or not 1 <= quota <= (line.daily_quota or 0)):
        found.append(_("Hạn mức phải từ 1 đến mức đã đề nghị (%(n)s)") % {"n": line.daily_quota})
    if until is not None and not _day_fits(line, until):
        found.append(_("Ngày cuối phải sau hôm nay và không sau ngày cơ quan đề nghị"))
    whole = (
        set(values["operations"]) == set(line.operations)
        and not (values["fields"] and set(values["fields"]) != set(line.fields))
        and quota in (None, line.daily_quota)
        and until is None
        and not values["hours"]
    )
    text = _("Thu hẹp ít nhất một điều: thao tác, trường, hạn mức, khung giờ hoặc thời hạn")
    return [*found, text] if whole else found


def _day_fits(line: RequestLine | AccessLine, until: date) -> bool:
    wished = line.request.wanted_until
    return until > clock.today() and (wished is None or until <= wished)


def _said(decision: LineDecision | None) -> dict[str, Any]:
    names = ("outcome", "operations", "fields", "daily_quota", "valid_to", "hours", "reason", "legal_basis")
    return {name: getattr(decision, name) for name in names} if decision else read_decision({})


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    until = values["valid_to"]
    return {**values, "valid_to": until.isoformat() if until else None}


def _store(actor: Actor, line: RequestLine, values: Mapping[str, Any]) -> None:
    row = line.decided or LineDecision(line=line)
    for name, value in values.items():
        setattr(row, name, value)
    row.decided_by_id, row.decided_at = actor.user_id or 0, clock.now()
    row.save()
