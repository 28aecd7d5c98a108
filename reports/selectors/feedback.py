"""Reading feedback (QC16)."""

from django.db.models import Case, F, QuerySet, Value, When

from accounts.selectors.calendar import work_calendar
from core import clock
from core.actor import Actor
from core.workdays import WorkCalendar, remaining
from reports.feedback_choices import FeedbackState
from reports.models import Feedback

# What waits for an answer comes first, the most urgent on top.
QUEUE = (
    Case(When(state=FeedbackState.OPEN, then=Value(0)), default=Value(1)).asc(),
    Case(When(state=FeedbackState.OPEN, then=F("due_at"))).asc(nulls_last=True),
    F("id").desc(),
)


def feedback_for(actor: Actor, *, tab: str = "") -> QuerySet[Feedback]:
    """Return the feedback the actor sees, what waits first; *tab* "open" or "answered" narrows."""
    found = Feedback.objects.visible_to(actor)
    if tab in FeedbackState.values:
        found = found.filter(state=tab)
    return found.order_by(*QUEUE).select_related("agency", "theme")


def published_answers() -> QuerySet[Feedback]:
    """Return what every agency reads, the newest answer first."""
    return Feedback.objects.published().order_by("-answered_at", "-id")


def days_left(feedback: Feedback, calendar: WorkCalendar | None = None) -> int | None:
    """Return the working days left for the answer, negative once it is late; None while none is awaited."""
    if feedback.state != FeedbackState.OPEN or feedback.due_at is None:
        return None
    return remaining(clock.now(), feedback.due_at, calendar or work_calendar())
