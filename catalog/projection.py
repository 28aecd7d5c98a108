"""What the broker may know of the catalogue: frozen rows of everything that can be called (decisions, 18).

The caller opens one snapshot (repeatable read) around this and the other projections.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import structlog
from django.conf import settings

from catalog.choices import CALLABLE, Direction, ServiceState
from catalog.models import DataElement, DataService, Operation, ProfileUse, ServiceVersion, Upstream
from catalog.models.upstreams import keyring
from catalog.soap import Parameter, kind_of, parameters_of, repeated_of, soap_of
from catalog.version_names import successor_among
from core import clock
from core.choices import Environment
from core.client_credentials import Account as AccountRow
from core.crypto import Keyring, SealBroken
from core.tls import TlsProfile

log = structlog.get_logger("lgsp.policy")
# What a version carries in one answer where nobody said otherwise.
ANSWER_BYTES = 100 * 1024 * 1024
SANDBOX = Environment.SANDBOX.value


@dataclass(frozen=True, slots=True)
class SoapRow:
    """How a SOAP provider is asked and understood; every part was judged when it was entered (``catalog.soap``).

    ``response`` leads from the body to the data, its first name is the answer's element; ``repeated`` are dotted
    names in the JSON answer that are lists whatever their number; ``kinds`` says by the name of a field whether its
    text is an ``integer``, a ``number`` or a ``boolean``.
    """

    version: str
    path: str
    action: str
    namespace: str
    request: str
    qualified: bool
    parameters: tuple[Parameter, ...]
    response: tuple[str, ...]
    repeated: frozenset[str]
    kinds: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A structure that messages follow today; ``form`` is "json" (JSON Schema) or "xsd", ``text`` what it says."""

    profile_id: int
    code: str
    version: str
    form: str
    text: str


# What an address may want to hear of each call.
RELAYED = ("procedure", "agency", "officer")


@dataclass(frozen=True, slots=True)
class OperationRow:
    """An operation; ``template`` is validated, ``record_path`` is "" or a dotted path to the records.

    ``soap`` None: the provider speaks REST. ``request_profile`` and ``answer_profile`` are what its messages are
    judged by; None: they are not.
    """

    operation_id: int
    code: str
    method: str
    template: str
    record_path: str
    fields: tuple[str, ...]
    soap: SoapRow | None = None
    request_profile: ProfileRow | None = None
    answer_profile: ProfileRow | None = None
    # Name of the element a request goes into where the source system takes XML ("" the operation's code).
    root: str = ""


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
class Ending:
    """The announced end of a version: ``sunset`` is its first moment without answers, 00:00 in Vietnam.

    ``successor`` names the newest version after it that is provided without an end in the same environment ("": none).
    """

    deprecated_at: datetime | None
    sunset: datetime
    successor: str = ""


@dataclass(frozen=True, slots=True)
class GoneRow:
    """A version that was published and is called no more, in one environment; ``since`` is its first day without."""

    code: str
    version: str
    environment: str
    provider_id: int
    provider_code: str
    since: date
    successor: str = ""
    total_gate_id: int = 0


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
    # Set while the version stands deprecated with a last day.
    ending: Ending | None = None
    # What the source system takes ("json", "xml", "raw": as it comes), and whether callers may send gzip.
    form: str = "json"
    inflates: bool = False
    demanded: tuple[str, ...] = ()


def load_services() -> list[ServiceRow]:
    """Return what may be called, in six queries at most; ``timeout_ms`` is that of the whole call."""
    live = {"version__state__in": CALLABLE}
    versions = ServiceVersion.objects.filter(state__in=CALLABLE).select_related("service__provider")
    operations = _operations(live)
    upstreams: dict[tuple[int, str], list[Upstream]] = defaultdict(list)
    for item in Upstream.objects.filter(active=True, **live).order_by("place", "id"):
        upstreams[item.version_id, item.environment].append(item)
    if settings.EXAMPLE_SERVER:
        upstreams.update(_examples(versions.exclude(pk__in=[pk for pk, place in upstreams if place == SANDBOX])))
    ring = keyring(settings.FIELD_KEYS)
    known = {version.pk: version for version in versions.order_by("service_id", "name")}
    lasting = _lasting((known[pk], place) for pk, place in upstreams if pk in known)
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
            form=version.message_form,
            inflates=version.accepts_gzip,
            total_gate_id=_total_gate(version.service, environment),
            calls_at_once=version.service.calls_at_once or 0,
            ending=_ending(version, lasting[version.service_id, environment]),
            demanded=_demanded(items),
        )
        for (version_id, environment), items in sorted(upstreams.items())
        if (version := known.get(version_id)) is not None
    ]


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


def _lasting(offered: Iterable[tuple[ServiceVersion, str]]) -> dict[tuple[int, str], list[str]]:
    """Return the names of the versions with no end in sight, by service and environment."""
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for version, environment in offered:
        if version.state == ServiceState.PUBLISHED:
            found[version.service_id, environment].append(version.name)
    return found


def _ending(version: ServiceVersion, lasting: Iterable[str]) -> Ending | None:
    if version.state != ServiceState.DEPRECATED or version.sunset_on is None:
        return None
    return Ending(version.deprecated_at, clock.start_of(version.sunset_on), successor_among(version.name, lasting))


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
    kinds: dict[int, dict[str, str]] = defaultdict(dict)
    elements = DataElement.objects.filter(**{f"operation__{name}": value for name, value in live.items()})
    for operation_id, name, kind in elements.order_by("operation_id", "place").values_list(
        "operation_id", "name", "data_type"
    ):
        kinds[operation_id][name] = kind_of(kind)
    profiles = _profiles({f"operation__{name}": value for name, value in live.items()})
    found: dict[int, list[OperationRow]] = defaultdict(list)
    for item in Operation.objects.filter(**live).order_by("version_id", "template", "method"):
        row = OperationRow(
            operation_id=item.pk,
            code=item.code,
            method=item.method,
            template=item.template,
            record_path=item.record_path,
            fields=tuple(kinds[item.pk]),
            soap=_soap_row(item, kinds[item.pk]),
            request_profile=profiles.get((item.pk, Direction.REQUEST)),
            answer_profile=profiles.get((item.pk, Direction.ANSWER)),
            root=item.xml_root,
        )
        found[item.version_id].append(row)
    return found


def _soap_row(operation: Operation, kinds: Mapping[str, str]) -> SoapRow | None:
    """Return how *operation* is asked by SOAP, None where its provider speaks REST."""
    said = soap_of(operation)
    if not said.version:
        return None
    return SoapRow(
        said.version,
        said.path,
        said.action,
        said.namespace,
        said.request,
        said.qualified,
        tuple(parameters_of(said.parameters)),
        tuple(said.response.split("/")),
        frozenset(repeated_of(said.repeated)),
        {name: kind for name, kind in kinds.items() if kind},
    )


def _profiles(live: Mapping[str, object]) -> dict[tuple[int, str], ProfileRow]:
    """Return what applies today, by operation and direction; a day begins with the next load, within a minute."""
    made: dict[int, ProfileRow] = {}
    found: dict[tuple[int, str], ProfileRow] = {}
    for use in ProfileUse.objects.applied(clock.today()).filter(**live).select_related("profile"):
        profile = use.profile
        assert profile is not None  # noqa: S101 - without one nothing is applied
        if profile.pk not in made:
            made[profile.pk] = ProfileRow(profile.pk, profile.code, profile.version, profile.form, profile.content)
        found[use.operation_id, use.direction] = made[profile.pk]
    return found
