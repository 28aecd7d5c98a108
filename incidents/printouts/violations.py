"""The record of a violation (biên bản vi phạm; domain-vn §g form 12): both sides sign it."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from connections.printouts.paper import bullets, frame, minute, said
from core.documents.layout import Block, Document, Facts, Heading, Paragraph, Sign
from core.regulation import cite
from incidents.models import Violation
from incidents.printouts.sheet import Sheet
from incidents.register_choices import Said


def record(sheet: Sheet) -> Document:
    """Set down the act with its clause, the evidence, what the agency said and what was decided."""
    violation: Violation = sheet.case  # type: ignore[assignment]
    return frame(
        sheet,
        kind=_("BIÊN BẢN"),
        subject=(_("Vi phạm quy định về kết nối, chia sẻ dữ liệu qua nền tảng LGSP"),),
        blocks=tuple(_blocks(sheet, violation)),
        signs=(
            Sign((_("ĐẠI DIỆN CƠ QUAN"), violation.agency.name), _("(Ký, ghi rõ họ tên)")),
            Sign((_("ĐẠI DIỆN ĐƠN VỊ LẬP BIÊN BẢN"),), _("(Ký, ghi rõ họ tên)")),
        ),
    )


def _blocks(sheet: Sheet, violation: Violation) -> Iterator[Block]:
    yield Paragraph(
        _("Lúc %(at)s, %(body)s lập biên bản về hành vi sau:")
        % {"at": minute(sheet.at), "body": sheet.body.agency.name}
    )
    yield Heading(_("I. Hành vi"))
    yield Facts(
        (
            (_("Mã vi phạm"), violation.code),
            (_("Cơ quan có hành vi"), violation.agency.name),
            (_("Hệ thống thông tin"), said(violation.system)),
            (_("Quyền khai thác"), said(violation.grant)),
            (_("Hành vi bị nghiêm cấm"), violation.get_act_display()),
            (_("Điều khoản"), str(cite(violation.clause))),
            (_("Thời gian"), f"{minute(violation.from_at)} – {minute(violation.until_at)}"),
            (_("Diễn biến"), violation.facts),
        )
    )
    yield Heading(_("II. Bằng chứng"))
    yield from _evidence(violation)
    yield Heading(_("III. Giải trình của cơ quan"))
    yield Paragraph(_said_by_agency(violation))
    yield Heading(_("IV. Kết luận"))
    yield _decision(violation)
    yield from bullets(sheet.terms)
    yield Paragraph(_("Biên bản lập thành hai bản, mỗi bên giữ một bản./."), with_next=True)


def _evidence(violation: Violation) -> Iterator[Block]:
    rows = list(violation.evidence.all())
    if not rows:
        yield Paragraph(_("Chưa gắn gói bằng chứng của nhật ký cuộc gọi."))
        return
    text = _("%(name)s, mã băm bản kê %(digest)s, lập lúc %(at)s")
    yield from bullets(
        [text % {"name": row.name, "digest": row.digest[:16], "at": minute(row.stored_at)} for row in rows]
    )


def _said_by_agency(violation: Violation) -> str:
    found = violation.entries.filter(kind=Said.EXPLANATION).order_by("-id").first()
    if found is not None:
        return str(found.text)
    return _("Cơ quan chưa giải trình đến khi lập biên bản.")


def _decision(violation: Violation) -> Block:
    if violation.decided_at is None:
        return Paragraph(_("Chưa có kết luận đến khi lập biên bản."))
    return Facts(
        (
            (_("Kết luận"), violation.get_outcome_display()),
            (_("Lý do"), said(violation.reason)),
            (_("Căn cứ pháp lý"), said(violation.legal_basis)),
            (_("Kết luận lúc"), minute(violation.decided_at)),
            (_("Khiếu nại"), violation.get_appeal_result_display() or _appeal(violation)),
        )
    )


def _appeal(violation: Violation) -> str:
    return _("Đang giải quyết") if violation.appealed_at else _("Chưa có khiếu nại")


COMPOSERS = {"record": record}
