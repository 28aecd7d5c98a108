"""Field history and facts together: beside each other in a list, of one request, of one object."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from audit.models import Fact, RowChange
from audit.selectors.changes import in_words, outside_of
from audit.selectors.differences import Difference, details_of, differences_of
from core.actor import Actor

# Of one object the newest are shown; the rest is found in the two lists.
NEWEST = 200
_AROUND = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Moment:
    """What happened to one object in one request: deeds (facts) with their reasons, and field differences.

    ``outside`` says that no deed accounts for it: the row was written around the services.
    """

    at: datetime
    who: str
    action: str
    facts: Sequence[Fact] = ()
    differences: Sequence[Difference] = field(default=())
    outside: bool = False


def who_changed(entry: LogEntry, facts: Sequence[Fact] = ()) -> str:
    """Return the name of who made a difference: the signed-in person, else whom the fact beside it names."""
    if entry.actor is not None:
        return str(entry.actor)
    return facts[0].actor_name if facts else entry.actor_email or _("Nền tảng")


def what_happened(entry: LogEntry) -> str:
    """Return the kind of difference in words."""
    words = {
        LogEntry.Action.CREATE: _("Tạo mới"),
        LogEntry.Action.UPDATE: _("Sửa"),
        LogEntry.Action.DELETE: _("Xóa"),
    }
    return words.get(entry.action, _("Xem"))


def facts_beside(entries: Sequence[LogEntry], actor: Actor) -> list[list[Fact]]:
    """Return for each entry the facts of the same request about the same object, in one query."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.cid:
            wanted[_subject_type(entry)].add(entry.object_pk)
    if not wanted:
        return [[] for _entry in entries]
    subjects = Q()
    for kind, keys in wanted.items():
        subjects |= Q(subject_type=kind, subject_id__in=keys)
    beside: defaultdict[tuple[str, str, str], list[Fact]] = defaultdict(list)
    known = Fact.objects.visible_to(actor).filter(subjects, request_id__in={entry.cid for entry in entries})
    for fact in known.order_by("id"):
        beside[fact.request_id, fact.subject_type, fact.subject_id].append(fact)
    return [beside.get((entry.cid or "", _subject_type(entry), entry.object_pk), []) for entry in entries]


def _subject_type(entry: LogEntry) -> str:
    return f"{entry.content_type.app_label}.{entry.content_type.model}"


def facts_of_request(request_id: str, actor: Actor) -> QuerySet[Fact]:
    """Return the facts of one request in their order; our ids carry their time, by which facts are indexed."""
    moment = _moment_in(request_id)
    if moment is None:
        return Fact.objects.none()
    known = Fact.objects.visible_to(actor).filter(at__range=(moment - _AROUND, moment + _AROUND))
    return known.filter(request_id=request_id).order_by("id")


def _moment_in(request_id: str) -> datetime | None:
    """Return the time in a UUID version 7, None for anything else."""
    try:
        found = UUID(request_id)
        return datetime.fromtimestamp((found.int >> 80) / 1000, tz=UTC) if found.version == 7 else None
    except (ValueError, OverflowError):
        return None


def is_request_id(words: str) -> bool:
    """Return whether *words* is one of our request ids."""
    return _moment_in(words.strip()) is not None


def moments_of(subject: Model, actor: Actor, *, maintains: bool) -> list[Moment]:
    """Return what happened to *subject*, newest first.

    The reader may see the subject; facts about it, and what no deed accounts for, are for those who maintain such rows
    or read facts anyway.
    """
    kind = ContentType.objects.get_for_model(subject)
    of_subject = LogEntry.objects.filter(content_type=kind, object_id=subject.pk).select_related("actor")
    entries = list(of_subject.select_related("actor", "content_type").order_by("-id")[:NEWEST])
    about = Fact.objects.all() if maintains else Fact.objects.visible_to(actor)
    facts = list(about.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))[:NEWEST])
    changes = outside_of(subject, NEWEST) if maintains or actor.may("facts.view") else []
    return sorted(_merged(entries, facts) + _outside(changes), key=lambda moment: moment.at, reverse=True)


def _outside(changes: Sequence[RowChange]) -> list[Moment]:
    told = zip(changes, in_words(changes), strict=True)
    return [
        Moment(change.at, change.who, change.get_operation_display(), (), differences, outside=True)
        for change, differences in told
    ]


def _merged(entries: Sequence[LogEntry], facts: Iterable[Fact]) -> list[Moment]:
    by_request: defaultdict[str, list[Fact]] = defaultdict(list)
    alone: list[Fact] = []
    for fact in facts:
        (by_request[fact.request_id] if fact.request_id else alone).append(fact)
    found = []
    for entry, differences in zip(entries, differences_of(entries), strict=True):
        beside = by_request.pop(entry.cid, []) if entry.cid else []
        found.append(
            Moment(entry.timestamp, who_changed(entry, beside), what_happened(entry), tuple(beside), differences)
        )
    alone += [fact for rest in by_request.values() for fact in rest]
    return found + [Moment(fact.at, fact.actor_name, "", (fact,), details_of(fact)) for fact in alone]
