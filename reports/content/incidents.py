"""The part of a periodic report on incidents (QC8.6, QC14.3; Quyết định 05/2017/QĐ-TTg). Pure."""

from collections import Counter

from django.utils.translation import gettext as _

from core.charts import Chart
from core.documents.wording import number
from incidents.register_choices import Cause, Severity
from reports.choices import Unit
from reports.content.figures import Column, Figure, Section, Table
from reports.content.spans import spans_of
from reports.content.words import Figures, Part, by_code, share, told
from reports.queries.gathering import Gathered


def _incident_figures(got: Gathered) -> Figures:
    return (*_found(got), *_handled(got), *_deadlines(got))


def _found(got: Gathered) -> Figures:
    found = got.incidents
    return (
        Figure(
            "incidents_opened",
            _("Sự cố phát hiện trong kỳ"),
            found.opened,
            _("Sự cố trong sổ có thời điểm phát hiện trong kỳ; không tính mục đã kết luận không phải sự cố."),
        ),
        *(
            Figure(
                f"incidents_severity_{level.value}",
                _("Trong đó: %(level)s") % {"level": str(level.label)},
                found.by_severity.get(level.value, Counter())["opened"],
                _("Sự cố phát hiện trong kỳ theo mức độ vận hành hiện ghi trong sổ (mức của nền tảng)."),
            )
            for level in Severity
        ),
        Figure(
            "incidents_serious",
            _("Sự cố nghiêm trọng theo Quyết định 05/2017/QĐ-TTg"),
            found.serious,
            _("Sự cố phát hiện trong kỳ được phân loại là sự cố nghiêm trọng theo Quyết định 05/2017/QĐ-TTg."),
        ),
        Figure(
            "incidents_personal_data",
            _("Sự cố liên quan dữ liệu cá nhân"),
            found.personal_data,
            _("Sự cố phát hiện trong kỳ được đánh dấu liên quan dữ liệu cá nhân."),
        ),
    )


def _handled(got: Gathered) -> Figures:
    found = got.incidents
    return (
        Figure(
            "incidents_resolved",
            _("Sự cố khắc phục trong kỳ"),
            found.resolved,
            _("Sự cố có thời điểm khắc phục trong kỳ, kể cả sự cố phát hiện từ kỳ trước."),
        ),
        Figure(
            "incidents_open",
            _("Sự cố chưa đóng"),
            found.open,
            _("Sự cố đã phát hiện, chưa đóng tại thời điểm chốt."),
        ),
    )


def _deadlines(got: Gathered) -> Figures:
    found = got.incidents
    met = found.on_time + found.late
    return (
        Figure(
            "incident_deadlines_on_time",
            _("Thời hạn xử lý sự cố thực hiện đúng hạn"),
            found.on_time,
            _("Thời hạn của sự cố được thực hiện trong kỳ, không sau hạn."),
        ),
        Figure(
            "incident_deadlines_late",
            _("Thời hạn xử lý sự cố thực hiện quá hạn"),
            found.late,
            _("Thời hạn của sự cố được thực hiện trong kỳ, sau hạn."),
        ),
        Figure(
            "incident_deadlines_overdue",
            _("Thời hạn xử lý sự cố đang quá hạn"),
            found.overdue,
            _("Thời hạn của sự cố đã qua, chưa thực hiện tại thời điểm chốt."),
        ),
        Figure(
            "incident_deadlines_rate",
            _("Tỷ lệ thời hạn xử lý sự cố thực hiện đúng hạn"),
            share(found.on_time, met),
            _("Thời hạn thực hiện đúng hạn chia cho thời hạn thực hiện trong kỳ."),
            Unit.PERCENT,
        ),
    )


def _incidents(got: Gathered, figures: Figures) -> Section:
    known, found, spans = by_code(figures), got.incidents, spans_of(got.window)
    summary = _("Trong kỳ không phát hiện sự cố; %(open)s sự cố chưa đóng tại thời điểm chốt.") % {
        "open": told(known["incidents_open"])
    }
    if found.opened:
        summary = _(
            "Trong kỳ phát hiện %(n)s sự cố, trong đó %(serious)s sự cố nghiêm trọng theo Quyết định 05/2017/QĐ-TTg; "
            "khắc phục %(mended)s; chưa đóng %(open)s. Tỷ lệ thời hạn thực hiện đúng hạn: %(kept)s."
        ) % {
            "n": told(known["incidents_opened"]),
            "serious": number(found.serious),
            "mended": number(found.resolved),
            "open": told(known["incidents_open"]),
            "kept": told(known["incident_deadlines_rate"]),
        }
    chart = Chart(
        "incidents_by_time",
        _("Sự cố phát hiện theo thời gian"),
        "bars",
        spans.labels,
        (spans.series(_("Sự cố"), ((day, 1) for day in found.days)),),
        _("sự cố"),
    )
    return Section(
        code="incidents",
        title=_("Sự cố"),
        summary=summary,
        figures=figures,
        tables=_tables(got),
        charts=(chart,) if found.days else (),
    )


def _tables(got: Gathered) -> tuple[Table, ...]:
    found = got.incidents
    names = ("opened", "resolved", "open")
    severities = Table(
        code="incidents_by_severity",
        title=_("Sự cố theo mức độ vận hành"),
        columns=(
            Column(_("Mức độ")),
            *(Column(head, Unit.COUNT) for head in (_("Phát hiện"), _("Khắc phục"), _("Chưa đóng"))),
        ),
        rows=tuple(
            (str(level.label), *(found.by_severity[level.value][name] for name in names))
            for level in Severity
            if level.value in found.by_severity
        ),
        empty=_("Không có sự cố trong kỳ."),
        definition=_("Phát hiện và khắc phục tính trong kỳ; chưa đóng tính tại thời điểm chốt."),
    )
    causes = Table(
        code="incidents_by_cause",
        title=_("Sự cố phát hiện trong kỳ theo nhóm nguyên nhân"),
        columns=(Column(_("Nhóm nguyên nhân")), Column(_("Số sự cố"), Unit.COUNT)),
        rows=tuple(
            (str(Cause(code).label) if code in Cause.values else _("Chưa phân loại"), count)
            for code, count in found.by_cause
        ),
        empty=_("Không phát hiện sự cố trong kỳ."),
        definition=_("Nhóm nguyên nhân theo phụ lục Quyết định 05/2017/QĐ-TTg, như hiện ghi trong sổ."),
    )
    return severities, causes


INCIDENTS = Part(_incident_figures, _incidents)
