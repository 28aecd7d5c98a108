"""Names at the moment of connecting; ``pool`` judges what they resolve to, and connects to what was judged."""

import asyncio
import socket


async def look_up(host: str, port: int, family: int) -> list[str]:
    """Return the addresses of *host* as the system knows them. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG
    )
    return [str(entry[4][0]) for entry in found]
