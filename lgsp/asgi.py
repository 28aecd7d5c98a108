"""The ASGI entry: calls and tokens go to the broker ahead of Django's handler, the rest to Django (docs/house.md)."""

import os
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lgsp.settings")

pages = get_asgi_application()

from broker.assembly import assemble  # noqa: E402  # models can be imported only when Django is ready
from broker.front import concerns_broker  # noqa: E402
from core.web.body_limit import BodyLimit  # noqa: E402

portal = BodyLimit(pages, settings.REQUEST_MAX_BYTES)
broker = assemble()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Hand one connection event to whom it concerns."""
    await (broker if concerns_broker(scope) else portal)(scope, receive, send)
