"""Beginning a dossier with what earlier ones of the agency said already (WCAG 2.2, 3.3.7)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.record import record_fact
from connections.choices import ENDED, AttachmentKind, Kind, Part, State
from connections.models import Attachment, ConnectionRequest, RequestLine
from connections.selectors.offered import codes_offered
from connections.selectors.parts import FIELDS, begun
from connections.selectors.people import technicians_of
from connections.services.drafts import judge_filing
from connections.services.moves import index
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, StateRefused

# What every dossier of an agency says much the same, and what a copy takes over besides.
USUAL = (*FIELDS[Part.CONTACTS], *FIELDS[Part.PURPOSE], "networks", *FIELDS[Part.PLANS])
COPIED = (*USUAL, *FIELDS[Part.SCOPE], *(name for name in FIELDS[Part.TECHNICAL] if name != "wanted_until"))


@dataclass(slots=True)
class Begun:
    """A draft, whether it is a new one, and what of its model is offered no longer, in words."""

    request: ConnectionRequest
    fresh: bool
    dropped: list[str] = field(default_factory=list)


@transaction.atomic
def begin_filled(*, actor: Actor) -> Begun:
    """Begin a draft with what the agency's latest sent dossier says of contacts, purpose, networks and plans.

    A draft the same person began and wrote nothing in is given again, so a button pressed twice begins once.
    Raises PermissionRefused, GuardRefused.
    """
    agency = judge_filing(actor, lock=True)
    earlier = ConnectionRequest.objects.filter(agency=agency).exclude(number="").order_by("-submitted_at").first()
    return _untouched(actor, agency, None) or _begin(actor, agency, earlier, USUAL)


@transaction.atomic
def copy_request(*, actor: Actor, source: ConnectionRequest) -> Begun:
    """Begin a draft that says all that *source* says, but for its system: lines as far as they are offered now.

    Raises PermissionRefused, GuardRefused, InvalidInput for a dossier of another agency or one never sent.
    """
    agency = judge_filing(actor, lock=True)
    if source.agency_id != agency.pk or not source.number:
        raise InvalidInput({"": [_("Chọn một hồ sơ cơ quan mình đã gửi")]})
    found = _untouched(actor, agency, source)
    if found is not None:
        return found
    begun_now = _begin(actor, agency, source, COPIED)
    begun_now.dropped = _copy_lines(source, begun_now.request)
    _copy_files(actor, source, begun_now.request)
    return begun_now


@transaction.atomic
def begin_follow_up(*, actor: Actor, source: ConnectionRequest, kind: str) -> Begun:
    """Begin a draft that changes or renews the live dossier *source*, with everything it was granted (Q50-15.4).

    One such dossier at a time: where one is under way, it is given instead. Raises PermissionRefused, GuardRefused,
    InvalidInput for a dossier of another agency or another kind, StateRefused for one that does not run any more.
    """
    agency = judge_filing(actor, lock=True)
    if source.agency_id != agency.pk or kind not in (Kind.CHANGE, Kind.RENEWAL):
        raise InvalidInput({"": [_("Chọn hồ sơ đang vận hành của cơ quan mình")]})
    stored = ConnectionRequest.objects.select_for_update(of=("self",)).select_related("system").get(pk=source.pk)
    if (newer := stored.replaced_by) is not None:
        raise StateRefused(_("Hồ sơ %(new)s đã thay hồ sơ này; lập hồ sơ từ hồ sơ đó.") % {"new": newer})
    if stored.state != State.LIVE:
        text = _("Hồ sơ đang ở tình trạng «%(state)s»; chỉ hồ sơ đang vận hành mới thay đổi, gia hạn được.")
        raise StateRefused(text % {"state": State(stored.state).label})
    under_way = stored.followers.exclude(state__in=[State.LIVE, *ENDED]).order_by("-id").first()
    if under_way is not None:
        return Begun(under_way, fresh=False)
    names = (*COPIED, *FIELDS[Part.SYSTEM])
    begun_now = _begin(actor, agency, stored, names, kind=kind, follows=stored, system=stored.system)
    begun_now.dropped = _copy_lines(stored, begun_now.request, granted=True)
    _copy_files(actor, stored, begun_now.request)
    return begun_now


def _untouched(actor: Actor, agency: Agency, source: ConnectionRequest | None) -> Begun | None:
    drafts = ConnectionRequest.objects.filter(agency=agency, state=State.DRAFT, version=1, created_by=actor.user_id)
    narrowed = drafts.filter(copied_from=source) if source else drafts.filter(system=None, lines=None)
    found = narrowed.order_by("-id").first()
    return Begun(found, fresh=False) if found else None


def _begin(actor: Actor, agency: Agency, source: ConnectionRequest | None, names: Sequence[str], **more: Any) -> Begun:
    now = clock.now()
    made = ConnectionRequest(
        agency=agency, created_by_id=actor.user_id or 0, created_at=now, changed_at=now, copied_from=source, **more
    )
    if source is not None:
        _fill(made, source, names)
    index(made)
    made.save()
    after = {"kind": made.kind, "copied_from": str(source) if source else ""}
    record_fact(actor=actor, deed="request.begun", subject=made, after=after, clause="QC10.1")
    return Begun(made, fresh=True)


def _fill(made: ConnectionRequest, source: ConnectionRequest, names: Sequence[str]) -> None:
    for name in names:
        setattr(made, name, getattr(source, name))
    if not technicians_of(made.agency_id).filter(pk=made.technical_contact_id or 0).exists():
        made.technical_contact = None
    if made.purpose is not None and not made.purpose.active:
        made.purpose = None
    carried = [part for part in Part if set(FIELDS[part]) & set(names) and _says(made, part)]
    made.prefilled = [str(part) for part in carried]


def _says(made: ConnectionRequest, part: str) -> bool:
    return part == Part.SCOPE or begun(made, part)


def _copy_lines(source: ConnectionRequest, made: ConnectionRequest, *, granted: bool = False) -> list[str]:
    """Copy lines as far as the catalogue offers them now; return what was left out, in words.

    *granted* takes what the evaluation left of each instead of what was asked for.
    """
    lines = list(source.lines.granted() if granted else source.lines.select_related("service"))
    offered, dropped = codes_offered([line.service_id for line in lines]), []
    for line in lines:
        if granted:
            line.operations, line.fields = line.granted_operations, line.granted_fields
            line.daily_quota = line.granted_quota
        operations, fields = offered.get(line.service_id, (set(), set()))
        kept = [code for code in line.operations if code in operations]
        if not kept:
            dropped.append(_("Dịch vụ «%(service)s» không còn được cung cấp như trước") % {"service": line.service})
            continue
        kept_fields = [name for name in line.fields if name in fields]
        gone = [*(set(line.operations) - set(kept)), *(set(line.fields) - set(kept_fields))]
        if gone:
            text = _("Dịch vụ «%(service)s» không còn: %(gone)s")
            dropped.append(text % {"service": line.service, "gone": ", ".join(sorted(gone))})
        if line.fields and not kept_fields:
            # No field left would mean "all of them".
            continue
        values: dict[str, Any] = {"operations": kept, "fields": kept_fields, "daily_quota": line.daily_quota}
        RequestLine.objects.create(request=made, service=line.service, **values)
    return dropped


def _copy_files(actor: Actor, source: ConnectionRequest, made: ConnectionRequest) -> None:
    """Name the files of the source's parts in the copy too; their content is kept once."""
    for file in source.attachments.current().filter(point=None).exclude(kind=AttachmentKind.LETTER):
        Attachment.objects.create(
            request=made,
            kind=file.kind,
            part=file.part,
            name=file.name,
            sha256=file.sha256,
            size=file.size,
            media_kind=file.media_kind,
            stored_at=clock.now(),
            added_by_id=actor.user_id or 0,
        )
