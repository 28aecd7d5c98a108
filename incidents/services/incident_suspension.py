"""What an incident stops through the services that own it: a connection, or one grant, which runs again from here."""

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from connections.choices import HoldSide
from connections.models import Connection, Grant, Hold
from connections.permissions import HOLDERS
from connections.services.grant_holds import resume_grant, suspend_grant
from connections.services.holds import place_hold
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy
from incidents.models import Incident
from incidents.register_choices import Audience, EntryKind
from incidents.selectors.affected import connections_touched, grants_stopped, grants_touched
from incidents.services.incident_moves import add_entry, lock_incident, require_manager, touch_incident

CLAUSE = "QC8.6"


@transaction.atomic
def suspend_connection(
    *, actor: Actor, incident: Incident, connection: Connection, reason: str, revision: int | None = None
) -> Hold:
    """Suspend a connection for the sake of an incident, as SKHCN's side; it is lifted on the connection's own page.

    Raises what :func:`connections.services.holds.place_hold` raises, PermissionRefused, StateRefused, InvalidInput for
    a connection the incident does not touch.
    """
    require_manager(actor)
    stored, why = lock_incident(incident, revision=revision), _required(reason)
    if stored.is_ended:
        raise StateRefused(_("Sự cố đã kết thúc; tạm dừng kết nối trên trang của kết nối."))
    if not connections_touched(stored).filter(pk=connection.pk).exists():
        raise InvalidInput({"connection": [_("Chọn kết nối có liên quan sự cố")]})
    text = _("%(reason)s (sự cố %(code)s)") % {"reason": why, "code": stored.code}
    said = _("Tạm dừng kết nối %(system)s: %(reason)s") % {"system": connection.system, "reason": why}
    add_entry(actor, stored, EntryKind.SUSPENSION, Audience.INTERNAL, said)
    touch_incident(stored)
    record_fact(
        actor=actor,
        deed="incident.connection_suspended",
        subject=stored,
        after={"connection": connection},
        reason=why,
        clause=CLAUSE,
    )
    # Last: it stops calls at the gates.
    return place_hold(actor=actor, connection=connection, side=HoldSide.OPERATOR, reason=text)


@transaction.atomic
def suspend_grant_for(
    *, actor: Actor, incident: Incident, grant: Grant, reason: str, revision: int | None = None
) -> Grant:
    """Suspend one grant for the sake of an incident; other grants of its connection go on. Lifted from here too.

    Raises PermissionRefused, StateRefused once it is ended or when the grant is suspended already, InvalidInput for a
    grant the incident does not touch.
    """
    _require_operator(actor)
    stored, why = lock_incident(incident, revision=revision), _required(reason)
    if stored.is_ended:
        raise StateRefused(_("Sự cố đã kết thúc; mở lại rồi tạm ngưng quyền."))
    if not grants_touched(stored).filter(pk=grant.pk).exists():
        raise InvalidInput({"grant": [_("Chọn quyền khai thác có liên quan sự cố")]})
    said = _("Tạm ngưng quyền %(grant)s: %(reason)s") % {"grant": grant, "reason": why}
    entry = add_entry(actor, stored, EntryKind.SUSPENSION, Audience.INTERNAL, said, grant=grant)
    _note(actor, stored, "incident.grant_suspended", grant, why)
    text = _("%(reason)s (sự cố %(code)s)") % {"reason": why, "code": stored.code}
    # Last: it stops calls at the gate.
    return suspend_grant(actor=actor, grant=grant, reason=text, at=entry.at)


@transaction.atomic
def resume_grant_for(
    *, actor: Actor, incident: Incident, grant: Grant, reason: str, revision: int | None = None
) -> Grant:
    """Let a grant run again that this incident suspended, whatever its state.

    Raises PermissionRefused, StateRefused, InvalidInput for a grant somebody else suspended.
    """
    _require_operator(actor)
    stored, why = lock_incident(incident, revision=revision), _required(reason)
    if not grants_stopped(stored).filter(pk=grant.pk).exists():
        raise InvalidInput({"grant": [_("Chọn quyền khai thác mà sự cố này đã tạm ngưng")]})
    said = _("Khôi phục quyền %(grant)s: %(reason)s") % {"grant": grant, "reason": why}
    add_entry(actor, stored, EntryKind.SUSPENSION, Audience.INTERNAL, said, grant=grant)
    _note(actor, stored, "incident.grant_resumed", grant, why)
    text = _("%(reason)s (sự cố %(code)s)") % {"reason": why, "code": stored.code}
    return resume_grant(actor=actor, grant=grant, reason=text)


def _require_operator(actor: Actor) -> None:
    require_manager(actor)
    if not actor.may(HOLDERS[HoldSide.OPERATOR]):
        raise PermissionRefused(_("Tạm ngưng, khôi phục quyền khai thác thuộc vai trò Cán bộ vận hành."))


def _required(reason: str) -> str:
    why = tidy(reason)
    if not why:
        raise InvalidInput({"reason": [_("Nhập lý do: các bên đọc được")]})
    return why


def _note(actor: Actor, incident: Incident, deed: str, grant: Grant, why: str) -> None:
    touch_incident(incident)
    record_fact(actor=actor, deed=deed, subject=incident, after={"grant": grant}, reason=why, clause=CLAUSE)
