"""The part of a periodic report on how fast calls were answered (Q50-7.3). Pure."""

from django.utils.translation import gettext as _

from core.charts import Chart, Series
from core.regulation import cite
from reports.choices import Unit
from reports.content.figures import Column, Figure, Section, Table
from reports.content.spans import spans_of
from reports.content.use import TOP
from reports.content.words import UNKNOWN_CODE, Figures, Part, by_code, share, told
from reports.queries.gathering import Gathered
from reports.wording import measured


def _figures(got: Gathered) -> Figures:
    log = got.use.log
    quantile = _("tính từ số lượt theo các mốc thời gian")
    return (
        Figure(
            "calls_p50",
            _("Thời gian xử lý, trung vị"),
            log.p50_ms,
            _("Một nửa số lượt có kết quả xử lý xong trong thời gian này; %(how)s.") % {"how": quantile},
            Unit.MILLISECONDS,
        ),
        Figure(
            "calls_p95",
            _("Thời gian xử lý, phân vị 95"),
            log.p95_ms,
            _("95%% số lượt có kết quả xử lý xong trong thời gian này; %(how)s.") % {"how": quantile},
            Unit.MILLISECONDS,
        ),
        Figure(
            "calls_mean",
            _("Thời gian xử lý, bình quân"),
            log.mean_ms,
            _("Tổng thời gian xử lý chia cho số lượt có kết quả."),
            Unit.MILLISECONDS,
        ),
        Figure(
            "calls_over_30_s",
            _("Lượt xử lý trên 30 giây"),
            log.over_30_s,
            _("Lượt có tổng thời gian xử lý trên 30.000 ms; mức 30 giây theo %(clause)s.")
            % {"clause": cite("Q50-7.3")},
        ),
        Figure(
            "calls_over_30_s_rate",
            _("Tỷ lệ lượt xử lý trên 30 giây"),
            share(log.over_30_s, log.calls - log.unfinished),
            _("Lượt xử lý trên 30 giây chia cho số lượt có kết quả."),
            Unit.PERCENT,
        ),
    )


def _section(got: Gathered, figures: Figures) -> Section:
    known, log = by_code(figures), got.use.log
    summary = _("Trong kỳ chưa có lượt gọi có kết quả để tính thời gian xử lý.")
    if log.calls > log.unfinished:
        summary = _(
            "95%% số lượt xử lý xong trong %(p95)s; trung vị %(p50)s. Số lượt xử lý trên 30 giây: %(over)s."
        ) % {
            "p95": told(known["calls_p95"]),
            "p50": measured(log.p50_ms, Unit.MILLISECONDS),
            "over": told(known["calls_over_30_s"]),
        }
    return Section(
        code="response_time",
        title=_("Thời gian xử lý lượt gọi"),
        summary=summary,
        figures=figures,
        tables=(_by_service(got),),
        charts=_charts(got) if log.calls > log.unfinished else (),
    )


def _by_service(got: Gathered) -> Table:
    times = (_("Trung vị"), _("Phân vị 95"))
    return Table(
        code="response_by_service",
        title=_("Thời gian xử lý theo dịch vụ dữ liệu"),
        columns=(
            Column(_("Dịch vụ dữ liệu")),
            Column(_("Mã")),
            Column(_("Có kết quả"), Unit.COUNT),
            *(Column(name, Unit.MILLISECONDS) for name in times),
            Column(_("Trên 30 giây"), Unit.COUNT),
        ),
        rows=tuple(
            (
                row.name or _("Chưa xác định"),
                row.code or UNKNOWN_CODE,
                row.sums.calls - row.sums.unfinished,
                row.sums.p50_ms,
                row.sums.p95_ms,
                row.sums.over_30_s,
            )
            for row in got.use.by_service
        ),
        empty=_("Chưa phát sinh lượt khai thác trong kỳ."),
        definition=_("Lượt gọi ở môi trường chính thức đã có kết quả trong kỳ, theo dịch vụ ghi trong nhật ký."),
        appendix=True,
    )


def _charts(got: Gathered) -> tuple[Chart, ...]:
    spans = spans_of(got.window)
    slow = sorted(got.use.by_service, key=lambda row: (-(row.sums.p95_ms or 0), row.code))
    top = [row for row in slow if row.sums.p95_ms is not None][:TOP]
    return (
        Chart(
            "slowest_services",
            _("Dịch vụ có thời gian xử lý phân vị 95 cao nhất"),
            "bars",
            tuple(row.name or row.code or str(_("Chưa xác định")) for row in top),
            (Series(_("Phân vị 95"), tuple(row.sums.p95_ms for row in top)),),
            "ms",
        ),
        Chart(
            "over_30_s_by_time",
            _("Lượt xử lý trên 30 giây theo thời gian"),
            "bars",
            spans.labels,
            (spans.series(_("Trên 30 giây"), ((day, one.over_30_s) for day, one in got.use.days)),),
            _("lượt"),
        ),
    )


RESPONSE = Part(_figures, _section)
