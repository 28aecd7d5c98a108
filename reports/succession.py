"""Who answers for a body that ended: its successor, or the successor of that one (QC2)."""

from accounts.models import Agency
from core import clock


def successors() -> dict[int, int]:
    """Return for each ended body the living one that took it over, however far down the chain. One query."""
    today = clock.today()
    rows = Agency.objects.filter(valid_to__lt=today).values_list("pk", "successor_id")
    ended: dict[int, int | None] = dict(rows)
    return {pk: found for pk in ended if (found := _living(pk, ended)) is not None}


def answers_for(agency_id: int | None) -> list[int]:
    """Return the bodies *agency_id* answers for: itself, and those that ended and were taken over by it."""
    if agency_id is None:
        return []
    return [agency_id, *(pk for pk, successor in successors().items() if successor == agency_id)]


def _living(pk: int, ended: dict[int, int | None]) -> int | None:
    """Follow the chain from *pk*; None where it ends without a successor or bites its own tail."""
    seen: set[int] = set()
    here: int | None = pk
    while here is not None and here in ended and here not in seen:
        seen.add(here)
        here = ended[here]
    return None if here is None or here in seen else here
