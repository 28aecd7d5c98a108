"""Reading alerts: the list, one of them, what a person may do with it."""

from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from connections.selectors.call_story import VIEW_ALL as CALLS_ALL
from connections.selectors.call_story import VIEW_OWN as CALLS_OWN
from core.actor import Actor
from core.regulation import cite
from core.text import fold
from core.transitions import Offer
from incidents.alert_advice import ADVICE
from incidents.alert_choices import AlertState, Detector, Severity
from incidents.guards.incidents import MANAGE as INCIDENT_MANAGE
from incidents.guards.incidents import VIEW_ALL as INCIDENTS_ALL
from incidents.guards.violations import OPEN as VIOLATION_OPEN
from incidents.models import Alert, Incident
from incidents.models.alerts import VIEW_ALL
from incidents.register_choices import Origin
from incidents.selectors.alert_audience import HANDLE, HANDLE_OWN

RELATED = ("rule", "service__provider", "system__owner", "consumer_agency", "acknowledged_by", "closed_by")
TABS = {"": _("Chưa đóng"), "moi": _("Chưa có người nhận"), "da-dong": _("Đã đóng"), "tat-ca": _("Tất cả")}
ACKNOWLEDGE, CLOSE = "acknowledge", "close"
KINDS = {AlertState.OPEN: "wrong", AlertState.ACKNOWLEDGED: "progress", AlertState.CLOSED: "quiet"}


def alerts_listed(actor: Actor, *, tab: str = "", words: str = "") -> QuerySet[Alert]:
    """Return the alerts *actor* sees under a tab, newest first, found by folded words of service, system or key."""
    found = Alert.objects.visible_to(actor)
    if tab in ("", "moi"):
        found = found.lasting() if tab == "" else found.filter(state=AlertState.OPEN)
    elif tab == "da-dong":
        found = found.filter(state=AlertState.CLOSED)
    for word in words.split():
        folded = fold(word)
        named = Q(service__search__contains=folded) | Q(system__search__contains=folded)
        found = found.filter(named | Q(subject_id__icontains=word) | Q(label__icontains=word))
    return found.select_related(*RELATED).order_by("-id")


def gravest_first(found: QuerySet[Alert]) -> QuerySet[Alert]:
    """Return *found* with what matters most first."""
    ranks = [When(severity=value, then=Value(place)) for place, value in enumerate(Severity.values)]
    return found.annotate(rank=Case(*ranks, output_field=IntegerField())).order_by("-rank", "-id")


def shown_of(alert: Alert, actor: Actor) -> dict[str, Any]:
    """Return what the page of *alert* shows beside it: advice, clause, names, whether *actor* reads its calls, the
    incident it belongs to and what *actor* may open from it."""
    rule, own = alert.rule, actor.may(CALLS_OWN) and alert.consumer_agency_id == actor.agency_id
    return {
        "advice": ADVICE[Detector(rule.detector)],
        "citation": cite(rule.clause) if rule.clause else "",
        "reads_calls": own or actor.may(CALLS_ALL),
        "taken_by": _named(alert.acknowledged_by, actor),
        "ended_by": _named(alert.closed_by, actor) if alert.closed_by else _gettext("Nền tảng tự đóng"),
        "incident": _incident_of(alert) if actor.may(INCIDENTS_ALL) else None,
        "opens_incident": actor.may(INCIDENT_MANAGE),
        "opens_violation": actor.may(VIOLATION_OPEN),
    }


def _incident_of(alert: Alert) -> Incident | None:
    return Incident.objects.filter(sources__kind=Origin.ALERT, sources__ref=alert.pk).first()


def _named(person: User | None, actor: Actor) -> str:
    """Return who acted: people are named to their own side, and to SKHCN."""
    if person is None:
        return ""
    own = actor.may(VIEW_ALL) or person.memberships.filter(agency_id=actor.agency_id or 0).exists()
    return person.full_name if own else _gettext("Người của bên khác")


def alert_offers(alert: Alert, actor: Actor) -> list[Offer]:
    """Return what *actor*, who sees *alert*, may do with it now."""
    if alert.state == AlertState.CLOSED or not (actor.may(HANDLE) or actor.may(HANDLE_OWN)):
        return []
    take = Offer(ACKNOWLEDGE, _("Nhận xử lý"), "QC14.3", False, ())
    end = Offer(CLOSE, _("Đóng cảnh báo"), "QC14.3", True, ())
    return [take, end] if alert.state == AlertState.OPEN else [end]
