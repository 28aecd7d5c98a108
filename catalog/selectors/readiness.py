"""Reading the plan of coming to the platform: lists, readiness of each, who declared nothing."""

from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django_stubs_ext import StrOrPromise

from accounts.models import Agency
from audit.models import Fact
from catalog.choices import REGISTER_DEEDS, PlanState
from catalog.models import ConnectionPlan, ReadinessAnswer, ReadinessCriterion
from catalog.models.readiness import PlanQuerySet
from core import clock
from core.actor import Actor
from core.text import fold


@dataclass(frozen=True, slots=True)
class PlansWanted:
    """What a reader of the plan looks for."""

    words: str = ""
    agency: str = ""
    states: tuple[str, ...] = ()
    overdue: bool = False

    @property
    def active(self) -> int:
        """How many conditions narrow the list."""
        return bool(self.words) + bool(self.agency) + len(self.states) + self.overdue


@dataclass(frozen=True, slots=True)
class Readiness:
    """How ready a system is: *ready* of *asked* questions, what is lacking with the agency's word, what is open."""

    asked: int
    ready: int
    lacking: list[ReadinessAnswer] = field(default_factory=list)
    open: list[ReadinessCriterion] = field(default_factory=list)


def plans_found(actor: Actor, wanted: PlansWanted) -> PlanQuerySet:
    """Return the entries the actor sees that match, with ``due_on`` and ``ready_count``."""
    found = ConnectionPlan.objects.visible_to(actor).matching(wanted.words)
    if wanted.overdue:
        found = found.overdue(clock.today())
    if wanted.agency:
        found = found.filter(agency__code=wanted.agency)
    found = found.filter(state__in=wanted.states) if wanted.states else found.exclude(state=PlanState.DROPPED)
    ready = Count("answers", filter=Q(answers__ready=True, answers__criterion__active=True))
    found = found.with_due().annotate(ready_count=ready).select_related("agency", "system")
    return found.order_by("agency__sort_key", "sort_key", "id")


def state_counts(actor: Actor, wanted: PlansWanted) -> list[tuple[str, StrOrPromise, int]]:
    """Return value, label and number of the states among what the words find."""
    rows = ConnectionPlan.objects.visible_to(actor).matching(wanted.words).order_by()
    counts = dict(rows.values_list("state").annotate(n=Count("pk")))
    return [(item.value, item.label, counts[item.value]) for item in PlanState if item.value in counts]


def overdue_count(actor: Actor) -> int:
    """Return how many entries the actor sees are past their day."""
    return ConnectionPlan.objects.visible_to(actor).overdue(clock.today()).count()


def questions_asked() -> int:
    """Return how many questions the self-assessment has now."""
    return ReadinessCriterion.objects.filter(active=True).count()


def readiness_of(plan: ConnectionPlan) -> Readiness:
    """Return how ready the system of *plan* is, by the questions asked today."""
    asked = list(ReadinessCriterion.objects.filter(active=True))
    answers = {item.criterion_id: item for item in plan.answers.select_related("criterion")}
    lacking = [answers[item.pk] for item in asked if item.pk in answers and not answers[item.pk].ready]
    unanswered = [item for item in asked if item.pk not in answers]
    return Readiness(len(asked), len(asked) - len(lacking) - len(unanswered), lacking, unanswered)


def agencies_silent(words: str = "") -> QuerySet[Agency]:
    """Return the agencies in force that may file dossiers and declared no system that must connect."""
    declared = ConnectionPlan.objects.filter(agency_id=OuterRef("pk"))
    found = Agency.objects.in_force(clock.today()).filter(may_file=True).exclude(is_operator=True)
    for word in fold(words).split():
        found = found.filter(search__contains=word)
    return found.filter(~Exists(declared)).order_by("sort_key")


def agencies_planning(actor: Actor) -> list[tuple[str, str]]:
    """Return code and name of the agencies with entries the actor sees; one query."""
    known = ConnectionPlan.objects.visible_to(actor).order_by().values("agency_id")
    return list(Agency.objects.filter(pk__in=known).order_by("sort_key").values_list("code", "name"))


def history_of_plan(plan: ConnectionPlan) -> list[tuple[Fact, StrOrPromise]]:
    """Return the last deeds on *plan*, newest first, with what they are called."""
    found = Fact.objects.filter(subject_type="catalog.connectionplan", subject_id=str(plan.pk)).order_by("-id")
    return [(fact, REGISTER_DEEDS.get(fact.deed, fact.deed)) for fact in found[:20]]
