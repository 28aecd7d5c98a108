"""Deeds on the register of information systems: register, change, retire."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.gates import announce
from audit.record import changed, record_fact
from catalog.choices import SystemState
from catalog.guards import (
    SYSTEM_DRAFT_TRIAL,
    SYSTEM_EDIT_OWN,
    SYSTEM_MANAGE,
    edits_system,
    may_edit_systems_of,
    system_gaps,
)
from catalog.models import InformationSystem
from catalog.services.judging import Errors, judge, require_fresh, store, tidied
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.networks import read_networks
from core.problems import PermissionRefused, StateRefused
from core.text import fold, sort_key, tidy
from core.transitions import carry

FIELDS = (
    "name",
    "kind",
    "owner",
    "operating_unit",
    "supplier",
    "technologies",
    "hosting",
    "purpose",
    "security_level",
    "security_decision",
    "security_decided_on",
    "environments",
    "networks",
    "sandbox_networks",
)
MOST_TECHNOLOGIES = 30


@transaction.atomic
def register_system(
    *, actor: Actor, owner: Agency, draft: bool = False, is_sample: bool = False, reason: str = "", **fields: Any
) -> InformationSystem:
    """Enter a system under a new code of its owner (QC3.2, QC7.6), registered unless it is to stay a *draft*.

    Raises PermissionRefused, InvalidInput naming each wrong field. A code once issued is never issued again.
    """
    if not may_edit_systems_of(actor, owner.pk):
        raise PermissionRefused(_("Chỉ cán bộ của cơ quan chủ quản hoặc cán bộ vận hành được đăng ký hệ thống này."))
    return _enter(actor, owner, draft=draft, is_sample=is_sample, reason=reason, fields=fields)


@transaction.atomic
def draft_trial_system(*, actor: Actor, name: str) -> InformationSystem:
    """Enter a draft of a system of the actor's own agency by its name, so that its technician can try services.

    It is a system like any other: the agency's officer fills in what a registered one needs, or retires it.
    Raises PermissionRefused, InvalidInput.
    """
    owner = Agency.objects.filter(pk=actor.agency_id or 0).first()
    if owner is None or not (actor.may(SYSTEM_DRAFT_TRIAL) or actor.may(SYSTEM_EDIT_OWN)):
        raise PermissionRefused(_("Nhập hệ thống để gọi thử thuộc Cán bộ kỹ thuật hoặc Cán bộ cơ quan."))
    fields = {"name": name, "environments": [Environment.SANDBOX.value]}
    reason = _("Nhập để gọi thử trong môi trường thử nghiệm")
    return _enter(actor, owner, draft=True, is_sample=False, reason=reason, fields=fields)


def _enter(
    actor: Actor, owner: Agency, *, draft: bool, is_sample: bool, reason: str, fields: Mapping[str, Any]
) -> InformationSystem:
    values, errors = _read({"operating_unit": owner, **fields, "owner": owner})
    stored_owner = Agency.objects.select_for_update().get(pk=owner.pk)
    made = InformationSystem(**values, is_sample=is_sample)
    _give_code(made, stored_owner)
    errors |= agency_errors(made)
    if not draft:
        errors |= gap_errors(made, errors)
    _save(made, errors)
    after = {**values, "code": made.code}
    record_fact(actor=actor, deed="system.entered", subject=made, after=after, reason=reason, clause="QC7.6")
    return made if draft else move_system(actor=actor, system=made, step="register")


@transaction.atomic
def change_system(
    *, actor: Actor, system: InformationSystem, revision: int | None = None, reason: str = "", **fields: Any
) -> InformationSystem:
    """Change a system. *revision* is the one the person saw; another one now means somebody was faster.

    Its code stays, also under another owner, whom only the operator's staff may name.
    """
    stored = InformationSystem.objects.select_for_update().get(pk=system.pk)
    if not edits_system(stored, actor):
        raise PermissionRefused(_("Chỉ cán bộ của cơ quan chủ quản hoặc cán bộ vận hành được sửa hệ thống này."))
    if stored.state == SystemState.RETIRED:
        raise StateRefused(_("Hệ thống đã ngừng sử dụng nên không sửa được nữa."))
    require_fresh(stored, revision)
    values, errors = _read(fields)
    owner = values.get("owner", stored.owner)
    if owner.pk != stored.owner_id and not actor.may(SYSTEM_MANAGE):
        errors["owner"] = [_("Chỉ cán bộ vận hành được chuyển hệ thống sang cơ quan khác")]
    before = {name: getattr(stored, name) for name in values}
    for name, value in values.items():
        setattr(stored, name, value)
    old, new = changed(before, values)
    if not new and not errors:
        return stored
    if {"owner", "operating_unit"} & new.keys():
        errors |= agency_errors(stored)
    if stored.state == SystemState.REGISTERED:
        errors |= gap_errors(stored, errors)
    stored.revision += 1
    _save(stored, errors)
    record_fact(
        actor=actor,
        deed="system.changed",
        subject=stored,
        before=old,
        after=new,
        reason=reason,
        clause="QC7.6",
    )
    announce()
    return stored


@transaction.atomic
def move_system(*, actor: Actor, system: InformationSystem, step: str, reason: str = "") -> InformationSystem:
    """Register a draft or retire a system (*step* is the transition's name)."""
    stored = InformationSystem.objects.select_for_update().get(pk=system.pk)
    before = stored.state
    taken = carry(stored, step, actor, reason=reason)
    if stored.state == SystemState.RETIRED:
        stored.retire_reason = tidy(reason)[:300]
    stored.revision += 1
    stored.save()
    record_fact(
        actor=actor,
        deed=f"system.{stored.state}",
        subject=stored,
        before={"state": before},
        after={"state": stored.state},
        reason=tidy(reason),
        clause=taken.custom["clause"],
    )
    announce()
    return stored


def retire_system(*, actor: Actor, system: InformationSystem, reason: str) -> InformationSystem:
    """Take a system out of use for ever, with the reason; what depends on it stops with it."""
    return move_system(actor=actor, system=system, step="retire", reason=reason)


def _read(fields: Mapping[str, Any]) -> tuple[dict[str, Any], Errors]:
    values, errors = tidied(InformationSystem, fields, FIELDS), Errors()
    for name in {"networks", "sandbox_networks"} & values.keys():
        values[name], wrong = read_networks(values[name])
        errors |= {name: wrong} if wrong else {}
    if "environments" in values:
        asked = set(values["environments"])
        values["environments"] = [item.value for item in Environment if item.value in asked]
        if asked - set(Environment.values):
            errors["environments"] = [_("Chọn môi trường trong danh sách")]
    if "technologies" in values:
        values["technologies"] = list(dict.fromkeys(text for item in values["technologies"] if (text := tidy(item))))
        errors |= _technology_errors(values["technologies"])
    return values, errors


def _technology_errors(technologies: list[str]) -> Errors:
    if len(technologies) > MOST_TECHNOLOGIES:
        return {"technologies": [_("Nêu tối đa %(n)s công nghệ") % {"n": MOST_TECHNOLOGIES}]}
    if any(len(item) > 100 for item in technologies):
        return {"technologies": [_("Mỗi công nghệ viết tối đa 100 ký tự")]}
    return {}


def _give_code(system: InformationSystem, owner: Agency) -> None:
    """Issue the next code of *owner*, whose row is locked, so that two at once cannot get the same."""
    last = InformationSystem.objects.filter(code_base=owner.code).aggregate(n=Max("code_number"))["n"] or 0
    while True:
        last += 1
        system.code_base, system.code_number, system.code = owner.code, last, f"{owner.code}.HT{last:02d}"
        if not InformationSystem.objects.known_as(system.code).exists():  # an official code may look like one of ours
            return


def agency_errors(system: InformationSystem) -> Errors:
    """Return the agencies of *system* that are no more, by field."""
    today, errors = clock.today(), Errors()
    for name in ("owner", "operating_unit"):
        agency = getattr(system, name)
        if agency.valid_to is not None and agency.valid_to < today:
            errors[name] = [_("%(name)s đã kết thúc; chọn cơ quan còn hoạt động") % {"name": agency}]
    return errors


def gap_errors(system: InformationSystem, errors: Errors) -> Errors:
    """Return what registering *system* needs and it lacks, apart from fields already in *errors*."""
    gaps = system_gaps(system)
    return {name: [_("Nhập %(label)s") % {"label": label}] for name, label in gaps.items() if name not in errors}


def rules(system: InformationSystem, errors: Errors) -> None:
    """Add to *errors* what no single field can say: decision and level go together, dates in order."""
    if bool(system.security_decision) != bool(system.security_decided_on):
        missing = "security_decided_on" if system.security_decision else "security_decision"
        errors.setdefault(missing, [_("Số và ngày quyết định phê duyệt cấp độ phải đi cùng nhau")])
    elif system.security_decided_on and system.security_decided_on > clock.today():
        errors.setdefault("security_decided_on", [_("Ngày quyết định không thể sau hôm nay")])
    elif system.security_decision and not system.security_level:
        errors.setdefault("security_level", [_("Chọn cấp độ mà quyết định đã phê duyệt")])


def _save(system: InformationSystem, errors: Errors) -> None:
    rules(system, errors)
    system.sort_key = sort_key(system.name)[:700]
    system.search = search_text(system)
    judge(system, errors)
    store(system, unique="name")


def search_text(system: InformationSystem) -> str:
    """Return the folded text a system is found by: name, code in use and codes no longer used."""
    return fold(" ".join([system.name, system.code, *system.former_codes]))
