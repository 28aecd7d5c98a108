"""What a rule would have raised over past traffic: reads only, bounded, with thresholds of one's choice."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from django.utils.translation import gettext as _

from core import clock
from incidents.alert_choices import Detector, Severity, SubjectKind, above
from incidents.models import AlertRule
from incidents.selectors.detection.findings import Finding, Look
from incidents.selectors.detection.registry import falls, look

# What stands nowhere but in the present has no past to look at.
NOW_ONLY = frozenset({Detector.MISSED_CHECK, Detector.CERTIFICATE})
MOST_HOURS = 31 * 24
# Looks of one run, and seconds it may take: what is left is said.
MOST_LOOKS = 400
SECONDS = 20


@dataclass(slots=True)
class Would:
    """One alert the rule would have raised: about what, first and last window, how many windows, the worst figure."""

    label: str
    first_at: datetime
    last_at: datetime
    windows: int
    value: float
    severity: str
    summary: str
    calls: int

    @property
    def severity_shown(self) -> str:
        """Return the severity as people read it."""
        return str(Severity(self.severity).label)


@dataclass(slots=True)
class DryRun:
    """What was looked at, and what would have come of it, what came first first."""

    since: datetime
    until: datetime
    looks: int = 0
    whole: bool = True
    would: dict[tuple[str, str], Would] = field(default_factory=dict)

    @property
    def alerts(self) -> list[Would]:
        """Return the alerts, the worst first."""
        return sorted(self.would.values(), key=lambda item: (-Severity.values.index(item.severity), item.first_at))


def severity_of(rule: AlertRule, value: float) -> str:
    """Return how much a figure matters: the rule's severity, a step more from its second threshold on."""
    second = rule.severe_threshold
    if second is None:
        return rule.severity
    beyond = value <= second if falls(rule.detector) else value >= second
    return above(rule.severity) if beyond else Severity(rule.severity).value


def dry_run(rule: AlertRule, *, hours: int) -> DryRun:
    """Look with *rule*, saved or not, at windows that overlap by half over the last *hours*; the newest first.

    Longer spans are looked at in coarser steps, ``MOST_LOOKS`` at most, so that a run ends.
    """
    until = clock.now() - timedelta(seconds=2)
    window = timedelta(minutes=rule.window_minutes)
    span = timedelta(0) if rule.detector in NOW_ONLY else timedelta(hours=min(max(hours, 1), MOST_HOURS))
    step = max(window / 2, span / MOST_LOOKS)
    found, began = DryRun(until - span - window, until), monotonic()
    for turn in range(int(span / step) + 1):
        if monotonic() - began > SECONDS:
            found.whole, found.since = False, until - step * turn
            break
        at = until - step * turn
        _enter(rule, found, at)
        found.looks += 1
    return found


def _enter(rule: AlertRule, run: DryRun, at: datetime) -> None:
    seen = look(Look(rule, at))
    findings = list(seen.findings)
    if max(seen.total, len(findings)) > rule.most_subjects:
        findings = [_many(findings, max(seen.total, len(findings)))]
    for item in findings:
        known = run.would.get(item.subject)
        if known is None:
            first = Would(item.label or item.subject_id, at, at, 0, item.value, "", item.summary, 0)
            known = run.would.setdefault(item.subject, first)
        known.windows, known.first_at = known.windows + 1, min(known.first_at, at)
        known.calls = max(known.calls, item.calls)
        worse = item.value < known.value if falls(rule.detector) else item.value > known.value
        if worse or known.windows == 1:
            known.value, known.summary, known.severity = item.value, item.summary, severity_of(rule, item.value)


def _many(findings: list[Finding], total: int) -> Finding:
    label = _("%(n)s đối tượng cùng lúc, gộp thành một cảnh báo") % {"n": total}
    return Finding(
        subject_kind=SubjectKind.MANY,
        subject_id="",
        label=label,
        summary=findings[0].summary,
        value=max(item.value for item in findings),
        first_at=findings[0].first_at,
        last_at=findings[0].last_at,
        calls=sum(item.calls for item in findings),
    )
