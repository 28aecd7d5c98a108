"""Who may stand where in a dossier."""

from django.db.models import QuerySet

from accounts import roles
from accounts.models import Membership, User
from connections.models import ConnectionRequest, WorkMark
from core import clock


def holders_of(permission: str, agency_id: int | None = None) -> QuerySet[User]:
    """Return the people who hold *permission* today, in one agency when it is given, in order of given name."""
    held = Membership.objects.in_force(clock.today()).filter(role__in=roles.roles_with(permission))
    if agency_id is not None:
        held = held.filter(agency_id=agency_id)
    return User.objects.filter(pk__in=held.values("user_id")).order_by("sort_key", "pk")


def technicians_of(agency_id: int) -> QuerySet[User]:
    """Return the people who may be an agency's technical contact (QC9.5)."""
    return holders_of("key.manage_own", agency_id)


def active_mark(request: ConnectionRequest) -> WorkMark | None:
    """Return who is at a dossier now; a mark of a state it has left no longer counts."""
    mark: WorkMark | None = getattr(request, "work_mark", None)
    return mark if mark is not None and mark.state == request.state else None
