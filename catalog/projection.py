"""What the broker may know of the catalogue: frozen rows of everything that can be called (decisions, 18).

The caller opens one snapshot (repeatable read) around this and the other projections.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog
from django.conf import settings

from catalog.choices import CALLABLE
from catalog.models import DataElement, DataService, Operation, ServiceVersion, Upstream
from catalog.models.upstreams import keyring
from core.choices import Environment
from core.client_credentials import Account as AccountRow
from core.crypto import Keyring, SealBroken
from core.tls import TlsProfile

log = structlog.get_logger("lgsp.policy")
# What a version carries in one answer where nobody said otherwise.
ANSWER_BYTES = 100 * 1024 * 1024
# What an address may want to hear of each call.
RELAYED = ("procedure", "agency", "officer")


@dataclass(frozen=True, slots=True)
class OperationRow:
    """An operation; ``template`` is validated, ``record_path`` is "" or a dotted path to the records."""

    operation_id: int
    code: str
    method: str
    template: str
    record_path: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UpstreamRow:
    """An address of the source system; the smallest place is asked first. ``tls`` None: nothing differs there.

    ``asserted``: each call to it carries the platform's signed assertion. ``account``: they carry a token got by it.
    ``relayed``: headers it wants with what each carries: ``procedure``, ``agency`` or ``officer``.
    """

    upstream_id: int
    base_url: str
    place: int
    tls: TlsProfile | None = None
    asserted: bool = True
    account: AccountRow | None = None
    relayed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A published version in one environment that has an address in use.

    ``demanded`` are those of ``procedure`` and ``officer`` that every caller has to name.
    """

    service_id: int
    code: str
    version: str
    environment: str
    provider_id: int
    provider_code: str
    title: str
    timeout_ms: int
    max_request_bytes: int
    operations: tuple[OperationRow, ...]
    upstreams: tuple[UpstreamRow, ...]
    # Gate that counts all calls a day (0: none), calls the source system bears at once (0: the platform's figure).
    total_gate_id: int = 0
    calls_at_once: int = 0
    max_answer_bytes: int = ANSWER_BYTES
    demanded: tuple[str, ...] = ()


def load_services() -> list[ServiceRow]:
    """Return what may be called, in four queries whatever their number; ``timeout_ms`` is that of the whole call."""
    live = {"version__state__in": CALLABLE}
    versions = ServiceVersion.objects.filter(state__in=CALLABLE).select_related("service__provider")
    operations = _operations(live)
    upstreams: dict[tuple[int, str], list[Upstream]] = defaultdict(list)
    for item in Upstream.objects.filter(active=True, **live).order_by("place", "id"):
        upstreams[item.version_id, item.environment].append(item)
    ring = keyring(settings.FIELD_KEYS)
    known = {version.pk: version for version in versions.order_by("service_id", "name")}
    return [
        ServiceRow(
            service_id=version.service_id,
            code=version.service.code,
            version=version.name,
            environment=environment,
            provider_id=version.service.provider_id,
            provider_code=version.service.provider.code,
            title=version.service.title,
            timeout_ms=max(item.timeout_ms for item in items),
            max_request_bytes=version.max_request_bytes,
            operations=tuple(operations[version.pk]),
            upstreams=tuple(row for item in items if (row := _upstream_row(item, ring)) is not None),
            max_answer_bytes=version.max_answer_bytes,
            total_gate_id=_total_gate(version.service, environment),
            calls_at_once=version.service.calls_at_once or 0,
            demanded=_demanded(items),
        )
        for (version_id, environment), items in sorted(upstreams.items())
        if (version := known.get(version_id)) is not None
    ]


def _total_gate(service: DataService, environment: str) -> int:
    """Return the gate of the provider's promise, which is about the live environment; 0: none is asked."""
    promised = environment == Environment.LIVE and service.capacity_per_day is not None
    return (service.total_gate_id or 0) if promised else 0


def _upstream_row(upstream: Upstream, ring: Keyring) -> UpstreamRow | None:
    """Return the row; None for an address whose private key was moved or altered: it is not called without."""
    try:
        tls, account = upstream.tls_profile(ring), upstream.account(ring)
    except SealBroken:
        log.exception("a secret of an address cannot be opened", upstream_id=upstream.pk)
        return None
    relayed = tuple((header, what) for what in RELAYED if (header := getattr(upstream, f"{what}_header")))
    return UpstreamRow(upstream.pk, upstream.base_url, upstream.place, tls, upstream.asserted, account, relayed)


def _demanded(upstreams: Iterable[Upstream]) -> tuple[str, ...]:
    """Return what a caller has to name because an address in use wants it; the agency we know ourselves."""
    return tuple(
        what
        for what in RELAYED
        if what != "agency" and any(getattr(upstream, f"{what}_header") for upstream in upstreams)
    )


def _operations(live: Mapping[str, object]) -> dict[int, list[OperationRow]]:
    names: dict[int, list[str]] = defaultdict(list)
    elements = DataElement.objects.filter(**{f"operation__{name}": value for name, value in live.items()})
    for operation_id, name in elements.order_by("operation_id", "place").values_list("operation_id", "name"):
        names[operation_id].append(name)
    found: dict[int, list[OperationRow]] = defaultdict(list)
    for item in Operation.objects.filter(**live).order_by("version_id", "template", "method"):
        row = OperationRow(item.pk, item.code, item.method, item.template, item.record_path, tuple(names[item.pk]))
        found[item.version_id].append(row)
    return found
