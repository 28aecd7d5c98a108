"""Who is told about a dossier: the audiences of ``connections.events`` as people and mailboxes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import Agency, Membership, User
from connections.events import Audience
from connections.models import Connection, ConnectionRequest
from connections.selectors.people import holders_of
from core import clock


@dataclass(frozen=True, slots=True)
class Readers:
    """People and mailboxes of one side, the agency they read under (None: their own), and where the link leads."""

    people: tuple[User, ...]
    mailboxes: tuple[str, ...]
    agency: Agency | None
    link: str


Rule = Callable[[ConnectionRequest], Iterable[User]]


def readers_of(request: ConnectionRequest, audiences: Iterable[Audience], *, link: str = "") -> Readers:
    """Return who the *audiences* of one side are for this dossier; *link* replaces the dossier's own page.

    Audiences of both sides are never mixed in one message, because its link opens a page of one side.
    """
    wanted = list(audiences)
    people = {person.pk: person for audience in wanted for person in _RULES[audience](request)}
    own = wanted[0] in _OF_AGENCY
    boxes = (request.agency.shared_mailbox,) if own and set(wanted) & _WITH_MAILBOX else ()
    return Readers(tuple(people.values()), boxes, request.agency if own else None, link or _link(request, own=own))


def _link(request: ConnectionRequest, *, own: bool) -> str:
    return reverse("request" if own else "admin:connections_connectionrequest_change", args=[request.pk])


def _filers(request: ConnectionRequest) -> Iterable[User]:
    """Return who filed and who sent it while they still work there, and the representatives."""
    here = Membership.objects.in_force(clock.today()).filter(agency=request.agency_id)
    filed = [pk for pk in (request.created_by_id, request.sent_by_id) if pk is not None]
    return (
        User.objects.filter(pk__in=here.filter(user__in=filed).values("user_id"))
        | holders_of("request.send", request.agency_id)
    ).order_by("sort_key", "pk")


def _technician(request: ConnectionRequest) -> Iterable[User]:
    """Return who answers for the connection now; the person the dossier names while there is none."""
    found = Connection.objects.filter(system_id=request.system_id or 0, technical_contact__isnull=False)
    connection = found.select_related("technical_contact").first()
    person = connection.technical_contact if connection else request.technical_contact
    return [] if person is None else [person]


def _evaluator(request: ConnectionRequest) -> Iterable[User]:
    return holders_of("request.evaluate") if request.evaluator is None else [request.evaluator]


def _follower(request: ConnectionRequest) -> Iterable[User]:
    return holders_of("request.intake") if request.evaluator is None else [request.evaluator]


_RULES: Mapping[Audience, Rule] = {
    Audience.AGENCY: _filers,
    Audience.TECHNICIAN: _technician,
    Audience.SIGNERS: lambda request: holders_of("record.confirm", request.agency_id),
    Audience.INTAKE: lambda request: holders_of("request.intake"),
    Audience.EVALUATOR: _evaluator,
    Audience.ASSIGNED: lambda request: [] if request.evaluator is None else [request.evaluator],
    Audience.FOLLOWER: _follower,
    Audience.PROPOSERS: lambda request: holders_of("request.propose"),
    Audience.APPROVERS: lambda request: holders_of("request.approve"),
    Audience.OPERATORS: lambda request: holders_of("environment.manage"),
    Audience.COUNTERSIGNERS: lambda request: holders_of("record.confirm_operator"),
}
_OF_AGENCY = frozenset({Audience.AGENCY, Audience.TECHNICIAN, Audience.SIGNERS})
_WITH_MAILBOX = frozenset({Audience.AGENCY, Audience.SIGNERS})
