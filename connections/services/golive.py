"""Going live: grants of the live environment, after both sides confirmed (QC9.6, QC10.5)."""

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.services.readiness import mark_connected
from connections.choices import PrintoutKind
from connections.models import Connection, ConnectionRequest, Grant
from connections.selectors.people import holders_of, technicians_of
from connections.services.clocks import stop_all_clocks
from connections.services.grants import close_gates, lock_connection, open_grants, revoke_grants
from connections.services.moves import lock, move, require
from connections.services.printouts import issue_printout
from connections.services.telling import announce
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.problems import GuardRefused


@transaction.atomic
def go_live(*, actor: Actor, request: ConnectionRequest, version: int | None = None) -> ConnectionRequest:
    """Open the live grants the dossier names; from now on the technician may make live keys. The sandbox stays.

    A dossier that changes or renews takes the place of the one it follows: what that one held and this one does not
    name is revoked in the same deed, so that no call meets both scopes or neither.

    Raises GuardRefused while the record is not confirmed by both sides or differs from the dossier, while a contact is
    missing, or where a service cannot be called in the live environment.
    """
    stored = lock(request, version=version)
    require(actor, stored, "go_live")
    connection = lock_connection(stored)
    _take_over(stored, connection)
    _judge_contacts(connection)
    now = clock.now()
    grants, replaced = open_grants(actor=actor, request=stored, connection=connection, environment=Environment.LIVE)
    replaced += _revoke_dropped(actor, stored)
    connection.live_at = connection.live_at or now
    connection.save()
    stored.live_at = now
    move(actor=actor, request=stored, action="go_live", after={"grants": [grant.code for grant in grants]})
    stop_all_clocks(stored)
    mark_connected(actor=actor, system_id=stored.system_id or 0)
    for kind in (PrintoutKind.GO_LIVE, PrintoutKind.GRANT):
        issue_printout(actor=actor, request=stored, kind=kind)
    when = f"{now.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"
    announce(actor, stored, "go_live", when=when, grants=", ".join(grant.code for grant in grants))
    close_gates(replaced)
    return stored


def _take_over(request: ConnectionRequest, connection: Connection) -> None:
    """Let the connection be that of a dossier which follows another."""
    if request.follows_id is not None:
        connection.request, connection.technical_contact = request, request.technical_contact


def _revoke_dropped(actor: Actor, request: ConnectionRequest) -> list[int]:
    """Revoke what the system still holds by the dossier that this one follows; return the gates.

    What a request for use of its own gave stays: this dossier neither asked for it nor gives it up.
    """
    if request.follows_id is None:
        return []
    dropped = (
        Grant.objects.open().approved().filter(system_id=request.system_id, access_line=None).exclude(request=request)
    )
    reason = _("Hồ sơ %(n)s không còn dịch vụ này") % {"n": request}
    return revoke_grants(actor=actor, grants=list(dropped), reason=reason)


def _judge_contacts(connection: Connection) -> None:
    """Raise GuardRefused when a contact has left since they were named (QC9.5, QC12.3)."""
    standing = (
        (connection.technical_contact, technicians_of(connection.system.owner_id)),
        (connection.duty_contact, holders_of("environment.manage")),
    )
    for person, holders in standing:
        if person is not None and not holders.filter(pk=person.pk, is_active=True).exists():
            raise GuardRefused(_("%(name)s không còn giữ vai trò đầu mối; ghi người thay trước.") % {"name": person})
