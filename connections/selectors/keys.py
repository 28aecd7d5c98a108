"""Reading keys; never their secrets."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from audit.selectors.calls import last_admitted
from catalog.models import InformationSystem
from connections.models import Credential
from core import clock
from core.actor import Actor


def keys_seen(actor: Actor, *, system: InformationSystem | None = None) -> QuerySet[Credential]:
    """Return the keys the actor may see, newest first; the sealed secret is not read."""
    found = Credential.objects.visible_to(actor).defer("sealed_secret")
    found = found.select_related("system__owner", "made_by", "revoked_by")
    return found.filter(system=system) if system is not None else found


def replaceable_keys(system: InformationSystem) -> QuerySet[Credential]:
    """Return the keys in use of *system* that another may take the place of, newest first."""
    found = Credential.objects.open().filter(system=system, activated_at__isnull=False, valid_to__gte=clock.today())
    return found.defer("sealed_secret")


def last_uses(keys: Iterable[Credential]) -> dict[str, tuple[datetime, str]]:
    """Return when and from which address each key last signed an admitted call, by its public half; one query."""
    return last_admitted([key.access_key for key in keys])
