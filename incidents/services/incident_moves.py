"""What every deed on an incident shares: its code, lock, timeline, steps and records."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from audit.record import record_fact
from catalog.services.judging import require_fresh
from connections.models import Grant
from core import clock
from core.actor import Actor
from core.problems import PermissionRefused
from core.text import fold, tidy
from core.transitions import carry
from incidents.guards.incidents import MANAGE
from incidents.models import Incident, IncidentEntry
from incidents.register_choices import Audience, EntryKind

CLAUSE = "QC14.3"
_LOCK = 20_310
_LONGEST = 4000


def next_code() -> str:
    """Return the next code of today, ``SC-{YYMMDD}-{NNNN}``.

    Holds a lock of the database until the transaction ends: what opens incidents does so one after the other, so that
    a sign looked for after this call is not opened twice.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    prefix = f"SC-{clock.today():%y%m%d}-"
    last = Incident.objects.filter(code__startswith=prefix).order_by(Length("code").desc(), "-code").first()
    return f"{prefix}{int(last.code.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def require_manager(actor: Actor) -> None:
    """Raise PermissionRefused unless *actor* handles incidents for SKHCN."""
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Xử lý sự cố thuộc vai trò Cán bộ vận hành, Cán bộ an toàn thông tin."))


def lock_incident(incident: Incident, *, revision: int | None = None) -> Incident:
    """Return *incident* as it is now, locked until the deed ends; *revision* is the one the person saw.

    Raises StateRefused, naming who changed it and when, if another is there now.
    """
    found = Incident.objects.select_for_update(of=("self",)).select_related("agency", "owner", "reporter")
    stored = found.get(pk=incident.pk)
    require_fresh(stored, revision)
    return stored


def touch_incident(incident: Incident) -> None:
    """Save a locked incident under its next revision, with the text it is found by."""
    incident.revision += 1
    names = [row.service.title for row in incident.affected.select_related("service")] if incident.pk else []
    agency = incident.agency.name if incident.agency else ""
    incident.search = fold(" ".join((incident.code, incident.title, agency, *names)))
    incident.save()


def add_entry(
    actor: Actor, incident: Incident, kind: str, audience: str, text: str, *, grant: Grant | None = None
) -> IncidentEntry:
    """Write one line of the timeline, in the deed's transaction."""
    return IncidentEntry.objects.create(
        incident=incident,
        at=clock.now(),
        kind=kind,
        audience=audience,
        text=text[:_LONGEST],
        author_name=actor.name[:200],
        author_id=actor.user_id,
        agency_id=actor.agency_id,
        grant=grant,
    )


def move_incident(
    *, actor: Actor, incident: Incident, step: str, reason: str = "", after: Mapping[str, Any] | None = None
) -> None:
    """Take *step* of the table on a locked incident, write it into the timeline and record it.

    Raises StateRefused, PermissionRefused, InvalidInput (reason missing), GuardRefused; the transaction then undoes
    what the deed wrote.
    """
    before, why = incident.state, tidy(reason)
    taken = carry(incident, step, actor, reason=reason)
    touch_incident(incident)
    said = str(taken.custom["label"])
    add_entry(actor, incident, EntryKind.STEP, Audience.PARTIES, f"{said}. {why}" if why else said)
    record_fact(
        actor=actor,
        deed=f"incident.{step}",
        subject=incident,
        before={"state": before},
        after={"state": incident.state, **(after or {})},
        reason=why,
        clause=taken.custom["clause"],
    )
