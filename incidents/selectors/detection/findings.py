"""What a detector is asked and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import number_format

from audit.selectors.signs import Span
from core import clock
from incidents.alert_choices import SubjectKind
from incidents.models import AlertRule


@dataclass(frozen=True, slots=True)
class Look:
    """One look of a rule: over its window that ends at *until*."""

    rule: AlertRule
    until: datetime

    @property
    def since(self) -> datetime:
        """Return where the window begins."""
        return self.until - timedelta(minutes=self.rule.window_minutes)

    @property
    def span(self) -> Span:
        """Return the window as the call log is asked."""
        return Span(self.since, self.until, live=self.rule.live_only)

    @property
    def is_now(self) -> bool:
        """Return whether the window ends now: what stands nowhere but in the present has no past to look at."""
        return abs(clock.now() - self.until) < timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule found something about; ids are None where there is none.

    ``value`` is the figure held against the threshold, ``calls`` how many calls lie behind it.
    """

    subject_kind: SubjectKind
    subject_id: str
    label: str
    summary: str
    value: float
    first_at: datetime
    last_at: datetime
    calls: int = 0
    service_id: int | None = None
    system_id: int | None = None
    agency_id: int | None = None
    samples: tuple[str, ...] = ()

    @property
    def subject(self) -> tuple[str, str]:
        """Return kind and id, which with the rule make one alert."""
        return self.subject_kind, self.subject_id


@dataclass(frozen=True, slots=True)
class Found:
    """The findings, those that matter most first, and of how many things there are any in all."""

    findings: tuple[Finding, ...] = ()
    total: int = 0


NOTHING = Found()
Detect = Callable[[Look], Found]


def found(findings: list[Finding]) -> Found:
    """Return *findings* that are all there are."""
    return Found(tuple(findings), len(findings))


def number(value: float) -> str:
    """Return *value* as people read it: 1.234 or 12,5."""
    whole = value == int(value)
    return number_format(int(value) if whole else value, decimal_pos=None if whole else 1, force_grouping=True)
