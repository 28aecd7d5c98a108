"""Reading the health of source systems."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.choices import CALLABLE, ServiceState
from catalog.models import Upstream
from core import clock
from core.choices import Environment
from core.web.notes import Note
from incidents.choices import Health
from incidents.models import HealthPolicy, UpstreamHealth

_KINDS = {Health.UP: "live", Health.SLOW: "progress", Health.WRONG: "wrong", Health.DOWN: "wrong"}


def health_policy() -> HealthPolicy:
    """Return the rules in force, those we bring when nobody set any."""
    return HealthPolicy.objects.filter(pk=1).first() or HealthPolicy(pk=1)


def watched_upstreams() -> QuerySet[Upstream]:
    """Return the addresses in use of versions that are published or still being prepared."""
    return Upstream.objects.filter(active=True).exclude(version__state=ServiceState.WITHDRAWN)


def is_stale(row: UpstreamHealth, policy: HealthPolicy) -> bool:
    """Return whether what we say of *row* is older than three intervals: then nobody is asking."""
    if row.checked_at is None:
        return True
    return clock.now() - row.checked_at > timedelta(seconds=3 * policy.interval_seconds)


def notes_of_service(service_id: int) -> list[Note]:
    """Return what everyone may know of a service's connections: one line an environment, the worst address counts."""
    rows = UpstreamHealth.objects.filter(
        upstream__in=watched_upstreams(),
        upstream__version__service_id=service_id,
        upstream__version__state__in=CALLABLE,
    ).select_related("upstream")
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
    ).select_related("upstream__version")
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
