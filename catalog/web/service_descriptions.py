"""The description of a version for machines: OpenAPI 3.1, or 3.0.3 when asked, as JSON or YAML."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.described import Described
from catalog.selectors.described import KEPT, RELEASES, callable_version, described_of, document, mark_of
from core.problems import PROBLEMS
from core.web.errors import problem_json

_MINUTES = 300
_KINDS = {
    "json": "application/vnd.oai.openapi+json;version={release};charset=utf-8",
    "yaml": "application/vnd.oai.openapi;version={release};charset=utf-8",
}


@require_safe
def service_openapi(request: HttpRequest, code: str, name: str, form: str = "json") -> HttpResponse:
    """Give the description of a published version to everybody."""
    version = callable_version(code, name)
    if version is None:
        return problem_json(request, PROBLEMS["not-found"])
    return answer(request, described_of(version), form)


def answer(request: HttpRequest, described: Described, form: str, *, private: bool = False) -> HttpResponse:
    """Answer with the document of *described*, or with 304, or tell that the release asked for does not exist.

    ``?version=`` is one of ``RELEASES``. *private* keeps it out of shared caches.
    """
    release = request.GET.get("version", RELEASES[0])
    strange = sorted(set(request.GET) - {"version"})
    if release not in RELEASES or strange:
        told = _("Tham số %(name)s nhận 3.1 hoặc 3.0; địa chỉ này không nhận tham số khác.") % {"name": "version"}
        errors = [{"parameter": (strange or ["version"])[0], "code": "unknown", "detail": told}]
        return problem_json(request, PROBLEMS["malformed-request"], detail=told, errors=errors)
    mark = mark_of(described, form, release)
    response: HttpResponse
    if mark in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponseNotModified()
    else:
        kind = _KINDS[form].format(release="3.0.3" if release == "3.0" else "3.1")
        response = HttpResponse(_text(described, release, form, mark), content_type=kind)
    response["ETag"] = mark
    if private:
        patch_cache_control(response, private=True, no_cache=True)
    else:
        patch_cache_control(response, public=True, max_age=_MINUTES)
    return response


@lru_cache(maxsize=KEPT)
def _text(described: Described, release: str, form: str, _mark: str) -> bytes:
    found: Mapping[str, Any] = document(described, release)
    if form == "yaml":
        return yaml.dump(found, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=120).encode()
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


class _Plain(yaml.SafeDumper):
    """YAML without anchors: not every reader of OpenAPI follows them."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
