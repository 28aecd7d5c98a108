"""Open metadata: the public catalogue as DCAT (JSON-LD), and its services in the API catalogue (RFC 9727)."""

import json
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from catalog.selectors.metadata import harvest, published_versions
from catalog.web.dcat import CONTEXT, absolute, description_of, endpoint_of, graph_of, page_of, reference_of

_MINUTES = 600
OLDER = "application/vnd.oai.openapi+json;version=3.0"


@require_safe
@conditional_page
@cache_control(public=True, max_age=_MINUTES)
def catalogue_jsonld(request: Any) -> HttpResponse:
    """Give one page of the public catalogue and the addresses of the others; there is no page past the end."""
    text = request.GET.get("page", "1")
    page = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
    found = harvest(page) if page else None
    if found is None or page > found.pages:
        raise Http404
    address = absolute(reverse("catalogue_jsonld"))
    document = {"@context": CONTEXT, "@graph": graph_of(found, page=page, address=address)}
    response = HttpResponse(
        json.dumps(document, ensure_ascii=False), content_type="application/ld+json; charset=utf-8"
    )
    if page < found.pages:
        response["Link"] = f'<{address}?page={page + 1}>; rel="next"'
    return response


def linkset() -> list[dict[str, Any]]:
    """Return for every version that may be called its address, page, metadata and the state of the platform."""
    metadata = absolute(reverse("catalogue_jsonld"))
    status = absolute(reverse("readyz"))
    return [
        {
            "anchor": endpoint_of(version),
            "service-doc": [
                {"href": reference_of(version), "type": "text/html", "hreflang": ["vi"]},
                {"href": page_of(version.service), "type": "text/html", "hreflang": ["vi"]},
            ],
            "service-desc": [
                {"href": description_of(version), "type": "application/vnd.oai.openapi+json;version=3.1"},
                {"href": f"{description_of(version)}?version=3.0", "type": OLDER},
            ],
            "service-meta": [{"href": metadata, "type": "application/ld+json"}],
            "status": [{"href": status, "type": "application/json"}],
        }
        for version in published_versions().iterator(chunk_size=1000)
    ]
