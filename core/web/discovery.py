"""What machines look for at fixed addresses: whom to tell of weaknesses, which APIs there are, where not to crawl."""

import re
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.module_loading import import_string
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from core import clock
from core.api.token_schema import TOKEN_ENDPOINT
from core.jose import SigningKeys

_LETTERBOX = re.compile(r"[^\s@<>,;:]+@[^\s@<>,;:]+\.[a-z]{2,}", re.IGNORECASE)
_GOOD_FOR = timedelta(days=180)  # RFC 9116, 2.5.5 asks for less than a year
_QUARTER, _HOUR, _DAY = 900, 3_600, 86_400


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
    tokens = {
        "anchor": _absolute(TOKEN_ENDPOINT),
        "service-meta": [{"href": _absolute(reverse("oauth-metadata")), "type": "application/json"}],
        "status": [{"href": _absolute(reverse("readyz")), "type": "application/json"}],
    }
    kind = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    services = [entry for path in settings.API_CATALOG_SOURCES for entry in import_string(path)()]
    response = JsonResponse({"linkset": [management, tokens, *services]}, content_type=kind)
    response["Link"] = f'<{reverse("api-catalog")}>; rel="api-catalog"'
    return response


@require_safe
@conditional_page
@cache_control(public=True, max_age=_QUARTER)
def oauth_metadata(request: HttpRequest) -> HttpResponse:
    """Describe the token endpoint to OAuth clients (RFC 8414 §2)."""
    return JsonResponse(
        {
            "issuer": settings.PUBLIC_URL.rstrip("/"),
            "token_endpoint": _absolute(TOKEN_ENDPOINT),
            "jwks_uri": _absolute(reverse("jwks")),
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["EdDSA"],
            "service_documentation": _absolute(reverse("api-reference")),
            "ui_locales_supported": ["vi", "en"],
        }
    )


@require_safe
@conditional_page
@cache_control(public=True, max_age=_QUARTER)
def jwks(request: HttpRequest) -> HttpResponse:
    """Publish the public halves of the keys that sign tokens and what providers verify (RFC 7517 §8.5)."""
    return JsonResponse(_key_set(settings.SIGNING_KEYS), content_type="application/jwk-set+json")


@lru_cache(maxsize=4)
def _key_set(keys: str) -> dict[str, Any]:
    return SigningKeys.parse(keys).jwks()


@require_safe
@cache_control(public=True, max_age=_DAY)
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Keep crawlers out of the rooms that answer nobody without signing in."""
    shut = "".join(f"Disallow: {path}\n" for path in ("/api/", reverse("admin:index")))
    return HttpResponse(f"User-agent: *\n{shut}", content_type="text/plain; charset=utf-8")
