"""Deeds on versions of a data service: make, change, publish, withdraw."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.gates import announce
from audit.record import changed, record_fact
from catalog.choices import ServiceState
from catalog.guards import SERVICE_MANAGE, may_edit_services_of
from catalog.models import DataService, ServiceVersion
from catalog.services.judging import judge, require_fresh, store, tidied
from catalog.services.searching import index_service
from core import clock
from core.actor import Actor
from core.problems import PermissionRefused, StateRefused
from core.text import tidy
from core.transitions import carry

FIELDS = ("max_request_bytes",)


def draft_for(actor: Actor, version: ServiceVersion) -> ServiceVersion:
    """Return *version* locked for a change of its parts. Raises PermissionRefused, StateRefused once published."""
    stored = ServiceVersion.objects.select_for_update().get(pk=version.pk)
    require_editor(actor, stored.service)
    if stored.state != ServiceState.DRAFT:
        raise StateRefused(
            _("Phiên bản đang ở tình trạng «%(state)s», nội dung được giữ nguyên. Lập phiên bản mới để thay đổi.")
            % {"state": stored.get_state_display()}
        )
    return stored


def require_editor(actor: Actor, service: DataService) -> None:
    """Refuse whoever is neither of the provider's catalogue staff nor SKHCN's. Raises PermissionRefused."""
    if not may_edit_services_of(actor, service.provider_id):
        raise PermissionRefused(_("Chỉ cán bộ của cơ quan cung cấp hoặc cán bộ vận hành được sửa dịch vụ này."))


@transaction.atomic
def create_version(*, actor: Actor, service: DataService, name: str, **fields: Any) -> ServiceVersion:
    """Make a draft version *name* ("v1") of *service*. Raises PermissionRefused, InvalidInput."""
    locked = DataService.objects.select_for_update().get(pk=service.pk)
    require_editor(actor, locked)
    values = {"name": tidy(name), **tidied(ServiceVersion, fields, FIELDS)}
    made = ServiceVersion(service=locked, **values)
    judge(made)
    store(made, unique="name")
    record_fact(actor=actor, deed="version.made", subject=made, after={**values, "service": locked}, clause="QC11.2")
    return made


@transaction.atomic
def change_version(
    *, actor: Actor, version: ServiceVersion, revision: int | None = None, **fields: Any
) -> ServiceVersion:
    """Change the bounds of a version: by its editors while it is a draft, by SKHCN's staff once it is published."""
    stored = ServiceVersion.objects.select_for_update().get(pk=version.pk)
    if stored.state != ServiceState.PUBLISHED or not actor.may(SERVICE_MANAGE):
        stored = draft_for(actor, stored)
    require_fresh(stored, revision)
    values = tidied(ServiceVersion, fields, FIELDS)
    before = {name: getattr(stored, name) for name in values}
    for name, value in values.items():
        setattr(stored, name, value)
    old, new = changed(before, values)
    if not new:
        return stored
    stored.revision += 1
    judge(stored)
    store(stored, unique="name")
    record_fact(actor=actor, deed="version.changed", subject=stored, before=old, after=new)
    announce()
    return stored


@transaction.atomic
def move_version(*, actor: Actor, version: ServiceVersion, step: str, reason: str = "") -> ServiceVersion:
    """Publish a draft or withdraw what is published (*step* is the transition's name); the broker hears of it."""
    # Whoever changes the service at this moment waits, so the legal items judged here are those published.
    DataService.objects.select_for_update().get(pk=version.service_id)
    stored = ServiceVersion.objects.select_for_update().get(pk=version.pk)
    before = stored.state
    taken = carry(stored, step, actor, reason=reason)
    if stored.state == ServiceState.PUBLISHED:
        stored.published_at = clock.now()
    else:
        stored.withdrawn_at, stored.withdraw_reason = clock.now(), tidy(reason)[:300]
    stored.revision += 1
    stored.save()
    record_fact(
        actor=actor,
        deed=f"version.{stored.state}",
        subject=stored,
        before={"state": before},
        after={"state": stored.state},
        reason=tidy(reason),
        clause=taken.custom["clause"],
    )
    index_service(stored.service_id)
    announce()
    return stored


def publish_version(*, actor: Actor, version: ServiceVersion) -> ServiceVersion:
    """Put a version into the public catalogue and let it be granted (QC11.2)."""
    return move_version(actor=actor, version=version, step="publish")


def withdraw_version(*, actor: Actor, version: ServiceVersion, reason: str) -> ServiceVersion:
    """Stop a version for everyone, with the reason (QC11.8)."""
    return move_version(actor=actor, version=version, step="withdraw", reason=reason)
