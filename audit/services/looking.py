"""Looking into the call log is itself recorded: who looked at or took which part of it, and when."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model

from audit.models import Fact
from audit.record import record_fact
from core import clock
from core.actor import Actor

CLAUSE = "QC8.5"
# Turning pages of one search, or opening it again shortly after, is one look.
ONE_LOOK = timedelta(minutes=15)


@transaction.atomic
def note_look(*, actor: Actor, subject: Model, asked: Mapping[str, Any]) -> None:
    """Record that *actor* looked at calls of others: *asked* says which (plain values)."""
    same = Fact.objects.filter(
        actor_id=actor.user_id,
        deed="calllog.read",
        at__gte=clock.now() - ONE_LOOK,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        after=dict(asked),
    )
    if not same.exists():
        record_fact(actor=actor, deed="calllog.read", subject=subject, after=asked, clause=CLAUSE)


@transaction.atomic
def note_export(*, actor: Actor, subject: Model, asked: Mapping[str, Any], kind: str, rows: int) -> None:
    """Record that *actor* took *rows* calls away as a file of *kind* (csv, xlsx)."""
    after = {**asked, "file": kind, "rows": rows}
    record_fact(actor=actor, deed="calllog.exported", subject=subject, after=after, clause=CLAUSE)
