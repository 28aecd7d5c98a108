"""Who may stand where in a dossier."""

from django.db.models import QuerySet

from accounts.models import User
from accounts.selectors.people import holders_of
from connections.models import ConnectionRequest, WorkMark


def technicians_of(agency_id: int) -> QuerySet[User]:
    """Return the people who may be an agency's technical contact (QC9.5)."""
    return holders_of("key.manage_own", agency_id)


def active_mark(request: ConnectionRequest) -> WorkMark | None:
    """Return who is at a dossier now; a mark of a state it has left no longer counts."""
    mark: WorkMark | None = getattr(request, "work_mark", None)
    return mark if mark is not None and mark.state == request.state else None
