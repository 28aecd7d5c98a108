"""Handing the systems, plans and data services of a body that has ended to the one that succeeds it (QC2)."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.gates import announce
from audit.record import changed, record_fact
from catalog.guards import SERVICE_MANAGE, SYSTEM_MANAGE
from catalog.models import ConnectionPlan, DataService, DataWish, InformationSystem
from catalog.services.data_services import search_text
from catalog.services.searching import index_service
from core.actor import Actor
from core.problems import PermissionRefused


@transaction.atomic
def transfer_systems(*, actor: Actor, agency: Agency, successor: Agency, reason: str) -> list[InformationSystem]:
    """Make *successor* owner and operating unit where *agency* was; codes stay, one fact for each system.

    Systems out of use go along, so that their history has a keeper. Raises PermissionRefused.
    """
    if not actor.may(SYSTEM_MANAGE):
        raise PermissionRefused(_("Chuyển hệ thống sang cơ quan kế thừa thuộc vai trò Cán bộ vận hành."))
    found = InformationSystem.objects.select_for_update(of=("self",)).select_related("owner", "operating_unit")
    moved = list(found.filter(Q(owner=agency) | Q(operating_unit=agency)).order_by("pk"))
    for system in moved:
        before: dict[str, Any] = {name: getattr(system, name) for name in ("owner", "operating_unit")}
        for name, body in before.items():
            setattr(system, name, successor if body == agency else body)
        system.revision += 1
        system.save()
        old, new = changed(before, {name: getattr(system, name) for name in before})
        record_fact(
            actor=actor,
            deed="system.transferred",
            subject=system,
            before=old,
            after=new,
            reason=reason,
            clause="QC7.6",
        )
    announce()
    return moved


@transaction.atomic
def transfer_plans(*, actor: Actor, agency: Agency, successor: Agency, reason: str) -> list[ConnectionPlan]:
    """Let *successor* answer for what *agency* had to connect, one fact for each entry. Raises PermissionRefused."""
    if not actor.may(SYSTEM_MANAGE):
        raise PermissionRefused(_("Chuyển kế hoạch kết nối sang cơ quan kế thừa thuộc vai trò Cán bộ vận hành."))
    moved = list(ConnectionPlan.objects.select_for_update().filter(agency=agency).order_by("pk"))
    for plan in moved:
        plan.agency = successor
        plan.revision += 1
        plan.save()
        record_fact(
            actor=actor,
            deed="plan.transferred",
            subject=plan,
            before={"agency": agency},
            after={"agency": successor},
            reason=reason,
            clause="QC15.1",
        )
    return moved


@transaction.atomic
def transfer_services(*, actor: Actor, agency: Agency, successor: Agency, reason: str) -> list[DataService]:
    """Make *successor* the provider of what *agency* provided; addresses stay, one fact for each service.

    Raises PermissionRefused.
    """
    if not actor.may(SERVICE_MANAGE):
        raise PermissionRefused(_("Chuyển dịch vụ dữ liệu sang cơ quan kế thừa thuộc vai trò Cán bộ vận hành."))
    found = DataService.objects.select_for_update(of=("self",)).select_related("provider")
    moved = list(found.filter(provider=agency).order_by("pk"))
    for service in moved:
        service.provider = successor
        service.search = search_text(service)
        service.revision += 1
        service.save()
        index_service(service.pk)
        record_fact(
            actor=actor,
            deed="service.transferred",
            subject=service,
            before={"provider": agency},
            after={"provider": successor},
            reason=reason,
            clause="QC11.2",
        )
    announce()
    return moved


@transaction.atomic
def transfer_wishes(*, actor: Actor, agency: Agency, successor: Agency, reason: str) -> list[DataWish]:
    """Make *successor* the one that asks for the data *agency* asked for, one fact for each wish.

    Raises PermissionRefused.
    """
    if not actor.may(SERVICE_MANAGE):
        raise PermissionRefused(_("Chuyển nhu cầu dữ liệu sang cơ quan kế thừa thuộc vai trò Cán bộ vận hành."))
    moved = list(DataWish.objects.select_for_update().filter(agency=agency).order_by("pk"))
    for wish in moved:
        wish.agency = successor
        wish.save()
        record_fact(
            actor=actor,
            deed="wish.transferred",
            subject=wish,
            before={"agency": agency},
            after={"agency": successor},
            reason=reason,
            clause="QC2",
        )
    return moved
