"""The ASGI entry; the broker will be mounted here ahead of Django's handler (docs/house.md)."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lgsp.settings")

application = get_asgi_application()
