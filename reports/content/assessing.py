"""Drafts of what a report says as a whole: assessment and recommendations, by rules over its figures. Pure."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from core.documents.wording import number
from reports.choices import Unit
from reports.content.figures import Section
from reports.wording import measured


def assessment(sections: Sequence[Section]) -> str:
    """Return the draft of the general assessment."""
    return " ".join(_assessed(_values(sections)))


def recommendations(sections: Sequence[Section]) -> str:
    """Return the draft of the recommendations: one paragraph each, parted by blank lines."""
    rows = {table.code: len(table.rows) for section in sections for table in section.tables}
    return "\n\n".join(_recommended(_values(sections), rows)) or _("Trong kỳ chưa có kiến nghị.")


def _values(sections: Sequence[Section]) -> dict[str, float | None]:
    return {figure.code: figure.value for section in sections for figure in section.figures}


def _assessed(values: dict[str, float | None]) -> Iterator[str]:
    live, calls = values.get("connections_live"), values.get("calls_total")
    rate, kept = values.get("calls_success_rate"), values.get("steps_on_time_rate")
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


def _recommended(values: dict[str, float | None], rows: dict[str, int]) -> Iterator[str]:
    if without := rows.get("unconnected"):
        yield _("Đề nghị chỉ đạo %(n)s cơ quan chưa có kết nối lập hồ sơ kết nối với nền tảng.") % {
            "n": number(without)
        }
    if overdue := values.get("steps_overdue"):
        yield _("Đề nghị các đơn vị giải quyết dứt điểm %(n)s bước xử lý hồ sơ đang quá hạn.") % {"n": number(overdue)}
    if slow := values.get("calls_over_30_s"):
        yield _("Đề nghị cơ quan cung cấp dữ liệu khắc phục %(n)s lượt xử lý trên 30 giây.") % {"n": number(slow)}
