"""Versions of the checklist: the first from the seed, later ones by staff (decisions, 24)."""

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.record import record_fact
from connections.models import Checklist, Criterion
from core import clock
from core.actor import Actor
from core.problems import PermissionRefused
from core.regulation import clause as known_clause

SEED = Path(__file__).resolve().parents[1] / "seeds" / "checklist.yaml"


@transaction.atomic
def load_checklist(*, actor: Actor) -> bool:
    """Load the seed where no checklist is known yet; return whether it was loaded."""
    if Checklist.objects.exists():
        return False
    document = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    publish_checklist(
        actor=actor,
        number=document["number"],
        source=document["source"],
        valid_from=clock.today().replace(month=1, day=1),
        criteria=document["criteria"],
    )
    return True


@transaction.atomic
def publish_checklist(
    *, actor: Actor, number: int, source: str, valid_from: date, criteria: list[dict[str, Any]], note: str = ""
) -> Checklist:
    """Issue a version of the criteria; evaluations begun under an earlier one keep theirs.

    Raises PermissionRefused, and ``core.regulation.UnknownClause`` for a criterion whose clause does not exist.
    """
    if not actor.may("checklist.manage"):
        raise PermissionRefused(_("Ban hành bộ tiêu chí thuộc Trưởng phòng."))
    made = Checklist.objects.create(number=number, source=source, valid_from=valid_from, note=note)
    for place, row in enumerate(criteria, start=1):
        known_clause(row["clause"])
        Criterion.objects.create(checklist=made, place=place, **row)
    record_fact(actor=actor, deed="checklist.published", subject=made, after={"criteria": len(criteria)})
    return made
