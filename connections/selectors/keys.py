"""Reading keys; never their secrets."""

from django.db.models import QuerySet

from catalog.models import InformationSystem
from connections.models import Credential
from core.actor import Actor


def keys_seen(actor: Actor, *, system: InformationSystem | None = None) -> QuerySet[Credential]:
    """Return the keys the actor may see, newest first; the sealed secret is not read."""
    found = Credential.objects.visible_to(actor).defer("sealed_secret")
    found = found.select_related("system__owner", "made_by", "revoked_by")
    return found.filter(system=system) if system is not None else found
