"""The part of a periodic report on dossiers with their deadlines (QC10). Pure."""

from django.utils.translation import gettext as _

from accounts.choices import TermUnit
from connections.choices import Step
from core.charts import Chart
from reports.choices import Unit
from reports.content.figures import Column, Figure, Section, Table
from reports.content.spans import spans_of
from reports.content.standing import in_order
from reports.content.words import Figures, Part, by_code, named, share, told
from reports.queries.dossiers import DossierFigures, StepRow
from reports.queries.gathering import Gathered


def _figures(got: Gathered) -> Figures:
    found = got.dossiers
    on_time, late = sum(row.early + row.on_time for row in found.steps), sum(row.late for row in found.steps)
    return (*_counts(found), *_deadlines(on_time, late, found.steps))


def _section(got: Gathered, figures: Figures) -> Section:
    known, spans = by_code(figures), spans_of(got.window)
    finished = got.dossiers.finished
    return Section(
        code="dossiers",
        title=_("Giải quyết hồ sơ kết nối"),
        summary=_(
            "Trong kỳ nhận %(n)s hồ sơ; tỷ lệ bước xử lý xong đúng hạn: %(kept)s; %(late)s bước đang quá hạn tại thời "
            "điểm chốt."
        )
        % {
            "n": told(known["dossiers_submitted"]),
            "kept": told(known["steps_on_time_rate"]),
            "late": told(known["steps_overdue"]),
        },
        figures=figures,
        tables=(_steps(got.dossiers.steps), _by_agency(got)),
        charts=(
            Chart(
                "steps_by_time",
                _("Bước xử lý hồ sơ xong đúng hạn và quá hạn theo thời gian"),
                "stacked",
                spans.labels,
                (
                    spans.series(_("Đúng hạn"), ((day, count) for day, late, count in finished if not late)),
                    spans.series(_("Quá hạn"), ((day, count) for day, late, count in finished if late)),
                ),
                _("bước"),
            ),
        ),
    )


def _by_agency(got: Gathered) -> Table:
    heads = (_("Đã gửi"), _("Vận hành"), _("Đang giải quyết"), _("Bước đúng hạn"), _("Bước quá hạn"))
    rows = [
        (
            *named(got.agencies, pk),
            counts["submitted"],
            counts["put_live"],
            counts["open"],
            counts["early"] + counts["on_time"],
            counts["late"] + counts["overdue"],
        )
        for pk, counts in in_order(got, got.dossiers.by_agency)
        if any(counts.values())
    ]
    return Table(
        code="dossiers_by_agency",
        title=_("Hồ sơ và thời hạn theo cơ quan lập hồ sơ"),
        columns=(Column(_("Cơ quan")), Column(_("Mã định danh")), *(Column(head, Unit.COUNT) for head in heads)),
        rows=tuple(rows),
        empty=_("Chưa phát sinh hồ sơ trong kỳ."),
        definition=_(
            "Hồ sơ gửi và đưa vào vận hành trong kỳ, đang giải quyết tại thời điểm chốt; bước xong đúng hạn trong kỳ; "
            "bước quá hạn gồm bước xong quá hạn và bước chưa xong đã quá hạn, của mọi bên xử lý hồ sơ đó."
        ),
        appendix=True,
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


DOSSIERS = Part(_figures, _section)
