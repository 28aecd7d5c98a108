"""Drafts of what a report says as a whole: assessment and recommendations, by rules over its figures. Pure.

Staff edit both before they sign; a rule says nothing where its figure has no data.
"""

from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from core.documents.wording import number
from core.regulation import cite
from reports.choices import Unit
from reports.content.figures import Figure, Section
from reports.content.words import changed, told
from reports.wording import measured

#: Below this share, %, calls are called too often unsuccessful, deadlines too often missed: ours, not the law's.
GOOD_CALLS, GOOD_DEADLINES, GOOD_AVAILABILITY = 95.0, 90.0, 99.0
Known = Mapping[str, Figure]


def assessment(sections: Sequence[Section]) -> str:
    """Return the draft of the general assessment: paragraphs parted by blank lines; "" without data."""
    return "\n\n".join(text for text in _assessed(figures_of(sections)) if text)


def recommendations(sections: Sequence[Section]) -> str:
    """Return the draft of the recommendations: one paragraph each, parted by blank lines."""
    found = list(_recommended(figures_of(sections)))
    if not found:
        return _("Không có kiến nghị.")
    return "\n\n".join(f"{place}. {text}" for place, text in enumerate(found, start=1))


def figures_of(sections: Sequence[Section]) -> dict[str, Figure]:
    """Return every figure of *sections* by code."""
    return {figure.code: figure for section in sections for figure in section.figures}


def _value(known: Known, code: str) -> float | None:
    return known[code].value if code in known else None


def _above(known: Known, code: str, limit: float = 0) -> bool:
    value = _value(known, code)
    return value is not None and value > limit


def _below(known: Known, code: str, limit: float) -> bool:
    value = _value(known, code)
    return value is not None and value < limit


def _plain(known: Known, code: str) -> str:
    return measured(known[code].value, known[code].unit)


def _assessed(known: Known) -> Iterator[str]:
    if _value(known, "connections_live") is not None:
        yield _("Nền tảng có %(live)s kết nối đang vận hành; %(rate)s cơ quan thuộc diện lập hồ sơ đã kết nối.") % {
            "live": told(known["connections_live"]),
            "rate": _plain(known, "agencies_connected_rate"),
        }
    yield _of_use(known)
    yield _of_deadlines(known)
    yield _of_safety(known)


def _of_use(known: Known) -> str:
    if _value(known, "calls_total") is None:
        return ""
    if not _above(known, "calls_total"):
        return _("Trong kỳ chưa phát sinh lượt khai thác dữ liệu ở môi trường chính thức.")
    moved = changed(known["calls_total"])
    text = _("Khai thác dữ liệu qua nền tảng đạt %(n)s lượt") % {"n": _plain(known, "calls_total")}
    text += f", {moved}" if moved else ""
    standing = _("dưới") if _below(known, "calls_success_rate", GOOD_CALLS) else _("đạt")
    text += _("; tỷ lệ thành công %(rate)s, %(standing)s mức %(good)s (mức của nền tảng).") % {
        "rate": _plain(known, "calls_success_rate"),
        "standing": standing,
        "good": measured(GOOD_CALLS, Unit.PERCENT),
    }
    if _above(known, "calls_over_30_s"):
        text += _(" Có %(n)s lượt xử lý trên 30 giây theo %(clause)s.") % {
            "n": _plain(known, "calls_over_30_s"),
            "clause": cite("Q50-7.3"),
        }
    return text


def _of_deadlines(known: Known) -> str:
    if _value(known, "steps_on_time_rate") is None:
        return ""
    return _("Tỷ lệ bước xử lý hồ sơ xong đúng hạn: %(rate)s; số bước đang quá hạn: %(late)s.") % {
        "rate": told(known["steps_on_time_rate"]),
        "late": _plain(known, "steps_overdue"),
    }


def _of_safety(known: Known) -> str:
    if _value(known, "incidents_opened") is None:
        return ""
    text = _("Phát hiện %(n)s sự cố, trong đó %(serious)s sự cố nghiêm trọng; ghi nhận %(acts)s vi phạm.") % {
        "n": told(known["incidents_opened"]),
        "serious": _plain(known, "incidents_serious"),
        "acts": _plain(known, "violations_total"),
    }
    if _value(known, "availability_rate") is not None:
        text += _(" Mức sẵn sàng của hệ thống nguồn: %(rate)s.") % {"rate": told(known["availability_rate"])}
    return text


def _recommended(known: Known) -> Iterator[str]:
    yield from _on_connecting(known)
    yield from _on_quality(known)
    yield from _on_duties(known)


def _on_connecting(known: Known) -> Iterator[str]:
    if _above(known, "agencies_unconnected"):
        yield _(
            "Ủy ban nhân dân tỉnh chỉ đạo %(n)s cơ quan chưa có kết nối lập hồ sơ kết nối với nền tảng (danh sách tại "
            "mục «Cơ quan chưa có kết nối»)."
        ) % {"n": _plain(known, "agencies_unconnected")}
    if _above(known, "steps_overdue"):
        yield _("Các bên giữ hồ sơ giải quyết dứt điểm %(n)s bước xử lý đang quá hạn.") % {
            "n": _plain(known, "steps_overdue")
        }
    if _below(known, "steps_on_time_rate", GOOD_DEADLINES):
        yield _("Rà soát nguyên nhân tỷ lệ bước xử lý xong đúng hạn chỉ đạt %(rate)s để khắc phục trong kỳ sau.") % {
            "rate": _plain(known, "steps_on_time_rate")
        }
    if _above(known, "grants_unused"):
        yield _("Các cơ quan rà soát %(n)s quyền khai thác không được sử dụng trong kỳ, trả lại khi hết nhu cầu.") % {
            "n": _plain(known, "grants_unused")
        }


def _on_quality(known: Known) -> Iterator[str]:
    if _below(known, "calls_success_rate", GOOD_CALLS):
        sides = {
            "calls_consumer": _("cơ quan khai thác"),
            "calls_provider": _("cơ quan cung cấp"),
            "calls_platform": _("nền tảng"),
        }
        worst = max(sides, key=lambda code: _value(known, code) or 0)
        yield _("Khắc phục tỷ lệ thành công thấp (%(rate)s); lỗi nhiều nhất ở phía %(side)s (%(n)s lượt).") % {
            "rate": _plain(known, "calls_success_rate"),
            "side": sides[worst],
            "n": _plain(known, worst),
        }
    if _above(known, "calls_over_30_s"):
        yield _(
            "Cơ quan cung cấp có lượt xử lý trên 30 giây nâng năng lực hệ thống nguồn để bảo đảm %(clause)s (xem "
            "mục «Thời gian xử lý lượt gọi»)."
        ) % {"clause": cite("Q50-7.3")}
    if _above(known, "availability_below"):
        yield _("Cơ quan cung cấp của %(n)s dịch vụ có mức sẵn sàng dưới %(good)s khắc phục hệ thống nguồn.") % {
            "n": _plain(known, "availability_below"),
            "good": measured(GOOD_AVAILABILITY, Unit.PERCENT),
        }
    if _above(known, "incident_deadlines_overdue"):
        yield _("Thực hiện ngay %(n)s thời hạn xử lý sự cố đang quá hạn.") % {
            "n": _plain(known, "incident_deadlines_overdue")
        }


def _on_duties(known: Known) -> Iterator[str]:
    if _above(known, "sharing_expired"):
        yield _(
            "Chấm dứt hoặc chuyển sang chia sẻ qua nền tảng %(n)s trường hợp chia sẻ trực tiếp đã hết thời hạn "
            "(%(clause)s)."
        ) % {"n": _plain(known, "sharing_expired"), "clause": cite("QC11.8")}
    if _above(known, "sharing_review_overdue"):
        yield _("Rà soát %(n)s trường hợp chia sẻ trực tiếp đã quá ngày rà soát.") % {
            "n": _plain(known, "sharing_review_overdue")
        }
    if _above(known, "data_errors_overdue"):
        yield _("Cơ quan cung cấp trả lời %(n)s phản ánh sai lệch dữ liệu đã quá hạn.") % {
            "n": _plain(known, "data_errors_overdue")
        }
    if _above(known, "violations_open"):
        yield _("Hoàn thành xử lý %(n)s vi phạm chưa kết thúc.") % {"n": number(_value(known, "violations_open") or 0)}
