"""Why a call was refused, or how it went: its row in the log, step by step, with the rules as they stand now.

Visibility is decided here: one's own agency's calls (as caller or provider), all of them for ``calllog.view_all``.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Max, Q

from accounts.models import Agency, User
from accounts.selectors.agencies import bodies_of
from audit.selectors.call_pages import call_of
from audit.selectors.calls import CallRow
from connections.models import Connection, Credential, Grant, Hold
from connections.selectors.call_rules import Held, Told, rule_of, skew_of
from connections.selectors.call_steps import StepSeen, is_question, problem_of, steps_of, stopped_at
from core.actor import Actor
from core.choices import Step
from core.problems import Problem

VIEW_OWN, VIEW_ALL = "calllog.view_own", "calllog.view_all"
CALLER, ANSWERER, WATCHER = "caller", "answerer", "watcher"
_MOST_GRANTS = 10


@dataclass(frozen=True, slots=True)
class Story:
    """One call as its reader may know it.

    ``reader`` is caller, answerer or watcher. ``proven`` False: somebody named a key and proved nothing, so that only
    the step and the code are told. ``changed_at`` is when key, grant or holds last changed after the call.
    ``provider`` and ``contacts`` (the caller's technician, the platform's duty contact) are whom to turn to.
    """

    row: CallRow
    reader: str
    proven: bool
    problem: Problem | None
    question: bool
    stop: Step | None
    steps: list[StepSeen]
    skew: int | None
    rule: Told
    changed_at: datetime | None
    grant: Grant | None
    provider: Agency | None
    contacts: tuple[User | None, User | None]


def story_of(actor: Actor, call_id: UUID) -> Story | None:
    """Return the story of a call, None when there is none the actor may see; seven queries at most, and its bodies."""
    bodies = bodies_of(actor.agency_id) if actor.agency_id and actor.may(VIEW_OWN) else []
    if not bodies and not actor.may(VIEW_ALL):
        return None
    row = call_of(call_id, None if actor.may(VIEW_ALL) else bodies)
    if row is None:
        return None
    reader = CALLER if row.agency_id in bodies else ANSWERER if row.provider_id in bodies else WATCHER
    proven = bool(row.key_id) or reader == WATCHER
    held = _held(actor, row) if row.key_id else Held()
    stop = stopped_at(row)
    connection = held.connection
    return Story(
        row=row,
        reader=reader,
        proven=proven,
        problem=problem_of(row),
        question=is_question(row),
        stop=stop,
        steps=steps_of(row),
        skew=skew_of(row) if reader != ANSWERER else None,
        rule=rule_of(stop, row, held) if reader != ANSWERER else [],
        changed_at=_changed_at(row, held) if stop and reader != ANSWERER else None,
        grant=held.grant,
        provider=held.grant.service.provider if held.grant else _agency(row.provider_id),
        contacts=(connection.technical_contact, connection.duty_contact) if connection else (None, None),
    )


def _held(actor: Actor, row: CallRow) -> Held:
    grants = Grant.objects.visible_to(actor).select_related("purpose", "service__provider", "system")
    connections = Connection.objects.visible_to(actor).select_related("technical_contact", "duty_contact")
    held = Held(key=Credential.objects.visible_to(actor).filter(pk=row.key_id).first())
    held.connection = connections.filter(system_id=row.system_id).first()
    if row.grant_code:
        held.grant = grants.filter(code=row.grant_code, system_id=row.system_id).first()
    elif row.reason:
        asked = Q(service__code=row.service) if row.service else Q()
        own = grants.filter(asked, system_id=row.system_id).order_by("revoked_at", "-pk")
        held.grants = list(own.open()[:_MOST_GRANTS])
    if held.connection is not None:
        holds = Hold.objects.filter(connection=held.connection, lifted_at__isnull=True)
        held.holds = list(holds.select_related("agency").order_by("placed_at"))
    return held


def _changed_at(row: CallRow, held: Held) -> datetime | None:
    """Return when what decided the call last changed after it, by the field history; one query."""
    kinds = ContentType.objects.get_for_models(Credential, Grant, Hold)
    subjects = Q(pk__in=[])
    if held.key is not None:
        subjects |= Q(content_type=kinds[Credential], object_id=held.key.pk)
    if held.grant is not None:
        subjects |= Q(content_type=kinds[Grant], object_id=held.grant.pk)
    if held.connection is not None:
        holds = Hold.objects.filter(connection=held.connection)
        subjects |= Q(content_type=kinds[Hold], object_id__in=holds.values("pk"))
    found: datetime | None = LogEntry.objects.filter(subjects, timestamp__gt=row.received_at).aggregate(
        at=Max("timestamp")
    )["at"]
    return found


def _agency(pk: int) -> Agency | None:
    return Agency.objects.filter(pk=pk).first() if pk else None
