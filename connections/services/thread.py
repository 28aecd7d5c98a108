"""Writing in the thread of a dossier, and noting how far a person has read."""

from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.record import record_fact
from connections.choices import Side
from connections.models import CompletionPoint, ConnectionRequest, MessageFile, ThreadMark, ThreadMessage
from connections.selectors.thread import writing_refused, writing_side
from connections.services.moves import lock
from connections.services.telling import announce
from core import clock
from core.actor import Actor
from core.files import Upload, stored_fields
from core.problems import InvalidInput
from core.text import nfc

LONG = 4000


@transaction.atomic
def post_message(
    *,
    actor: Actor,
    request: ConnectionRequest,
    text: str,
    form_token: UUID,
    point: CompletionPoint | None = None,
    upload: Upload | None = None,
) -> ThreadMessage:
    """Write to the other side; a form sent twice (same *form_token*) writes once and returns what it wrote.

    Raises PermissionRefused, StateRefused for a draft or an ended dossier, InvalidInput.
    """
    kept = stored_fields(upload) if upload else None
    stored = lock(request)
    refusal = writing_refused(actor, stored)
    if refusal is not None:
        raise refusal
    known = ThreadMessage.objects.filter(author_id=actor.user_id, form_token=form_token).first()
    if known is not None:
        return known
    made = ThreadMessage.objects.create(
        request=stored,
        point=_fit(stored, point),
        side=writing_side(actor, stored),
        agency_id=actor.agency_id or 0,
        author_id=actor.user_id or 0,
        text=_read(text),
        at=clock.now(),
        form_token=form_token,
    )
    file = MessageFile.objects.create(message=made, **kept) if kept else None
    after = {"message": made.pk, "point": point.number if point else None, "sha256": file.sha256 if file else None}
    record_fact(actor=actor, deed="request.message_written", subject=stored, after=after, clause="QC10.2")
    _tell(actor, stored, made)
    return made


@transaction.atomic
def mark_read(*, actor: Actor, request: ConnectionRequest, up_to: int) -> None:
    """Note that the actor has read the thread up to the message *up_to* (0: nothing was there); never back.

    What came after the page was drawn stays unread. No fact: it changes nothing governed.
    """
    if not up_to or actor.user_id is None:
        return
    ThreadMark.objects.get_or_create(request=request, reader_id=actor.user_id, defaults={"read_to": up_to})
    mark = ThreadMark.objects.select_for_update().get(request=request, reader_id=actor.user_id)
    if mark.read_to < up_to:
        mark.read_to = up_to
        mark.save()


def _read(text: str) -> str:
    """Return a message as it is kept: lines stay lines."""
    lines = nfc(text).replace("\x00", " ").replace("\r\n", "\n").split("\n")
    tidied = "\n".join(line.rstrip() for line in lines).strip()
    if not tidied:
        raise InvalidInput({"text": [_("Nhập nội dung trao đổi")]})
    if len(tidied) > LONG:
        said = _("Nội dung dài %(n)s ký tự, tối đa %(limit)s ký tự")
        raise InvalidInput({"text": [said % {"n": len(tidied), "limit": LONG}]})
    return tidied


def _fit(request: ConnectionRequest, point: CompletionPoint | None) -> CompletionPoint | None:
    if point is not None and point.request_id != request.pk:
        raise InvalidInput({"point": [_("Chọn một nội dung của hồ sơ này")]})
    return point


def _tell(actor: Actor, request: ConnectionRequest, message: ThreadMessage) -> None:
    """Tell the other side that there is a message; its words stay in the portal (ux.md §4.1)."""
    ours = message.side == Side.OPERATOR
    address = reverse("request_thread" if ours else "admin:connections_request_thread", args=[request.pk])
    announce(actor, request, f"message_{message.side}", link=address, writer=str(message.agency))
