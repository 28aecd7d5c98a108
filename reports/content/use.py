"""The parts of a periodic report on use: how much, by whom, for what, how well, what was refused. Pure."""

from django.utils.translation import gettext as _

from core.charts import Chart, Series
from core.documents.wording import number
from core.problems import PROBLEMS
from reports.choices import Unit
from reports.content.figures import Column, Figure, Section, Table
from reports.content.spans import spans_of
from reports.content.words import UNKNOWN_CODE, Figures, Part, agency_name, by_code, share, still, told
from reports.queries.calls import NamedSums
from reports.queries.gathering import Gathered

#: So many services a chart shows; the table beside it has all of them.
TOP = 10


def _use_figures(got: Gathered) -> Figures:
    return (*_how_much(got), *_by_side(got))


def _how_much(got: Gathered) -> Figures:
    log = got.use.log
    return (
        Figure(
            "calls_total",
            _("Tổng số lượt khai thác"),
            log.calls,
            _("Lượt gọi ở môi trường chính thức mà nền tảng nhận trong kỳ, kể cả lượt bị từ chối."),
        ),
        Figure("calls_success", _("Lượt thành công"), log.success, _("Lượt có mã trạng thái trả lời từ 200 đến 299.")),
        Figure(
            "calls_success_rate",
            _("Tỷ lệ thành công"),
            share(log.success, log.calls),
            _("Lượt thành công chia cho tổng số lượt khai thác."),
            Unit.PERCENT,
        ),
    )


def _by_side(got: Gathered) -> Figures:
    log = got.use.log
    return (
        Figure(
            "calls_consumer",
            _("Lượt lỗi phía cơ quan khai thác"),
            log.consumer,
            _("Lượt có nguyên nhân ghi trong nhật ký ở bên gọi, gồm cả lượt bị từ chối do không đủ điều kiện."),
        ),
        Figure(
            "calls_provider",
            _("Lượt lỗi phía cơ quan cung cấp"),
            log.provider,
            _("Lượt có nguyên nhân ghi trong nhật ký ở hệ thống nguồn."),
        ),
        Figure(
            "calls_platform",
            _("Lượt lỗi phía nền tảng"),
            log.platform,
            _("Lượt có nguyên nhân ghi trong nhật ký ở nền tảng."),
        ),
        Figure(
            "calls_unfinished",
            _("Lượt chưa có kết quả"),
            log.unfinished,
            _("Lượt đã nhận, chưa ghi kết quả: đang chạy khi chốt số liệu hoặc bị ngắt giữa chừng."),
        ),
        Figure(
            "agencies_calling",
            _("Cơ quan có khai thác"),
            got.use.agencies,
            _("Số cơ quan có ít nhất một lượt gọi ở môi trường chính thức trong kỳ, kể cả lượt bị từ chối."),
        ),
        Figure(
            "services_called",
            _("Dịch vụ dữ liệu được gọi"),
            got.use.services,
            _("Số dịch vụ dữ liệu có ít nhất một lượt gọi ở môi trường chính thức trong kỳ, kể cả lượt bị từ chối."),
        ),
    )


def _use(got: Gathered, figures: Figures) -> Section:
    known, found = by_code(figures), got.use
    nothing = _("Trong kỳ chưa phát sinh lượt khai thác ở môi trường chính thức.")
    summary = still(nothing, known["calls_total"])
    if found.log.calls:
        summary = _(
            "Trong kỳ có %(total)s lượt khai thác ở môi trường chính thức; tỷ lệ thành công %(rate)s. "
            "%(agencies)s cơ quan khai thác %(services)s dịch vụ dữ liệu."
        ) % {
            "total": told(known["calls_total"]),
            "rate": told(known["calls_success_rate"]),
            "agencies": number(found.agencies),
            "services": number(found.services),
        }
    return Section(
        code="use",
        title=_("Khai thác dữ liệu qua nền tảng"),
        summary=summary,
        figures=figures,
        tables=_use_tables(got),
        charts=_use_charts(got) if found.log.calls else (),
    )


def _use_tables(got: Gathered) -> tuple[Table, ...]:
    return (
        _shares(
            ("use_by_purpose", _("Khai thác theo mục đích"), _("Mục đích")),
            got.use.by_purpose,
            _("Lượt gọi ở môi trường chính thức trong kỳ, theo mục đích ghi trong nhật ký."),
            appendix=False,
        ),
        _shares(
            ("use_by_service", _("Khai thác theo dịch vụ dữ liệu"), _("Dịch vụ dữ liệu")),
            got.use.by_service,
            _("Lượt gọi ở môi trường chính thức trong kỳ, theo dịch vụ ghi trong nhật ký."),
        ),
        _shares(
            ("use_by_agency", _("Khai thác theo cơ quan"), _("Cơ quan khai thác")),
            got.use.by_agency,
            _(
                "Lượt gọi ở môi trường chính thức trong kỳ, theo cơ quan của hệ thống gọi, dưới mã ghi trong nhật "
                "ký lúc gọi; cơ quan đã kết thúc giữ dòng riêng, ghi cơ quan kế thừa."
            ),
        ),
    )


def _use_charts(got: Gathered) -> tuple[Chart, ...]:
    spans, days = spans_of(got.window), got.use.days
    top = got.use.by_service[:TOP]
    return (
        Chart(
            "calls_by_time",
            _("Lượt khai thác theo thời gian"),
            "stacked",
            spans.labels,
            (
                spans.series(_("Thành công"), ((day, one.success) for day, one in days)),
                spans.series(_("Không thành công"), ((day, one.calls - one.success) for day, one in days)),
            ),
            _("lượt"),
        ),
        Chart(
            "top_services",
            _("Dịch vụ được khai thác nhiều nhất"),
            "bars",
            tuple(row.name or row.code or str(_("Chưa xác định")) for row in top),
            (Series(_("Số lượt"), tuple(row.sums.calls for row in top)),),
            _("lượt"),
        ),
    )


def _shares(
    named: tuple[str, str, str], rows: tuple[NamedSums, ...], definition: str, *, appendix: bool = True
) -> Table:
    code, title, head = named
    sides = (_("Lỗi bên khai thác"), _("Lỗi bên cung cấp"), _("Lỗi nền tảng"))
    return Table(
        code=code,
        title=title,
        columns=(
            Column(head),
            Column(_("Mã")),
            Column(_("Số lượt"), Unit.COUNT),
            Column(_("Thành công"), Unit.COUNT),
            Column(_("Tỷ lệ"), Unit.PERCENT),
            *(Column(side, Unit.COUNT) for side in sides),
        ),
        rows=tuple(
            (
                agency_name(row.agency, row.name),
                row.code or UNKNOWN_CODE,
                row.sums.calls,
                row.sums.success,
                share(row.sums.success, row.sums.calls),
                row.sums.consumer,
                row.sums.provider,
                row.sums.platform,
            )
            for row in rows
        ),
        empty=_("Chưa phát sinh lượt khai thác trong kỳ."),
        definition=definition,
        appendix=appendix,
    )


def _refusal_figures(got: Gathered) -> Figures:
    log = got.use.log
    return (
        Figure(
            "calls_refused",
            _("Lượt gọi bị từ chối"),
            log.refused,
            _("Lượt gọi ở môi trường chính thức mà nền tảng từ chối trước khi chuyển tới bên cung cấp."),
        ),
        Figure(
            "calls_refused_rate",
            _("Tỷ lệ lượt gọi bị từ chối"),
            share(log.refused, log.calls),
            _("Lượt gọi bị từ chối chia cho tổng số lượt khai thác."),
            Unit.PERCENT,
        ),
    )


def _refusals(got: Gathered, figures: Figures) -> Section:
    refused = by_code(figures)["calls_refused"]
    summary = still(_("Trong kỳ chưa phát sinh lượt gọi bị từ chối ở môi trường chính thức."), refused)
    if got.use.log.refused:
        summary = _("Nền tảng đã từ chối %(n)s lượt gọi ở môi trường chính thức, không chuyển tới bên cung cấp.") % {
            "n": told(refused)
        }
    table = Table(
        code="refusals",
        title=_("Lượt gọi bị từ chối theo lý do"),
        columns=(Column(_("Lý do")), Column(_("Mã lỗi")), Column(_("Số lượt"), Unit.COUNT)),
        rows=tuple((_reason(code), code, calls) for code, calls in got.use.refused),
        empty=_("Chưa phát sinh lượt gọi bị từ chối trong kỳ."),
        definition=_("Lượt gọi mà nền tảng từ chối trước khi chuyển tới bên cung cấp, theo mã lý do trong nhật ký."),
    )
    top = got.use.refused[:TOP]
    chart = Chart(
        "refusals_by_reason",
        _("Lý do từ chối nhiều nhất"),
        "bars",
        tuple(_reason(code) for code, _calls in top),
        (Series(_("Số lượt"), tuple(calls for _code, calls in top)),),
        _("lượt"),
    )
    return Section("refusals", _("Lượt gọi bị từ chối"), summary, figures, (table,), (chart,) if top else ())


def _reason(code: str) -> str:
    return str(PROBLEMS[code].title) if code in PROBLEMS else _("Lý do khác")


USE = Part(_use_figures, _use)
REFUSALS = Part(_refusal_figures, _refusals)
