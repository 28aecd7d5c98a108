"""The WSDL of a version that may be called: public, as the catalogue is."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from catalog.choices import CALLABLE
from catalog.models import ServiceVersion
from catalog.wsdl.writing import wsdl_of
from core.soap import endpoint_of


@require_safe
def wsdl(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Give the WSDL that SOAP tools build a client from; 404 for what cannot be called."""
    versions = ServiceVersion.objects.filter(state__in=CALLABLE).select_related("service")
    version = get_object_or_404(versions, service__code=code, name=name)
    operations = version.operations.prefetch_related("elements").order_by("template", "method")
    address = settings.PUBLIC_URL.rstrip("/") + endpoint_of(code, name)
    return HttpResponse(wsdl_of(version, operations, address), content_type="text/xml; charset=utf-8")
