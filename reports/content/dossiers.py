"""The parts of a periodic report on refusals and on dossiers with their deadlines. Pure."""

from django.utils.translation import gettext as _

from accounts.choices import TermUnit
from connections.choices import Step
from core.documents.wording import number
from core.problems import PROBLEMS
from reports.choices import Unit
from reports.content.figures import Column, Figure, Section, Table
from reports.content.parts import share
from reports.queries.dossiers import DossierFigures, StepRow
from reports.wording import NOTHING


def refusals(found: tuple[tuple[str, int], ...]) -> Section:
    """Say how many calls were refused and why."""
    total = sum(calls for _reason, calls in found)
    summary = _("Trong kỳ chưa phát sinh lượt gọi bị từ chối ở môi trường chính thức.")
    if total:
        summary = _("Nền tảng đã từ chối %(n)s lượt gọi ở môi trường chính thức, không chuyển tới bên cung cấp.") % {
            "n": number(total)
        }
    table = Table(
        code="refusals",
        title=_("Lượt gọi bị từ chối theo lý do"),
        columns=(Column(_("Lý do")), Column(_("Mã lỗi")), Column(_("Số lượt"), Unit.COUNT)),
        rows=tuple((_reason(code), code, calls) for code, calls in found),
        empty=_("Chưa phát sinh lượt gọi bị từ chối trong kỳ."),
        definition=_("Lượt gọi mà nền tảng từ chối trước khi chuyển tới bên cung cấp, theo mã lý do trong nhật ký."),
    )
    return Section(code="refusals", title=_("Lượt gọi bị từ chối"), summary=summary, tables=(table,))


def _reason(code: str) -> str:
    return str(PROBLEMS[code].title) if code in PROBLEMS else _("Lý do khác")


def dossiers(found: DossierFigures) -> Section:
    """Say which dossiers came and went, and how their steps kept the deadlines."""
    on_time, late = sum(row.early + row.on_time for row in found.steps), sum(row.late for row in found.steps)
    overdue, rate = sum(row.overdue for row in found.steps), share(on_time, on_time + late)
    kept = f"{number(rate, 2)}%" if rate is not None else NOTHING.lower()
    return Section(
        code="dossiers",
        title=_("Giải quyết hồ sơ kết nối"),
        summary=_("Trong kỳ nhận %(n)s hồ sơ; tỷ lệ bước xử lý xong đúng hạn: %(kept)s; %(late)s bước đang quá hạn.")
        % {"n": number(found.submitted), "kept": kept, "late": number(overdue)},
        figures=(*_counts(found), *_deadlines(on_time, late, found.steps)),
        tables=(_steps(found.steps),),
    )


def _counts(found: DossierFigures) -> tuple[Figure, ...]:
    return (
        Figure(
            "dossiers_submitted",
            _("Hồ sơ cơ quan gửi trong kỳ"),
            found.submitted,
            _("Hồ sơ được đại diện cơ quan gửi lần đầu trong kỳ; bản nháp không tính."),
        ),
        Figure(
            "dossiers_received",
            _("Hồ sơ tiếp nhận trong kỳ"),
            found.received,
            _("Hồ sơ được cán bộ tiếp nhận nhận vào thẩm định trong kỳ."),
        ),
        Figure(
            "dossiers_approved",
            _("Hồ sơ chấp thuận trong kỳ"),
            found.approved,
            _("Hồ sơ các loại được phê duyệt kỹ thuật trong kỳ."),
        ),
        Figure(
            "dossiers_live",
            _("Hồ sơ đưa vào vận hành trong kỳ"),
            found.put_live,
            _("Hồ sơ các loại chuyển sang vận hành chính thức trong kỳ."),
        ),
        Figure(
            "dossiers_ended",
            _("Hồ sơ rút hoặc dừng giải quyết trong kỳ"),
            found.ended,
            _("Hồ sơ đã gửi chuyển sang «Đã rút» hoặc «Dừng giải quyết» trong kỳ."),
        ),
        Figure(
            "dossiers_open",
            _("Hồ sơ đang giải quyết"),
            found.open,
            _("Hồ sơ đã gửi, chưa vận hành và chưa kết thúc tại thời điểm chốt."),
        ),
    )


def _deadlines(on_time: int, late: int, steps: tuple[StepRow, ...]) -> tuple[Figure, ...]:
    running, overdue = sum(row.running for row in steps), sum(row.overdue for row in steps)
    return (
        Figure(
            "steps_on_time", _("Bước xử lý xong đúng hạn"), on_time, _("Bước xong trong kỳ, không sau hạn của bước.")
        ),
        Figure(
            "steps_early",
            _("Trong đó: xong trước hạn"),
            sum(row.early for row in steps),
            _("Bước xong trong kỳ, trước ngày đến hạn của bước."),
        ),
        Figure("steps_late", _("Bước xử lý xong quá hạn"), late, _("Bước xong trong kỳ, sau hạn của bước.")),
        Figure(
            "steps_running",
            _("Bước đang trong hạn"),
            running,
            _("Bước chưa xong tại thời điểm chốt, chưa quá hạn và không tạm dừng."),
        ),
        Figure("steps_overdue", _("Bước đang quá hạn"), overdue, _("Bước chưa xong tại thời điểm chốt, đã quá hạn.")),
        Figure(
            "steps_paused",
            _("Bước đang tạm dừng tính hạn"),
            sum(row.paused for row in steps),
            _("Bước chưa xong tại thời điểm chốt, đang chờ bên khác nên không tính hạn."),
        ),
        Figure(
            "steps_on_time_rate",
            _("Tỷ lệ bước xử lý xong đúng hạn"),
            share(on_time, on_time + late),
            _("Bước xong đúng hạn chia cho bước xong trong kỳ."),
            Unit.PERCENT,
        ),
    )


def _steps(steps: tuple[StepRow, ...]) -> Table:
    counted = (_("Trước hạn"), _("Đúng hạn"), _("Quá hạn"), _("Đang trong hạn"), _("Đang quá hạn"), _("Tạm dừng"))
    return Table(
        code="steps",
        title=_("Thực hiện thời hạn theo bước"),
        columns=(Column(_("Bước")), Column(_("Thời hạn")), *(Column(name, Unit.COUNT) for name in counted)),
        rows=tuple(
            (
                str(Step(row.step).label),
                _term(row),
                row.early,
                row.on_time,
                row.late,
                row.running,
                row.overdue,
                row.paused,
            )
            for row in steps
        ),
        empty=_("Chưa phát sinh bước xử lý hồ sơ trong kỳ."),
        definition=_(
            "Mỗi bước của hồ sơ có thời hạn riêng, không tính thời gian tạm dừng; thời hạn do nền tảng đặt ghi "
            "«hạn nội bộ»."
        ),
    )


def _term(row: StepRow) -> str:
    kind = _("theo quy định") if row.statutory else _("hạn nội bộ")
    unit = str(TermUnit(row.unit).label).lower()
    return _("%(n)s %(unit)s (%(kind)s)") % {"n": row.amount, "unit": unit, "kind": kind}
