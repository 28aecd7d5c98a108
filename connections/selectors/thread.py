"""Reading the thread of a dossier: its messages, who wrote them, what a person has not read yet."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from connections.choices import ENDED, Side, State
from connections.models import CompletionPoint, ConnectionRequest, MessageFile, ThreadMark, ThreadMessage
from core.actor import Actor
from core.problems import DomainError, PermissionRefused, StateRefused

WRITE = "message.write"
MOST = 500
# From approval on it is the operators who follow a dossier.
_SETTING_UP = (State.TECHNICALLY_APPROVED, State.TESTING, State.AWAITING_CONFIRMATION, State.READY, State.LIVE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One message as a page shows it; ``who`` names a person to their own side only, the body to the other."""

    message: ThreadMessage
    who: str
    file: MessageFile | None
    mine: bool
    fresh: bool


def writing_side(actor: Actor, request: ConnectionRequest) -> Side:
    """Return the side for which the actor would write: the filing agency's people for it, SKHCN's for SKHCN."""
    return Side.AGENCY if actor.agency_id == request.agency_id else Side.OPERATOR


def writing_refused(actor: Actor, request: ConnectionRequest) -> DomainError | None:
    """Return why the actor may not write in the thread of a dossier they see, None when they may."""
    if not actor.may(WRITE) or actor.user_id is None or actor.agency_id is None:
        return PermissionRefused(_("Vai trò của bạn chỉ đọc trao đổi, không viết."))
    if request.state == State.DRAFT:
        return StateRefused(_("Hồ sơ chưa gửi; trao đổi mở khi hồ sơ đã gửi."))
    if request.state in ENDED:
        text = _("Hồ sơ đã kết thúc («%(state)s»), không viết thêm trao đổi.")
        return StateRefused(text % {"state": State(request.state).label})
    return None


def thread_of(request: ConnectionRequest, actor: Actor, *, read_to: int = 0) -> list[Entry]:
    """Return the messages of a dossier, oldest first, the newest five hundred; one query.

    What the other people wrote after the message *read_to* is fresh.
    """
    found = ThreadMessage.objects.visible_to(actor).filter(request=request)
    found = found.select_related("author", "agency", "point", "file").order_by("-id")
    staff = actor.may("request.view_all")
    return [
        Entry(
            message,
            f"{message.author.full_name}, {message.agency}"
            if staff or message.agency_id == actor.agency_id
            else str(message.agency),
            getattr(message, "file", None),
            mine=message.author_id == actor.user_id,
            fresh=message.pk > read_to and message.author_id != actor.user_id,
        )
        for message in reversed(found[:MOST])
    ]


def read_to(request: ConnectionRequest, actor: Actor) -> int:
    """Return the id of the last message the actor has read, 0 when none."""
    mark = ThreadMark.objects.filter(request=request, reader_id=actor.user_id or 0).first()
    return mark.read_to if mark else 0


def unread_in(request: ConnectionRequest, actor: Actor) -> int:
    """Return how many messages of other people the actor has not read; two queries."""
    found = ThreadMessage.objects.visible_to(actor).filter(request=request, pk__gt=read_to(request, actor))
    return found.exclude(author_id=actor.user_id).count()


def unread_dossiers(actor: Actor) -> QuerySet[Any]:
    """Return the dossiers in which the other side wrote what the actor has not read, with their number in ``unread``.

    For people of an agency all of its dossiers, for SKHCN's those they follow: their own, at intake those nobody
    has, for operators those being set up or running.
    """
    if not actor.may(WRITE):
        return ConnectionRequest.objects.none()
    staff = actor.may("request.view_all")
    theirs = ThreadMessage.objects.filter(side=Side.AGENCY if staff else Side.OPERATOR).exclude(author=actor.user_id)
    mark = ThreadMark.objects.filter(request=OuterRef("pk"), reader_id=actor.user_id or 0).values("read_to")[:1]
    fresh = theirs.filter(request=OuterRef("pk"), pk__gt=OuterRef("read_to")).order_by().values("request")
    found = ConnectionRequest.objects.visible_to(actor).filter(pk__in=theirs.values("request"))
    return (
        found.filter(_followed(actor) if staff else Q())
        .annotate(read_to=Coalesce(Subquery(mark), 0))
        .annotate(unread=Coalesce(Subquery(fresh.annotate(n=Count("pk")).values("n")), 0))
        .filter(unread__gt=0)
    )


def _followed(actor: Actor) -> Q:
    followed = Q(evaluator_id=actor.user_id)
    if actor.may("request.intake"):
        followed |= Q(evaluator__isnull=True)
    if actor.may("environment.manage"):
        followed |= Q(state__in=_SETTING_UP)
    return followed


def points_to_name(request: ConnectionRequest) -> QuerySet[CompletionPoint]:
    """Return the completion points a message may be about, the newest round first."""
    return request.points.order_by("-round", "number")
