"""How the source systems behind a connection stood lately: every change of state, for both sides (QC7.5)."""

from datetime import timedelta

from django.db.models import F, QuerySet, Window
from django.db.models.functions import Lag
from django.utils.translation import gettext as _

from catalog.choices import CALLABLE
from catalog.models import Upstream
from connections.models import Connection
from connections.selectors.connections import grants_in_force
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.web.notes import Part, PartRow
from incidents.choices import Health
from incidents.models import HealthCheck, UpstreamHealth
from incidents.selectors.health import health_policy, is_stale

DAYS = 7
MOST = 20
KINDS = {Health.UP: "live", Health.SLOW: "progress"}


def parts_of_connection(connection_id: int, actor: Actor) -> list[Part]:
    """Return how the sources of what a connection may call stand now, and their changes of the last days."""
    connection = Connection.objects.visible_to(actor).filter(pk=connection_id).first()
    if connection is None or connection.closed_at is not None:
        return []
    services = set(
        grants_in_force(actor, connection)
        .filter(environment=Environment.LIVE)
        .order_by()
        .values_list("service_id", flat=True)
    )
    if not services:
        return []
    upstreams = Upstream.objects.filter(
        active=True,
        environment=Environment.LIVE,
        version__service_id__in=services,
        version__state__in=CALLABLE,
    )
    lead = _("Nền tảng kiểm tra định kỳ địa chỉ của hệ thống nguồn; dưới đây là mọi lần đổi trong %(n)s ngày qua.")
    empty = _("Chưa có lần đổi tình trạng nào trong %(n)s ngày qua.")
    values = {"n": DAYS}
    now = Part("source-now", _("Tình trạng hệ thống nguồn"), _now(upstreams), empty=_("Chưa kiểm tra lần nào."))
    history = Part(
        "source-history", _("Lịch sử tình trạng"), _changes(upstreams), lead=lead % values, empty=empty % values
    )
    return [now, history]


def _now(upstreams: QuerySet[Upstream]) -> list[PartRow]:
    rows = UpstreamHealth.objects.filter(upstream__in=upstreams, checked_at__isnull=False)
    found, policy = [], health_policy()
    for row in rows.select_related("upstream__version__service", "upstream__health_setting")[:MOST]:
        old = is_stale(row, policy)
        assert row.checked_at is not None  # noqa: S101
        hint = _("số liệu đến %(at)s") % {"at": _moment(row.checked_at)}
        if row.since:
            hint = _("từ %(since)s; %(hint)s") % {"since": _moment(row.since), "hint": hint}
        state = Health(row.state)
        tag, kind = (_("Số liệu cũ"), "quiet") if old else (str(state.label), KINDS.get(state, "wrong"))
        found.append(PartRow(_named(row.upstream), hint=hint, tag=tag, kind=kind))
    return found


def _changes(upstreams: QuerySet[Upstream]) -> list[PartRow]:
    """Return the checks whose answer differed from the one before, newest first."""
    before = Window(Lag("state"), partition_by=[F("upstream_id")], order_by=[F("at").asc(), F("id").asc()])
    checks = HealthCheck.objects.filter(upstream__in=upstreams, at__gte=clock.now() - timedelta(days=DAYS))
    changed = checks.annotate(before=before).filter(before__isnull=False).exclude(before=F("state"))
    found = []
    for check in changed.select_related("upstream__version__service").order_by("-at", "-id")[:MOST]:
        state = Health(check.state)
        values = {"at": _moment(check.at), "before": str(Health(check.before).label).lower()}
        hint = _("%(at)s, trước đó: %(before)s") % values
        kind = KINDS.get(state, "wrong")
        found.append(PartRow(_named(check.upstream), hint=hint, tag=str(state.label), kind=kind))
    return found


def _named(upstream: Upstream) -> str:
    version = upstream.version
    values = {"service": version.service.title, "version": version.name, "place": upstream.place}
    return _("%(service)s %(version)s, địa chỉ thứ %(place)s") % values


def _moment(at: object) -> str:
    return f"{at.astimezone(clock.VIETNAM):%H:%M %d/%m/%Y}"  # type: ignore[attr-defined]
