"""P9: the register of dossiers of a period, on wide paper (ux.md §5). A list, not a paper of one dossier."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from connections.printouts.letterheads import Body, place_and_date
from connections.printouts.paper import minute
from connections.selectors.register import Entry, heads
from core.clock import VIETNAM
from core.documents.layout import Block, Document, Grid, Paragraph, Sign
from core.documents.wording import number, short_date


def compose(body: Body, entries: Sequence[Entry], first: date, last: date, at: datetime) -> Document:
    """Return the register as a document without number or check: it is a list, made anew each time."""
    here = at.astimezone(VIETNAM)
    subject = _("Từ ngày %(first)s đến hết ngày %(last)s") % {"first": short_date(first), "last": short_date(last)}
    return Document(
        head=replace(body.head, number=""),
        place_and_date=place_and_date(body.head, here.date(), here.year),
        kind=_("SỔ THEO DÕI HỒ SƠ KẾT NỐI"),
        subject=(subject,),
        addressee="",
        legal_bases=(),
        blocks=tuple(_blocks(entries)),
        recipients=(),
        signs=(Sign((_("NGƯỜI LẬP SỔ"),), _("(Ký, ghi rõ họ tên)")),),
        foot=_("Sổ theo dõi hồ sơ kết nối. In lúc %(at)s.") % {"at": minute(at)},
        code=_("Sổ theo dõi"),
        made_at=at.replace(microsecond=0),
        wide=True,
    )


def _blocks(entries: Sequence[Entry]) -> Iterator[Block]:
    if not entries:
        yield Paragraph(_("Không có hồ sơ nào được gửi trong thời gian này."), with_next=True)
        return
    yield Grid(
        heads=(_("STT"), *_printed(list(map(str, heads())))),
        rows=tuple((str(place), *_printed(entry.cells())) for place, entry in enumerate(entries, start=1)),
        numeric=(False,) * 10,
        widths=(5, 14, 16, 15, 9, 9, 9, 9, 8, 8),
    )
    yield Paragraph(_("Sổ có %(n)s hồ sơ./.") % {"n": number(len(entries))}, with_next=True)


def _printed(cells: Sequence[str]) -> tuple[str, ...]:
    """Return *cells* without the kind of dossier, for which paper has no room."""
    return (*cells[:3], *cells[4:])
