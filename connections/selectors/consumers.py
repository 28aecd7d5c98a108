"""Who uses which data service: the order of the catalogue, its service pages, and the provider's view of the load."""

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.models import Agency
from connections.selectors.load import open_live_grants
from core.actor import Actor
from core.web.notes import Part, PartRow

MOST = 500
SHOWN = 50


def most_used() -> list[int]:
    """Return ids of services by how many agencies hold a right to them in the live environment, most first."""
    rows = open_live_grants().order_by().values("service_id").annotate(n=Count("system__owner_id", distinct=True))
    return list(rows.order_by("-n", "service_id").values_list("service_id", flat=True)[:MOST])


def parts_of_service(service_id: int, actor: Actor) -> list[Part]:
    """Return who uses the service, agencies only, for people who are signed in."""
    if not actor.is_person or not actor.roles:
        return []
    using = open_live_grants().filter(service_id=service_id).order_by().values("system__owner_id")
    found = list(Agency.objects.filter(pk__in=using).order_by("sort_key", "pk")[: SHOWN + 1])
    rows = [PartRow(agency.name) for agency in found[:SHOWN]]
    if len(found) > SHOWN:
        rows.append(PartRow(_("và các cơ quan khác")))
    empty = _("Chưa có cơ quan nào được cấp quyền khai thác trên môi trường chính thức.")
    return [Part("consumers", _("Cơ quan đang khai thác"), rows, empty=empty)]
