"""HTTP/1.1 over connections that are kept, on the standard library; redirects are never followed, no proxy is used.

A call of one's own signing must arrive as it was signed, so nothing here changes a target or a body.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lgsp_client.answers import Headers
from lgsp_client.errors import AnswerLost, CertificateRefused, Unreachable

if TYPE_CHECKING:
    from lgsp_client.retrying import Deadline
    from lgsp_client.steps import Send

PIECE = 64 * 1024
# The platform ends idle connections after a minute; one that is about to be ended is not used again.
IDLE_SECONDS = 20.0
MOST_IDLE = 8
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """Where the platform is. ``authority`` is what ``Host`` says."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str, *, plain_http: bool) -> Address:
        """Read an address. Raises ``ValueError`` for one that calls cannot be sent to, or not safely."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
            raise ValueError(f"not the address of a platform: {parts.scheme}://{parts.hostname or ''}")
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError("the address of the platform has no path: paths are signed from the root")
        found = cls(parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme])
        if found.scheme == "http" and not plain_http and not found.loopback:
            raise ValueError("http:// lets others read along; use https:// (or Settings(plain_http=True) in a test)")
        return found

    @property
    def loopback(self) -> bool:
        """Whether it is this machine."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def authority(self) -> str:
        """Host, and the port where it is not the scheme's."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _PORTS[self.scheme] else f"{name}:{self.port}"

    @property
    def url(self) -> str:
        """The address without anything behind it."""
        return f"{self.scheme}://{self.authority}"


def tls_context(
    address: Address, ca_file: str | os.PathLike[str] | None, certificate: tuple[str, str] | None
) -> ssl.SSLContext | None:
    """Return a context that verifies, always: by the machine's authorities, or by those of *ca_file* alone.

    None for an address of ``http://``.
    """
    if address.scheme != "https":
        return None
    context = ssl.create_default_context(cafile=None if ca_file is None else os.fspath(ca_file))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        context.load_cert_chain(*certificate)
    return context


class Transport:
    """Connections to one platform, for any number of threads."""

    def __init__(self, address: Address, context: ssl.SSLContext | None, timeout: float) -> None:
        self._address, self._context, self._timeout = address, context, timeout
        self._idle: list[_Wire] = []
        self._lock = threading.Lock()

    def send(self, step: Send) -> Response:
        """Send one request and return what comes back, its body still to be read.

        Raises :class:`Unreachable` when nothing was sent, :class:`AnswerLost` when something was.
        """
        wire = self._wire(step.deadline)
        try:
            return Response(self, wire, wire.ask(step), step.deadline)
        except BaseException:
            wire.close()
            raise

    def _wire(self, deadline: Deadline) -> _Wire:
        while True:
            with self._lock:
                wire = self._idle.pop() if self._idle else None
            if wire is None:
                return _Wire(self._address, self._context, self._timeout, deadline)
            if wire.usable:
                return wire
            wire.close()

    def take_back(self, wire: _Wire) -> None:
        """Keep a connection whose answer was read to its end."""
        wire.idle_since = time.monotonic()
        with self._lock:
            if len(self._idle) < MOST_IDLE:
                self._idle.append(wire)
                return
        wire.close()

    def close(self) -> None:
        """End the connections that are not at work."""
        with self._lock:
            idle, self._idle = self._idle, []
        for wire in idle:
            wire.close()


class _Wire:
    """One connection."""

    def __init__(self, address: Address, context: ssl.SSLContext | None, timeout: float, deadline: Deadline) -> None:
        self._address, self._timeout = address, timeout
        self.idle_since = 0.0
        seconds = max(0.001, min(timeout, deadline.left()))
        if context is not None:
            self._connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                address.host, address.port, timeout=seconds, context=context
            )
        else:
            self._connection = http.client.HTTPConnection(address.host, address.port, timeout=seconds)
        try:
            self._connection.connect()
        except ssl.SSLCertVerificationError as refused:
            self._connection.close()
            raise CertificateRefused(f"{address.url}: {refused.verify_message}") from None
        except OSError as failed:
            self._connection.close()
            raise Unreachable(f"{address.url}: {failed}") from None
        self._socket: socket.socket = self._connection.sock

    @property
    def usable(self) -> bool:
        """Whether it was at rest for a short time only, and the other side has not ended it meanwhile."""
        if time.monotonic() - self.idle_since > IDLE_SECONDS or self._socket.fileno() < 0:
            return False
        return not _readable(self._socket)

    def wait_at_most(self, deadline: Deadline) -> None:
        """Bound the next reading or writing. Raises :class:`AnswerLost` when the time is over."""
        left = deadline.left()
        if not left:
            raise AnswerLost(f"{self._address.url}: no whole answer in the time of the call")
        self._socket.settimeout(min(self._timeout, left))

    def ask(self, step: Send) -> http.client.HTTPResponse:
        """Send a request and read the head of its answer."""
        self.wait_at_most(step.deadline)
        connection = self._connection
        try:
            connection.putrequest(step.method, step.target, skip_host=True, skip_accept_encoding=True)
            for name, value in step.headers.items():
                connection.putheader(name, value)
            # Refused before all of it was read: the answer says why.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.endheaders(step.body or None)
            self.wait_at_most(step.deadline)
            return connection.getresponse()
        except (OSError, http.client.HTTPException) as failed:
            raise AnswerLost(f"{self._address.url}: {_said(failed)}") from None

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


class Response:
    """An answer whose head is read; closed without being read to its end, the connection is not used again."""

    def __init__(self, transport: Transport, wire: _Wire, found: http.client.HTTPResponse, deadline: Deadline) -> None:
        self._transport, self._wire, self._found, self._deadline = transport, wire, found, deadline
        self.status = found.status
        self.headers = Headers(found.getheaders())
        self._left = found.length
        self._whole = False

    def pieces(self) -> Iterator[bytes]:
        """Give the body piece by piece. Raises :class:`AnswerLost` for one that ends early or late."""
        while True:
            self._wire.wait_at_most(self._deadline)
            try:
                piece = self._found.read1(PIECE)
            except (OSError, http.client.HTTPException) as failed:
                raise AnswerLost(f"the answer broke off: {_said(failed)}") from None
            if not piece:
                break
            if self._left is not None:
                self._left -= len(piece)
            yield piece
        if self._left:
            raise AnswerLost(f"the answer broke off: {self._left} bytes are missing")
        self._whole = True

    def __enter__(self) -> Response:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        # Ends the answer, not the connection: http.client sends nothing on it before.
        self._found.close()
        if self._whole and not self._found.will_close:
            self._transport.take_back(self._wire)
        else:
            self._wire.close()


def _readable(sock: socket.socket) -> bool:
    """Whether something lies in wait: on a connection at rest that is its end."""
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([sock], [], [], 0)[0])


def _said(failed: BaseException) -> str:
    return str(failed) or type(failed).__name__
