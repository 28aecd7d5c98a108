"""Reading who answers for a system."""

from django.db.models import QuerySet

from accounts.models import Membership, User
from catalog.choices import ContactSide
from catalog.models import InformationSystem, SystemContact
from core import clock


def candidates(system: InformationSystem, side: str) -> QuerySet[User]:
    """Return the people who may answer for *system* on *side*: with a role in force in a body of that side."""
    held = Membership.objects.in_force(clock.today())
    of_owner = side == ContactSide.OWNER
    held = held.filter(agency_id=system.owner_id) if of_owner else held.filter(agency__is_operator=True)
    return User.objects.filter(pk__in=held.values("user_id")).order_by("sort_key", "pk")


def contacts_of(system: InformationSystem) -> list[SystemContact]:
    """Return those who answer for *system* now, each with ``is_here``, and after them those who once did."""
    found = system.contacts.with_standing(clock.today()).select_related("person", "system")
    return sorted(found, key=lambda item: (item.until is not None, item.side == ContactSide.OPERATOR, item.pk))
