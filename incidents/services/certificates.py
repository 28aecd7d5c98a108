"""Certificates near their end: those by which the platform shows itself, told; those source systems show, seen."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from catalog.duty_choices import Watched
from catalog.guards import SERVICE_EDIT_OWN
from catalog.models import Upstream, WatchMark
from catalog.services.telling import about, tell_agency, tell_operators
from core import clock
from core.http import Unreachable, show_certificate
from incidents.models import UpstreamHealth
from incidents.selectors.health import health_policy, watched_upstreams
from incidents.services.outage_notices import own_page, words_of

LOOK_EVERY = timedelta(hours=23)
# Seconds within which a source system has to shake hands.
PATIENCE = 5


def tell_endings() -> int:
    """Tell of each certificate near its end once, and once more when it is over; return how many were told now."""
    horizon = clock.now() + timedelta(days=health_policy().certificate_days)
    ending = watched_upstreams().filter(client_valid_to__lte=horizon).select_related("version__service__provider")
    return sum(_tell(upstream) for upstream in ending.order_by("pk"))


@transaction.atomic
def _tell(upstream: Upstream) -> int:
    ends = upstream.client_valid_to
    assert ends is not None  # noqa: S101
    day, late = ends.astimezone(clock.VIETNAM).date(), ends <= clock.now()
    _mark, fresh = WatchMark.objects.get_or_create(
        kind=Watched.CERTIFICATE, thing_id=upstream.pk, due_on=day, late=late, defaults={"given_at": clock.now()}
    )
    if not fresh:
        return 0
    values = {**words_of(upstream), "day": f"{day:%d/%m/%Y}"}
    subject = (
        _("Chứng thư kết nối đã hết hạn – %(service)s")
        if late
        else _("Chứng thư kết nối hết hạn ngày %(day)s – %(service)s")
    )
    body = _(
        "%(what)s nhận biết nền tảng bằng chứng thư có hạn đến %(day)s; hết hạn thì hệ thống nguồn từ chối mọi lượt "
        "gọi. Cơ quan cung cấp cấp chứng thư mới; cán bộ vận hành nhập ở trang địa chỉ hệ thống nguồn."
    )
    staff = reverse("admin:catalog_upstream_change", args=[upstream.pk])
    event, topic = ("certificate.ended" if late else "certificate.ending"), Topic.DEADLINES
    tell_operators(about(event, topic, subject % values, body % values, staff))
    own = about(event, topic, subject % values, body % values, own_page(upstream))
    tell_agency(own, upstream.version.service.provider, [SERVICE_EDIT_OWN])
    return 1


def look_at_certificates(*, limit: int = 50) -> int:
    """Look at the certificates of source systems that nobody looked at for a day; return how many were asked.

    One that does not answer keeps what was seen last. Nothing is sent but the greeting of TLS.
    """
    now = clock.now()
    seen_lately = UpstreamHealth.objects.filter(server_seen_at__gt=now - LOOK_EVERY).values("upstream_id")
    due = watched_upstreams().filter(base_url__startswith="https://").exclude(pk__in=seen_lately)
    asked = list(due.order_by("pk")[:limit])
    for upstream in asked:
        try:
            ends = show_certificate(upstream.base_url, timeout=PATIENCE).not_after
        except Unreachable:
            ends = None
        _enter(upstream, ends)
    return len(asked)


@transaction.atomic
def _enter(upstream: Upstream, ends: datetime | None) -> None:
    now = clock.now()
    row, _made = UpstreamHealth.objects.select_for_update().get_or_create(upstream=upstream, defaults={"due_at": now})
    row.server_seen_at = now
    row.server_valid_to = ends or row.server_valid_to
    row.save(update_fields=["server_seen_at", "server_valid_to"])
