"""What is said of alerts in notices, letters: one in full, many as a list that ends."""

from collections import Counter
from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.choices import Topic
from accounts.services.notices import Message
from core import clock
from incidents.alert_advice import ADVICE
from incidents.alert_choices import Detector, News, Severity
from incidents.models import Alert, AlertNews
from incidents.selectors.detection.findings import number

# Alerts named in one notice; the page has them all.
NAMED = 7
_RANK = {value: place for place, value in enumerate(Severity.values)}
_SUBJECTS: dict[News, StrOrPromise] = {
    News.OPENED: gettext_lazy("%(what)s"),
    News.RAISED: gettext_lazy("Tăng mức %(severity)s: %(what)s"),
    News.ESCALATED: gettext_lazy("Chưa có người nhận xử lý: %(what)s"),
    News.CLOSED: gettext_lazy("Đã hết: %(what)s"),
}


def message_of(news: Sequence[AlertNews], *, staff: bool) -> Message:
    """Return what one audience is told of *news* at once; the link is one that opens on its side."""
    latest = _latest(news)
    if len(latest) == 1:
        return _one(latest[0], staff=staff)
    link = reverse("admin:incidents_alert_changelist") if staff else reverse("alerts")
    return Message("alert.many", topic_of(latest[0]), _counted(latest), _listed(latest), link)


def topic_of(row: AlertNews) -> Topic:
    """Return under which choice of letters *row* falls."""
    return Topic.OUTAGE if row.alert.rule.detector == Detector.OUTAGE else Topic.ALERT


def _latest(news: Sequence[AlertNews]) -> list[AlertNews]:
    """Return the last news of each alert, the gravest first: what has ended meanwhile is told as ended."""
    last = {row.alert_id: row for row in news}
    return sorted(last.values(), key=lambda row: (row.event == News.CLOSED, -_RANK[row.alert.severity], row.pk))


def _one(row: AlertNews, *, staff: bool) -> Message:
    alert = row.alert
    link = reverse("admin:incidents_alert_change", args=[alert.pk]) if staff else reverse("alert", args=[alert.pk])
    outage = alert.rule.detector == Detector.OUTAGE
    event = f"{'outage' if outage else 'alert'}.{row.event}"
    return Message(event, topic_of(row), _subject(row), "\n\n".join(_paragraphs(row)), link)


def _paragraphs(row: AlertNews) -> list[str]:
    alert = row.alert
    values = {
        "severity": alert.get_severity_display(),
        "from": _moment(alert.first_at),
        "to": _moment(alert.closed_at or alert.last_at),
        "why": alert.close_reason,
    }
    if row.event == News.CLOSED:
        return [alert.summary, _("Từ %(from)s đến %(to)s. Lý do đóng: %(why)s.") % values]
    told = [alert.summary, _("Mức: %(severity)s. Dấu hiệu đầu tiên lúc %(from)s.") % values]
    if row.event == News.ESCALATED:
        told.append(_("Chưa có ai bấm «Nhận xử lý»; đề nghị phân công người xử lý."))
    return [*told, str(ADVICE[Detector(alert.rule.detector)])]


def _subject(row: AlertNews) -> str:
    severity = row.alert.get_severity_display().lower()
    return str(_SUBJECTS[News(row.event)]) % {"what": _what(row.alert), "severity": severity}


def _what(alert: Alert) -> str:
    return f"{alert.rule.name} – {alert.label}" if alert.label else str(alert.rule.name)


def _counted(rows: Sequence[AlertNews]) -> str:
    """Return how many there are, by severity; those over apart."""
    over = sum(row.event == News.CLOSED for row in rows)
    counted = Counter(row.alert.severity for row in rows if row.event != News.CLOSED)
    parts = [
        f"{number(counted[value])} {str(Severity(value).label).lower()}"
        for value in reversed(Severity.values)
        if counted[value]
    ]
    if over:
        parts.append(_("%(n)s đã hết") % {"n": number(over)})
    return _("%(n)s cảnh báo: %(parts)s") % {"n": number(len(rows)), "parts": ", ".join(parts)}


def _listed(rows: Sequence[AlertNews]) -> str:
    lines = [f"- {_subject(row)} ({row.alert.summary})"[:400] for row in rows[:NAMED]]
    if len(rows) > NAMED:
        lines.append(_("- và %(n)s cảnh báo khác") % {"n": number(len(rows) - NAMED)})
    return "\n".join(lines)


def _moment(at: object) -> str:
    return f"{at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"  # type: ignore[attr-defined]
