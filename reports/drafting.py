"""First words of a report, drafted by rules from its figures; people edit them afterwards. Pure.

Figures may know their value of the period before (``previous``) and of the same period last year (``last_year``);
nothing is said of what is not known.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from core.documents.wording import number
from reports.choices import Unit
from reports.wording import measured

#: Parts of their own around the sections.
OPENING, ASSESSMENT, RECOMMENDATIONS = "opening", "assessment", "recommendations"
# Figures of a section compared at the most; the others stand in its table.
MOST = 5
_PARAGRAPH = "\n\n"


def draft(frozen: Any) -> dict[str, str]:
    """Return the words of each part by its code; the opening is left to the layout."""
    values = {figure.code: figure for section in frozen.sections for figure in section.figures}
    rows = {table.code: len(table.rows) for section in frozen.sections for table in section.tables}
    return {
        OPENING: "",
        **{section.code: _PARAGRAPH.join(_section(section)) for section in frozen.sections},
        ASSESSMENT: " ".join(_assessment(values)),
        RECOMMENDATIONS: _PARAGRAPH.join(_recommendations(values, rows)),
    }


def compared(value: float, before: float, unit: Unit) -> str:
    """Return how *value* stands to *before* in words: "tăng 2 (từ 10 lên 12)", "không đổi (12)".

    >>> compared(12, 10, Unit.COUNT)
    'tăng 2 (từ 10 lên 12)'
    """
    if value == before:
        return _("không đổi (%(value)s)") % {"value": measured(value, unit)}
    text = _("tăng %(by)s (từ %(before)s lên %(value)s)")
    if value < before:
        text = _("giảm %(by)s (từ %(before)s xuống %(value)s)")
    by = abs(value - before)
    points = _("%(by)s điểm phần trăm") % {"by": number(by, 2)}
    told = points if unit == Unit.PERCENT else measured(by, unit)
    return text % {"by": told, "before": measured(before, unit), "value": measured(value, unit)}


def _section(section: Any) -> Iterator[str]:
    yield section.summary
    for against, name in (("previous", _("kỳ trước")), ("last_year", _("cùng kỳ năm trước"))):
        said = list(_comparisons(section.figures, against))[:MOST]
        if said:
            yield _("So với %(name)s: %(said)s.") % {"name": name, "said": "; ".join(said)}


def _comparisons(figures: Iterable[Any], against: str) -> Iterator[str]:
    for figure in figures:
        before = getattr(figure, against, None)
        if figure.value is not None and before is not None:
            yield f"{_lower_first(figure.label)} {compared(figure.value, before, figure.unit)}"


def _lower_first(label: str) -> str:
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _assessment(values: dict[str, Any]) -> Iterator[str]:
    calls, rate, kept = (_value(values, code) for code in ("calls_total", "calls_success_rate", "steps_on_time_rate"))
    live = _value(values, "connections_live")
    if live:
        yield _("Nền tảng duy trì %(n)s kết nối đang vận hành.") % {"n": number(live)}
    if calls and rate is not None:
        yield _("Trong kỳ nền tảng phục vụ %(n)s lượt khai thác, %(rate)s thành công.") % {
            "n": number(calls),
            "rate": measured(rate, Unit.PERCENT),
        }
    if kept is not None:
        yield _("Tỷ lệ bước xử lý hồ sơ xong đúng hạn đạt %(rate)s.") % {"rate": measured(kept, Unit.PERCENT)}
    if not live and not calls and kept is None:
        yield _("Trong kỳ chưa phát sinh số liệu để đánh giá.")


def _recommendations(values: dict[str, Any], rows: dict[str, int]) -> Iterator[str]:
    overdue, slow = _value(values, "steps_overdue"), _value(values, "calls_over_30_s")
    without, found = rows.get("unconnected", 0), False
    if without:
        found = True
        yield _("Đề nghị chỉ đạo %(n)s cơ quan chưa có kết nối lập hồ sơ kết nối với nền tảng.") % {
            "n": number(without)
        }
    if overdue:
        found = True
        yield _("Đề nghị các đơn vị giải quyết dứt điểm %(n)s bước xử lý hồ sơ đang quá hạn.") % {"n": number(overdue)}
    if slow:
        found = True
        text = _("Đề nghị cơ quan cung cấp dữ liệu khắc phục %(n)s lượt xử lý trên 30 giây.")
        yield text % {"n": number(slow)}
    if not found:
        yield _("Trong kỳ chưa có kiến nghị.")


def _value(values: dict[str, Any], code: str) -> float | None:
    found: float | None = values[code].value if code in values else None
    return found
