"""Systems, data services and grants (QC7.6, QC11.2, QC11.3)."""

from dataclasses import dataclass

from django.db.models import Count, Q

from catalog.choices import SystemState
from catalog.models import InformationSystem, ServiceVersion
from connections.models import Grant
from core.choices import Environment
from reports.queries.window import Window


@dataclass(frozen=True, slots=True)
class CatalogueFigures:
    """What can be connected, what can be called, what may be called."""

    systems: int
    services: int
    published: int
    grants: int
    granted: int
    revoked: int


def catalogue_figures(window: Window) -> CatalogueFigures:
    """Return the register as it stands when read, the catalogue and the grants as of the window's end."""
    day = window.last_day
    versions = ServiceVersion.objects.aggregate(
        services=Count("service", filter=window.lasting("published_at", "withdrawn_at"), distinct=True),
        published=Count("service", filter=window.happened("published_at"), distinct=True),
    )
    valid = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    grants = Grant.objects.filter(environment=Environment.LIVE).aggregate(
        grants=Count("pk", filter=window.lasting("opened_at", "revoked_at") & valid),
        granted=Count("pk", filter=window.happened("opened_at")),
        revoked=Count("pk", filter=window.happened("revoked_at")),
    )
    systems = InformationSystem.objects.filter(state=SystemState.REGISTERED).count()
    return CatalogueFigures(systems=systems, **versions, **grants)
