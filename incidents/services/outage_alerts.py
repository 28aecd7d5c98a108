"""Outages as alerts: raised with the outage, closed with it, so that nobody waits for the next look of a rule."""

from django.utils.translation import gettext as _

from core import clock
from core.choices import Environment
from incidents.alert_choices import Detector, SubjectKind, at_least
from incidents.models import AlertRule, DetectionMark, Outage
from incidents.selectors.detection.findings import found
from incidents.selectors.detection.sources import of_outage
from incidents.selectors.maintenance import planned_now
from incidents.services.alerts import raise_alerts, settle_alert
from incidents.services.incident_opening import open_from_outage


def raise_for(outage: Outage) -> bool:
    """Raise the alert of *outage* under every rule about outages that is in force; return whether there is one."""
    rules = _rules(outage)
    for rule in rules:
        mark, _made = DetectionMark.objects.get_or_create(
            rule=rule, defaults={"until": clock.now(), "ran_at": clock.now()}
        )
        DetectionMark.objects.select_for_update().get(pk=mark.pk)
        if at_least(rule.severity, rule.opens_incident) and not planned_now([outage.upstream.version.service_id]):
            # The alert joins the incident of its outage, so that there is one.
            open_from_outage(outage=outage)
        raise_alerts(rule=rule, found=found([of_outage(outage, clock.now())]))
    return bool(rules)


def settle_for(outage: Outage, why: str) -> bool:
    """Close the alerts of *outage*; return whether there was one."""
    thing = {"kind": SubjectKind.UPSTREAM, "subject_id": str(outage.upstream_id)}
    settled = [settle_alert(rule=rule, reason=why or _("Đã hết"), **thing) for rule in _rules(outage)]
    return any(settled)


def _rules(outage: Outage) -> list[AlertRule]:
    live = outage.upstream.environment == Environment.LIVE
    rules = AlertRule.objects.filter(detector=Detector.OUTAGE, enabled=True)
    return list(rules if live else rules.filter(live_only=False))
