"""P4: result of the evaluation, criterion by criterion (QC9, QC10.2)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from connections.choices import Mark
from connections.models import ConnectionRequest, CriterionMark, Evaluation
from connections.printouts.paper import Paper, frame, minute, stamp
from connections.printouts.services_table import decided_services
from connections.selectors.answers import lines_of
from connections.selectors.evidence import looks_of
from core.documents.layout import Block, Document, Facts, Grid, Heading, Paragraph, Sign
from core.regulation import cite


def compose(paper: Paper) -> Document:
    """Say how each criterion was judged and what follows; who evaluated, proposed and approved."""
    request = paper.request
    evaluator = request.evaluator.full_name if request.evaluator else ""
    approved = request.approved_by.full_name if request.approved_by else ""
    told = _("Phê duyệt trên hệ thống lúc %(at)s") % {"at": minute(request.approved_at)}
    return frame(
        paper,
        kind=_("PHIẾU KẾT QUẢ THẨM ĐỊNH"),
        subject=(_("Hồ sơ %(number)s, hệ thống «%(system)s»") % {"number": request, "system": paper.system_name},),
        blocks=_body(paper),
        signs=(
            Sign((_("NGƯỜI THẨM ĐỊNH"),), "", (evaluator,) if evaluator else ()),
            Sign(paper.signer, "", (approved, told) if approved else ()),
        ),
    )


def _body(paper: Paper) -> Iterator[Block]:
    request = paper.request
    evaluation = request.evaluations.select_related("checklist", "evaluator").order_by("-round")[0]
    marks = list(evaluation.marks.select_related("criterion").order_by("criterion__place"))
    yield Facts(tuple(_about(paper, evaluation)))
    yield Heading(_("I. KẾT QUẢ THEO TIÊU CHÍ"))
    yield Grid(
        heads=(_("STT"), _("Tiêu chí"), _("Căn cứ"), _("Kết quả"), _("Nhận xét, minh chứng")),
        rows=tuple(_row(place, mark) for place, mark in enumerate(marks, start=1)),
        numeric=(False,) * 5,
        widths=(8, 33, 19, 13, 27),
    )
    yield from _by_machine(request)
    if (differing := decided_services(lines_of(request))) is not None:
        yield differing
    yield Heading(_("II. KẾT LUẬN"))
    if evaluation.summary:
        yield Paragraph(_("Nhận xét chung: %(text)s") % {"text": evaluation.summary})
    yield Paragraph(_conclusion(paper, marks), strong=True, with_next=True)


def _about(paper: Paper, evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    request = paper.request
    yield _("Cơ quan đề nghị"), str(request.agency)
    yield _("Bộ tiêu chí"), f"{evaluation.checklist} ({evaluation.checklist.source})"
    yield _("Lần thẩm định"), str(evaluation.round)
    yield _("Người thẩm định"), str(request.evaluator or "–")
    yield _("Người trình phê duyệt"), _by(request.proposed_by, request.proposed_at)
    if request.endorsed_by is not None:
        yield _("Người duyệt thứ nhất"), _by(request.endorsed_by, request.endorsed_at)
    yield _("Người phê duyệt"), _by(request.approved_by, request.approved_at)


def _by_machine(request: ConnectionRequest) -> Iterator[Block]:
    runs = [look.run for look in looks_of(request).values()]
    if runs:
        yield Grid(
            title=_("Minh chứng tự động"),
            heads=(_("STT"), _("Kiểm tra"), _("Đối tượng"), _("Kết quả"), _("Lúc")),
            rows=tuple(
                (str(place), str(run.get_probe_display()), run.target, run.summary, stamp(run.run_at))
                for place, run in enumerate(runs, start=1)
            ),
            numeric=(False,) * 5,
            widths=(8, 22, 23, 32, 15),
        )


def _by(person: object, at: object) -> str:
    if person is None:
        return _("Chưa phê duyệt")
    return _("%(name)s, lúc %(at)s") % {"name": person, "at": minute(at)}  # type: ignore[arg-type]


def _row(place: int, mark: CriterionMark) -> tuple[str, ...]:
    evidence = _("Minh chứng: %(text)s") % {"text": mark.evidence} if mark.evidence else ""
    remarks = "\n".join(filter(None, (mark.remark, evidence))) or "–"
    result = str(mark.get_result_display()) or _("Chưa đánh giá")
    basis = mark.legal_basis or cite(mark.criterion.clause)
    return str(place), mark.criterion.text, basis, result, remarks


def _conclusion(paper: Paper, marks: list[CriterionMark]) -> str:
    passed = sum(mark.result == Mark.PASS for mark in marks)
    left_out = sum(mark.result == Mark.NOT_APPLICABLE for mark in marks)
    counts = _("%(passed)s tiêu chí đạt, %(out)s tiêu chí không áp dụng, %(failed)s tiêu chí không đạt") % {
        "passed": passed,
        "out": left_out,
        "failed": len(marks) - passed - left_out,
    }
    if paper.request.approved_by_id:
        return _("%(counts)s. Hồ sơ được chấp thuận về kỹ thuật.") % {"counts": counts}
    return _("%(counts)s. Đề nghị chấp thuận về kỹ thuật.") % {"counts": counts}
