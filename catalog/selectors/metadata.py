"""The public catalogue as machines harvest it: published versions of services, page by page."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import Agency
from catalog.choices import CALLABLE
from catalog.models import DataService, ServiceVersion

PAGE_SIZE = 200


@dataclass(frozen=True, slots=True)
class Harvest:
    """One page of services with their callable versions; ``pages`` is how many there are, at least one."""

    services: list[DataService]
    versions: dict[int, list[ServiceVersion]]
    operator: Agency | None
    total: int
    pages: int


def harvest(page: int) -> Harvest:
    """Return page *page* (from 1) of the published services, in the order they were entered; four queries."""
    found = DataService.objects.published().order_by("pk")
    total = found.count()
    start = (page - 1) * PAGE_SIZE
    services = list(found.select_related("provider", "sector")[start : start + PAGE_SIZE])
    versions: dict[int, list[ServiceVersion]] = {service.pk: [] for service in services}
    for version in ServiceVersion.objects.filter(service__in=services, state__in=CALLABLE).order_by("service", "pk"):
        versions[version.service_id].append(version)
    operator = Agency.objects.filter(is_operator=True).exclude(parent__is_operator=True).order_by("code").first()
    return Harvest(services, versions, operator, total, max(-(-total // PAGE_SIZE), 1))


def published_versions() -> QuerySet[ServiceVersion]:
    """Return every version that may be called, with its service."""
    found = ServiceVersion.objects.filter(state__in=CALLABLE).select_related("service")
    return found.order_by("service__code", "pk")
