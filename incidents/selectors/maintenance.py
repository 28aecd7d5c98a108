"""Which services are in planned maintenance now."""

from collections.abc import Iterable


def planned_now(service_ids: Iterable[int]) -> set[int]:
    """Return those of *service_ids* inside an announced maintenance window now; none while no window is kept."""
    return set()
