"""Deeds on OpenAPI and WSDL descriptions: hand in, apply to a draft, make the next version of."""

from collections.abc import Collection
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from catalog import openapi
from catalog.choices import ServiceState
from catalog.handed_in import described
from catalog.models import ApiDescription, DataService, Operation, ServiceVersion
from catalog.openapi.shapes import MAX_BYTES
from catalog.selectors.descriptions import Reading, reading_of
from catalog.services.operations import DESCRIBED, remove_operation, set_operation
from catalog.services.profile_uses import copy_uses
from catalog.services.upstreams import copy_upstream
from catalog.services.versions import FIELDS as BOUNDS
from catalog.services.versions import create_version, draft_for, next_name, require_editor
from catalog.soap import Soap, columns_of
from core import clock
from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, StateRefused
from core.text import printable, tidy

CLAUSE = "QC11.2"


@transaction.atomic
def hand_in(*, actor: Actor, version: ServiceVersion, file: Any) -> ApiDescription:
    """Keep an OpenAPI or WSDL *file* for *version* as it is; nothing of the version changes.

    The file before, if it was never applied, goes. Raises PermissionRefused, StateRefused for a withdrawn version,
    InvalidInput on ``file`` with the place and reason of what cannot be read.
    """
    if (file.size or 0) > MAX_BYTES:
        raise InvalidInput({"file": [_("Tệp lớn hơn 2 MB; tách dịch vụ hoặc bỏ phần ví dụ rồi gửi lại")]})
    content = file.read()
    said = _said(content)
    stored = ServiceVersion.objects.select_for_update().get(pk=version.pk)
    require_editor(actor, stored.service)
    if stored.state == ServiceState.WITHDRAWN:
        raise StateRefused(_("Phiên bản đã ngừng cung cấp nên không nhận mô tả nữa."))
    values = {
        "file_name": (tidy(printable(str(file.name or ""))) or "mo-ta")[-200:],
        "size": len(content),
        "openapi": said.openapi,
        "title": said.title,
    }
    digest = sha256(content).hexdigest()
    stored.descriptions.filter(applied_at__isnull=True).exclude(sha256=digest).delete()
    made, is_new = stored.descriptions.get_or_create(
        sha256=digest, defaults={**values, "content": content, "handed_in_at": clock.now()}
    )
    if is_new:
        after = {**values, "sha256": digest, "operations": len(said.operations), "errors": said.errors}
        record_fact(actor=actor, deed="description.handed_in", subject=made, after=after, clause=CLAUSE)
    return made


def _said(content: bytes) -> openapi.Description:
    try:
        return described(content)
    except openapi.Refused as refused:
        raise InvalidInput({"file": [_told(refused)]}) from refused


def _told(refused: openapi.Refused) -> str:
    return f"{refused.place}: {refused}" if refused.place else str(refused)


def read_again(description: ApiDescription, reads: Collection[str] | None = None) -> Reading:
    """Return what *description* says beside its version, *reads* as in ``reading_of``.

    Raises InvalidInput where it cannot be read any more.
    """
    try:
        return reading_of(description, reads)
    except openapi.Refused as refused:
        raise InvalidInput({"": [_told(refused)]}) from refused


def applicable(version: ServiceVersion, reading: Reading) -> bool:
    """Return whether *reading* has something to apply to *version*, or to the version after it."""
    something = bool(reading.difference) or bool(reading.readable)
    return not reading.said.errors and something and version.state != ServiceState.WITHDRAWN


def take_over(
    *, actor: Actor, description: ApiDescription, seen: str, reads: Collection[str] | None = None
) -> ServiceVersion:
    """Apply *description* to its draft, or make the next version where its version stays as it is.

    *reads* are the codes of operations of a WSDL that the person says only read (None: as the version has them).
    """
    if description.version.state == ServiceState.DRAFT:
        return apply(actor=actor, description=description, seen=seen, reads=reads)
    return make_next_version(actor=actor, description=description, seen=seen, reads=reads)


@transaction.atomic
def apply(
    *, actor: Actor, description: ApiDescription, seen: str, reads: Collection[str] | None = None
) -> ServiceVersion:
    """Make the operations of a draft those of *description*; fields that stay keep their class.

    *seen* names the difference the person saw. Raises PermissionRefused, StateRefused when the version is no draft or
    changed since, GuardRefused while the description has errors, InvalidInput.
    """
    draft = draft_for(actor, description.version)
    stored = ApiDescription.objects.select_for_update().get(pk=description.pk, version=draft)
    difference = _agreed(stored, seen, reads).difference
    present = {(item.method, item.template): item for item in draft.operations.all()}
    stay = _removed(actor, present, difference)
    for change in (*difference.changed, *difference.added):
        if change.after is not None:
            _set(actor, draft, change.after, stay.get(change.before.code) if change.before else None)
    _note_applied(actor, stored, difference)
    return draft


def _removed(
    actor: Actor, present: dict[tuple[str, str], Operation], difference: openapi.Difference
) -> dict[str, Operation]:
    """Remove what goes, and what changes its name or address: it is entered anew. Returns the others by code."""
    stay = {item.code: item for item in present.values()}
    for change in (*difference.removed, *difference.changed):
        before, after = change.before, change.after
        if before and (after is None or (before.code, before.template) != (after.code, after.template)):
            remove_operation(actor=actor, operation=stay.pop(before.code))
    return stay


def _set(
    actor: Actor, version: ServiceVersion, wanted: openapi.Operation, operation: Operation | None, **more: str
) -> None:
    values = {name: getattr(wanted, name) for name in DESCRIBED} | columns_of(wanted.soap or Soap()) | more
    set_operation(actor=actor, version=version, operation=operation, elements=wanted.fields, **values)


def _agreed(description: ApiDescription, seen: str, reads: Collection[str] | None) -> Reading:
    """Return the reading that *seen* names, with what the person chose of it. Raises StateRefused, GuardRefused."""
    found = read_again(description)
    if found.said.errors:
        text = _("Tệp còn %(n)d lỗi; sửa tệp rồi gửi lại.")
        raise GuardRefused(text % {"n": found.said.errors})
    if found.difference.seen != seen:
        raise StateRefused(_("Phiên bản vừa thay đổi; xem lại khác biệt rồi thực hiện lại."))
    return found if reads is None else read_again(description, reads)


def _note_applied(actor: Actor, description: ApiDescription, difference: openapi.Difference) -> None:
    description.applied_at = clock.now()
    description.save(update_fields=["applied_at"])
    after: dict[str, Any] = {"sha256": description.sha256}
    for kind in ("added", "changed", "removed"):
        after[kind] = [change.shown.code for change in getattr(difference, kind)]
    record_fact(actor=actor, deed="description.applied", subject=description, after=after, clause=CLAUSE)


@transaction.atomic
def make_next_version(
    *, actor: Actor, description: ApiDescription, seen: str, reads: Collection[str] | None = None
) -> ServiceVersion:
    """Make the next version of a service from a description of one that stays as it is.

    The draft gets the operations described with the classes of fields that stay, and the addresses in use.
    Raises PermissionRefused, StateRefused, GuardRefused, InvalidInput.
    """
    service = DataService.objects.select_for_update().get(pk=description.version.service_id)
    require_editor(actor, service)
    old = ServiceVersion.objects.select_for_update().get(pk=description.version_id)
    if old.state == ServiceState.DRAFT:
        raise StateRefused(_("Phiên bản còn là bản nháp; áp dụng mô tả vào chính bản nháp này."))
    taken = service.versions.filter(state=ServiceState.DRAFT, descriptions__sha256=description.sha256).first()
    if taken is not None:
        raise StateRefused(_("Tệp này đã được lấy vào bản nháp %(name)s.") % {"name": taken.name})
    found = _agreed(description, seen, reads)
    if not found.difference:
        raise StateRefused(_("Tệp không làm thay đổi gì so với phiên bản %(name)s.") % {"name": old.name})
    made = create_version(
        actor=actor, service=service, name=next_name(service), **{name: getattr(old, name) for name in BOUNDS}
    )
    roots = {(item.method, item.template): item.xml_root for item in old.operations.all()}
    for operation in found.difference.result:
        _set(actor, made, operation, None, xml_root=roots.get((operation.method, operation.template), ""))
    for upstream in old.upstreams.filter(active=True).order_by("environment", "place"):
        copy_upstream(actor=actor, version=made, upstream=upstream)
    copy_uses(actor=actor, old=old, new=made)
    kept = ApiDescription.objects.create(
        version=made,
        handed_in_at=clock.now(),
        **{
            name: getattr(description, name) for name in ("file_name", "sha256", "size", "openapi", "title", "content")
        },
    )
    _note_applied(actor, kept, found.difference)
    return made
