"""Giving a system its official code (QC7.6); the sample code stays with it and leads to it."""

import re

from django.db import transaction
from django.utils.translation import gettext as _

from audit.gates import announce
from audit.record import record_fact
from catalog.guards import SYSTEM_MANAGE
from catalog.models import InformationSystem
from catalog.services.judging import Errors, require_fresh, store
from catalog.services.systems import search_text
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused
from core.text import tidy

_SHAPE = re.compile(r"[A-Z0-9]+([._-][A-Z0-9]+)*")
LONGEST = 48


def code_fault(code: str) -> str:
    """Say what is wrong with the spelling of a code, "" when nothing is."""
    if not _SHAPE.fullmatch(code) or len(code) > LONGEST:
        return _("Mã gồm chữ in hoa không dấu, số và dấu chấm, tối đa 48 ký tự, ví dụ H60.02.HT01")
    return ""


@transaction.atomic
def replace_system_code(
    *, actor: Actor, system: InformationSystem, code: str, basis: str, revision: int | None = None
) -> InformationSystem:
    """Give *system* its official *code* on the ground *basis*; the same code again only says that it is official.

    Raises PermissionRefused, StateRefused when somebody changed the system meanwhile, InvalidInput for "code" (spelt
    wrongly, or ever used for another system) and "basis".
    """
    if not actor.may(SYSTEM_MANAGE):
        raise PermissionRefused(_("Thay mã hệ thống thuộc vai trò Cán bộ vận hành."))
    stored = InformationSystem.objects.select_for_update().get(pk=system.pk)
    require_fresh(stored, revision)
    code, basis = tidy(code), tidy(basis)
    if errors := _errors(stored, code, basis):
        raise InvalidInput(errors)
    before = {"code": stored.code, "code_is_official": stored.code_is_official, "code_basis": stored.code_basis}
    if code != stored.code:
        kept = [item for item in stored.former_codes if item != code]
        stored.former_codes = [*kept, stored.code]
    stored.code, stored.code_is_official, stored.code_basis = code, True, basis
    stored.search = search_text(stored)
    stored.revision += 1
    store(stored, unique="code")
    after = {"code": code, "code_is_official": True, "code_basis": basis}
    record_fact(
        actor=actor,
        deed="system.code_replaced",
        subject=stored,
        before=before,
        after=after,
        reason=basis,
        clause="QC7.6",
    )
    announce()
    return stored


def _errors(system: InformationSystem, code: str, basis: str) -> Errors:
    errors = Errors()
    if fault := code_fault(code):
        errors["code"] = [fault]
    elif InformationSystem.objects.known_as(code).exclude(pk=system.pk).exists():
        errors["code"] = [_("Mã này đã cấp cho hệ thống khác; mã không bao giờ dùng lại")]
    if not basis:
        errors["basis"] = [_("Nhập căn cứ, ví dụ số văn bản cấp mã")]
    elif len(basis) > 300:
        errors["basis"] = [_("Viết tối đa 300 ký tự")]
    return errors
