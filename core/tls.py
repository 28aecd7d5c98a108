"""TLS towards one other host: whom we trust there, which name its certificate bears, and what we show of ourselves.

Verification cannot be switched off. A private key is never written to a disk to be loaded: OpenSSL reads it from a
file that lives in memory only.
"""

import os
import ssl
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

MINIMUM = ssl.TLSVersion.TLSv1_2


@dataclass(frozen=True, slots=True)
class TlsProfile:
    """What differs from the ordinary: each part may be "".

    ``name`` is expected in the certificate instead of the host's; ``ca_pem`` are the only authorities trusted, instead
    of the system's; ``certificate`` with ``key`` (PEM) is shown when the host asks who calls.
    """

    name: str = ""
    ca_pem: str = ""
    certificate: str = ""
    key: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        """False when nothing differs."""
        return bool(self.name or self.ca_pem or self.certificate)


class NamedContext(ssl.SSLContext):
    """A context that checks the certificate against one name, whatever host the connection was made to.

    Who connects cannot forget the name, and a pool that keeps connections by context keeps names apart.
    """

    expected = ""

    def wrap_bio(self, incoming: Any, outgoing: Any, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Wrap memory buffers, as asyncio and uvloop do."""
        return super().wrap_bio(incoming, outgoing, *args, **self._named(kwargs))

    def wrap_socket(self, sock: Any, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Wrap a socket, as blocking clients do."""
        return super().wrap_socket(sock, *args, **self._named(kwargs))

    def _named(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        return {**kwargs, "server_hostname": self.expected} if self.expected else kwargs


@lru_cache(maxsize=1024)
def context_of(profile: TlsProfile) -> ssl.SSLContext:
    """Return the context of *profile*, made once. Raises as :func:`make_context`."""
    return make_context(profile)


def make_context(profile: TlsProfile) -> ssl.SSLContext:
    """Return a new context of *profile*. Raises ssl.SSLError for parts OpenSSL cannot use."""
    context = NamedContext(ssl.PROTOCOL_TLS_CLIENT)  # checks chain and name from the start
    context.minimum_version = MINIMUM
    context.expected = profile.name
    if profile.ca_pem:
        context.load_verify_locations(cadata=profile.ca_pem)
    else:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    if profile.certificate:
        _show(context, profile)
    return context


def _show(context: ssl.SSLContext, profile: TlsProfile) -> None:
    descriptor = os.memfd_create("lgsp-tls", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as memory:
            memory.write(f"{profile.key}\n{profile.certificate}".encode())
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)
