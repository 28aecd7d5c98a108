"""Agencies ranked, with the formula, and as a spreadsheet (ux.md D4)."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from core import clock
from core.documents.wording import number
from core.sheets import CSV, XLSX, Written, write_csv, write_xlsx
from core.web.downloads import name_download
from reports.guards import DRAFT, VIEW
from reports.models import RankingPolicy
from reports.queries.leadership_ranking import PARTS
from reports.selectors.leadership_periods import Chosen, chosen, names
from reports.selectors.leadership_ranking import SORTS, Ranked, formula, part_text, ranking, sorted_by

# Columns whose order begins with the least: place and name.
_LEAST_FIRST = 2


def _heads() -> tuple[str, ...]:
    return (_("Hạng"), _("Cơ quan"), _("Kết nối"), _("Chất lượng dữ liệu"), _("Đúng hạn"), _("Sự cố"))


@require_safe
@never_cache
@needs(VIEW)
def ranking_page(request: Any) -> HttpResponse:
    """Show the agencies by place or by one part, with how it is counted."""
    period, sort, policy, rows = _asked(request)
    edit = reverse("admin:reports_rankingpolicy_changelist") if request.actor.may(DRAFT) else ""
    context = {
        "period": period,
        "periods": names(),
        "until": clock.now(),
        "heads": _sortable(period, sort, policy),
        "total_told": _total_told(),
        "rows": [(row, number(row.total, 2), _cells(row)) for row in sorted_by(rows, sort) if row.total is not None],
        "unranked": [row for row in rows if row.total is None],
        "formula": formula(policy),
        "policy": policy,
        "sort": sort,
        "edit_url": edit,
    }
    return render(request, "leadership/ranking.html", context)


@require_safe
@never_cache
@needs(VIEW)
def ranking_file(request: Any) -> HttpResponse:
    """Give the ranking as it is sorted, xlsx or csv (``dang=csv``), with numbers as numbers."""
    period, sort, policy, rows = _asked(request)
    heads, lines = _sheet(sorted_by(rows, sort))
    name = _("Xếp hạng cơ quan %(period)s") % {"period": period.name}
    if request.GET.get("dang") == "csv":
        texts = [[number(cell, 2) if isinstance(cell, float) else cell for cell in line] for line in lines]
        return name_download(HttpResponse(write_csv(heads, texts), content_type=CSV), f"{name}.csv")
    lines += [(), (policy.basis,), *((f"{part} (trọng số {weight})", told) for part, weight, told in formula(policy))]
    return name_download(
        HttpResponse(write_xlsx(heads, lines, title=_("Xếp hạng")), content_type=XLSX), f"{name}.xlsx"
    )


def _asked(request: Any) -> tuple[Chosen, str, Any, list[Ranked]]:
    period = chosen(request.GET.get("ky", ""), clock.now())
    sort = request.GET.get("sap-xep", "")
    policy, rows = ranking(period)
    return period, sort if sort.removeprefix("-") in SORTS else SORTS[0], policy, rows


@dataclass(frozen=True, slots=True)
class Head:
    """Head of a column: the address that sorts by it, how it is sorted now ("" not at all), how it is counted."""

    name: str
    url: str
    standing: str
    told: str


def _sortable(period: Chosen, sort: str, policy: RankingPolicy) -> list[Head]:
    """Return the heads, each with the address that sorts by it: the best first, turned round where it does already."""
    told = [_total_told(), "", *(_("%(told)s Trọng số %(weight)s.") % part for part in _counted(policy))]
    found = []
    for place, (head, name) in enumerate(zip(_heads(), SORTS, strict=True)):
        now = sort if sort.removeprefix("-") == name else ""
        target = f"-{name}" if now == name else name
        # The first place and the first name are the least, the best points are the most.
        rising = now.startswith("-") != (place < _LEAST_FIRST)
        standing = "" if not now else "ascending" if rising else "descending"
        found.append(Head(head, f"?{urlencode({'ky': period.code, 'sap-xep': target})}", standing, told[place]))
    return found


def _counted(policy: RankingPolicy) -> list[dict[str, str]]:
    return [{"told": told, "weight": weight} for _part, weight, told in formula(policy)]


def _total_told() -> str:
    return _("Trung bình có trọng số của các phần cơ quan có, mỗi phần từ 0 đến 100 điểm.")


def _cells(row: Ranked) -> list[tuple[str, str]]:
    return list(zip(_heads()[2:], (part_text(row, name) for name in PARTS), strict=True))


def _sheet(rows: list[Ranked]) -> tuple[tuple[str, ...], list[tuple[Written, ...]]]:
    heads = (
        _("Hạng"),
        _("Mã cơ quan"),
        _("Cơ quan"),
        _("Điểm"),
        *(_("Điểm %(part)s") % {"part": head.lower()} for head in _heads()[2:]),
        _("Hệ thống đã kết nối"),
        _("Hệ thống đã đăng ký"),
        _("Dịch vụ đạt"),
        _("Dịch vụ công bố"),
        _("Việc đúng hạn"),
        _("Việc phải làm"),
        _("Sự cố mức 1, mức 2"),
    )
    lines: list[tuple[Any, ...]] = []
    for row in rows:
        ratios = (row.parts.connections, row.parts.quality, row.parts.on_time)
        counted = [value for ratio in ratios for value in (ratio.good, ratio.whole)]
        points = [row.points[name] for name in PARTS]
        lines.append((row.place, row.code, row.name, row.total, *points, *counted, row.parts.incidents))
    return heads, lines
