"""A small authoriser behind nginx's auth_request, as an ASGI application: is the key known?"""

import hmac
import os
from typing import Any

KEY = os.environ.get("BENCH_KEY", "").encode()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer 204 to a known key, 401 to another."""
    if scope["type"] != "http":
        return
    given = next((value for name, value in scope["headers"] if name == b"x-api-key"), b"")
    status = 204 if KEY and hmac.compare_digest(given, KEY) else 401
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b""})
