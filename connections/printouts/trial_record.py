"""P6: record of the tests in the four groups of QC10.4, with the word of both sides."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from connections.choices import Result, Side, TestGroup
from connections.models import Confirmation, Trial, TrialCase
from connections.printouts.paper import ROMAN, Paper, frame, minute
from core.documents.layout import Block, Document, Facts, Grid, Heading, Paragraph, Sign


def compose(paper: Paper) -> Document:
    """Say what was tested, how it went and what each side says of it; a draft until both agree."""
    trial = paper.request.trials.order_by("-round")[0]
    said = {row.side: row for row in trial.confirmations.filter(voided_at__isnull=True).select_related("user")}
    agreed = {side: row for side, row in said.items() if row.agreed}
    subject = _("Kết nối hệ thống «%(system)s», hồ sơ %(number)s") % {
        "system": paper.system_name,
        "number": paper.request,
    }
    return frame(
        paper,
        kind=_("BIÊN BẢN KIỂM THỬ"),
        subject=(subject,) if len(agreed) == len(Side) else (subject, _("(DỰ THẢO)")),
        blocks=_body(paper, trial, agreed),
        signs=(
            _sign(_("ĐẠI DIỆN CƠ QUAN QUẢN LÝ HỆ THỐNG"), agreed.get(Side.AGENCY)),
            _sign(_("ĐẠI DIỆN CƠ QUAN QUẢN LÝ, VẬN HÀNH LGSP"), agreed.get(Side.OPERATOR)),
        ),
    )


def _body(paper: Paper, trial: Trial, agreed: dict[str, Confirmation]) -> Iterator[Block]:
    if missing := [side.label for side in Side if side not in agreed]:
        text = _("BẢN DỰ THẢO, chưa có giá trị xác nhận: còn chờ %(sides)s.")
        yield Paragraph(text % {"sides": ", ".join(map(str, missing))}, strong=True)
    request = paper.request
    yield Facts(
        (
            (_("Cơ quan quản lý hệ thống"), str(request.agency)),
            (_("Cơ quan quản lý, vận hành LGSP"), paper.body.agency.name),
            (_("Hệ thống thông tin"), str(request.system)),
            (_("Đợt kiểm thử"), str(trial.round)),
            (_("Bắt đầu lúc"), minute(trial.started_at)),
            (_("Lập biên bản lúc"), minute(trial.finished_at)),
            (_("Dữ liệu kiểm thử"), _data(trial)),
        )
    )
    cases = list(trial.cases.order_by("place"))
    for place, group in enumerate(TestGroup):
        yield Heading(f"{ROMAN[place]}. {str(group.label).upper()}")
        yield _cases([case for case in cases if case.group == group])
    yield Heading(f"{ROMAN[len(TestGroup)]}. {_('KẾT LUẬN')}")
    passed = sum(case.result == Result.PASS for case in cases)
    yield Paragraph(
        _("%(passed)s trên %(all)s ca đạt. Hai bên xác nhận đúng nội dung có mã băm SHA-256: %(hash)s.")
        % {"passed": passed, "all": len(cases), "hash": trial.content_hash},
        with_next=True,
    )


def _data(trial: Trial) -> str:
    """Say what was called in the sandbox, by the grants that the record names."""
    lines = [
        _("%(code)s: dịch vụ %(service)s, thao tác %(operations)s")
        % {"code": grant["code"], "service": grant["service"], "operations": ", ".join(grant["operations"])}
        for grant in trial.record.get("sandbox_grants", [])
    ]
    return "\n".join([_("Lượt gọi trên nền tảng thử nghiệm, lấy từ nhật ký"), *lines])


def _cases(cases: list[TrialCase]) -> Grid:
    return Grid(
        heads=(_("STT"), _("Ca kiểm thử"), _("Kết quả mong đợi"), _("Kết quả thực tế, minh chứng"), _("Kết luận")),
        rows=tuple(
            (
                str(place),
                case.title,
                case.expectation,
                "\n".join(filter(None, (case.actual, case.evidence))) or "–",
                str(case.get_result_display()) or _("Chưa có"),
            )
            for place, case in enumerate(cases, start=1)
        ),
        numeric=(False,) * 5,
        widths=(8, 23, 25, 31, 13),
    )


def _sign(side: str, word: Confirmation | None) -> Sign:
    if word is None:
        return Sign((side,), _("(Chưa xác nhận)"))
    told = _("Xác nhận trên hệ thống lúc %(at)s") % {"at": minute(word.at)}
    return Sign((side,), "", (word.user.full_name, told))
