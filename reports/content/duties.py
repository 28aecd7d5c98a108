"""The parts of a periodic report on direct sharing (QC11.8) and on wrong data (QC4.5, QC11.4). Pure."""

from django.utils.translation import gettext as _

from core.charts import Chart, Series
from core.documents.wording import number, short_date
from reports.choices import Unit
from reports.content.figures import Column, Figure, Section, Table
from reports.content.standing import in_order
from reports.content.use import TOP
from reports.content.words import Figures, Part, agency_name, by_code, named, share, still, told
from reports.queries.duties import SharingRow
from reports.queries.gathering import Gathered


def _sharing_figures(got: Gathered) -> Figures:
    return (*_cases(got), *_moves(got))


def _cases(got: Gathered) -> Figures:
    found = got.sharing
    return (
        Figure(
            "sharing_in_force",
            _("Trường hợp chia sẻ không qua nền tảng đang áp dụng"),
            found.in_force,
            _("Trường hợp trong sổ chia sẻ trực tiếp còn thời hạn và chưa chấm dứt vào ngày cuối kỳ."),
        ),
        Figure(
            "sharing_expired",
            _("Trường hợp đã hết thời hạn, chưa chấm dứt"),
            found.expired,
            _("Trường hợp có ngày cuối trước ngày cuối kỳ mà chưa được ghi chấm dứt."),
        ),
        Figure(
            "sharing_review_overdue",
            _("Trường hợp quá hạn rà soát"),
            found.review_overdue,
            _("Trường hợp chưa chấm dứt có ngày rà soát hoặc ngày cuối, như hiện ghi trong sổ, trước ngày cuối kỳ."),
        ),
    )


def _moves(got: Gathered) -> Figures:
    found = got.sharing
    return (
        Figure(
            "sharing_begun",
            _("Trường hợp bắt đầu áp dụng trong kỳ"),
            found.begun,
            _("Trường hợp có ngày áp dụng trong kỳ."),
        ),
        Figure(
            "sharing_ended",
            _("Trường hợp chấm dứt trong kỳ"),
            found.ended,
            _("Trường hợp có ngày chấm dứt trong kỳ."),
        ),
        Figure(
            "sharing_reviews",
            _("Lần rà soát trong kỳ"),
            found.reviewed,
            _("Lần Sở Khoa học và Công nghệ rà soát các trường hợp chia sẻ trực tiếp trong kỳ."),
        ),
        Figure(
            "sharing_moved",
            _("Trong đó: chuyển sang chia sẻ qua nền tảng"),
            found.moved,
            _("Lần rà soát trong kỳ có kết quả «Chuyển sang chia sẻ qua nền tảng»."),
        ),
    )


def _sharing(got: Gathered, figures: Figures) -> Section:
    known = by_code(figures)
    summary = still(_("Không có trường hợp chia sẻ dữ liệu không qua nền tảng."), known["sharing_in_force"])
    if got.sharing.rows or got.sharing.ended:
        summary = _(
            "Có %(n)s trường hợp chia sẻ dữ liệu không qua nền tảng đang áp dụng; %(expired)s trường hợp đã hết thời "
            "hạn chưa chấm dứt; %(late)s trường hợp quá hạn rà soát."
        ) % {
            "n": told(known["sharing_in_force"]),
            "expired": number(got.sharing.expired),
            "late": number(got.sharing.review_overdue),
        }
    heads = (_("Cơ quan cung cấp"), _("Bên nhận"), _("Văn bản quyết định"), _("Đến hết ngày"), _("Tình trạng"))
    table = Table(
        code="sharing",
        title=_("Trường hợp chia sẻ dữ liệu không qua nền tảng"),
        columns=tuple(map(Column, heads)),
        rows=tuple(_sharing_row(got, row) for row in got.sharing.rows),
        empty=_("Không có trường hợp nào."),
        definition=_(
            "Trường hợp trong sổ chia sẻ trực tiếp chưa chấm dứt vào ngày cuối kỳ, hết hạn trước đứng trước."
        ),
        appendix=True,
    )
    return Section("exceptions", _("Chia sẻ dữ liệu không qua nền tảng"), summary, figures, (table,))


def _sharing_row(got: Gathered, row: SharingRow) -> tuple[str, ...]:
    receiver = got.agencies.get(row.receiver_id or 0)
    return (
        agency_name(got.agencies.get(row.provider_id)),
        agency_name(receiver, row.receiver_name),
        row.decision,
        short_date(row.valid_to),
        _("Hết thời hạn, chưa chấm dứt") if row.expired else _("Đang áp dụng"),
    )


def _error_figures(got: Gathered) -> Figures:
    return (*_answers(got), *_left(got))


def _answers(got: Gathered) -> Figures:
    found = got.errors
    return (
        Figure(
            "data_errors_filed",
            _("Phản ánh sai lệch dữ liệu trong kỳ"),
            found.filed,
            _("Phản ánh sai lệch dữ liệu các cơ quan gửi trong kỳ."),
        ),
        Figure(
            "data_errors_on_time",
            _("Phản ánh được trả lời đúng hạn"),
            found.on_time,
            _("Phản ánh có lần trả lời gần nhất trong kỳ, không sau hạn trả lời."),
        ),
        Figure(
            "data_errors_late",
            _("Phản ánh được trả lời quá hạn"),
            found.late,
            _("Phản ánh có lần trả lời gần nhất trong kỳ, sau hạn trả lời."),
        ),
        Figure(
            "data_errors_on_time_rate",
            _("Tỷ lệ trả lời đúng hạn"),
            share(found.on_time, found.on_time + found.late),
            _("Phản ánh được trả lời đúng hạn chia cho phản ánh được trả lời trong kỳ."),
            Unit.PERCENT,
        ),
    )


def _left(got: Gathered) -> Figures:
    found = got.errors
    return (
        Figure(
            "data_errors_corrected",
            _("Phản ánh đã sửa dữ liệu"),
            found.corrected,
            _("Phản ánh được trả lời trong kỳ với kết quả «Đã sửa dữ liệu»."),
        ),
        Figure(
            "data_errors_waiting",
            _("Phản ánh chưa được trả lời"),
            found.waiting,
            _("Phản ánh đã gửi, chưa có trả lời và chưa đóng tại thời điểm chốt."),
        ),
        Figure(
            "data_errors_overdue",
            _("Trong đó đã quá hạn trả lời"),
            found.overdue,
            _("Phản ánh chưa được trả lời có hạn trả lời trước thời điểm chốt."),
        ),
    )


def _errors(got: Gathered, figures: Figures) -> Section:
    known, found = by_code(figures), got.errors
    summary = _("Trong kỳ không có phản ánh sai lệch dữ liệu; %(n)s phản ánh chưa được trả lời.") % {
        "n": told(known["data_errors_waiting"])
    }
    if found.filed:
        summary = _(
            "Trong kỳ có %(n)s phản ánh sai lệch dữ liệu; tỷ lệ trả lời đúng hạn: %(kept)s; %(late)s phản ánh đang "
            "quá hạn trả lời."
        ) % {
            "n": told(known["data_errors_filed"]),
            "kept": told(known["data_errors_on_time_rate"]),
            "late": told(known["data_errors_overdue"]),
        }
    return Section("data_errors", _("Sai lệch dữ liệu"), summary, figures, _error_tables(got), _error_charts(got))


def _error_tables(got: Gathered) -> tuple[Table, ...]:
    found = got.errors
    names = ("filed", "on_time", "late", "waiting", "overdue")
    heads = (_("Phản ánh"), _("Đúng hạn"), _("Quá hạn"), _("Chưa trả lời"), _("Đang quá hạn"))
    columns = tuple(Column(head, Unit.COUNT) for head in heads)
    by_agency = Table(
        code="data_errors_by_agency",
        title=_("Phản ánh sai lệch dữ liệu theo cơ quan cung cấp"),
        columns=(Column(_("Cơ quan cung cấp")), Column(_("Mã định danh")), *columns),
        rows=tuple(
            (*named(got.agencies, pk), *(counts[name] for name in names))
            for pk, counts in in_order(got, found.by_provider)
            if any(counts.values())
        ),
        empty=_("Không có phản ánh nào."),
        definition=_("Theo cơ quan cung cấp dịch vụ dữ liệu bị phản ánh."),
        appendix=True,
    )
    by_service = Table(
        code="data_errors_by_service",
        title=_("Phản ánh sai lệch dữ liệu theo dịch vụ"),
        columns=(Column(_("Dịch vụ dữ liệu")), Column(_("Mã")), *columns),
        rows=tuple(
            (*service, *(counts[name] for name in names))
            for service, counts in sorted(found.by_service.items())
            if any(counts.values())
        ),
        empty=_("Không có phản ánh nào."),
        definition=_("Theo dịch vụ dữ liệu bị phản ánh."),
        appendix=True,
    )
    return by_agency, by_service


def _error_charts(got: Gathered) -> tuple[Chart, ...]:
    rows = sorted(got.errors.by_provider.items(), key=lambda pair: (-pair[1]["filed"], pair[0]))
    top = [(pk, counts) for pk, counts in rows[:TOP] if counts["filed"]]
    if not top:
        return ()
    return (
        Chart(
            "data_errors_by_provider",
            _("Cơ quan cung cấp có nhiều phản ánh sai lệch dữ liệu nhất"),
            "bars",
            tuple(agency_name(got.agencies.get(pk)) for pk, _counts in top),
            (Series(_("Phản ánh trong kỳ"), tuple(counts["filed"] for _pk, counts in top)),),
            _("phản ánh"),
        ),
    )


EXCEPTIONS = Part(_sharing_figures, _sharing)
DATA_ERRORS = Part(_error_figures, _errors)
