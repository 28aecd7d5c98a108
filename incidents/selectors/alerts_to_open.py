"""The alert a person opens an incident or a violation from."""

from django.http import Http404

from core.actor import Actor
from incidents.models import Alert


def alert_to_open(typed: str, actor: Actor) -> Alert | None:
    """Return the alert with the id *typed* in an address, None where none is named. Raises Http404 for one unseen."""
    if not typed:
        return None
    seen = Alert.objects.visible_to(actor).select_related("rule", "service", "system__owner", "consumer_agency")
    found = seen.filter(pk=int(typed)).first() if typed.isdecimal() and len(typed) < 16 else None
    if found is None:
        raise Http404
    return found
