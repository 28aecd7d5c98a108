"""Reading notices and the state of the outbox."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import MANDATORY, Topic
from accounts.models import Letter, MailChoice, Notice, User
from core import clock
from core.actor import Actor
from core.web.boards import Board, BoardRow

#: Most dossiers offered to narrow the inbox by; the latest ones.
MOST_DOSSIERS = 100
#: Notices shown on the workbench.
LATEST = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """One topic with whether its letters are wanted; ``mandatory`` ones cannot be switched off."""

    topic: Topic
    wanted: bool
    mandatory: bool


@dataclass(frozen=True, slots=True)
class Outbox:
    """What is stuck: letters that failed and still wait, since when, those given up, and whether there is a server."""

    configured: bool
    waiting: int
    since: datetime | None
    given_up: int

    @property
    def in_trouble(self) -> bool:
        """True when staff must look at it."""
        return bool(self.waiting or self.given_up)


def unread_count(actor: Actor) -> int:
    """Return how many notices the actor has not read: one look into a partial index."""
    return Notice.objects.visible_to(actor).unread().count()


def inbox(actor: Actor, *, unread: bool = False, number: str = "") -> QuerySet[Notice]:
    """Return what was told to the actor, newest first, of one dossier or unread ones when asked."""
    found = Notice.objects.visible_to(actor)
    if unread:
        found = found.unread()
    if number:
        found = found.filter(number=number)
    return found.order_by("-id")


def boards_for(actor: Actor) -> list[Board]:
    """Return the latest notices to the actor for the workbench, unread ones marked."""
    if not actor.is_person:
        return []
    rows = [
        BoardRow(
            notice.subject,
            reverse("notice", args=[notice.pk]),
            f"{notice.created_at.astimezone(clock.VIETNAM):%H:%M %d/%m/%Y}",
            "" if notice.read_at else _("Chưa đọc"),
            "yours",
        )
        for notice in inbox(actor)[:LATEST]
    ]
    return [
        Board(_("Thông báo mới"), rows, _("Chưa có thông báo nào."), _("Xem tất cả thông báo"), reverse("notices"))
    ]


def dossiers_told(actor: Actor) -> list[str]:
    """Return the numbers of the dossiers the actor was told about, the latest first."""
    rows = Notice.objects.visible_to(actor).exclude(number="").values("number").annotate(last=Max("id"))
    return list(rows.order_by("-last").values_list("number", flat=True)[:MOST_DOSSIERS])


def mail_choices(user: User) -> list[Choice]:
    """Return every topic in order with the person's word on it."""
    said = dict(MailChoice.objects.filter(user=user).values_list("topic", "wanted"))
    return [Choice(topic, topic in MANDATORY or said.get(topic, True), topic in MANDATORY) for topic in Topic]


def outbox() -> Outbox:
    """Return what is stuck in the outbox; one query over the letters not sent."""
    waiting = Q(given_up_at__isnull=True) & (Q(tries__gt=0) if settings.EMAIL_CONFIGURED else Q())
    found = Letter.objects.filter(sent_at__isnull=True).aggregate(
        waiting=Count("pk", filter=waiting),
        since=Min("created_at", filter=waiting),
        given_up=Count("pk", filter=Q(given_up_at__isnull=False) & ~Q(refusals=0)),
    )
    return Outbox(configured=settings.EMAIL_CONFIGURED, **found)
