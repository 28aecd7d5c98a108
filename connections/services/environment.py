"""Setting up the sandbox: one action makes everything out of the dossier (QC10.3)."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from connections.choices import PrintoutKind, Step
from connections.models import ConnectionRequest, Trial
from connections.selectors.people import holders_of
from connections.services.clocks import start_clock, stop_clock
from connections.services.grants import close_gates, lock_connection, open_grants
from connections.services.moves import lock, move, require
from connections.services.printouts import issue_printout
from connections.services.rounds import begin_round
from connections.services.telling import announce
from core.actor import Actor
from core.choices import Environment
from core.problems import InvalidInput


@transaction.atomic
def set_up(
    *, actor: Actor, request: ConnectionRequest, duty_contact: User | None, version: int | None = None
) -> Trial:
    """Make sandbox grants with their gates and the plan of tests; name who is on duty for this connection (QC12.3).

    Raises InvalidInput when the duty contact is nobody of the operating unit, GuardRefused naming the service that
    cannot be called in the sandbox.
    """
    stored = lock(request, version=version)
    require(actor, stored, "set_up")
    if (
        duty_contact is None
        or not holders_of("environment.manage", actor.agency_id).filter(pk=duty_contact.pk).exists()
    ):
        raise InvalidInput({"duty_contact": [_("Chọn một cán bộ vận hành của đơn vị làm đầu mối trực")]})
    connection = lock_connection(stored)
    connection.duty_contact = duty_contact
    connection.save()
    grants, replaced = open_grants(actor=actor, request=stored, connection=connection, environment=Environment.SANDBOX)
    trial = begin_round(stored)
    codes = [grant.code for grant in grants]
    after = {"grants": codes, "round": trial.round, "duty_contact": duty_contact}
    move(actor=actor, request=stored, action="set_up", after=after)
    stop_clock(stored, Step.ENVIRONMENT)
    start_clock(stored, Step.TESTING)
    issue_printout(actor=actor, request=stored, kind=PrintoutKind.HANDOVER)
    announce(actor, stored, "set_up", grants=", ".join(codes))
    close_gates(replaced)
    return trial
