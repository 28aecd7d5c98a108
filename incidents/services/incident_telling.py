"""Letters about incidents: to SKHCN's people whose turn it is, to the agencies an incident touches."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.models import User
from accounts.selectors.people import holders_of
from accounts.services.notices import Message, post_notices
from catalog.services.telling import tell_agency
from core.text import tidy
from incidents.guards.incidents import MANAGE, REPORT
from incidents.models import Incident, IncidentParty


def tell_staff(incident: Incident, event: str, subject: str, body: str, *, only: Iterable[User] = ()) -> None:
    """Tell who handles incidents, or *only* those people."""
    message = Message(
        event=f"incident.{event}",
        topic=Topic.WORK,
        subject=tidy(subject),
        body=body,
        link=reverse("admin:incidents_incident_work", args=[incident.pk]),
    )
    post_notices(message=message, agency=None, people=list(only) or list(holders_of(MANAGE)))


def tell_party(party: IncidentParty, event: str, subject: str, body: str) -> None:
    """Tell one agency: who reports incidents there, and its shared mailbox; what people typed stays on the portal."""
    message = Message(
        event=f"incident.{event}",
        topic=Topic.INCIDENT,
        subject=tidy(subject),
        body=body,
        link=reverse("incident", args=[party.incident.code]),
    )
    besides = [party.incident.reporter] if party.incident.reporter and party.incident.agency == party.agency else []
    tell_agency(message, party.agency, [REPORT], besides=besides)


def tell_every_party(incident: Incident, event: str, subject: str, body: str) -> int:
    """Tell each agency that knows of the incident; return how many."""
    told = incident.parties.filter(told_at__isnull=False).select_related("agency", "incident__agency")
    for party in told:
        tell_party(party, event, subject, body)
    return len(told)


def services_said(titles: Iterable[str]) -> str:
    """Return names of services in one line, at most five."""
    found = list(titles)
    text = "; ".join(found[:5])
    return text + _("; và %(n)s dịch vụ khác") % {"n": len(found) - 5} if len(found) > 5 else text
