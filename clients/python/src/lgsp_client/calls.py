"""How a client calls, and one call as it is asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lgsp_client.retrying import SAFE, RetryPolicy
from lgsp_client.signing import new_idempotency_key
from lgsp_client.target import Params, query_of, target_of

# Grant and purpose of a question to the platform itself.
NOBODY = "-"
# What the client writes itself; a caller's own would break what is signed.
_OURS = frozenset(
    {
        "authorization",
        "content-digest",
        "content-length",
        "host",
        "idempotency-key",
        "signature",
        "signature-input",
        "transfer-encoding",
        "x-lgsp-grant",
        "x-lgsp-procedure",
        "x-lgsp-officer",
        "x-lgsp-purpose",
    }
)


@dataclass(frozen=True)
class Settings:
    """How a client calls.

    ``deadline``: seconds for a call with all its repetitions; ``timeout``: without a byte, for connecting too;
    ``most_clock_correction``: seconds by which the platform's time may be followed when ours is refused;
    ``certificate``: files of a certificate and its key to show; ``issuer``: the platform's name in assertions, where
    it is not its address; ``language``: of problem texts, ``vi`` or ``en``.
    """

    deadline: float = 90.0
    timeout: float = 35.0
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    language: str = "vi"
    most_clock_correction: int = 3600
    most_answer_bytes: int = 64 * 1024 * 1024
    certificate: tuple[str, str] | None = None
    issuer: str = ""
    plain_http: bool = False


@dataclass(frozen=True)
class Call:
    """What is sent, but for what proves its sender. ``grant`` is "-" for questions to the platform itself."""

    method: str
    target: str
    grant: str
    purpose: str
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    idempotency_key: str = ""
    procedure: str = ""
    deadline: float | None = None
    officer: str = ""

    def __post_init__(self) -> None:
        for name, value in self.headers.items():
            if name.lower() in _OURS:
                raise ValueError(f"the client writes {name} itself")
            if not value.isprintable():
                raise ValueError(f"the value of {name} holds a control character")


def content_of(document: Any, body: bytes) -> bytes:
    """Return the bytes of a JSON document, or the body as given. Raises ``ValueError`` for NaN, infinity, and both."""
    if document is None:
        return body
    if body:
        raise ValueError("give json or body, not both")
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


@dataclass(frozen=True)
class Asker:
    """Puts what a developer asks under one grant into calls, for whichever client."""

    grant: str
    purpose: str

    @staticmethod
    def ping() -> Call:
        """Ask the platform who we are."""
        return Call("GET", "/api/data/-/ping", NOBODY, NOBODY)

    @staticmethod
    def services(*, mine: bool) -> Call:
        """Ask the platform what there is."""
        return Call("GET", f"/api/data/-/services{'?' + query_of({'mine': True}) if mine else ''}", NOBODY, NOBODY)

    def call(  # noqa: PLR0913 - a call has so many parts, each of them named
        self,
        method: str,
        service: str,
        version: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        body: bytes = b"",
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        idempotency_key: str = "",
        procedure: str = "",
        officer: str = "",
        deadline: float | None = None,
    ) -> Call:
        """Put together a call of an operation; what changes something gets a new key unless one is given."""
        method = method.upper()
        content, sent = content_of(json, body), dict(headers or {})
        if content:
            sent.setdefault("Content-Type", content_type)
        key = "" if method in SAFE else idempotency_key or new_idempotency_key()
        target = target_of(service, version, path, params)
        return Call(method, target, self.grant, self.purpose, content, sent, key, procedure, deadline, officer)
