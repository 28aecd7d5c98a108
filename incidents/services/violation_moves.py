"""What every deed on a violation shares: its code, lock, entries, steps, letters (QC5)."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models.functions import Length
from django.urls import reverse

from accounts.choices import Topic
from accounts.selectors.people import holders_of
from accounts.services.notices import Message, post_notices
from audit.record import record_fact
from catalog.services.judging import require_fresh
from catalog.services.telling import tell_agency
from core import clock
from core.actor import Actor
from core.text import fold, nfc, tidy
from core.transitions import carry
from incidents.guards.violations import ANSWER, VIEW_OWN
from incidents.models import Violation, ViolationEntry

LONGEST = 4000
_LOCK = 20_311


def next_code() -> str:
    """Return the next code of today, ``VP-{YYMMDD}-{NNNN}``, under a lock that lasts as long as the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    prefix = f"VP-{clock.today():%y%m%d}-"
    last = Violation.objects.filter(code__startswith=prefix).order_by(Length("code").desc(), "-code").first()
    return f"{prefix}{int(last.code.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def lock_violation(violation: Violation, *, revision: int | None = None) -> Violation:
    """Return *violation* locked; *revision* is the one the person saw. Raises StateRefused when another is there."""
    found = Violation.objects.select_for_update(of=("self",))
    related = ("agency", "system", "grant__service", "incident", "opened_by", "decided_by")
    stored = found.select_related(*related).get(pk=violation.pk)
    require_fresh(stored, revision)
    return stored


def touch_violation(violation: Violation) -> None:
    """Save a locked violation under its next revision, with the text it is found by."""
    violation.revision += 1
    names = (violation.code, violation.agency.name, violation.get_act_display())
    violation.search = fold(" ".join((*names, violation.system.name if violation.system else "")))
    violation.save()


def add_said(actor: Actor, violation: Violation, kind: str, text: str, *, inner: bool = False) -> ViolationEntry:
    """Write one line of what was said and done, in the deed's transaction."""
    return ViolationEntry.objects.create(
        violation=violation,
        at=clock.now(),
        kind=kind,
        text=text[:LONGEST],
        inner=inner,
        author_name=actor.name[:200],
        author_id=actor.user_id,
        agency_id=actor.agency_id,
    )


def move_violation(
    *,
    actor: Actor,
    violation: Violation,
    step: str,
    kind: str,
    text: str,
    after: Mapping[str, Any] | None = None,
) -> str:
    """Take *step* of the table on a locked violation with its *text*, write it down and record it; return the text.

    Raises StateRefused, PermissionRefused, InvalidInput (text missing), GuardRefused.
    """
    before, said = violation.state, nfc(text).strip()
    carry(violation, step, actor, reason=said)
    touch_violation(violation)
    add_said(actor, violation, kind, said)
    record_fact(
        actor=actor,
        deed=f"violation.{step}",
        subject=violation,
        before={"state": before},
        after={"state": violation.state, **(after or {})},
        reason=tidy(said)[:1000],
        clause=violation.clause,
    )
    return said


def tell_accused(violation: Violation, event: str, subject: str, body: str) -> None:
    """Tell the agency a violation is about: its representatives, who answers, and the shared mailbox."""
    link = reverse("violation", args=[violation.code])
    message = Message(event=f"violation.{event}", topic=Topic.VIOLATION, subject=tidy(subject), body=body, link=link)
    tell_agency(message, violation.agency, [ANSWER, VIEW_OWN])


def tell_staff_of(violation: Violation, permission: str, event: str, subject: str, body: str) -> None:
    """Tell SKHCN's people who hold *permission* that it is their turn."""
    message = Message(
        event=f"violation.{event}",
        topic=Topic.WORK,
        subject=tidy(subject),
        body=body,
        link=reverse("admin:incidents_violation_work", args=[violation.pk]),
    )
    post_notices(message=message, agency=None, people=holders_of(permission))


def moment(at: object) -> str:
    """Return "08:30 ngày 05/02/2026" on the Vietnamese clock; "" for none."""
    return f"{at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}" if at else ""  # type: ignore[attr-defined]
