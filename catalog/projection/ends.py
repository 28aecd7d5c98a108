"""When versions end: those that announced it, and those that are called no more."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from catalog.choices import ServiceState
from catalog.models import ServiceVersion
from catalog.projection.rows import Ending, GoneRow, ServiceRow
from catalog.version_names import successor_among
from core import clock
from core.choices import Environment


def load_gone(services: Iterable[ServiceRow]) -> list[GoneRow]:
    """Return what was withdrawn, for each environment, with what stands in its place among *services*; one query."""
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in services:
        if row.ending is None:
            names[row.code, row.environment].append(row.version)
    gone = ServiceVersion.objects.filter(state=ServiceState.WITHDRAWN, withdrawn_at__isnull=False)
    return [
        GoneRow(
            version.service.code,
            version.name,
            place.value,
            version.service.provider_id,
            version.service.provider.code,
            _gone_since(version),
            successor_among(version.name, names[version.service.code, place.value]),
        )
        for version in gone.select_related("service__provider").order_by("pk")
        for place in Environment
    ]


def _gone_since(version: ServiceVersion) -> date:
    assert version.withdrawn_at is not None  # noqa: S101
    withdrawn = version.withdrawn_at.astimezone(clock.VIETNAM).date()
    return withdrawn if version.sunset_on is None else min(withdrawn, version.sunset_on)


def lasting_names(offered: Iterable[tuple[ServiceVersion, str]]) -> dict[tuple[int, str], list[str]]:
    """Return the names of the versions with no end in sight, by service and environment."""
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for version, environment in offered:
        if version.state == ServiceState.PUBLISHED:
            found[version.service_id, environment].append(version.name)
    return found


def ending_of(version: ServiceVersion, lasting: Iterable[str]) -> Ending | None:
    if version.state != ServiceState.DEPRECATED or version.sunset_on is None:
        return None
    return Ending(version.deprecated_at, clock.start_of(version.sunset_on), successor_among(version.name, lasting))
