"""Loading the province's register from the seed."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from accounts.models import Agency, AgencyCode
from accounts.services.agencies import create_agency
from accounts.services.agency_rules import Known, take_register
from core.actor import Actor

SEED = Path(__file__).resolve().parents[1] / "seeds" / "agencies.csv"
_FLAGS = ("code_is_official", "is_operator", "may_file", "name_is_official")
_TEXTS = ("code", "name", "short_name", "symbol", "kind", "admin_unit_code", "source", "note")


@transaction.atomic
def load_register(*, actor: Actor) -> int:
    """Enter the agencies of the seed whose code was never issued; return how many. What staff changed stays."""
    with SEED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    issued = set(AgencyCode.objects.values_list("value", flat=True))
    waiting = [row for row in rows if row["code"] not in issued]
    if not waiting:
        return 0
    take_register()
    register = Known.everything()
    known = {agency.code: agency for agency in Agency.objects.all()}
    made = 0
    while waiting:
        ready = [row for row in waiting if not row["parent_code"] or row["parent_code"] in known]
        if not ready:
            raise ValueError(f"parents missing in the seed: {sorted(row['parent_code'] for row in waiting)}")
        for row in ready:
            known[row["code"]] = create_agency(actor=actor, known=register, **_values(row, known))
            made += 1
        waiting = [row for row in waiting if row not in ready]
    return made


def _values(row: dict[str, str], known: dict[str, Agency]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in _TEXTS},
        **{name: row[name] == "1" for name in _FLAGS},
        "unit_level": row["admin_unit_level"],
        "legacy_code": row["legacy_edoc_code"],
        "parent": known.get(row["parent_code"]),
        "valid_from": date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
    }
