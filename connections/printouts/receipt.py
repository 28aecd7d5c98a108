"""P2: receipt of a dossier with the day its result is promised for (QC10.1)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from connections.choices import Step
from connections.models import Clock
from connections.printouts.paper import Paper, day_of, frame, minute, said
from connections.selectors.answers import parts_of
from core.documents.layout import Block, Document, Facts, Grid, Paragraph, Sign


def compose(paper: Paper) -> Document:
    """Say what was received, from whom, and until when it is answered."""
    request = paper.request
    # Returned at intake and whole since its completion was sent: nobody received it by hand.
    receiver = request.received_by.full_name if request.received_by else _("Cổng LGSP")
    return frame(
        paper,
        kind=_("PHIẾU TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"),
        subject=(_("Hồ sơ kết nối hệ thống «%(system)s»") % {"system": paper.system_name},),
        addressee=str(request.agency),
        blocks=_body(paper, receiver),
        signs=(
            Sign((_("NGƯỜI NỘP HỒ SƠ"),), _("(Ký, ghi rõ họ tên)")),
            Sign(paper.signer, _("(Ký, ghi rõ họ tên)"), (receiver,)),
        ),
    )


def promised(paper: Paper, step: Step) -> tuple[str, str]:
    """Return the day the clock of *step* ends, and on which terms, for a paper."""
    running = Clock.objects.filter(request=paper.request, step=step, ended_at__isnull=True).order_by("-id").first()
    if running is None or running.due_at is None:
        return _("Chưa đặt thời hạn"), ""
    unit = str(running.get_unit_display())
    nature = _("theo quy định") if running.statutory else _("hạn nội bộ")
    terms = _("%(n)s %(unit)s, %(nature)s (%(basis)s)")
    return day_of(running.due_at), terms % {
        "n": running.amount,
        "unit": unit,
        "nature": nature,
        "basis": running.basis,
    }


def _body(paper: Paper, receiver: str) -> Iterator[Block]:
    request = paper.request
    day, terms = promised(paper, Step.EVALUATION)
    yield Paragraph(_("%(body)s đã tiếp nhận hồ sơ:") % {"body": paper.body.agency.name}, with_next=True)
    yield Facts(
        (
            (_("Mã hồ sơ"), request.number),
            (_("Mã tra cứu"), request.lookup_code),
            (_("Cơ quan nộp hồ sơ"), f"{request.agency} ({request.agency.code})"),
            (_("Hệ thống thông tin"), str(request.system)),
            (_("Loại hồ sơ"), str(request.get_kind_display())),
            (_("Gửi lúc"), minute(request.submitted_at)),
            (_("Tiếp nhận lúc"), minute(request.received_at)),
            (_("Người tiếp nhận"), receiver),
        )
    )
    yield _components(paper)
    yield Paragraph(_("Hẹn trả kết quả thẩm định: ngày %(day)s.") % {"day": day}, strong=True)
    if terms:
        yield Paragraph(_("Thời hạn: %(terms)s; không tính thời gian cơ quan hoàn thiện hồ sơ.") % {"terms": terms})
    yield Paragraph(_("Theo dõi hồ sơ trên cổng bằng mã hồ sơ và mã tra cứu nêu trên./."), with_next=True)


def _components(paper: Paper) -> Grid:
    checked = list(paper.request.part_checks.all())
    complete = paper.request.parts()
    rows = [
        (str(place), item.text, _("Đủ") if item.present else _("Cần bổ sung"))
        for place, item in enumerate(checked, start=1)
    ] or [
        (str(place), said(part.title), _("Đủ") if complete.get(part.key, True) else _("Cần bổ sung"))
        for place, part in enumerate(parts_of(paper.request), start=1)
    ]
    if count := paper.request.attachments.current().count():
        rows.append((str(len(rows) + 1), _("Tài liệu kèm theo: %(n)s tệp") % {"n": count}, _("Đủ")))
    return Grid(
        title=_("Thành phần hồ sơ"),
        heads=(_("STT"), _("Thành phần"), _("Tình trạng")),
        rows=tuple(rows),
        numeric=(False, False, False),
        widths=(8, 67, 25),
    )
