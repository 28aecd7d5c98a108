"""Reading the health of source systems."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.choices import CALLABLE, ServiceState
from catalog.models import Upstream
from core import clock
from core.choices import Environment
from core.hours import Week, opened_at, week_of
from core.web.notes import Note
from incidents.choices import CheckMethod, Health
from incidents.models import HealthPolicy, HealthSetting, UpstreamHealth

# As many checks in a row not made mean that nobody is asking.
MISSED = 3
_KINDS = {Health.UP: "live", Health.SLOW: "progress", Health.WRONG: "wrong", Health.DOWN: "wrong"}


def health_policy() -> HealthPolicy:
    """Return the rules in force, those we bring when nobody set any."""
    return HealthPolicy.objects.filter(pk=1).first() or HealthPolicy(pk=1)


def watched_upstreams() -> QuerySet[Upstream]:
    """Return the addresses in use of versions that are published or still being prepared."""
    return Upstream.objects.filter(active=True).exclude(version__state=ServiceState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Manner:
    """How an address is asked: its own settings where it has them, the policy's where not. *interval* in seconds."""

    interval: int
    week: Week = ()
    method: str = CheckMethod.GET
    statuses: str = "200-299"
    contains: str = ""

    def accepts(self, status: int) -> bool:
        """Return whether *status* is one that counts as working."""
        spans = (part.strip().partition("-") for part in self.statuses.split(","))
        return any(int(low) <= status <= int(high or low) for low, _dash, high in spans)


def manner_of(upstream: Upstream, policy: HealthPolicy) -> Manner:
    """Return how *upstream* is asked; read it with ``health_setting``."""
    own: HealthSetting | None = getattr(upstream, "health_setting", None)
    if own is None:
        return Manner(policy.interval_seconds)
    interval = own.interval_seconds or policy.interval_seconds
    return Manner(interval, week_of(own.hours), own.method, own.statuses, own.contains)


def is_stale(row: UpstreamHealth, policy: HealthPolicy) -> bool:
    """Return whether what we say of *row* is older than three intervals: then nobody is asking."""
    return row.checked_at is None or missed(row, policy, clock.now()) >= MISSED


def missed(row: UpstreamHealth, policy: HealthPolicy, now: datetime) -> int:
    """Return how many checks of *row* in a row were due and not made; none outside the hours of the address."""
    manner, since = manner_of(row.upstream, policy), row.checked_at or row.due_at
    if manner.week:
        opened = opened_at(manner.week, now)
        if opened is None:
            return 0
        since = max(since, opened)
    return max(int((now - since).total_seconds() / manner.interval), 0)


def notes_of_service(service_id: int) -> list[Note]:
    """Return what everyone may know of a service's connections: one line an environment, the worst address counts."""
    rows = UpstreamHealth.objects.filter(
        upstream__in=watched_upstreams(),
        upstream__version__service_id=service_id,
        upstream__version__state__in=CALLABLE,
    ).select_related("upstream__health_setting")
    policy = health_policy()
    found: dict[str, list[UpstreamHealth]] = {}
    for row in rows.order_by("-upstream__environment", "upstream__place"):
        found.setdefault(row.upstream.get_environment_display(), []).append(row)
    return [_note(environment, items, policy) for environment, items in found.items()]


def worst_notes(services: Sequence[int]) -> dict[int, Note]:
    """Return for each service how its worst live address stands; one query, services without results are left out."""
    rows = UpstreamHealth.objects.filter(
        upstream__in=watched_upstreams(),
        upstream__environment=Environment.LIVE,
        upstream__version__service_id__in=services,
        upstream__version__state__in=CALLABLE,
    ).select_related("upstream__version", "upstream__health_setting")
    policy = health_policy()
    found: dict[int, list[UpstreamHealth]] = {}
    for row in rows:
        found.setdefault(row.upstream.version.service_id, []).append(row)
    return {service: _note(str(Environment.LIVE.label), items, policy) for service, items in found.items()}


def _note(environment: str, rows: Iterable[UpstreamHealth], policy: HealthPolicy) -> Note:
    worst = max(rows, key=lambda row: _RANK.index(row.state) if row.state else -1)
    term = _("Tình trạng kết nối (%(environment)s)") % {"environment": environment.lower()}
    if worst.checked_at is None or is_stale(worst, policy):
        return Note(term, _("Chưa có số liệu mới"), "quiet", worst.checked_at)
    kind = _KINDS.get(Health(worst.state), "wrong")
    return Note(term, worst.get_state_display(), kind, worst.checked_at)


_RANK = (Health.UP, Health.SLOW, Health.WRONG, Health.REFUSED, Health.DOWN)
