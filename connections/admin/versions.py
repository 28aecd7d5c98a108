"""What differs between two of the times a dossier was sent, for the people of SKHCN."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from connections.admin.pages import dossier_of, staff_page
from connections.selectors.versions import compare_versions
from core.admin import BaseAdmin, acting


def versions_view(admin: BaseAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """Show the versions of a dossier and what differs between two of them."""
    dossier = dossier_of(request, object_id)
    asked = (request.GET.get("old", ""), request.GET.get("new", ""))
    compared = compare_versions(acting(request), dossier, *asked)
    title, template = _("Các lần gửi"), "admin/connections/versions.html"
    return staff_page(admin, request, template, title=title, dossier=dossier, compared=compared)
