"""The standards that criteria of the checklist rest on."""

from collections import defaultdict
from collections.abc import Iterable

from catalog.models import Standard
from connections.models import CriterionStandard
from core import clock

# A standard with how it stands today: in words, and as the kind of its tag.
Cited = tuple[Standard, str, str]


def standards_by_criterion(codes: Iterable[str]) -> dict[str, list[Cited]]:
    """Return by code of criterion the standards it rests on; one query."""
    found: defaultdict[str, list[Cited]] = defaultdict(list)
    today = clock.today()
    rows = CriterionStandard.objects.filter(criterion_code__in=list(codes)).select_related("standard")
    for row in rows:
        found[row.criterion_code].append((row.standard, *row.standard.standing(today)))
    return dict(found)
