"""Versions that can be called, with their addresses."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import structlog
from django.conf import settings

from catalog.choices import CALLABLE, MessageForm
from catalog.models import DataService, ServiceVersion, Upstream
from catalog.models.upstreams import keyring
from catalog.projection.ends import ending_of, lasting_names
from catalog.projection.operations import operations_of
from catalog.projection.rows import ServiceRow, UpstreamRow
from catalog.relayed import RELAYED, demanded_by
from core.choices import Environment
from core.crypto import Keyring, SealBroken

log = structlog.get_logger("lgsp.policy")
SANDBOX = Environment.SANDBOX.value


def load_services() -> list[ServiceRow]:
    """Return what may be called, in six queries at most; ``timeout_ms`` is that of the whole call."""
    live = {"version__state__in": CALLABLE}
    versions = ServiceVersion.objects.filter(state__in=CALLABLE).select_related("service__provider")
    operations = operations_of(live)
    upstreams: dict[tuple[int, str], list[Upstream]] = defaultdict(list)
    for item in Upstream.objects.filter(active=True, **live).order_by("place", "id"):
        upstreams[item.version_id, item.environment].append(item)
    if settings.EXAMPLE_SERVER:
        upstreams.update(_examples(versions.exclude(pk__in=[pk for pk, place in upstreams if place == SANDBOX])))
    ring = keyring(settings.FIELD_KEYS)
    known = {version.pk: version for version in versions.order_by("service_id", "name")}
    lasting = lasting_names((known[pk], place) for pk, place in upstreams if pk in known)
    rows = [
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
            form=version.message_form,
            inflates=version.accepts_gzip,
            total_gate_id=_total_gate(version.service, environment),
            calls_at_once=version.service.calls_at_once or 0,
            ending=ending_of(version, lasting[version.service_id, environment]),
            demanded=demanded_by(map(_headers, items)),
        )
        for (version_id, environment), items in sorted(upstreams.items())
        if (version := known.get(version_id)) is not None
    ]
    return [_plain(row) if any(item.upstream_id < 0 for item in row.upstreams) else row for row in rows]


def _plain(row: ServiceRow) -> ServiceRow:
    """Return *row* as the example server answers it: in JSON, whatever its source system speaks."""
    return replace(
        row, form=MessageForm.JSON.value, operations=tuple(replace(item, soap=None) for item in row.operations)
    )


def _examples(versions: Iterable[ServiceVersion]) -> dict[tuple[int, str], list[Upstream]]:
    """Return the example server as the sandbox address of *versions*, which have none; it is stored nowhere.

    Ids below zero are nobody else's; what we say of a call to ourselves needs no assertion.
    """
    return {
        (version.pk, SANDBOX): [
            Upstream(
                pk=-version.pk,
                version=version,
                environment=SANDBOX,
                base_url=f"{settings.EXAMPLE_SERVER}/{version.service.code}/{version.name}",
                asserted=False,
            )
        ]
        for version in versions
    }


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
    relayed = tuple((header, what) for what, header in _headers(upstream).items() if header)
    return UpstreamRow(upstream.pk, upstream.base_url, upstream.place, tls, upstream.asserted, account, relayed)


def _headers(upstream: Upstream) -> dict[str, str]:
    """Return the headers an address wants to hear of each call in, by what they carry ("": not wanted)."""
    return {what: getattr(upstream, f"{what}_header") for what in RELAYED}
