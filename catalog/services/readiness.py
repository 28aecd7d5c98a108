"""Deeds on the plan of coming to the platform (QC15.1, Q50-16.1): enter, change, assess, put off, take out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.record import changed, record_fact
from catalog.choices import PlanState, SystemState
from catalog.guards import may_edit_systems_of
from catalog.models import ConnectionPlan, ReadinessAnswer, ReadinessCriterion
from catalog.services.judging import Errors, judge, require_fresh, store, tidied
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import fold, sort_key, tidy

FIELDS = ("system", "name", "basis", "planned_on", "note")
Answers = Mapping[int, tuple[bool, str]]


@transaction.atomic
def enter_plan(*, actor: Actor, agency: Agency, **fields: Any) -> ConnectionPlan:
    """Put a system of *agency* into the plan, one of the register or only a name so far.

    Its state follows a dossier or a connection there already is. Raises PermissionRefused, InvalidInput by field.
    """
    _judge_actor(actor, agency.pk)
    values = tidied(ConnectionPlan, fields, FIELDS)
    made = ConnectionPlan(agency=agency)
    errors = _set(made, values)
    if made.planned_on and made.planned_on < clock.today():
        errors["planned_on"] = [_("Ngày dự kiến kết nối không thể trước hôm nay")]
    if made.system is not None:
        made.state = import_string(settings.PLAN_PROGRESS)(made.system.pk) or PlanState.NOT_STARTED
    _save(made, errors)
    record_fact(actor=actor, deed="plan.entered", subject=made, after=values, clause="QC15.1")
    return made


@transaction.atomic
def change_plan(*, actor: Actor, plan: ConnectionPlan, revision: int | None = None, **fields: Any) -> ConnectionPlan:
    """Change an entry; a day once planned is only put off by :func:`revise_day`.

    Raises PermissionRefused, StateRefused (out of the plan, or changed meanwhile), InvalidInput.
    """
    stored = _locked(actor, plan, revision)
    values = tidied(ConnectionPlan, fields, FIELDS)
    if stored.planned_on and values.get("planned_on", stored.planned_on) != stored.planned_on:
        raise InvalidInput({"planned_on": [_("Ngày đã dự kiến thì đổi bằng việc «Đổi ngày dự kiến», có lý do")]})
    before = {name: getattr(stored, name) for name in values}
    errors = _set(stored, values)
    old, new = changed(before, {name: getattr(stored, name) for name in values})
    if new.get("planned_on") and new["planned_on"] < clock.today():
        errors["planned_on"] = [_("Ngày dự kiến kết nối không thể trước hôm nay")]
    if not new and not errors:
        return stored
    if new.get("system") is not None and not stored.is_done:
        stored.state = import_string(settings.PLAN_PROGRESS)(stored.system_id) or stored.state
    _save(stored, errors)
    record_fact(actor=actor, deed="plan.changed", subject=stored, before=old, after=new, clause="QC15.1")
    return stored


@transaction.atomic
def revise_day(
    *, actor: Actor, plan: ConnectionPlan, revised_on: date, reason: str, revision: int | None = None
) -> ConnectionPlan:
    """Plan another day, with the reason; the first one stays beside it. Raises as :func:`change_plan`."""
    stored = _locked(actor, plan, revision)
    if stored.is_done:
        raise StateRefused(_("Hệ thống đã kết nối nên không đổi ngày dự kiến nữa."))
    if stored.planned_on is None:
        raise StateRefused(_("Hệ thống chưa có ngày dự kiến; nhập ngày ở phần sửa thông tin."))
    reason, errors = tidy(reason), Errors()
    if not reason:
        errors["reason"] = [_("Nhập lý do")]
    elif len(reason) > 300:
        errors["reason"] = [_("Viết tối đa 300 ký tự")]
    if revised_on < clock.today():
        errors["revised_on"] = [_("Ngày dự kiến kết nối không thể trước hôm nay")]
    if revised_on == stored.due:
        errors["revised_on"] = [_("Chọn một ngày khác ngày đang dự kiến")]
    if errors:
        raise InvalidInput(errors)
    before = {"revised_on": stored.due}
    stored.revised_on, stored.revise_reason = revised_on, reason
    _save(stored, Errors())
    after = {"revised_on": revised_on}
    record_fact(
        actor=actor, deed="plan.revised", subject=stored, before=before, after=after, reason=reason, clause="QC15.1"
    )
    return stored


@transaction.atomic
def assess(*, actor: Actor, plan: ConnectionPlan, answers: Answers, revision: int | None = None) -> ConnectionPlan:
    """Answer the readiness questions: for each criterion by id whether it is met, and what is lacking where not.

    Raises as :func:`change_plan`; InvalidInput names each criterion (``criterion-<id>``) that is not met without a
    word, or is none of those asked.
    """
    stored = _locked(actor, plan, revision)
    asked = {item.pk: item for item in ReadinessCriterion.objects.filter(active=True)}
    if errors := _answer_errors(asked, answers):
        raise InvalidInput(errors)
    known = {item.criterion_id: item for item in stored.answers.all()}
    before = {asked[pk].code: known[pk].ready for pk in answers if pk in known}
    for pk, (ready, note) in answers.items():
        answer = known.get(pk) or ReadinessAnswer(plan=stored, criterion=asked[pk])
        answer.ready, answer.note = ready, "" if ready else tidy(note)
        answer.save()
    stored.assessed_on = clock.today()
    if stored.state == PlanState.NOT_STARTED:
        stored.state = PlanState.PREPARING
    _save(stored, Errors())
    after = {asked[pk].code: ready for pk, (ready, _note) in answers.items()}
    record_fact(
        actor=actor,
        deed="plan.assessed",
        subject=stored,
        before={"answers": before},
        after={"answers": after},
        clause="QC15.1",
    )
    return stored


@transaction.atomic
def drop_plan(*, actor: Actor, plan: ConnectionPlan, reason: str) -> ConnectionPlan:
    """Take an entry out of the plan with the reason; it stays readable. Raises as :func:`change_plan`."""
    stored = _locked(actor, plan, None)
    if stored.state == PlanState.CONNECTED:
        raise StateRefused(_("Hệ thống đã kết nối nên không đưa ra khỏi kế hoạch được."))
    reason = tidy(reason)
    if not reason or len(reason) > 300:
        raise InvalidInput({"reason": [_("Viết tối đa 300 ký tự") if reason else _("Nhập lý do")]})
    before = {"state": stored.state}
    stored.state, stored.drop_reason = PlanState.DROPPED, reason
    _save(stored, Errors())
    record_fact(
        actor=actor,
        deed="plan.dropped",
        subject=stored,
        before=before,
        after={"state": stored.state},
        reason=reason,
        clause="QC15.1",
    )
    return stored


def mark_filed(*, actor: Actor, system_id: int) -> None:
    """Note that a dossier was filed for the system; for the floor above, inside its own deed."""
    _mark(actor, system_id, PlanState.FILED, (PlanState.NOT_STARTED, PlanState.PREPARING))


def mark_connected(*, actor: Actor, system_id: int) -> None:
    """Note that the system went live; for the floor above, inside its own deed."""
    _mark(actor, system_id, PlanState.CONNECTED, (PlanState.NOT_STARTED, PlanState.PREPARING, PlanState.FILED))


def mark_ended(*, actor: Actor, system_id: int) -> None:
    """Note that a dossier or the connection of the system ended; for the floor above, inside its own deed.

    The entry stands again where what is left leads: filed while another dossier is open, else in preparation.
    """
    left = import_string(settings.PLAN_PROGRESS)(system_id)
    if left != PlanState.CONNECTED:
        state = PlanState(left or PlanState.PREPARING)
        _mark(actor, system_id, state, tuple({PlanState.FILED, PlanState.CONNECTED} - {state}))


@transaction.atomic
def _mark(actor: Actor, system_id: int, state: PlanState, sources: tuple[PlanState, ...]) -> None:
    for plan in ConnectionPlan.objects.select_for_update().filter(system_id=system_id, state__in=sources):
        before = {"state": plan.state}
        plan.state = state
        plan.revision += 1
        plan.save()
        after = {"state": plan.state}
        deed = f"plan.{state}" if state in (PlanState.FILED, PlanState.CONNECTED) else "plan.reopened"
        record_fact(actor=actor, deed=deed, subject=plan, before=before, after=after, clause="QC15.1")


def _judge_actor(actor: Actor, agency_id: int) -> None:
    if not may_edit_systems_of(actor, agency_id):
        raise PermissionRefused(_("Chỉ cán bộ của cơ quan hoặc cán bộ vận hành được sửa kế hoạch kết nối này."))


def _locked(actor: Actor, plan: ConnectionPlan, revision: int | None) -> ConnectionPlan:
    rows = ConnectionPlan.objects.select_for_update(of=("self",)).select_related("agency", "system")
    stored = rows.get(pk=plan.pk)
    _judge_actor(actor, stored.agency_id)
    if stored.state == PlanState.DROPPED:
        raise StateRefused(_("Hệ thống không còn trong kế hoạch kết nối nên không sửa được nữa."))
    require_fresh(stored, revision)
    return stored


def _set(plan: ConnectionPlan, values: Mapping[str, Any]) -> Errors:
    errors = Errors()
    for name, value in values.items():
        setattr(plan, name, value)
    system = plan.system
    if system is not None and system.owner_id != plan.agency_id:
        errors["system"] = [_("Chọn hệ thống của chính cơ quan này")]
    elif system is not None and "system" in values and system.state == SystemState.RETIRED:
        errors["system"] = [_("Hệ thống đã ngừng sử dụng; chọn hệ thống khác")]
    elif system is not None and _planned_elsewhere(plan):
        errors["system"] = [_("Hệ thống này đã có trong kế hoạch kết nối")]
    if system is not None and not plan.name:
        plan.name = system.name
    if not plan.name:
        errors["name"] = [_("Chọn hệ thống trong danh mục hoặc nhập tên hệ thống")]
    return errors


def _planned_elsewhere(plan: ConnectionPlan) -> bool:
    others = ConnectionPlan.objects.filter(system=plan.system).exclude(state=PlanState.DROPPED)
    return others.exclude(pk=plan.pk).exists()


def _save(plan: ConnectionPlan, errors: Errors) -> None:
    plan.sort_key = sort_key(plan.name)[:700]
    plan.search = fold(plan.name)
    if plan.pk:
        plan.revision += 1
    judge(plan, errors)
    store(plan, unique="system")


def _answer_errors(asked: Mapping[int, ReadinessCriterion], answers: Answers) -> Errors:
    errors = Errors()
    for pk, (ready, note) in answers.items():
        if pk not in asked:
            errors[f"criterion-{pk}"] = [_("Tiêu chí này không còn áp dụng; mở lại trang")]
        elif not ready and not tidy(note):
            errors[f"criterion-{pk}"] = [_("Ghi còn thiếu gì")]
        elif len(tidy(note)) > 300:
            errors[f"criterion-{pk}"] = [_("Viết tối đa 300 ký tự")]
    return errors
