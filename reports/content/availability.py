"""The part of a periodic report on how much of the time source systems answered (QC7.5, Q50-12.2b). Pure."""

from datetime import timedelta

from django.utils.translation import gettext as _

from core.charts import Chart
from incidents.selectors.uptime import GOOD
from reports.choices import Unit
from reports.content.figures import Column, Figure, Section, Table
from reports.content.spans import spans_of
from reports.content.words import Figures, Part, by_code, share, told
from reports.queries.gathering import Gathered
from reports.wording import measured


def _figures(got: Gathered) -> Figures:
    return (*_answered(got), *_interrupted(got))


def _answered(got: Gathered) -> Figures:
    found = got.availability
    made, answered = sum(row.made for row in found.rows), sum(row.answered for row in found.rows)
    below = sum(row.made > 0 and row.answered < GOOD * row.made for row in found.rows)
    return (
        Figure(
            "availability_rate",
            _("Mức sẵn sàng của hệ thống nguồn"),
            share(answered, made),
            _(
                "Lần kiểm tra được trả lời chia cho số lần kiểm tra địa chỉ chính thức trong các ngày của kỳ; không "
                "tính lần kiểm tra trong giờ bảo trì đã báo trước."
            ),
            Unit.PERCENT,
        ),
        Figure(
            "availability_checks",
            _("Số lần kiểm tra tính mức sẵn sàng"),
            made,
            _("Lần kiểm tra định kỳ địa chỉ chính thức trong các ngày của kỳ, ngoài giờ bảo trì đã báo trước."),
        ),
        Figure(
            "availability_below",
            _("Dịch vụ có mức sẵn sàng dưới 99%"),
            below,
            _("Dịch vụ có tỷ lệ lần kiểm tra được trả lời trong kỳ dưới 99% (mức của nền tảng)."),
        ),
    )


def _interrupted(got: Gathered) -> Figures:
    found = got.availability
    return (
        Figure(
            "outages",
            _("Lần mất kết nối hệ thống nguồn"),
            found.outages,
            _("Lần một địa chỉ chính thức của hệ thống nguồn bắt đầu không kết nối được trong kỳ."),
        ),
        Figure(
            "outage_minutes",
            _("Thời gian mất kết nối (phút)"),
            _minutes(found.down),
            _("Tổng thời gian trong kỳ các địa chỉ chính thức không kết nối được, cộng của mọi địa chỉ, tròn phút."),
        ),
        Figure(
            "maintenance_windows",
            _("Đợt bảo trì theo kế hoạch"),
            found.windows,
            _("Đợt bảo trì có phần thời gian trong kỳ và không bị hủy."),
        ),
        Figure(
            "maintenance_minutes",
            _("Thời gian bảo trì theo kế hoạch (phút)"),
            _minutes(found.planned),
            _("Tổng thời gian của các đợt bảo trì nằm trong kỳ, tính tròn phút."),
        ),
        Figure(
            "maintenance_excused_minutes",
            _("Trong đó báo trước đủ thời gian (phút)"),
            _minutes(found.excused),
            _("Phần thời gian bảo trì được báo trước theo quy tắc báo bảo trì, không tính vào mức sẵn sàng."),
        ),
    )


def _minutes(span: timedelta) -> int:
    return round(span / timedelta(minutes=1))


def _section(got: Gathered, figures: Figures) -> Section:
    known, found, spans = by_code(figures), got.availability, spans_of(got.window)
    summary = _("Trong kỳ chưa có lần kiểm tra hệ thống nguồn nào để tính mức sẵn sàng.")
    if known["availability_checks"].value:
        summary = _(
            "Mức sẵn sàng của hệ thống nguồn đạt %(rate)s, không tính %(rest)s phút bảo trì đã báo trước; có %(out)s "
            "lần mất kết nối, %(below)s dịch vụ dưới 99%%."
        ) % {
            "rate": told(known["availability_rate"]),
            "rest": measured(known["maintenance_excused_minutes"].value, Unit.COUNT),
            "out": told(known["outages"]),
            "below": measured(known["availability_below"].value, Unit.COUNT),
        }
    chart = Chart(
        "availability_by_time",
        _("Mức sẵn sàng theo thời gian"),
        "line",
        spans.labels,
        (spans.shares(_("Mức sẵn sàng"), found.days),),
        "%",
    )
    return Section(
        code="availability",
        title=_("Mức sẵn sàng của dịch vụ dữ liệu"),
        summary=summary,
        figures=figures,
        tables=(_by_service(got),),
        charts=(chart,) if found.days else (),
    )


def _by_service(got: Gathered) -> Table:
    checks = (_("Lần kiểm tra"), _("Được trả lời"), _("Trong giờ bảo trì"))
    return Table(
        code="availability_by_service",
        title=_("Mức sẵn sàng theo dịch vụ dữ liệu"),
        columns=(
            Column(_("Dịch vụ dữ liệu")),
            Column(_("Mã")),
            *(Column(head, Unit.COUNT) for head in checks),
            Column(_("Mức sẵn sàng"), Unit.PERCENT),
        ),
        rows=tuple(
            (row.title, row.code, row.made, row.answered, row.planned, share(row.answered, row.made))
            for row in got.availability.rows
        ),
        empty=_("Chưa có lần kiểm tra nào trong kỳ."),
        definition=_("Kiểm tra định kỳ các địa chỉ chính thức trong các ngày của kỳ; cột bảo trì không tính vào mức."),
        appendix=True,
    )


AVAILABILITY = Part(_figures, _section)
