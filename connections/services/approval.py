"""Two people propose and approve; approval opens the connection (QC9.6, QC10.2, decisions 20–22)."""

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from catalog.services.document_releases import release_documents
from connections.choices import LineOutcome, PrintoutKind, Step
from connections.models import Connection, ConnectionRequest
from connections.services.clocks import start_clock, stop_clock
from connections.services.moves import lock, move, require
from connections.services.printouts import issue_printout
from connections.services.telling import announce
from core import clock
from core.actor import Actor
from core.text import tidy


@transaction.atomic
def propose(*, actor: Actor, request: ConnectionRequest, note: str = "") -> ConnectionRequest:
    """Put a positive evaluation before the leader; never by its evaluator."""
    stored = lock(request)
    require(actor, stored, "propose")
    evaluation = stored.evaluations.select_for_update().order_by("-round")[0]
    evaluation.concluded_at = clock.now()
    evaluation.save()
    stored.proposed_by_id, stored.proposed_at = actor.user_id, clock.now()
    stop_clock(stored, Step.EVALUATION)
    start_clock(stored, Step.RESULT)
    move(actor=actor, request=stored, action="propose", reason=tidy(note), after={"round": evaluation.round})
    issue_printout(actor=actor, request=stored, kind=PrintoutKind.EVALUATION, internal=True)
    announce(actor, stored, "propose")
    return stored


@transaction.atomic
def endorse(*, actor: Actor, request: ConnectionRequest, note: str = "") -> ConnectionRequest:
    """Agree as the first of two leaders to a dossier of SKHCN's own system; another one approves (decisions, 22)."""
    stored = lock(request)
    require(actor, stored, "endorse")
    move(actor=actor, request=stored, action="endorse", reason=tidy(note))
    stored.endorsed_by_id, stored.endorsed_at = actor.user_id, clock.now()
    stored.save()
    announce(actor, stored, "endorse")
    return stored


@transaction.atomic
def approve(
    *, actor: Actor, request: ConnectionRequest, note: str = "", version: int | None = None
) -> ConnectionRequest:
    """Approve the technical side, line by line as the evaluation decided: the connection of the system is opened."""
    stored = lock(request, version=version)
    require(actor, stored, "approve")
    stored.approved_by_id, stored.approved_at = actor.user_id, clock.now()
    stop_clock(stored, Step.RESULT)
    start_clock(stored, Step.ENVIRONMENT)
    move(actor=actor, request=stored, action="approve", reason=tidy(note))
    _open_connection(actor, stored)
    _release_documents(actor, stored)
    for kind in (PrintoutKind.EVALUATION, PrintoutKind.APPROVAL):
        issue_printout(actor=actor, request=stored, kind=kind)
    announce(actor, stored, "approve", lines=_told_of_lines(stored))
    return stored


@transaction.atomic
def send_back(*, actor: Actor, request: ConnectionRequest, reason: str) -> ConnectionRequest:
    """Return a proposal to its evaluator with the reason; it is proposed again afterwards."""
    stored = lock(request)
    reason = require(actor, stored, "send_back", reason=reason)
    evaluation = stored.evaluations.select_for_update().order_by("-round")[0]
    evaluation.concluded_at = None
    evaluation.save()
    stored.proposed_by, stored.proposed_at = None, None
    stored.endorsed_by, stored.endorsed_at = None, None
    stop_clock(stored, Step.RESULT)
    start_clock(stored, Step.EVALUATION)
    move(actor=actor, request=stored, action="send_back", reason=reason)
    announce(actor, stored, "send_back")
    return stored


def _told_of_lines(request: ConnectionRequest) -> str:
    """Say which services are not granted as asked; why stands in the dossier."""
    differing = request.lines.exclude(decision__outcome=LineOutcome.APPROVED).filter(decision__isnull=False)
    names = ", ".join(str(line) for line in differing.select_related("service"))
    text = _("Không cấp đúng như đề nghị: %(names)s; xem lý do trong hồ sơ. ")
    return text % {"names": names} if names else ""


def _release_documents(actor: Actor, request: ConnectionRequest) -> None:
    """Give the agency the restricted documents of the services it was granted, and of the platform (QC14.7)."""
    granted = request.lines.exclude(decision__outcome=LineOutcome.REFUSED).select_related("service")
    release_documents(
        actor=actor,
        agency=request.agency,
        services=[line.service for line in granted],
        reason=_("Hồ sơ kết nối được chấp thuận"),
        request_number=request.number,
    )


def _open_connection(actor: Actor, request: ConnectionRequest) -> Connection:
    """Open the connection of the dossier's system; one that runs goes on as it is until the new dossier is live."""
    assert request.system is not None, "a sent dossier names its system"  # noqa: S101 - invariant of the database
    now = clock.now()
    made, fresh = Connection.objects.select_for_update().get_or_create(
        system=request.system,
        defaults={"request": request, "technical_contact": request.technical_contact, "opened_at": now},
    )
    if not fresh and made.closed_at is None and made.live_at is not None:
        return made
    if not fresh:
        made.request, made.technical_contact, made.closed_at = request, request.technical_contact, None
        made.live_at = None
        made.save()
    record_fact(
        actor=actor,
        deed="connection.opened",
        subject=made,
        after={"request": request, "technical_contact": request.technical_contact},
        clause="QC10.2",
    )
    return made
