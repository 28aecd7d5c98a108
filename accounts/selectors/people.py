"""Reading people of an agency."""

from django.db.models import QuerySet

from accounts.models import Invitation, Membership
from core import clock
from core.actor import Actor
from core.text import fold


def roles_held(actor: Actor, words: str = "") -> QuerySet[Membership]:
    """Return the roles in force in the actor's agency, people in order of given name, found by folded words."""
    found = Membership.objects.in_force(clock.today()).visible_to(actor).filter(agency=actor.agency_id or 0)
    for word in fold(words).split():
        found = found.filter(user__search__contains=word)
    return found.select_related("user").order_by("user__sort_key", "role", "id")


def open_invitations(actor: Actor) -> QuerySet[Invitation]:
    """Return invitations into the actor's agency without an answer; expired and locked ones may be sent again."""
    return Invitation.objects.visible_to(actor).filter(
        agency=actor.agency_id or 0, accepted_at__isnull=True, withdrawn_at__isnull=True
    )
