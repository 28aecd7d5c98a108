"""What a worker of the data plane leaves out: rooms of people. It starts in half the time, and so is back sooner.

Staff pages are not looked for, and of the portal's addresses only those are known that an answer of the broker names.
"""

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import path

_PAGES, _NO_PAGES = "core.apps.PortalAdminConfig", "core.apps.NoPagesAdminConfig"


def lighten(settings: Any) -> None:
    """Change *settings* so, before Django is set up."""
    settings.INSTALLED_APPS = [_NO_PAGES if name == _PAGES else name for name in settings.INSTALLED_APPS]
    settings.ROOT_URLCONF = __name__


def _elsewhere(_request: HttpRequest, **_named: str) -> Any:
    raise Http404


urlpatterns = [
    path("loi/<slug:code>/", _elsewhere, name="problem"),
    path("danh-muc/<slug:code>/<slug:name>/ngung-cung-cap/", _elsewhere, name="version_end"),
    path("openapi/<slug:code>/<slug:name>.json", _elsewhere, name="service_openapi"),
    path("wsdl/<slug:code>/<slug:name>.wsdl", _elsewhere, name="service_wsdl"),
]
