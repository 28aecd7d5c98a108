"""What of the watch an ended body holds until it is handed over (``incidents.services.succession``)."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from incidents.help_words import HelpState
from incidents.models import Alert, HelpRequest, IncidentParty, IncidentTask, Violation
from incidents.register_choices import OPEN, ViolationState

TEXTS = {
    "incidents": _("%(n)s sự cố đang mở có liên quan"),
    "incident_tasks": _("%(n)s việc xử lý sự cố chưa xong"),
    "violations": _("%(n)s vi phạm chưa kết thúc"),
    "alerts": _("%(n)s cảnh báo chưa đóng"),
    "help_requests": _("%(n)s yêu cầu hỗ trợ chưa đóng"),
}


def open_parties(agency: Any, successor: Any) -> QuerySet[IncidentParty]:
    """Return where *agency* stands in open incidents it was told of and *successor* does not yet; ids or OuterRefs."""
    heir = OuterRef(successor) if isinstance(successor, OuterRef) else successor
    known = IncidentParty.objects.filter(incident=OuterRef("incident"), agency=heir, told_at__isnull=False)
    told = IncidentParty.objects.filter(agency=agency, told_at__isnull=False, incident__state__in=OPEN)
    return told.exclude(Exists(known))


def open_tasks(agency: Any) -> QuerySet[IncidentTask]:
    """Return the tasks *agency* has not done."""
    return IncidentTask.objects.filter(agency=agency, done_at__isnull=True)


def open_violations(agency: Any) -> QuerySet[Violation]:
    """Return the violations of *agency* that are not ended."""
    return Violation.objects.filter(agency=agency).exclude(state=ViolationState.CLOSED)


def lasting_alerts(agency: Any) -> QuerySet[Alert]:
    """Return the alerts about *agency* that nobody closed."""
    return Alert.objects.lasting().filter(consumer_agency=agency)


def open_help(agency: Any) -> QuerySet[HelpRequest]:
    """Return the requests for help of *agency* that are not closed."""
    return HelpRequest.objects.filter(agency=agency).exclude(state=HelpState.CLOSED)


def held(agency: Agency) -> dict[str, int]:
    """Return how much of each kind *agency* holds; five queries."""
    return {
        "incidents": open_parties(agency.pk, agency.successor_id).count(),
        "incident_tasks": open_tasks(agency.pk).count(),
        "violations": open_violations(agency.pk).count(),
        "alerts": lasting_alerts(agency.pk).count(),
        "help_requests": open_help(agency.pk).count(),
    }


def holding() -> Any:
    """Return the condition of a query for agencies that holds where one has something of it left."""
    mine = OuterRef("pk")
    return (
        Exists(open_parties(mine, OuterRef("successor_id")))
        | Exists(open_tasks(mine))
        | Exists(open_violations(mine))
        | Exists(lasting_alerts(mine))
        | Exists(open_help(mine))
    )
