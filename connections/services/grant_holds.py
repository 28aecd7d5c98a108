"""One grant suspended for a time and let run again, apart from holds of the whole connection (QC5.1, QC11.3).

Who may do so is judged by the deed that calls these, one floor up: a decision about a violation, work on an incident.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from audit.record import record_fact
from connections.models import Grant
from connections.services.access_telling import tell_of_grant
from connections.services.grant_changes import lock_open_grant
from connections.services.grants import close_gates
from core import clock
from core.actor import Actor
from core.problems import StateRefused

CLAUSE = "QC11.3"


def suspend_grant(*, actor: Actor, grant: Grant, reason: str, at: datetime | None = None) -> Grant:
    """Suspend an open grant inside a deed: no call under it is admitted after that commits; both sides are told.

    *at* is the deed's moment, where it has to know its own suspension again. Raises StateRefused when it is revoked or
    suspended already.
    """
    stored = lock_open_grant(grant)
    if stored.suspended_at is not None:
        when = f"{stored.suspended_at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"
        raise StateRefused(_("Quyền %(code)s đã tạm ngưng từ %(when)s.") % {"code": stored, "when": when})
    stored.suspended_at, stored.suspend_reason = at or clock.now(), reason
    stored.save()
    record_fact(actor=actor, deed="grant.suspended", subject=stored, reason=reason, clause=CLAUSE)
    _tell(stored, "grant.suspended", _("Tạm ngưng quyền khai thác %(service)s – %(code)s"))
    close_gates([stored.gate_id])
    return stored


def resume_grant(*, actor: Actor, grant: Grant, reason: str) -> Grant:
    """Let a suspended grant run again inside a deed. Raises StateRefused when it is revoked or not suspended."""
    stored = lock_open_grant(grant)
    if stored.suspended_at is None:
        raise StateRefused(_("Quyền %(code)s không bị tạm ngưng.") % {"code": stored})
    stored.suspended_at, stored.suspend_reason = None, ""
    stored.save()
    record_fact(actor=actor, deed="grant.resumed", subject=stored, reason=reason, clause=CLAUSE)
    _tell(stored, "grant.resumed", _("Khôi phục quyền khai thác %(service)s – %(code)s"))
    close_gates([stored.gate_id])
    return stored


def _tell(grant: Grant, event: str, subject: str) -> None:
    said = subject % {"service": grant.service, "code": grant}
    body = _("%(what)s, hệ thống %(system)s. Lý do ghi trên cổng.") % {"what": said, "system": grant.system}
    tell_of_grant(grant, event=event, subject=said, body=body)
