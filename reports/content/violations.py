"""The part of a periodic report on prohibited acts (QC5). Pure."""

from django.utils.translation import gettext as _

from core.charts import Chart, Series
from core.documents.wording import number
from incidents.register_choices import Act, Outcome
from reports.choices import Unit
from reports.content.figures import Figure, Section
from reports.content.words import Figures, Part, by_code, still, told
from reports.queries.gathering import Gathered
from reports.wording import measured


def _figures(got: Gathered) -> Figures:
    return (*_acts(got), *_settled(got))


def _acts(got: Gathered) -> Figures:
    found = got.violations
    dated = _("Vi phạm ghi nhận trong kỳ")
    return (
        Figure(
            "violations_total",
            _("Vi phạm ghi nhận trong kỳ"),
            found.total,
            _("%(what)s, kể cả mục sau đó kết luận không vi phạm.") % {"what": dated},
        ),
        Figure(
            "violations_agencies",
            _("Số cơ quan liên quan"),
            found.agencies,
            _("Số cơ quan có vi phạm ghi nhận trong kỳ."),
        ),
        *(
            Figure(
                f"violations_act_{act.value}",
                str(act.label),
                found.by_act.get(act.value, 0),
                _("%(what)s theo hành vi bị nghiêm cấm tại Điều 5 của quy chế.") % {"what": dated},
            )
            for act in Act
        ),
    )


def _settled(got: Gathered) -> Figures:
    found = got.violations
    dated = _("Vi phạm ghi nhận trong kỳ")
    return (
        *(
            Figure(
                f"violations_outcome_{outcome.value}",
                _("Kết luận: %(outcome)s") % {"outcome": str(outcome.label).lower()},
                found.by_outcome.get(outcome.value, 0),
                _("%(what)s có kết luận này tại thời điểm chốt.") % {"what": dated},
            )
            for outcome in Outcome
        ),
        Figure(
            "violations_open",
            _("Vi phạm chưa kết thúc xử lý"),
            found.open,
            _("%(what)s, chưa kết thúc xử lý tại thời điểm chốt.") % {"what": dated},
        ),
        Figure(
            "violations_appealed",
            _("Kết luận bị khiếu nại"),
            found.appealed,
            _("%(what)s mà cơ quan đã khiếu nại kết luận đến thời điểm chốt.") % {"what": dated},
        ),
        Figure(
            "violations_overturned",
            _("Kết luận bị hủy sau khiếu nại"),
            found.overturned,
            _("%(what)s có kết luận bị hủy khi giải quyết khiếu nại đến thời điểm chốt.") % {"what": dated},
        ),
    )


def _section(got: Gathered, figures: Figures) -> Section:
    known, found = by_code(figures), got.violations
    summary = still(_("Trong kỳ không ghi nhận hành vi vi phạm Điều 5 của quy chế."), known["violations_total"])
    if found.total:
        summary = _(
            "Trong kỳ ghi nhận %(n)s vi phạm Điều 5 của quy chế ở %(agencies)s cơ quan; %(open)s chưa kết thúc xử lý."
        ) % {
            "n": told(known["violations_total"]),
            "agencies": number(found.agencies),
            "open": measured(known["violations_open"].value, Unit.COUNT),
        }
    chart = Chart(
        "violations_by_act",
        _("Vi phạm theo hành vi bị nghiêm cấm"),
        "bars",
        tuple(str(act.label) for act in Act),
        (Series(_("Vi phạm"), tuple(found.by_act.get(act.value, 0) for act in Act)),),
        _("vi phạm"),
    )
    return Section(
        code="violations",
        title=_("Hành vi bị nghiêm cấm"),
        summary=summary,
        figures=figures,
        charts=(chart,) if found.total else (),
    )


VIOLATIONS = Part(_figures, _section)
