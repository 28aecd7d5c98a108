"""One call while it is in our hands: what arrived, what was found out about it, what became of it."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

from django.http import HttpRequest

from audit.admission import Call
from broker.snapshot import Service, Snapshot
from broker.tokens import TOKEN_PATHS
from broker.wire import Receive
from catalog.projection import GoneRow, OperationRow
from connections.projection import GrantRow, KeyRow
from core.clock import VIETNAM

# What a 401 asks for (RFC 9110 §11.6.1, RFC 6750 §3).
SIGNATURE, BASIC = b'Signature realm="lgsp"', b'Basic realm="lgsp"'
BEARER = b'Bearer realm="lgsp", error="invalid_token"'


@lru_cache(maxsize=8)
def day_of(minute: int) -> date:
    """Return the day in Vietnam of a minute since 1970: asked of every call, and the same for thousands of them."""
    return datetime.fromtimestamp(minute * 60, tz=VIETNAM).date()


class Proof(Protocol):
    """What a caller presents: the key it names, when it was made, and what makes it usable once."""

    @property
    def keyid(self) -> str:
        """Access key claimed."""
        ...

    @property
    def moment(self) -> datetime:
        """Time the nonce is kept under."""
        ...

    @property
    def nonce(self) -> str:
        """ASCII, 128 characters at most; with the key and the time it is used once."""
        ...


@dataclass(slots=True)
class Principal:
    """The system behind a verified proof; ``auth`` says how it proved itself, as the call log names it."""

    key: KeyRow
    proof: Proof
    auth: str

    is_authenticated = True


@dataclass(slots=True)
class Warrant:
    """What was found lawful: this service, this operation, under this grant."""

    service: Service
    operation: OperationRow
    grant: GrantRow
    upstream_path: str

    @property
    def root(self) -> str:
        """Name of the element that JSON of this operation goes into."""
        return self.operation.root or self.operation.code


@dataclass(slots=True)
class Posting:
    """A request to a SOAP provider: ``target`` below the upstream's address, ``headers`` that say what it is."""

    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(slots=True)
class Progress:
    """What the log will say of the way to the provider."""

    upstream_id: int = 0
    upstream_status: int = 0
    upstream_ms: int = 0
    fields_dropped: int = 0


class Incoming(HttpRequest):
    """A request as Django knows it, without its costs: nothing is parsed that no step of the broker asks for."""

    # What begins the same for every call stands here, and is set only by the step that finds it out.
    authority = ""
    address = ""
    content = b""
    task: "asyncio.Task[object] | None" = None  # what answers, once the request is whole
    snapshot: Snapshot | None = None
    claimed: KeyRow | None = None
    proof: Proof | None = None
    # Under which grant, for which purpose and which administrative procedure, as the verified caller says.
    grant_code = ""
    purpose_code = ""
    procedure = ""
    # Id of the officer who asks: goes to source systems that want it, into the log as a keyed digest only.
    officer = ""
    principal: Principal | None = None
    # How far the judgement came: a call refused on the way is logged with what was found by then.
    service: Service | None = None
    gone: GoneRow | None = None
    operation: OperationRow | None = None
    grant: GrantRow | None = None
    warrant: Warrant | None = None
    submitted: Call | None = None
    counted = False
    # What ``RateLimit`` says of the grant, once that is known.
    allowance = b""
    held = 0
    # The caller speaks SOAP of this version; ``arrived`` is the message the REST call in ``content`` was read from.
    soap = ""
    arrived: bytes | None = None
    # What a SOAP provider is sent in place of the REST call.
    posting: "Posting | None" = None
    # What is sent on instead of content and headers as they came, where the provider speaks otherwise
    # (``messages.inward``).
    carried: bytes | None = None
    instead: Mapping[bytes, bytes] = MappingProxyType({})

    def __init__(self, scope: dict[str, Any], receive: Receive, call_id: UUID, received_at: datetime) -> None:
        # HttpRequest.__init__ builds query dictionaries and cookies that no call needs.
        self.receive = receive
        # The server's connection, weakly, where the server is ours (broker.server).
        self.connection: Callable[[], Any] | None = scope.get("lgsp.connection")
        self.call_id = call_id
        digits = f"{call_id.int:032x}"
        self.request_id = f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
        self.received_at = received_at
        # The second of arrival since 1970.
        self.second = int(received_at.timestamp())
        self.begun = time.monotonic()
        self.method: str = scope["method"]
        self.raw_path: bytes = scope["raw_path"]
        # Path as sent; ASCII once the wire form was checked.
        self.target = self.raw_path.decode("latin-1")
        self.raw_query: bytes = scope["query_string"]
        # At the token endpoint refusals are in OAuth's words, and ``form`` is what was sent.
        self.asks_token = self.raw_path in TOKEN_PATHS
        self.form: dict[str, str] = {}
        self.challenge = BASIC if self.asks_token else SIGNATURE
        self.client: str = (scope.get("client") or ("", 0))[0]
        self.sent: dict[bytes, bytes] = {}
        self.progress = Progress()

    @property
    def day(self) -> date:
        """The day of arrival in Vietnam."""
        return day_of(self.second // 60)

    @property
    def going(self) -> bytes:
        """The content as it is sent on."""
        return self.content if self.carried is None else self.carried

    def text(self, name: bytes) -> str:
        """Return a header's value, "" when it was not sent."""
        return self.sent.get(name, b"").decode("latin-1")

    @property
    def elapsed_ms(self) -> int:
        """Milliseconds since the request arrived."""
        return int((time.monotonic() - self.begun) * 1000)
