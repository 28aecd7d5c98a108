"""What machines look for at fixed addresses: whom to tell of weaknesses, which APIs there are, where not to crawl."""

import re
from datetime import timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.module_loading import import_string
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from core import clock

_LETTERBOX = re.compile(r"[^\s@<>,;:]+@[^\s@<>,;:]+\.[a-z]{2,}", re.IGNORECASE)
_GOOD_FOR = timedelta(days=180)  # RFC 9116, 2.5.5 asks for less than a year
_HOUR, _DAY = 3_600, 86_400


def _absolute(path: str) -> str:
    return urljoin(settings.PUBLIC_URL, path)


@require_safe
@cache_control(public=True, max_age=_DAY)
def security_txt(request: HttpRequest) -> HttpResponse:
    """Say whom to tell about a weakness (RFC 9116): the support letterbox, else the page whose foot names it."""
    letterbox = _LETTERBOX.search(settings.SUPPORT_CONTACT)
    lines = [
        f"Contact: mailto:{letterbox.group()}" if letterbox else f"Contact: {_absolute('/')}",
        f"Expires: {(clock.today() + _GOOD_FOR).isoformat()}T00:00:00+07:00",
        "Preferred-Languages: vi, en",
        f"Canonical: {_absolute(reverse('security-txt'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@conditional_page
@cache_control(public=True, max_age=_HOUR)
def api_catalog(request: HttpRequest) -> HttpResponse:
    """List our APIs with description, pages for people and state (RFC 9727, a link set of RFC 9264).

    The floors above add theirs: the data services.
    """
    management = {
        "anchor": _absolute("/api/v1/"),
        "service-desc": [
            {"href": _absolute(reverse("schema")), "type": "application/vnd.oai.openapi+json"},
        ],
        "service-doc": [{"href": _absolute(reverse("api-reference")), "type": "text/html", "hreflang": ["vi"]}],
        "status": [{"href": _absolute(reverse("readyz")), "type": "application/json"}],
    }
    kind = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    services = [entry for path in settings.API_CATALOG_SOURCES for entry in import_string(path)()]
    response = JsonResponse({"linkset": [management, *services]}, content_type=kind)
    response["Link"] = f'<{reverse("api-catalog")}>; rel="api-catalog"'
    return response


@require_safe
@cache_control(public=True, max_age=_DAY)
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Keep crawlers out of the rooms that answer nobody without signing in."""
    shut = "".join(f"Disallow: {path}\n" for path in ("/api/", reverse("admin:index")))
    return HttpResponse(f"User-agent: *\n{shut}", content_type="text/plain; charset=utf-8")
