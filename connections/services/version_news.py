"""Telling consumers that a version ends: at once when it is announced, moved, taken back or over, and before its day.

It follows what the catalogue says, so a deed below needs to know nobody up here; a run that comes late tells late but
once. The version is locked while it is judged and told of: two runs at once give one notice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from catalog.choices import ServiceState
from catalog.models import ServiceVersion
from connections.choices import Ending, VersionNews
from connections.models import ExpiryRule, VersionNotice
from connections.services.version_letters import write_news
from core import clock

log = structlog.get_logger(__name__)
# Of what was withdrawn longer ago nobody is told any more.
FRESH = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told: of which announcement, which day, how many days are left, which day was said before."""

    kind: VersionNews
    occasion: datetime
    day: date
    days: int = 0
    left: int = 0
    said_before: date | None = None


def tell_of_versions() -> int:
    """Give all news that is due; return how many. Before the morning hour nobody is only reminded."""
    rules = ExpiryRule.objects.filter(active=True, subject=Ending.VERSION)
    offsets = sorted(rules.values_list("days_before", flat=True))
    if clock.local_now().time() < settings.DIGEST_TIME:
        offsets = []
    given = 0
    for pk in list(_concerned()):
        try:
            given += _tell(pk, offsets)
        except Exception:
            log.exception("version.news_not_given", version_id=pk)
    return given


def _concerned() -> Sequence[int]:
    announced = VersionNotice.objects.filter(version=OuterRef("pk"), news=VersionNews.ANNOUNCED)
    wanted = Q(state=ServiceState.DEPRECATED, sunset_on__gt=clock.today())
    wanted |= Q(state=ServiceState.WITHDRAWN, withdrawn_at__gte=clock.now() - FRESH)
    wanted |= Q(Exists(announced), state=ServiceState.PUBLISHED)
    return ServiceVersion.objects.filter(wanted).order_by("pk").values_list("pk", flat=True)  # type: ignore[return-value]


@transaction.atomic
def _tell(pk: int, offsets: Sequence[int]) -> int:
    version = ServiceVersion.objects.select_for_update(of=("self",)).select_related("service__provider").get(pk=pk)
    given = list(version.notices.order_by("pk"))
    news = judge(version, given, offsets)
    if news is None:
        return 0
    VersionNotice.objects.create(
        version=version,
        occasion=news.occasion,
        day=news.day,
        news=news.kind,
        days_before=news.days,
        given_at=clock.now(),
    )
    write_news(version, news.kind, left=news.left, day=news.day, said_before=news.said_before)
    return 1


def judge(version: ServiceVersion, given: Sequence[VersionNotice], offsets: Sequence[int]) -> News | None:
    """Return what is due of *version*, of which *given* was told; *offsets* are the rules, the smallest first."""
    if version.state == ServiceState.DEPRECATED and version.sunset_on is not None and version.announced_at is not None:
        return _of_announced(version.announced_at, version.sunset_on, given, offsets)
    if version.state == ServiceState.WITHDRAWN and version.withdrawn_at is not None:
        occasion = version.announced_at or version.withdrawn_at
        told = any(row.news == VersionNews.WITHDRAWN and row.occasion == occasion for row in given)
        day = version.withdrawn_at.astimezone(clock.VIETNAM).date()
        return None if told else News(VersionNews.WITHDRAWN, occasion, day)
    standing = _standing(given)
    if version.state == ServiceState.PUBLISHED and standing is not None:
        return News(VersionNews.RESUMED, standing.occasion, standing.day)
    return None


def _standing(given: Sequence[VersionNotice]) -> VersionNotice | None:
    """Return the last announcement that was not taken back."""
    found = None
    for row in given:
        if row.news == VersionNews.ANNOUNCED:
            found = row
        elif row.news == VersionNews.RESUMED:
            found = None
    return found


def _of_announced(
    occasion: datetime, day: date, given: Sequence[VersionNotice], offsets: Sequence[int]
) -> News | None:
    left = (day - clock.today()).days
    if left <= 0:
        return None
    mine = [row.days_before for row in given if row.occasion == occasion]
    if not mine:
        standing = _standing(given)
        before = standing.day if standing is not None else None
        return News(VersionNews.ANNOUNCED, occasion, day, left, left, before)
    reached = next((offset for offset in offsets if offset >= left), None)
    # Who was told within the reach of the rule, by another rule or at the announcement, knows.
    if reached is None or any(days <= reached for days in mine):
        return None
    return News(VersionNews.BEFORE, occasion, day, reached, left)
