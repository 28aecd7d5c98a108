"""Agencies ranked by a formula that everybody can follow (ux.md D4). The formula and its weights are ours."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.translation import gettext as _

from core import clock
from core.documents.wording import number
from reports.models import RankingPolicy
from reports.queries.leadership_ranking import PARTS, AgencyParts, Ratio, agency_parts, ranking_policy
from reports.rounding import percent
from reports.selectors.leadership_periods import Chosen

KEPT_SECONDS = 60
SORTS = ("hang", "co-quan", "ket-noi", "chat-luong", "dung-han", "su-co")
_SORTED_BY = dict(zip(SORTS[2:], PARTS, strict=True))


@dataclass(frozen=True, slots=True)
class Ranked:
    """One agency: its place (the same for equal points, None without anything to judge), points of 100 and parts.

    ``points`` of a part is None where the agency has nothing of it; ``by_name`` is its place in the order of names.
    """

    place: int | None
    code: str
    name: str
    total: float | None
    points: Mapping[str, float | None]
    parts: AgencyParts
    by_name: int


def ranking(period: Chosen) -> tuple[RankingPolicy, list[Ranked]]:
    """Return the weights in force and the agencies by place; at most a minute old."""
    policy = ranking_policy()
    weights = "-".join(str(getattr(policy, name)) for name in (*PARTS, "incident_points"))
    key = f"reports.leadership_ranking.1.{period.code}.{period.current.since:%Y%m%d}.{weights}"
    found: list[Ranked] | None = cache.get(key)
    if found is None:
        found = ranked(agency_parts(period.current, now=clock.now()), policy)
        cache.set(key, found, KEPT_SECONDS)
    return policy, found


def ranked(parts: list[AgencyParts], policy: RankingPolicy) -> list[Ranked]:
    """Return the agencies in order of their points; equal points share a place, names decide the order there."""
    judged = [(one, points_of(one, policy)) for one in parts]
    scored = [(one, points, total_of(points, policy)) for one, points in judged]
    order = sorted(range(len(scored)), key=lambda place: (scored[place][2] is None, -(scored[place][2] or 0), place))
    found: list[Ranked] = []
    for position, index in enumerate(order, start=1):
        one, points, points_total = scored[index]
        place = None if points_total is None else position
        if found and points_total is not None and found[-1].total == points_total:
            place = found[-1].place
        found.append(Ranked(place, one.code, one.name, points_total, points, one, index))
    return found


def points_of(one: AgencyParts, policy: RankingPolicy) -> dict[str, float | None]:
    """Return the points of each part, 0 to 100; None where the agency has nothing of it.

    Incidents are judged of bodies that have a live connection or a published service.
    """
    there = one.connections.good > 0 or one.quality.whole > 0
    lost = policy.incident_points * one.incidents
    return {
        "connections": _percent(one.connections),
        "quality": _percent(one.quality),
        "on_time": _percent(one.on_time),
        "incidents": float(max(0, 100 - lost)) if there else None,
    }


def total_of(points: Mapping[str, float | None], policy: RankingPolicy) -> float | None:
    """Return the weighted mean of the parts there are, two places; None without any that weighs."""
    weighed = [(getattr(policy, name), value) for name, value in points.items() if value is not None]
    weight = sum(part for part, _value in weighed)
    return round(sum(part * value for part, value in weighed) / weight, 2) if weight else None


def sorted_by(rows: list[Ranked], sort: str) -> list[Ranked]:
    """Return *rows* by one of :data:`SORTS`; a leading "-" turns it round, what has no value always stands last."""
    name, turned = sort.removeprefix("-"), sort.startswith("-")
    if name == "co-quan":
        return sorted(rows, key=lambda row: row.by_name, reverse=turned)
    if name in _SORTED_BY:
        values = {row.code: row.points[_SORTED_BY[name]] for row in rows}
        known = [row for row in rows if values[row.code] is not None]
        known.sort(key=lambda row: values[row.code] or 0, reverse=not turned)
        return known + [row for row in rows if values[row.code] is None]
    known = [row for row in rows if row.place is not None]
    return (known[::-1] if turned else known) + [row for row in rows if row.place is None]


def formula(policy: RankingPolicy) -> list[tuple[str, str, str]]:
    """Return each part with its weight and how it is counted, in plain words."""
    return [
        (
            _("Kết nối"),
            str(policy.connections),
            _("Số hệ thống đã đăng ký có kết nối đang vận hành chia cho số hệ thống đã đăng ký của cơ quan."),
        ),
        (
            _("Chất lượng dữ liệu"),
            str(policy.quality),
            _(
                "Số dịch vụ đang công bố có dữ liệu trong hạn cập nhật và không có phản ánh sai lệch quá hạn trả lời, "
                "chia cho số dịch vụ đang công bố của cơ quan."
            ),
        ),
        (
            _("Đúng hạn"),
            str(policy.on_time),
            _(
                "Số bước hoàn thiện hồ sơ và câu trả lời phản ánh sai lệch dữ liệu cơ quan làm đúng hạn trong kỳ, "
                "chia cho số đã làm trong kỳ và số đang quá hạn."
            ),
        ),
        (
            _("Sự cố"),
            str(policy.incidents),
            _("100 điểm, trừ %(n)s điểm cho mỗi sự cố mức 1, mức 2 ở dịch vụ do cơ quan cung cấp trong kỳ.")
            % {"n": policy.incident_points},
        ),
    ]


def part_text(row: Ranked, name: str) -> str:
    """Return a part as the table shows it: its points and what they come from."""
    points = row.points[name]
    if points is None:
        return _("Không có")
    if name == "incidents":
        return _("%(points)s (%(n)s sự cố)") % {"points": number(points), "n": number(row.parts.incidents)}
    ratio: Ratio = getattr(row.parts, name)
    return f"{number(points, 2)} ({number(ratio.good)}/{number(ratio.whole)})"


def _percent(ratio: Ratio) -> float | None:
    return percent(ratio.good, ratio.whole)
