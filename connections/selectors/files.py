"""The files of a dossier as its pages list them."""

from django.db.models import QuerySet

from connections.models import Attachment, ConnectionRequest
from core.actor import Actor


def files_of(actor: Actor, request: ConnectionRequest, **narrowed: object) -> QuerySet[Attachment]:
    """Return the files in a dossier now that the actor may see, of those that *narrowed* keeps, as they came."""
    found = Attachment.objects.visible_to(actor).current().filter(request=request, **narrowed)
    return found.select_related("added_by").order_by("id")
