"""Reading requests for help and the answers that became guide pages (QC14.2)."""

from dataclasses import dataclass

from django.db.models import Case, F, QuerySet, Value, When

from accounts.selectors.calendar import work_calendar
from core import clock
from core.actor import Actor
from core.workdays import WorkCalendar, remaining
from incidents.help_words import GuideTopic, HelpState
from incidents.models import GuideAnswer, HelpEntry, HelpFile, HelpRequest
from incidents.models.help import SEE_ALL

MOST = 300
#: The order of the queue: what waits for SKHCN, then by when it is due.
QUEUE = (
    Case(When(state=HelpState.OPEN, then=Value(0)), default=Value(1)),
    F("due_at").asc(nulls_last=True),
    "-id",
)


@dataclass(frozen=True, slots=True)
class Said:
    """One entry as a page shows it; ``who`` names a person to their own side only, the body to the other."""

    entry: HelpEntry
    who: str
    file: HelpFile | None


def help_list(actor: Actor, *, tab: str = "", words: str = "") -> QuerySet[HelpRequest]:
    """Return the requests the actor sees: those that wait first, the most urgent on top.

    *tab* "open", "overdue" or "closed" narrows; *words* are of code, subject or agency.
    """
    found = HelpRequest.objects.visible_to(actor).matching(words)
    if tab == "overdue":
        found = found.overdue()
    elif tab == "open":
        found = found.exclude(state=HelpState.CLOSED)
    elif tab == "closed":
        found = found.filter(state=HelpState.CLOSED)
    return found.order_by(*QUEUE).select_related("agency", "owner")


def days_left(request: HelpRequest, calendar: WorkCalendar | None = None) -> int | None:
    """Return the working days left for the answer, negative once it is late; None while none is awaited."""
    if request.state != HelpState.OPEN or request.due_at is None:
        return None
    return remaining(clock.now(), request.due_at, calendar or work_calendar())


def thread_of(request: HelpRequest, actor: Actor) -> list[Said]:
    """Return what was written, the oldest first; one query."""
    rows = HelpEntry.objects.filter(request=request).select_related("author", "agency", "file").order_by("-id")
    staff = actor.may(SEE_ALL)
    return [
        Said(
            entry,
            f"{entry.author.full_name}, {entry.agency}"
            if staff or entry.agency_id == actor.agency_id
            else str(entry.agency),
            getattr(entry, "file", None),
        )
        for entry in reversed(rows[:MOST])
    ]


def guide_list(*, words: str = "", topic: str = "") -> QuerySet[GuideAnswer]:
    """Return the published answers that hold *words*, of one topic when asked."""
    found = GuideAnswer.objects.published().matching(words)
    return found.filter(topic=topic) if topic in GuideTopic.values else found
