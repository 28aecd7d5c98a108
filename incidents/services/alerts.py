"""Life of alerts: raised by what a rule finds, taken up, handed on, closed; each change tells by an outbox row."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from core import clock
from core.actor import Actor, system_actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy
from incidents.alert_choices import AlertState, News, SubjectKind, at_least
from incidents.models import Alert, AlertNews, AlertRule
from incidents.selectors.alert_audience import HANDLE, HANDLE_OWN
from incidents.selectors.detection.findings import Finding, Found, number
from incidents.selectors.dry_run import severity_of
from incidents.selectors.maintenance import planned_now
from incidents.services.incident_opening import open_from_alert
from incidents.services.violation_opening import open_from_alert as open_violation_from

CLAUSE = "QC14.3"
WATCH = system_actor("Giám sát nền tảng")
# How often an alert nobody takes up is handed on: to the operators, then to their heads.
LEVELS = 2
_NAMED = 3


@transaction.atomic
def raise_alerts(*, rule: AlertRule, found: Found) -> list[Alert]:
    """Enter what *rule* found: one alert a thing, more than the rule allows are one about many.

    What lasts is counted, not raised anew; what was closed comes back only by signs that are newer than it. Returns
    the alerts that were opened now. Whoever calls holds the rule's mark, or a lock on the thing.
    """
    findings = _merged(found.findings)
    if max(found.total, len(findings)) > rule.most_subjects:
        findings = [_about_many(findings, max(found.total, len(findings)))]
    planned = planned_now({item.service_id for item in findings if item.service_id})
    made = (_raise(rule, item, quiet=item.service_id in planned) for item in findings)
    return [alert for alert in made if alert is not None]


def _merged(findings: Iterable[Finding]) -> list[Finding]:
    """Return one finding a thing: the one with the highest figure."""
    best: dict[tuple[str, str], Finding] = {}
    for item in findings:
        if item.subject not in best or item.value > best[item.subject].value:
            best[item.subject] = item
    return list(best.values())


def _about_many(findings: list[Finding], total: int) -> Finding:
    """Return one finding about all: how many there are, and the first few by name."""
    named = "; ".join(f"{item.label or item.subject_id} ({number(item.value)})" for item in findings[:_NAMED])
    text = _("%(n)s đối tượng cùng có dấu hiệu này; nhiều nhất: %(named)s.") % {"n": number(total), "named": named}
    return Finding(
        subject_kind=SubjectKind.MANY,
        subject_id="",
        label=_("%(n)s đối tượng") % {"n": number(total)},
        summary=text[:500],
        value=max(item.value for item in findings),
        calls=sum(item.calls for item in findings),
        first_at=min(item.first_at for item in findings),
        last_at=max(item.last_at for item in findings),
        samples=findings[0].samples,
    )


def key_of(rule: AlertRule, kind: str, subject_id: str) -> str:
    """Return what makes findings of *rule* about one thing the same alert."""
    return f"{rule.code}|{kind}|{subject_id}"


def _raise(rule: AlertRule, item: Finding, *, quiet: bool) -> Alert | None:
    key = key_of(rule, *item.subject)
    alert = Alert.objects.select_for_update().filter(key=key).order_by("-id").first()
    if alert is None or (alert.state == AlertState.CLOSED and item.last_at > alert.last_at):
        return _open(rule, item, key, quiet=quiet)
    if alert.state != AlertState.CLOSED:
        _count(rule, alert, item, quiet=quiet)
    return None


def _open(rule: AlertRule, item: Finding, key: str, *, quiet: bool) -> Alert:
    now = clock.now()
    alert = Alert.objects.create(
        rule=rule,
        key=key,
        subject_kind=item.subject_kind,
        subject_id=item.subject_id,
        label=item.label,
        service_id=item.service_id,
        system_id=item.system_id,
        consumer_agency_id=item.agency_id,
        severity=severity_of(rule, item.value),
        first_at=item.first_at,
        last_at=item.last_at,
        opened_at=now,
        value=item.value,
        summary=item.summary,
        samples=list(item.samples),
        quiet=quiet,
    )
    after = {"severity": alert.severity, "summary": alert.summary}
    record_fact(actor=WATCH, deed="alert.opened", subject=alert, after=after, clause=rule.clause or CLAUSE)
    if not quiet:
        _speak_up(alert, rule)
    return alert


def _count(rule: AlertRule, alert: Alert, item: Finding, *, quiet: bool) -> None:
    """Enter newer signs of an alert that lasts; it tells again only when it grows worse, or outlasts maintenance."""
    before = alert.severity
    if item.last_at > alert.last_at:
        alert.count, alert.last_at = alert.count + 1, item.last_at
    alert.value, alert.summary = item.value, item.summary
    alert.samples = list(item.samples) or alert.samples
    found = severity_of(rule, item.value)
    alert.severity = found if at_least(found, before) else before
    heard, alert.quiet = alert.quiet and not quiet, alert.quiet and quiet
    alert.save()
    if heard:
        _speak_up(alert, rule)
    elif alert.severity != before and not alert.quiet:
        after = {"severity": alert.severity, "summary": alert.summary}
        record_fact(actor=WATCH, deed="alert.raised", subject=alert, after=after, clause=rule.clause or CLAUSE)
        tell(alert, News.RAISED)
        _lead_on(alert, rule, before)


def _speak_up(alert: Alert, rule: AlertRule) -> None:
    """Tell of an alert, begin the time in which somebody has to take it up, open an incident where the rule says."""
    if rule.escalate_minutes:
        alert.escalate_at = clock.now() + timedelta(minutes=rule.escalate_minutes)
        alert.save(update_fields=["escalate_at"])
    tell(alert, News.OPENED)
    _lead_on(alert, rule)


def _lead_on(alert: Alert, rule: AlertRule, before: str = "") -> None:
    """Open the incident and the violation the rule says an alert of this severity leads to, unless *before* did."""
    for least, opened in ((rule.opens_incident, open_from_alert), (rule.opens_violation, open_violation_from)):
        if at_least(alert.severity, least) and not (before and at_least(before, least)):
            opened(alert=alert)


def tell(alert: Alert, event: News) -> None:
    """Put what happened into the outbox, once for each event and level."""
    AlertNews.objects.get_or_create(alert=alert, event=event, level=alert.level, defaults={"at": clock.now()})


@transaction.atomic
def acknowledge_alert(*, actor: Actor, alert: Alert) -> Alert:
    """Take an alert up: it is not handed on any more. Raises PermissionRefused, StateRefused."""
    stored = _locked(actor, alert)
    if stored.state != AlertState.OPEN:
        raise StateRefused(_("Cảnh báo đã có người nhận xử lý hoặc đã đóng; tải lại trang để xem."))
    stored.state, stored.acknowledged_at = AlertState.ACKNOWLEDGED, clock.now()
    stored.acknowledged_by_id, stored.escalate_at = actor.user_id, None
    stored.save()
    record_fact(actor=actor, deed="alert.acknowledged", subject=stored, clause=CLAUSE)
    return stored


@transaction.atomic
def close_alert(*, actor: Actor, alert: Alert, reason: str) -> Alert:
    """Close an alert with a reason. Raises PermissionRefused, StateRefused, InvalidInput."""
    stored = _locked(actor, alert)
    if stored.state == AlertState.CLOSED:
        raise StateRefused(_("Cảnh báo đã đóng; tải lại trang để xem."))
    if not tidy(reason):
        raise InvalidInput({"reason": [_("Nhập lý do đóng cảnh báo")]})
    return _close(actor, stored, tidy(reason))


def _locked(actor: Actor, alert: Alert) -> Alert:
    """Return the alert locked, where *actor* may deal with it: SKHCN with all, an agency with those it sees."""
    stored = Alert.objects.select_for_update(of=("self",)).select_related("rule").get(pk=alert.pk)
    seen = Alert.objects.visible_to(actor).filter(pk=alert.pk).exists()
    if not seen or not (actor.may(HANDLE) or actor.may(HANDLE_OWN)):
        raise PermissionRefused(_("Việc này cần quyền xử lý cảnh báo của bên vận hành hoặc của cơ quan liên quan."))
    return stored


def _close(actor: Actor, stored: Alert, reason: str) -> Alert:
    stored.state, stored.closed_at, stored.close_reason = AlertState.CLOSED, clock.now(), reason[:300]
    stored.closed_by_id, stored.escalate_at = actor.user_id, None
    stored.save()
    record_fact(actor=actor, deed="alert.closed", subject=stored, reason=reason, clause=CLAUSE)
    if stored.news.filter(event=News.OPENED).exists():
        tell(stored, News.CLOSED)
    return stored


@transaction.atomic
def settle_alert(*, rule: AlertRule, kind: str, subject_id: str, reason: str) -> Alert | None:
    """Close the lasting alert of *rule* about one thing because its sign is gone, and tell; None: there is none."""
    rows = Alert.objects.lasting().select_for_update()
    alert = rows.filter(key=key_of(rule, kind, subject_id)).first()
    return None if alert is None else _close(WATCH, alert, reason)


@transaction.atomic
def settle_old(*, rule: AlertRule) -> int:
    """Close the lasting alerts of *rule* that had no new sign for as long as it says; return how many."""
    if not rule.close_minutes:
        return 0
    before = clock.now() - timedelta(minutes=rule.close_minutes)
    rows = Alert.objects.lasting().select_for_update(skip_locked=True).filter(rule=rule, last_at__lt=before)
    old = list(rows.order_by("pk")[:200])
    for alert in old:
        _close(WATCH, alert, _("Không còn dấu hiệu mới"))
    return len(old)


@transaction.atomic
def escalate_due() -> int:
    """Hand on what nobody took up in time, each step once; return how many. Safe to run at any time, and at once."""
    now = clock.now()
    rows = Alert.objects.select_for_update(skip_locked=True, of=("self",)).select_related("rule")
    due = list(rows.filter(state=AlertState.OPEN, quiet=False, escalate_at__lte=now).order_by("escalate_at")[:200])
    planned = planned_now({alert.service_id for alert in due if alert.service_id})
    for alert in due:
        minutes = alert.rule.escalate_minutes or 60
        alert.escalate_at = now + timedelta(minutes=minutes)
        if alert.service_id in planned:
            alert.save(update_fields=["escalate_at"])
            continue
        alert.level += 1
        if alert.level >= LEVELS:
            alert.escalate_at = None
        alert.save()
        record_fact(actor=WATCH, deed="alert.escalated", subject=alert, after={"level": alert.level}, clause=CLAUSE)
        tell(alert, News.ESCALATED)
    return len(due)
