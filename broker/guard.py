"""The SSRF guard at the moment of connecting: the addresses judged are the addresses connected to (core.addresses)."""

import asyncio
import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from core.addresses import AddressRefused, AddressRules


class AddressNotAllowed(OSError):
    """A name resolved to an address the platform does not call."""


async def look_up(host: str, port: int, family: int) -> list[str]:
    """Return the addresses of *host* as the system knows them. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG
    )
    return [str(entry[4][0]) for entry in found]


class GuardedResolver(AbstractResolver):
    """Resolves names in the system's way and refuses what :class:`AddressRules` refuses; no second look-up follows."""

    def __init__(self, rules: AddressRules) -> None:
        self._rules = rules

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return judged addresses. Raises :class:`AddressNotAllowed`, OSError for a name nobody knows."""
        try:
            judged = self._rules.check_resolved(await look_up(host, port, family), port)
        except AddressRefused as error:
            raise AddressNotAllowed(str(error)) from error
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in judged
        ]

    async def close(self) -> None:
        """Nothing is held."""
