"""The end of one version, for everyone: where the headers of its answers lead (RFC 9745, RFC 8594)."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalog.choices import ServiceState
from catalog.models import ServiceVersion
from catalog.selectors.endings import notice_days, successor_of
from core import clock

ENDING = (ServiceState.DEPRECATED, ServiceState.WITHDRAWN)
PUBLIC = (ServiceState.PUBLISHED, *ENDING)


@require_safe
def version_end(request: Any, code: str, name: str) -> HttpResponse:
    """Say when and why a version ends, what comes in its place, and how ends are announced here."""
    rows = ServiceVersion.objects.select_related("service__provider")
    version = get_object_or_404(rows, service__code=code, name=name, state__in=PUBLIC)
    if version.published_at is None:
        raise Http404
    successor = successor_of(version)
    context = {
        "version": version,
        "service": version.service,
        "over": version.state == ServiceState.WITHDRAWN
        or (version.sunset_on is not None and version.sunset_on <= clock.today()),
        "successor": successor,
        "base": settings.PUBLIC_URL.rstrip("/"),
        "rule": notice_days(),
    }
    return render(request, "catalog/version_end.html", context)
