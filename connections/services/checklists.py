"""Versions of the checklist: the first from the seed, later ones by staff (decisions, 24)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from catalog.models import Standard
from connections.models import Checklist, Criterion, CriterionStandard
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.regulation import UnknownClause
from core.regulation import clause as known_clause
from core.text import tidy

_LOCK = 20_303
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
    *,
    actor: Actor,
    source: str,
    valid_from: date,
    criteria: Sequence[Mapping[str, Any]],
    note: str = "",
    number: int | None = None,
) -> Checklist:
    """Issue the next version of the criteria; evaluations begun under an earlier one keep theirs.

    *number* is the version the person saw as the next one. Raises PermissionRefused, StateRefused when somebody issued
    it meanwhile, InvalidInput (field ``criteria``) naming each row that is wrong.
    """
    if not actor.may("checklist.manage"):
        raise PermissionRefused(_("Ban hành bộ tiêu chí thuộc Trưởng phòng."))
    following = next_number(hold=True)
    if number not in (None, following):
        raise StateRefused(
            _("Vừa có phiên bản %(n)s được ban hành; xem lại trước khi ban hành.") % {"n": following - 1}
        )
    if errors := _errors(source, criteria):
        raise InvalidInput(errors)
    made = Checklist.objects.create(number=following, source=tidy(source), valid_from=valid_from, note=tidy(note))
    for place, row in enumerate(criteria, start=1):
        Criterion.objects.create(checklist=made, place=place, **row)
    record_fact(
        actor=actor,
        deed="checklist.published",
        subject=made,
        after={"number": following, "valid_from": valid_from, "criteria": [row["code"] for row in criteria]},
        reason=tidy(source),
        clause="QC9",
    )
    return made


@transaction.atomic
def set_criterion_standards(*, actor: Actor, criterion: Criterion, standards: Collection[Standard]) -> Criterion:
    """Say which standards *criterion* rests on, in this and every other version that has its code (QC4.1, QC9.2).

    Raises PermissionRefused.
    """
    if not actor.may("checklist.manage"):
        raise PermissionRefused(_("Chọn tiêu chuẩn của tiêu chí thuộc Trưởng phòng."))
    stored = Criterion.objects.select_for_update().get(pk=criterion.pk)
    known = {row.standard_id: row for row in CriterionStandard.objects.filter(criterion_code=stored.code)}
    wanted = {item.pk: item for item in standards}
    if known.keys() == wanted.keys():
        return stored
    before = sorted(Standard.objects.filter(pk__in=known).values_list("number", flat=True))
    for pk in known.keys() - wanted.keys():
        known[pk].delete()
    for pk in wanted.keys() - known.keys():
        CriterionStandard.objects.create(criterion_code=stored.code, standard=wanted[pk])
    record_fact(
        actor=actor,
        deed="criterion.standards_set",
        subject=stored,
        before={"standards": before},
        after={"standards": sorted(item.number for item in standards)},
        clause="QC4.1",
    )
    return stored


def next_number(*, hold: bool = False) -> int:
    """Return the number of the next version; *hold* keeps others from taking it until the transaction ends."""
    if hold:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    last = Checklist.objects.order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


def _errors(source: str, criteria: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {} if tidy(source) else {"source": [_("Nhập nguồn của phiên bản này")]}
    found: list[str] = [] if criteria else [_("Nêu ít nhất một tiêu chí")]
    times = Counter(row["code"] for row in criteria)
    found += [_("Mã «%(code)s» xuất hiện nhiều lần") % {"code": code} for code, n in times.items() if n > 1]
    for place, row in enumerate(criteria, start=1):
        try:
            known_clause(row["clause"])
        except UnknownClause:
            said = {"n": place, "clause": row["clause"][:30]}
            found.append(_("Tiêu chí số %(n)s: không có điều khoản «%(clause)s»") % said)
        try:
            Criterion(**row).clean_fields(exclude=["checklist", "place"])
        except ValidationError as error:
            texts = "; ".join(error.messages)
            found.append(_("Tiêu chí số %(n)s: %(texts)s") % {"n": place, "texts": texts})
    return {**errors, **({"criteria": found} if found else {})}
