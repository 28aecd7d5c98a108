"""P5: notice of the technical approval, and of going live (QC10.2, QC10.5)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from connections.printouts.paper import ROMAN, Paper, bullets, day_of, frame, minute
from connections.printouts.services_table import approved_services, decided_services, granted_services
from connections.selectors.answers import lines_of
from core.choices import Environment
from core.documents.layout import Block, Document, Facts, Heading, Paragraph
from core.documents.wording import short_date


def approval(paper: Paper) -> Document:
    """Say what is approved, in which environment, under which quota and conditions, from when until when."""
    request = paper.request
    return frame(
        paper,
        kind=_("THÔNG BÁO"),
        subject=(_("Chấp thuận kỹ thuật kết nối hệ thống «%(system)s»") % {"system": paper.system_name},),
        addressee=str(request.agency),
        blocks=_approved(paper),
    )


def go_live(paper: Paper) -> Document:
    """Say that the connection runs: grants, quotas, addresses, conditions, from when until when."""
    request = paper.request
    return frame(
        paper,
        kind=_("THÔNG BÁO"),
        subject=(_("Vận hành chính thức kết nối hệ thống «%(system)s»") % {"system": paper.system_name},),
        addressee=str(request.agency),
        blocks=_running(paper),
    )


def _approved(paper: Paper) -> Iterator[Block]:
    request = paper.request
    yield Paragraph(
        _("%(body)s thông báo chấp thuận về kỹ thuật đề nghị kết nối của %(agency)s (hồ sơ %(number)s) như sau:")
        % {"body": paper.body.agency.name, "agency": request.agency, "number": request}
    )
    yield Heading(f"{ROMAN[0]}. {_('PHẠM VI')}")
    yield Facts((*_scope(paper), (_("Môi trường"), _("Thử nghiệm; môi trường chính thức mở sau khi kiểm thử đạt"))))
    lines = lines_of(request)
    yield approved_services(lines)
    if (differing := decided_services(lines)) is not None:
        yield differing
    yield from _conditions(paper)
    yield Heading(f"{ROMAN[2]}. {_('HIỆU LỰC')}")
    yield Paragraph(
        _("Chấp thuận có hiệu lực từ ngày %(since)s; %(until)s./.")
        % {"since": day_of(request.approved_at), "until": _until(paper)},
        with_next=True,
    )


def _running(paper: Paper) -> Iterator[Block]:
    request = paper.request
    yield Paragraph(
        _("%(body)s thông báo kết nối của %(agency)s (hồ sơ %(number)s) vận hành chính thức như sau:")
        % {"body": paper.body.agency.name, "agency": request.agency, "number": request}
    )
    yield Heading(f"{ROMAN[0]}. {_('PHẠM VI')}")
    yield Facts((*_scope(paper), (_("Môi trường"), str(Environment.LIVE.label))))
    yield granted_services(request, Environment.LIVE)
    yield from _conditions(paper)
    yield Heading(f"{ROMAN[2]}. {_('HIỆU LỰC')}")
    yield Paragraph(
        _("Kết nối vận hành chính thức từ %(since)s; %(until)s./.")
        % {"since": minute(request.live_at), "until": _until(paper)},
        with_next=True,
    )


def _scope(paper: Paper) -> Iterator[tuple[str, str]]:
    request = paper.request
    yield _("Hệ thống thông tin"), str(request.system)
    yield _("Mục đích"), f"{request.purpose}: {request.purpose_text}"
    yield _("Địa chỉ mạng được phép gọi"), ", ".join(request.networks)


def _conditions(paper: Paper) -> Iterator[Block]:
    yield Heading(f"{ROMAN[1]}. {_('ĐIỀU KIỆN')}")
    yield from bullets(paper.terms)


def _until(paper: Paper) -> str:
    until = paper.request.wanted_until
    if until is None:
        return _("thời hạn khai thác không xác định")
    return _("khai thác đến hết ngày %(day)s") % {"day": short_date(until)}
