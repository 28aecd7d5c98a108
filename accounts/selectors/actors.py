"""From a signed-in person to the actor they are now."""

from dataclasses import dataclass

from accounts import roles
from accounts.models import Membership, User
from core import clock
from core.actor import Actor


@dataclass(frozen=True, slots=True)
class Standing:
    """An agency a person may act for, and their roles there."""

    agency_id: int
    agency_name: str
    role_codes: frozenset[str]

    @property
    def role_names(self) -> list[str]:
        """Role labels in table order."""
        return [str(role.label) for code, role in roles.ROLES.items() if code in self.role_codes]


def standings_of(user: User) -> list[Standing]:
    """Return the agencies *user* may act for today, in one query; empty for someone who has left."""
    rows = Membership.objects.in_force(clock.today()).filter(user=user)
    found: dict[int, tuple[str, set[str]]] = {}
    for agency_id, name, role in rows.order_by("agency__sort_key", "agency_id").values_list(
        "agency_id", "agency__name", "role"
    ):
        found.setdefault(agency_id, (name, set()))[1].add(role)
    return [Standing(agency_id, name, frozenset(codes)) for agency_id, (name, codes) in found.items()]


def actor_for(
    user: User, standings: list[Standing], *, agency_id: int | None, request_id: str = "", address: str | None = None
) -> Actor:
    """Return *user* as an actor for *agency_id* if it is one of the *standings*, else for the first of them.

    A person without any standing is an actor without agency, roles or rights.
    """
    chosen = next((item for item in standings if item.agency_id == agency_id), standings[0] if standings else None)
    codes = chosen.role_codes if chosen else frozenset()
    return Actor(
        kind="person",
        name=user.full_name,
        user_id=user.pk,
        agency_id=chosen.agency_id if chosen else None,
        agency_name=chosen.agency_name if chosen else "",
        roles=codes,
        permissions=roles.permissions_of(codes),
        request_id=request_id,
        address=address,
        agency_ids=frozenset(item.agency_id for item in standings),
    )
