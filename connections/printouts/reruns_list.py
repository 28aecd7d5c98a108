"""The list of connections a new version of a structure affects, on wide paper (QC9.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from connections.printouts.letterheads import Body, place_and_date
from connections.printouts.paper import minute
from connections.selectors.reruns import Entry, heads
from core.clock import VIETNAM
from core.documents.layout import Block, Document, Grid, Paragraph, Sign
from core.documents.wording import number


def compose(body: Body, entries: Sequence[Entry], profile: str, at: datetime) -> Document:
    """Return the list as a document without number or check, made anew each time."""
    here = at.astimezone(VIETNAM)
    return Document(
        head=replace(body.head, number=""),
        place_and_date=place_and_date(body.head, here.date(), here.year),
        kind=_("DANH SÁCH KẾT NỐI BỊ ẢNH HƯỞNG"),
        subject=(_("Theo cấu trúc thông điệp: %(profile)s") % {"profile": profile},),
        addressee="",
        legal_bases=(),
        blocks=tuple(_blocks(entries)),
        recipients=(),
        signs=(Sign((_("NGƯỜI LẬP DANH SÁCH"),), _("(Ký, ghi rõ họ tên)")),),
        foot=_("Kiểm tra lại tuân thủ cấu trúc thông điệp. In lúc %(at)s.") % {"at": minute(at)},
        code=_("Danh sách"),
        made_at=at.replace(microsecond=0),
        wide=True,
    )


def _blocks(entries: Sequence[Entry]) -> Iterator[Block]:
    if not entries:
        yield Paragraph(_("Chưa có kết nối nào trong danh sách."), with_next=True)
        return
    yield Grid(
        heads=(_("STT"), *map(str, heads())),
        rows=tuple((str(place), *entry.cells()) for place, entry in enumerate(entries, start=1)),
        numeric=(False,) * 7,
        widths=(5, 20, 18, 13, 10, 10, 24),
    )
    yield Paragraph(_("Danh sách có %(n)s kết nối./.") % {"n": number(len(entries))}, with_next=True)
