"""The ASGI entry: data services go to the broker ahead of Django's handler, the rest to Django (docs/house.md)."""

import os
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lgsp.settings")

pages = get_asgi_application()

from broker.assembly import assemble  # noqa: E402  # models can be imported only when Django is ready
from broker.authorising import PREFIX  # noqa: E402
from core.web.body_limit import BodyLimit  # noqa: E402

portal = BodyLimit(pages, settings.REQUEST_MAX_BYTES)
broker = assemble()


def concerns_broker(scope: dict[str, Any]) -> bool:
    """Return whether the server's life or a data service is meant, in whatever spelling: the broker judges that."""
    if scope["type"] == "lifespan":
        return True
    return scope["type"] == "http" and (
        scope["path"].startswith(PREFIX) or scope.get("raw_path", b"").startswith(PREFIX.encode())
    )


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Hand one connection event to whom it concerns."""
    to_broker = concerns_broker(scope) or scope.get("raw_path") == b"/metrics"
    await (broker if to_broker else portal)(scope, receive, send)
