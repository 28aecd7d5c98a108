"""P1: the agency's request for a connection (QC10.1), with its commitment (QC5)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from connections.printouts.letterheads import operating_body
from connections.printouts.paper import ROMAN, Paper, bullets, frame, said
from connections.printouts.services_table import asked_services
from connections.selectors.answers import lines_of, parts_of
from core.documents.layout import Block, Document, Facts, Grid, Heading, Paragraph


def compose(paper: Paper) -> Document:
    """Say everything the dossier says, part by part."""
    return frame(
        paper,
        kind=_("PHIẾU ĐỀ NGHỊ KẾT NỐI"),
        subject=(_("Kết nối hệ thống «%(system)s»") % {"system": paper.system_name}, _("với nền tảng LGSP của tỉnh")),
        addressee=said(operating_body()),
        blocks=_body(paper),
    )


def _body(paper: Paper) -> Iterator[Block]:
    request = paper.request
    yield Paragraph(
        _(
            "%(agency)s đề nghị kết nối hệ thống thông tin «%(system)s» với Nền tảng tích hợp, chia sẻ dữ liệu (LGSP) "
            "của tỉnh. Loại hồ sơ: %(kind)s. Nội dung cụ thể như sau:"
        )
        % {"agency": request.agency, "system": request.system, "kind": str(request.get_kind_display()).lower()}
    )
    parts = parts_of(request)
    for numeral, part in zip(ROMAN, parts, strict=False):
        yield Heading(f"{numeral}. {str(part.title).upper()}")
        yield Facts(tuple((str(term), said(value)) for term, value in part.facts))
        if part.key == "contacts":
            yield Facts(tuple(_contact(paper)))
        if part.key == "scope":
            yield asked_services(lines_of(request))
    yield from _enclosures(paper)
    yield Heading(f"{ROMAN[len(parts)]}. {_('CAM KẾT')}")
    yield Paragraph(_("%(agency)s cam kết:") % {"agency": request.agency}, with_next=True)
    yield from bullets(paper.terms)
    yield Paragraph(
        _("Đề nghị %(operator)s xem xét, giải quyết./.") % {"operator": said(operating_body())}, with_next=True
    )


def _enclosures(paper: Paper) -> Iterator[Block]:
    files = list(paper.request.attachments.current().order_by("id"))
    if files:
        yield Grid(
            title=_("Tài liệu kèm theo"),
            heads=(_("STT"), _("Tên tệp"), _("Thuộc phần")),
            rows=tuple(
                (str(place), item.name, str(item.get_part_display() or item.get_kind_display()))
                for place, item in enumerate(files, start=1)
            ),
            numeric=(False, False, False),
            widths=(8, 57, 35),
        )


def _contact(paper: Paper) -> Iterator[tuple[str, str]]:
    person, agency = paper.request.technical_contact, paper.request.agency
    if person is not None:
        reached = ", ".join(filter(None, (person.position, person.phone, person.email)))
        yield _("Liên hệ cán bộ kỹ thuật"), said(reached)
    yield _("Mã định danh cơ quan"), agency.code
    yield _("Hộp thư chung"), said(agency.shared_mailbox)
