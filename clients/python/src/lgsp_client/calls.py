"""One call as it is asked for, and how its answer is taken in."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from lgsp_client.answers import Answer, Download
from lgsp_client.errors import UnexpectedAnswer
from lgsp_client.retrying import RetryPolicy

if TYPE_CHECKING:
    from lgsp_client.transport import Response

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


def hold(response: Response, most: int) -> Answer:
    """Read an answer into memory. Raises :class:`UnexpectedAnswer` beyond *most* bytes."""
    parts, size = [], 0
    for piece in response.pieces():
        size += len(piece)
        if size > most:
            text = f"the answer has more than {most} bytes: write it to a file with download()"
            raise UnexpectedAnswer(text, response.status, response.headers.get("x-request-id", ""))
        parts.append(piece)
    return Answer(response.status, response.headers, b"".join(parts))


def pour(response: Response, path: Path) -> Download:
    """Write an answer to a file, which appears when it is whole; what was there before stays until then."""
    digest, size = hashlib.sha256(), 0
    with _appearing(path) as file:
        for piece in response.pieces():
            file.write(piece)
            digest.update(piece)
            size += len(piece)
    return Download(response.status, response.headers, path, size, digest.hexdigest())


@contextlib.contextmanager
def _appearing(path: Path) -> Iterator[IO[bytes]]:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
