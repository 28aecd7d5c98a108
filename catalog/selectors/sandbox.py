"""What answers calls of the sandbox, and whether that is apart from what answers live ones (decisions, 14)."""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from catalog.choices import CALLABLE
from catalog.models import DataService, ServiceVersion, Upstream
from catalog.relayed import NAMED_BY_CALLER, demanded_by
from core.addresses import AddressRefused, AddressRules
from core.choices import Environment

# Only takes an address apart; whether it may be called is judged where it is saved and where it is called.
_READER = AddressRules(loopback=True)


class Answerer(StrEnum):
    """What answers a version in the sandbox."""

    SOURCE = "source"  # the provider's own sandbox address
    EXAMPLES = "examples"  # our example server
    MIXED = "mixed"  # a sandbox address that answers live calls too
    NOBODY = "nobody"


def answerer_of(version: ServiceVersion) -> Answerer:
    """Return what answers *version* in the sandbox; one query, none when its addresses are at hand."""
    addresses = [item for item in version.upstreams.all() if item.active]
    if _mixed(addresses):
        return Answerer.MIXED
    if any(item.environment == Environment.SANDBOX for item in addresses):
        return Answerer.SOURCE
    return Answerer.EXAMPLES if settings.EXAMPLE_SERVER else Answerer.NOBODY


def demanded_in(version: ServiceVersion, environment: str) -> tuple[str, ...]:
    """Return what each call of *version* in *environment* has to name (``catalog.relayed``); one query."""
    addresses = [item for item in version.upstreams.all() if item.active and item.environment == environment]
    return demanded_by({what: getattr(item, f"{what}_header") for what in NAMED_BY_CALLER} for item in addresses)


def services_not_apart(services: Iterable[int]) -> set[int]:
    """Return which of *services* have a version whose sandbox address in use answers live calls too; one query."""
    rows = Upstream.objects.filter(active=True, version__state__in=CALLABLE, version__service__in=list(services))
    grouped: dict[tuple[int, int], list[Upstream]] = defaultdict(list)
    for item in rows.select_related("version").only("environment", "base_url", "version__service_id"):
        grouped[item.version.service_id, item.version_id].append(item)
    return {service for (service, _version), items in grouped.items() if _mixed(items)}


def _mixed(addresses: Iterable[Upstream]) -> bool:
    places: dict[str, set[tuple[str, int, str]]] = {item.value: set() for item in Environment}
    for item in addresses:
        places[item.environment].add(_place(item.base_url))
    return bool(places[Environment.SANDBOX] & places[Environment.LIVE])


def _place(base_url: str) -> tuple[str, int, str]:
    """Return host, port and path of an address, written in one way."""
    try:
        target = _READER.check_url(base_url)
    except AddressRefused:
        return base_url, 0, ""
    return "127.0.0.1" if target.host == "localhost" else target.host, target.port, target.path


def versions_to_try(words: str = "") -> QuerySet[ServiceVersion]:
    """Return the newest version in force of each published service that matches *words*, in the catalogue's order."""
    services = DataService.objects.published().matching(words)
    newest = ServiceVersion.objects.filter(state__in=CALLABLE, service__in=services)
    newest = newest.order_by("service_id", "-state", "-pk").distinct("service_id")
    addresses = Prefetch("upstreams", queryset=Upstream.objects.filter(active=True))
    found = ServiceVersion.objects.filter(pk__in=newest.values("pk")).select_related("service__provider")
    return found.prefetch_related(addresses).order_by("service__sort_key", "pk")
