"""P7: what a system may read, and that it no longer may; the hand-over of a sandbox (QC10.3, QC11.3)."""

from collections.abc import Iterator
from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext as _

from connections.models import Connection, Grant
from connections.printouts.paper import ROMAN, Paper, bullets, frame, minute, said
from connections.printouts.services_table import granted_services
from core.choices import Environment
from core.documents.layout import Block, Document, Facts, Grid, Heading, Paragraph, Sign
from core.documents.wording import number
from core.hours import said as hours_said

_ALL = "Mọi trường của dịch vụ"


def granted(paper: Paper) -> Document:
    """Say which fields, for which purpose, how often and how long the system may read."""
    return frame(
        paper,
        kind=_("PHIẾU CẤP QUYỀN KHAI THÁC DỮ LIỆU"),
        subject=(_("Hệ thống «%(system)s»") % {"system": paper.system_name},),
        addressee=str(paper.request.agency),
        blocks=_granted(paper),
    )


def revoked(paper: Paper) -> Document:
    """Say which grants ended, why and when."""
    return frame(
        paper,
        kind=_("THÔNG BÁO"),
        subject=(_("Thu hồi quyền khai thác của hệ thống «%(system)s»") % {"system": paper.system_name},),
        addressee=str(paper.request.agency),
        blocks=_revoked(paper),
    )


def handed_over(paper: Paper) -> Document:
    """Say with which parameters the sandbox was handed over; never a secret."""
    return frame(
        paper,
        kind=_("BIÊN BẢN BÀN GIAO THÔNG SỐ MÔI TRƯỜNG THỬ NGHIỆM"),
        subject=(_("Kết nối hệ thống «%(system)s»") % {"system": paper.system_name},),
        blocks=_handed_over(paper),
        signs=(
            Sign((_("BÊN NHẬN"),), _("(Ký, ghi rõ họ tên)"), (said(paper.request.technical_contact),)),
            Sign(paper.signer, _("(Ký, ghi rõ họ tên)"), (said(_connection(paper).duty_contact),)),
        ),
    )


def _connection(paper: Paper) -> Connection:
    found = Connection.objects.select_related("duty_contact", "technical_contact")
    return found.get(system_id=paper.request.system_id)


def _open(paper: Paper, environment: str) -> list[Grant]:
    found = paper.request.grants.open().filter(environment=environment)
    return list(found.select_related("service__provider", "purpose").order_by("code"))


def _granted(paper: Paper) -> Iterator[Block]:
    request = paper.request
    yield Paragraph(
        _("%(body)s cấp cho hệ thống của %(agency)s (hồ sơ %(number)s) quyền khai thác sau:")
        % {"body": paper.body.agency.name, "agency": request.agency, "number": request}
    )
    yield Facts(
        (
            (_("Hệ thống thông tin"), str(request.system)),
            (_("Mục đích"), f"{request.purpose}: {request.purpose_text}"),
            (_("Căn cứ, chức năng, nhiệm vụ"), said(request.legal_basis)),
            (_("Địa chỉ mạng được phép gọi"), ", ".join(request.networks)),
        )
    )
    yield Heading(f"{ROMAN[0]}. {_('QUYỀN, HẠN MỨC, THỜI HẠN')}")
    yield granted_services(request, Environment.LIVE)
    yield Heading(f"{ROMAN[1]}. {_('TRƯỜNG DỮ LIỆU ĐƯỢC ĐỌC')}")
    yield Facts(
        tuple(
            (f"{grant.code}, {grant.service.code}", ", ".join(grant.fields or ()) or _ALL)
            for grant in _open(paper, Environment.LIVE)
        )
    )
    yield Heading(f"{ROMAN[2]}. {_('TỐC ĐỘ GỌI, KHUNG GIỜ')}")
    yield Facts(tuple((grant.code, _bounds(grant)) for grant in _open(paper, Environment.LIVE)))
    yield Heading(f"{ROMAN[3]}. {_('ĐIỀU KIỆN')}")
    yield from bullets(paper.terms)
    yield Paragraph(_("Quyền có hiệu lực từ %(at)s./.") % {"at": minute(request.live_at)}, with_next=True)


def _bounds(grant: Grant) -> str:
    """Say how fast and at which hours the system may call."""
    rates = [
        text % {"n": number(rate)}
        for text, rate in (
            (_("tối đa %(n)s lượt mỗi giây"), grant.rate_per_second),
            (_("tối đa %(n)s lượt mỗi phút"), grant.rate_per_minute),
        )
        if rate
    ]
    hours = hours_said(grant.hours) or [_("mọi lúc")]
    return "; ".join([*rates, *hours])


def _revoked(paper: Paper) -> Iterator[Block]:
    given, request = paper.given, paper.request
    grants: list[Grant] = given["grants"]
    yield Paragraph(
        _("%(body)s thông báo thu hồi các quyền khai thác sau của hệ thống %(system)s, %(agency)s:")
        % {"body": paper.body.agency.name, "system": request.system, "agency": request.agency}
    )
    yield Grid(
        title=_("Quyền khai thác bị thu hồi"),
        heads=(_("STT"), _("Mã quyền"), _("Dịch vụ, cơ quan cung cấp"), _("Môi trường"), _("Số lượt mỗi ngày")),
        rows=tuple(
            (
                str(place),
                grant.code,
                f"{grant.service.title}\n({grant.service.code})\n{grant.service.provider}",
                str(grant.get_environment_display()),
                number(grant.daily_quota),
            )
            for place, grant in enumerate(grants, start=1)
        ),
        numeric=(False, False, False, False, True),
        widths=(8, 24, 36, 16, 16),
    )
    yield Facts(
        (
            (_("Lý do"), given["reason"]),
            (_("Hiệu lực từ"), minute(paper.at)),
            (_("Khóa truy xuất hết hiệu lực"), _("%(n)s khóa") % {"n": given["keys"]}),
        )
    )
    yield Paragraph(_("Lượt gọi từ thời điểm nêu trên bị nền tảng từ chối./."), with_next=True)


def _handed_over(paper: Paper) -> Iterator[Block]:
    request, connection = paper.request, _connection(paper)
    yield Facts(
        (
            (_("Cơ quan nhận"), str(request.agency)),
            (_("Hệ thống thông tin"), str(request.system)),
            (_("Cán bộ kỹ thuật của cơ quan"), said(connection.technical_contact)),
            (_("Đầu mối trực của đơn vị vận hành"), said(connection.duty_contact)),
            (_("Môi trường"), str(Environment.SANDBOX.label)),
            (_("Địa chỉ mạng được phép gọi"), ", ".join(request.networks)),
        )
    )
    yield Heading(f"{ROMAN[0]}. {_('QUYỀN, HẠN MỨC, THỜI HẠN')}")
    yield granted_services(request, Environment.SANDBOX)
    yield Heading(f"{ROMAN[1]}. {_('ĐỊA CHỈ GỌI')}")
    yield Facts(
        tuple(
            (grant.code, urljoin(settings.PUBLIC_URL, f"/api/data/{grant.service.code}/"))
            for grant in _open(paper, Environment.SANDBOX)
        )
    )
    yield Heading(f"{ROMAN[2]}. {_('KHÓA TRUY XUẤT')}")
    yield Paragraph(
        _(
            "Cán bộ kỹ thuật tự tạo khóa thử nghiệm trên cổng; khóa bí mật chỉ hiện một lần cho người tạo và không "
            "ghi trong biên bản này./."
        ),
        with_next=True,
    )
