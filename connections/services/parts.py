"""The parts a dossier must have: data that staff edit; intake ticks each (QC10.1)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from connections.models import ConnectionRequest, PartCheck, RequiredPart
from connections.services.moves import lock, require
from connections.services.staff_rows import save_row
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused
from core.regulation import UnknownClause
from core.regulation import clause as known_clause
from core.text import tidy

MANAGE = "checklist.manage"
SEED = Path(__file__).resolve().parents[1] / "seeds" / "parts.yaml"
FIELDS = ("kind", "code", "text", "guidance", "clause", "source", "national_only", "active", "place")
LONG = 1000
Ticks = Mapping[str, tuple[bool, str]]


@transaction.atomic
def load_parts(*, actor: Actor) -> int:
    """Enter the parts of the seed that no kind has yet; what staff changed stays. Return how many."""
    document = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    known = set(RequiredPart.objects.values_list("kind", "code"))
    rows = [
        {**row, "kind": kind, "source": document["source"], "place": place}
        for kind, listed in document["kinds"].items()
        for place, row in enumerate(listed, start=1)
        if (kind, row["code"]) not in known
    ]
    for row in rows:
        save_part_rule(actor=actor, rule=RequiredPart(), **row)
    return len(rows)


@transaction.atomic
def save_part_rule(*, actor: Actor, rule: RequiredPart, reason: str = "", **fields: Any) -> RequiredPart:
    """Add a part to a kind of dossier or change one; kind and code stay. Changing one needs a *reason*."""
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Thành phần hồ sơ thuộc quyền của Trưởng phòng."))
    wrong: dict[str, list[str]] = {}
    named = str(fields.get("clause", rule.clause))
    try:
        known_clause(named)
    except UnknownClause:
        wrong["clause"] = [_("Không có điều khoản «%(clause)s»") % {"clause": named[:30]}]
    return save_row(
        actor=actor,
        row=rule,
        names=FIELDS,
        given=fields,
        reason=reason,
        deed="required_part.saved",
        clause="QC10.1",
        kept=("kind", "code"),
        wrong=wrong,
    )


@transaction.atomic
def check_parts(*, actor: Actor, request: ConnectionRequest, ticks: Ticks) -> ConnectionRequest:
    """Keep which parts are there before a dossier is received or returned; *ticks* maps code to (present, remark)."""
    stored = lock(request)
    require(actor, stored, "receive")
    write_ticks(actor, stored, ticks)
    return stored


def write_ticks(actor: Actor, request: ConnectionRequest, ticks: Ticks) -> None:
    """Write *ticks* on a locked dossier, inside the deed that judged it. Raises InvalidInput."""
    asked = {part.code: part for part in request.parts_asked()}
    known = {row.part_id: row for row in request.part_checks.select_for_update()}
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for code, (present, remark) in ticks.items():
        part = asked.get(code)
        said = tidy(remark)
        if part is None or len(said) > LONG:
            raise InvalidInput({f"part-{code}": [_("Ghi chú tối đa %(n)s ký tự") % {"n": LONG}]})
        row = known.get(part.pk) or PartCheck(request=request, part=part)
        if row.pk and (row.present, row.remark) == (present, said):
            continue
        before[code], after[code] = row.present if row.pk else None, present
        row.text, row.present, row.remark = part.text, present, said
        row.checked_by_id, row.checked_at = actor.user_id or 0, clock.now()
        row.save()
    if after:
        record_fact(
            actor=actor, deed="request.parts_checked", subject=request, before=before, after=after, clause="QC10.1"
        )
