"""Files put into a dossier, taken out of it, and read (QC9.4, QC10.1, QC10.2)."""

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from connections.choices import AttachmentKind, State
from connections.models import Attachment, CompletionPoint, ConnectionRequest
from connections.services.drafts import DRAFT, EDITABLE, closed_for_writing
from connections.services.moves import lock, touch
from core import clock
from core.actor import Actor
from core.files import MEDIA, MESSAGES, check_upload, stored_fields
from core.files.uploads import Given
from core.problems import InvalidInput, PermissionRefused, StateRefused

SEND = "request.send"
# Files of one dossier at a time. Ours, not the law's.
MAX_FILES = 30


def attach(
    *,
    actor: Actor,
    request: ConnectionRequest,
    file: Given,
    kind: AttachmentKind = AttachmentKind.DOCUMENT,
    part: str = "",
    point: CompletionPoint | None = None,
    field: str = "file",
) -> Attachment:
    """Put a file into a dossier that may be written in; the same file at the same place is there once.

    Raises InvalidInput on *field*, PermissionRefused, StateRefused. The content is judged before the dossier is
    locked, so that a large file holds nobody up.
    """
    _judge(actor, request)
    taken = MESSAGES if kind == AttachmentKind.MESSAGE_SAMPLE else MEDIA
    values = stored_fields(check_upload(file, field=field, taken=taken))
    place = {"kind": kind, "part": part, "point": point}
    return _put(actor=actor, request=request, values=values, place=place, field=field)


@transaction.atomic
def _put(*, actor: Actor, request: ConnectionRequest, values: dict, place: dict, field: str) -> Attachment:
    stored = lock(request)
    _judge(actor, stored)
    _judge_point(stored, place["point"])
    current = stored.attachments.current()
    same = current.filter(sha256=values["sha256"], name=values["name"], **place).first()
    if same is not None:
        return same
    if current.count() >= MAX_FILES:
        raise InvalidInput({field: [_("Một hồ sơ đính kèm tối đa %(n)s tệp (hạn nội bộ)") % {"n": MAX_FILES}]})
    made = Attachment(request=stored, added_by_id=actor.user_id or 0, **place, **values)
    made.save()
    touch(stored)
    after = {"file": made.name, "sha256": made.sha256, "size": made.size, "kind": made.kind, "part": made.part}
    record_fact(actor=actor, deed="request.file_added", subject=stored, after=after, clause="QC10.1")
    return made


@transaction.atomic
def detach(*, actor: Actor, attachment: Attachment) -> Attachment:
    """Take a file out of a dossier that may be written in; row and content stay. Twice is once."""
    request = lock(attachment.request)
    _judge(actor, request)
    stored = Attachment.objects.select_for_update(of=("self",)).select_related("point").get(pk=attachment.pk)
    if stored.removed_at is not None:
        return stored
    _judge_point(request, stored.point)
    stored.removed_at, stored.removed_by_id = clock.now(), actor.user_id
    stored.save()
    touch(request)
    before = {"file": stored.name, "sha256": stored.sha256, "kind": stored.kind, "part": stored.part}
    record_fact(actor=actor, deed="request.file_removed", subject=request, before=before, clause="QC10.1")
    return stored


@transaction.atomic
def open_file(*, actor: Actor, attachment: Attachment) -> Attachment:
    """Note that somebody outside the agency takes a file away; whose file it is was judged by visibility."""
    if actor.agency_id != attachment.request.agency_id:
        after = {"file": attachment.name, "sha256": attachment.sha256}
        record_fact(actor=actor, deed="request.file_read", subject=attachment.request, after=after)
    return attachment


def _judge(actor: Actor, request: ConnectionRequest) -> None:
    if actor.agency_id != request.agency_id or not (actor.may(DRAFT) or actor.may(SEND)):
        raise PermissionRefused(_("Sửa hồ sơ thuộc cán bộ của %(agency)s.") % {"agency": request.agency})
    if request.state not in EDITABLE:
        raise closed_for_writing(request)


def _judge_point(request: ConnectionRequest, point: CompletionPoint | None) -> None:
    if point is None:
        return
    open_points = request.points.filter(pk=point.pk, resolved_at__isnull=True)
    if request.state != State.COMPLETION_REQUESTED or not open_points.exists():
        raise StateRefused(_("Nội dung này đã khép lại, không sửa câu trả lời được."))
