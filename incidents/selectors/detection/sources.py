"""Signs at source systems: outages, checks that were not made, certificates near their end."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.models import Upstream
from core import clock
from core.choices import Environment
from incidents.alert_choices import SubjectKind
from incidents.models import Outage, UpstreamHealth
from incidents.selectors.detection.findings import Finding, Found, Look, found, number
from incidents.selectors.health import health_policy, missed, watched_upstreams
from incidents.selectors.outages import SAME_OUTAGE


def outages(look: Look) -> Found:
    """Find addresses that do not answer at the end of the window, or did not in it (Q50-7.6)."""
    rows = Outage.objects.filter(opened_at__lt=look.until).filter(
        Q(closed_at__isnull=True) | Q(opened_at__gte=look.since)
    )
    if look.is_now:
        rows = rows.filter(closed_at__isnull=True)
    if look.rule.live_only:
        rows = rows.filter(upstream__environment=Environment.LIVE)
    return found([of_outage(outage, look.until) for outage in rows.select_related("upstream__version__service")])


def of_outage(outage: Outage, until: datetime) -> Finding:
    """Return an outage as a finding; one that came back soon is news only when it goes on being so."""
    at = f"{outage.opened_at.astimezone(clock.VIETNAM):%H:%M %d/%m/%Y}"
    text = _("Không nhận được trả lời của hệ thống nguồn từ %(at)s: %(detail)s.") % {"at": at, "detail": outage.detail}
    last = max(outage.opened_at, until - SAME_OUTAGE) if outage.reopened else outage.opened_at
    return _of(outage.upstream, text, 1, outage.opened_at, last)


def missed_checks(look: Look) -> Found:
    """Find addresses that nobody asks any more, and those that nobody asked for a while until now (QC7.5)."""
    policy, made = health_policy(), []
    rows = UpstreamHealth.objects.filter(upstream__in=watched_upstreams())
    for row in rows.select_related("upstream__version__service", "upstream__health_setting").order_by("pk"):
        count = missed(row, policy, look.until) if look.is_now else 0
        if count > look.rule.threshold:
            since = row.checked_at or row.due_at
            text = _("Lần kiểm tra gần nhất lúc %(since)s; đã bỏ lỡ %(n)s lần.")
            made.append(_missed(row, text, count, since, look.until))
        elif row.gap_until and row.gap_from and look.since <= row.gap_until < look.until:
            count = missed(_as_of(row), policy, row.gap_until)
            text = _("Không kiểm tra được từ %(since)s đến %(until)s; đã bỏ lỡ %(n)s lần.")
            made.append(_missed(row, text, count, row.gap_from, row.gap_until))
    return found(sorted(made, key=lambda item: -item.value))


def _as_of(row: UpstreamHealth) -> UpstreamHealth:
    """Return the row as it stood when the gap began."""
    return UpstreamHealth(upstream=row.upstream, checked_at=row.gap_from, due_at=row.due_at)


def _missed(row: UpstreamHealth, text: str, count: int, since: datetime, until: datetime) -> Finding:
    values = {"since": _moment(since), "until": _moment(until), "n": number(count)}
    return _of(row.upstream, text % values, count, since, until)


def certificates(look: Look) -> Found:
    """Find source systems whose certificate ends within the days of the rule, as it was seen last."""
    horizon = look.until + timedelta(days=look.rule.threshold)
    rows = UpstreamHealth.objects.filter(upstream__in=watched_upstreams(), server_valid_to__lt=horizon)
    made = []
    for row in rows.select_related("upstream__version__service").order_by("server_valid_to", "pk"):
        ends = row.server_valid_to
        assert ends is not None  # noqa: S101
        assert row.server_seen_at is not None  # noqa: S101
        left = (ends - look.until).days
        text = _("Chứng thư của hệ thống nguồn có hạn đến %(day)s, còn %(n)s ngày.")
        if left < 0:
            text = _("Chứng thư của hệ thống nguồn đã hết hạn ngày %(day)s.")
        values = {"day": f"{ends.astimezone(clock.VIETNAM):%d/%m/%Y}", "n": number(max(left, 0))}
        made.append(_of(row.upstream, text % values, left, row.server_seen_at, look.until))
    return found(made)


def _of(upstream: Upstream, text: str, value: float, first: datetime, last: datetime) -> Finding:
    version = upstream.version
    label = _("%(service)s %(version)s, %(environment)s, địa chỉ thứ %(place)s") % {
        "service": version.service.title,
        "version": version.name,
        "environment": upstream.get_environment_display().lower(),
        "place": upstream.place,
    }
    return Finding(
        subject_kind=SubjectKind.UPSTREAM,
        subject_id=str(upstream.pk),
        label=label[:300],
        summary=text[:500],
        value=value,
        first_at=first,
        last_at=last,
        service_id=version.service_id,
    )


def _moment(at: datetime) -> str:
    return f"{at.astimezone(clock.VIETNAM):%H:%M %d/%m/%Y}"
