"""Going live: grants of the live environment, after both sides confirmed (QC9.6, QC10.5)."""

from django.db import transaction
from django.utils.translation import gettext as _

from connections.choices import PrintoutKind
from connections.models import Connection, ConnectionRequest
from connections.selectors.people import holders_of, technicians_of
from connections.services.clocks import stop_all_clocks
from connections.services.grants import close_gates, lock_connection, open_grants
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

    Raises GuardRefused while the record is not confirmed by both sides or differs from the dossier, while a contact is
    missing, or where a service cannot be called in the live environment.
    """
    stored = lock(request, version=version)
    require(actor, stored, "go_live")
    connection = lock_connection(stored)
    _judge_contacts(connection)
    now = clock.now()
    grants, replaced = open_grants(actor=actor, request=stored, connection=connection, environment=Environment.LIVE)
    connection.live_at = connection.live_at or now
    connection.save()
    stored.live_at = now
    move(actor=actor, request=stored, action="go_live", after={"grants": [grant.code for grant in grants]})
    stop_all_clocks(stored)
    for kind in (PrintoutKind.GO_LIVE, PrintoutKind.GRANT):
        issue_printout(actor=actor, request=stored, kind=kind)
    when = f"{now.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"
    announce(actor, stored, "go_live", when=when, grants=", ".join(grant.code for grant in grants))
    close_gates(replaced)
    return stored


def _judge_contacts(connection: Connection) -> None:
    """Raise GuardRefused when a contact has left since they were named (QC9.5, QC12.3)."""
    standing = (
        (connection.technical_contact, technicians_of(connection.system.owner_id)),
        (connection.duty_contact, holders_of("environment.manage")),
    )
    for person, holders in standing:
        if person is not None and not holders.filter(pk=person.pk, is_active=True).exists():
            raise GuardRefused(_("%(name)s không còn giữ vai trò đầu mối; ghi người thay trước.") % {"name": person})
