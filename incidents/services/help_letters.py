"""What is told of requests for help; the words themselves stay on the portal."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.models import Membership, User
from accounts.selectors.people import holders_of
from accounts.services.notices import Message, post_notices
from core import clock
from incidents.models import HelpRequest
from incidents.models.help import ANSWER

# Who speaks for an agency: its representatives.
SPEAKS = "request.send"


def tell_staff_of_help(request: HelpRequest, event: str, subject: str) -> None:
    """Tell who owns it, everybody who answers while nobody does."""
    _post(request, event, subject, Topic.WORK, _staff(request))


def tell_late(request: HelpRequest) -> None:
    """Tell that the answer is late: the owner, and everybody who answers."""
    _post(
        request,
        "help.late",
        _("Quá hạn trả lời yêu cầu hỗ trợ %(code)s: %(subject)s"),
        Topic.DEADLINES,
        holders_of(ANSWER),
    )


def tell_agency_of_help(request: HelpRequest, event: str, subject: str) -> None:
    """Tell who asked, while they still work there; else who speaks for the agency the request is now of."""
    here = Membership.objects.in_force(clock.today()).filter(agency=request.agency_id, user=request.asker_id)
    people = [request.asker] if here.exists() else holders_of(SPEAKS, request.agency_id)
    values = {"code": request.code, "subject": request.subject}
    message = Message(
        event=event,
        topic=Topic.WORK,
        subject=subject % values,
        body=_("Nội dung ghi trên cổng."),
        link=reverse("help_request", args=[request.code]),
    )
    post_notices(message=message, agency=request.agency, people=people)


def _staff(request: HelpRequest) -> Iterable[User]:
    return holders_of(ANSWER) if request.owner is None else [request.owner]


def _post(request: HelpRequest, event: str, subject: str, topic: Topic, people: Iterable[User]) -> None:
    values = {"code": request.code, "subject": request.subject, "agency": request.agency.name}
    body = _("%(agency)s cần hỗ trợ: %(subject)s.") % values
    if request.due_at is not None:
        label = _("Hạn trả lời") if request.statutory else _("Hạn nội bộ để trả lời")
        body += f" {label}: {request.due_at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}."
    message = Message(
        event=event,
        topic=topic,
        subject=subject % values,
        body=body,
        link=reverse("admin:incidents_helprequest_change", args=[request.pk]),
    )
    post_notices(message=message, agency=None, people=people)
