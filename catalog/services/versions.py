"""Deeds on versions of a data service: make, change, and the steps of their life."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.gates import announce
from audit.record import changed, record_fact
from catalog.choices import CALLABLE, ServiceState
from catalog.guards import SERVICE_MANAGE, may_edit_services_of
from catalog.models import DataService, ProfileUse, ServiceVersion
from catalog.selectors.profiles import misfits_of
from catalog.services.announced import KEPT, note
from catalog.services.judging import judge, require_fresh, store, tidied
from catalog.services.searching import index_service
from catalog.services.version_notices import tell
from catalog.version_names import number_of
from core.actor import Actor
from core.problems import PermissionRefused, StateRefused
from core.text import tidy
from core.transitions import carry

FIELDS = ("max_request_bytes", "max_answer_bytes", "message_form", "accepts_gzip")
# Step of a version's life -> the deed its fact names.
DEEDS = {
    "ask": "version.asked",
    "publish": "version.published",
    "give_back": "version.returned",
    "recall": "version.recalled",
    "deprecate": "version.deprecated",
    "redate": "version.redated",
    "resume": "version.resumed",
    "withdraw": "version.withdrawn",
}


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


def next_name(service: DataService) -> str:
    """Return the name the next version of *service* would have."""
    numbers = [number_of(name) for name in service.versions.values_list("name", flat=True)]
    return f"v{max(numbers, default=0) + 1}"


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
    if stored.state not in CALLABLE or not actor.may(SERVICE_MANAGE):
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
    judge(stored, _form_errors(stored) if "message_form" in new else {})
    store(stored, unique="name")
    record_fact(actor=actor, deed="version.changed", subject=stored, before=old, after=new)
    announce()
    return stored


def _form_errors(version: ServiceVersion) -> dict[str, list[str]]:
    """Return what speaks against the form of *version*: structures that could judge none of its messages."""
    uses = ProfileUse.objects.filter(operation__version=version)
    names = misfits_of(uses, message_form=version.message_form)
    if not names:
        return {}
    text = _("Cấu trúc thông điệp của %(operations)s không kiểm tra được dạng này; bỏ áp dụng cấu trúc đó trước")
    return {"message_form": [text % {"operations": "; ".join(f"«{name}»" for name in names)}]}


@transaction.atomic
def move_version(
    *,
    actor: Actor,
    version: ServiceVersion,
    step: str,
    reason: str = "",
    sunset_on: date | None = None,
    short_notice: str = "",
) -> ServiceVersion:
    """Take one step of a version's life (*step* is the transition's name); the other side and the broker hear of it.

    ``deprecate`` and ``redate`` name the day from which the version is provided no more; *short_notice* says why that
    is sooner than the notice to be given. Raises StateRefused, PermissionRefused, GuardRefused with every gap,
    InvalidInput.
    """
    # Whoever changes the service at this moment waits, so the legal items judged here are those published.
    DataService.objects.select_for_update().get(pk=version.service_id)
    stored = ServiceVersion.objects.select_for_update().get(pk=version.pk)
    before, reason = {name: getattr(stored, name) for name in KEPT}, tidy(reason)
    taken = carry(stored, step, actor, reason=reason)
    note(stored, step, reason, sunset_on, tidy(short_notice))
    stored.revision += 1
    stored.save()
    old, new = changed(before, {name: getattr(stored, name) for name in KEPT})
    record_fact(
        actor=actor,
        deed=DEEDS[step],
        subject=stored,
        before=old,
        after=new,
        reason=reason,
        clause=taken.custom["clause"],
    )
    index_service(stored.service_id)
    tell(actor, stored, step)
    announce()
    return stored


def publish_version(*, actor: Actor, version: ServiceVersion) -> ServiceVersion:
    """Put a version into the public catalogue and let it be granted (QC11.2)."""
    return move_version(actor=actor, version=version, step="publish")


def deprecate_version(
    *, actor: Actor, version: ServiceVersion, sunset_on: date, reason: str, short_notice: str = ""
) -> ServiceVersion:
    """Say from which day a version is provided no more, and why; until then it is called as before."""
    return move_version(
        actor=actor,
        version=version,
        step="deprecate",
        reason=reason,
        sunset_on=sunset_on,
        short_notice=short_notice,
    )


def withdraw_version(*, actor: Actor, version: ServiceVersion, reason: str) -> ServiceVersion:
    """Stop a version for everyone, with the reason (QC11.8)."""
    return move_version(actor=actor, version=version, step="withdraw", reason=reason)
