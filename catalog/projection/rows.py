"""What the broker may know of the catalogue: frozen rows of everything that can be called (decisions, 18)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from catalog.soap import Parameter
from core.client_credentials import Account as AccountRow
from core.tls import TlsProfile

# What a version carries in one answer where nobody said otherwise.
ANSWER_BYTES = 100 * 1024 * 1024


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
