"""Who is told of a published report."""

from accounts.models import Agency, Membership, User
from accounts.roles import ROLES
from core import clock
from reports.guards import VIEW

LEADERS = tuple(code for code, role in ROLES.items() if role.side == "leadership" and VIEW in role.permissions)


def leaders_of_province() -> list[tuple[Agency, list[User]]]:
    """Return the leaders who read reports today, each once, under the agency they lead."""
    held = Membership.objects.in_force(clock.today()).filter(role__in=LEADERS).select_related("user", "agency")
    seats = {row.user_id: row for row in held.order_by("-pk")}
    found: dict[int, tuple[Agency, list[User]]] = {}
    for seat in sorted(seats.values(), key=lambda row: row.pk):
        found.setdefault(seat.agency_id, (seat.agency, []))[1].append(seat.user)
    return list(found.values())
