"""P8: notices that a connection is suspended, runs again, or has ended (Q50-8.3, Q50-15.4)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from connections.models import Hold
from connections.printouts.paper import Paper, bullets, frame, minute
from core.documents.layout import Block, Document, Facts, Paragraph


def held(paper: Paper) -> Document:
    """Say who suspends the connection, why, since when, and what that means."""
    return _notice(paper, _("Tạm dừng kết nối hệ thống «%(system)s»"), _held(paper))


def resumed(paper: Paper) -> Document:
    """Say that a side lets the connection run again, and whether another still holds it."""
    return _notice(paper, _("Khôi phục kết nối hệ thống «%(system)s»"), _resumed(paper))


def ended(paper: Paper) -> Document:
    """Say that the connection ended, why, when, and what ended with it."""
    return _notice(paper, _("Hủy kết nối hệ thống «%(system)s»"), _ended(paper))


def _notice(paper: Paper, subject: str, blocks: Iterator[Block]) -> Document:
    return frame(
        paper,
        kind=_("THÔNG BÁO"),
        subject=(subject % {"system": paper.system_name},),
        addressee=str(paper.request.agency),
        blocks=blocks,
    )


def _about(paper: Paper) -> Iterator[tuple[str, str]]:
    yield _("Hệ thống thông tin"), str(paper.request.system)
    yield _("Cơ quan quản lý hệ thống"), str(paper.request.agency)


def _held(paper: Paper) -> Iterator[Block]:
    hold: Hold = paper.given["hold"]
    yield Paragraph(_("%(body)s thông báo kết nối sau bị tạm dừng:") % {"body": paper.body.agency.name})
    yield Facts(
        (
            *_about(paper),
            (_("Bên tạm dừng"), f"{hold.agency} ({hold.get_side_display()})"),
            (_("Lý do"), hold.reason),
            (_("Căn cứ"), _("Khoản 4 Điều 15 Quy chế kèm Quyết định số 50/2024/QĐ-UBND")),
            (_("Thời điểm"), minute(hold.placed_at)),
            (_("Tác động"), _reach(paper)),
        )
    )
    yield from bullets(paper.terms)
    yield Paragraph(_("Kết nối chạy lại khi không còn bên nào tạm dừng./."), with_next=True)


def _reach(paper: Paper) -> str:
    grants = paper.given["grants"]
    return _("Mọi lượt gọi bị từ chối, ở cả hai môi trường; %(n)s quyền khai thác đang mở tạm ngừng dùng") % {
        "n": grants
    }


def _resumed(paper: Paper) -> Iterator[Block]:
    hold: Hold = paper.given["hold"]
    others: list[str] = paper.given["others"]
    yield Paragraph(_("%(body)s thông báo việc tạm dừng sau được gỡ:") % {"body": paper.body.agency.name})
    yield Facts(
        (
            *_about(paper),
            (_("Bên khôi phục"), f"{hold.agency} ({hold.get_side_display()})"),
            (_("Lý do"), hold.lift_reason),
            (_("Thời điểm"), minute(hold.lifted_at)),
            (_("Tình trạng kết nối"), _still(others)),
        )
    )
    yield Paragraph(_("Trân trọng thông báo./."), with_next=True)


def _still(others: list[str]) -> str:
    if not others:
        return _("Đang chạy")
    return _("Vẫn tạm dừng theo yêu cầu của %(names)s") % {"names": ", ".join(others)}


def _ended(paper: Paper) -> Iterator[Block]:
    given = paper.given
    yield Paragraph(_("%(body)s thông báo hủy kết nối sau:") % {"body": paper.body.agency.name})
    yield Facts(
        (
            *_about(paper),
            (_("Lý do"), given["reason"]),
            (_("Căn cứ"), _("Khoản 3 Điều 8 Quy chế kèm Quyết định số 50/2024/QĐ-UBND")),
            (_("Thời điểm"), minute(paper.at)),
            (
                _("Tác động"),
                _("%(grants)s quyền khai thác bị thu hồi, %(keys)s khóa hết hiệu lực; lượt gọi sau đó bị từ chối")
                % {"grants": len(given["grants"]), "keys": given["keys"]},
            ),
        )
    )
    yield from bullets(paper.terms)
    yield Paragraph(_("Muốn kết nối lại, cơ quan gửi hồ sơ mới./."), with_next=True)
