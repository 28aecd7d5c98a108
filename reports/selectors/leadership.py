"""What leadership sees at one look: six figures with the period before, charts, what waits for direction (ux.md D1).

Figures are read together, kept for a minute in the cache and shown with the moment they were read at: a page costs no
more than a session, however many rows there are.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils.translation import gettext as _

from audit.selectors.rollups import CallSums, summed_until
from core import clock
from core.charts import Chart
from core.documents.wording import number
from reports.queries.leadership import (
    Counts,
    StepCounts,
    calls_by,
    calls_by_day,
    calls_in,
    in_steps,
    step_counts,
)
from reports.queries.leadership_attention import Waiting, read_together
from reports.selectors.leadership_charts import agencies_chart, calls_chart, most_calling, steps_chart
from reports.selectors.leadership_periods import Chosen, chosen
from reports.selectors.leadership_words import Change, change_of, share

KEPT_SECONDS = 60
#: Names the shape of what is kept: another shape is read anew.
SHAPE = 2
CODES = ("connections", "services", "calls", "success_rate", "dossiers", "incidents")


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the six figures: its value, None where there was nothing to count from, and how it changed."""

    code: str
    label: str
    value: float | None
    before: float | None
    unit: str
    change: Change
    detail: str
    definition: str


@dataclass(frozen=True, slots=True)
class Situation:
    """All of the page for one period. *until* is up to when its figures reach.

    ``steps`` and ``agencies`` (calls by code of who called) are what figures are made of, for their own pages.
    """

    period: Chosen
    until: datetime
    tiles: tuple[Tile, ...]
    charts: tuple[Chart, ...]
    waiting: dict[str, tuple[Waiting, ...]]
    steps: tuple[StepCounts, ...]
    agencies: dict[str, CallSums]


def situation(code: str) -> Situation:
    """Return the situation in the period called *code*, at most a minute old."""
    period = chosen(code, clock.now())
    key = f"reports.leadership.{SHAPE}.{period.code}.{period.current.since:%Y%m%d}"
    found: Situation | None = cache.get(key)
    if found is None:
        found = read_situation(period)
        cache.set(key, found, KEPT_SECONDS)
    return found


def read_situation(period: Chosen) -> Situation:
    """Read everything now: six queries."""
    now = clock.now()
    reached = summed_until()
    days = calls_by_day(period.current, period.previous)
    calls, before = calls_in(period.current, days), calls_in(period.previous, days)
    steps = step_counts(period.current, period.previous, open_at=now)
    agencies = calls_by(period.current, "agency_code")
    most = most_calling(agencies)
    together = read_together(now, period.current, period.previous, most)
    return Situation(
        period=period,
        until=min(now, reached) if reached else now,
        tiles=_tiles(together.standing, calls, before, steps),
        charts=(
            calls_chart(days, period),
            agencies_chart(most, together.names),
            steps_chart(steps),
        ),
        waiting=together.waiting,
        steps=steps,
        agencies=agencies,
    )


def _tiles(
    standing: dict[str, Counts], calls: CallSums, before: CallSums, steps: tuple[StepCounts, ...]
) -> tuple[Tile, ...]:
    calls_now, calls_before = calls.calls or None, before.calls or None
    rate, rate_before = share(calls.success, calls.calls), share(before.success, before.calls)
    return (
        *_registered(standing),
        Tile(
            "calls",
            _("Lượt khai thác"),
            calls_now,
            calls_before,
            "",
            change_of(calls_now, calls_before),
            "",
            _("Lượt gọi ở môi trường chính thức mà nền tảng nhận trong kỳ, kể cả lượt bị từ chối."),
        ),
        Tile(
            "success_rate",
            _("Tỷ lệ thành công"),
            rate,
            rate_before,
            "%",
            change_of(rate, rate_before, points=True),
            "",
            _("Lượt có mã trạng thái trả lời từ 200 đến 299 chia cho tổng số lượt khai thác."),
        ),
        _dossiers(steps),
        _incidents(standing),
    )


def _registered(standing: dict[str, Counts]) -> tuple[Tile, Tile]:
    connected, services = _known(standing, "connections"), _known(standing, "services")
    return (
        Tile(
            "connections",
            _("Hệ thống đang kết nối"),
            *connected,
            "",
            change_of(*connected),
            "",
            _("Hệ thống đã vận hành chính thức và chưa hủy kết nối vào cuối kỳ, gồm cả đang tạm dừng."),
        ),
        Tile(
            "services",
            _("Dịch vụ dữ liệu công bố"),
            *services,
            "",
            change_of(*services),
            "",
            _("Dịch vụ có ít nhất một phiên bản đã công bố và chưa ngừng cung cấp vào cuối kỳ."),
        ),
    )


def _dossiers(steps: tuple[StepCounts, ...]) -> Tile:
    now, before = in_steps(steps, "now"), in_steps(steps, "before")
    rate = share(now["on_time"], now["on_time"] + now["late"])
    rate_before = share(before["on_time"], before["on_time"] + before["late"])
    detail = ""
    if any(now.values()):
        texts = {name: number(value) for name, value in now.items()}
        detail = _("%(on_time)s bước đúng hạn, %(late)s quá hạn; %(overdue)s đang quá hạn") % texts
    return Tile(
        "dossiers",
        _("Hồ sơ đúng hạn"),
        rate,
        rate_before,
        "%",
        change_of(rate, rate_before, points=True),
        detail,
        _(
            "Bước xử lý hồ sơ xong trong kỳ không sau hạn, chia cho mọi bước xong trong kỳ; thời gian tạm dừng không "
            "tính. Hạn do nền tảng đặt là hạn nội bộ."
        ),
    )


def _incidents(standing: dict[str, Counts]) -> Tile:
    counted, ever = standing.get("incidents_begun", Counts()), standing.get("connections_ever", Counts())
    now = counted.now if ever.now or counted.now else None
    before = counted.before if ever.before or counted.before else None
    return Tile(
        "incidents",
        _("Sự cố nghiêm trọng"),
        now,
        before,
        "",
        change_of(now, before),
        "",
        _(
            "Sự cố xảy ra trong kỳ ở mức 1 theo phân mức vận hành, hoặc được phân loại nghiêm trọng theo Quyết định "
            "05/2017/QĐ-TTg; không gồm vụ việc được kết luận không phải sự cố."
        ),
    )


def _known(standing: dict[str, Counts], kind: str) -> tuple[int | None, int | None]:
    """Return the counts of *kind*, None where there never was any by then: that is no zero."""
    counted, ever = standing.get(kind, Counts()), standing.get(f"{kind}_ever", Counts())
    return counted.now if ever.now else None, counted.before if ever.before else None
