"""A periodic report as an official document: frozen figures put in the order of Nghị định 30/2020/NĐ-CP."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from core.clock import VIETNAM
from core.documents.layout import Appendix, Block, Check, Document, Grid, Heading, Letterhead, Paragraph, Sign
from core.documents.wording import long_date, moment, short_date, two_lines
from core.text import nfc
from reports.content.figures import Frozen
from reports.documents.blocks import cell_text, section_blocks, table_blocks
from reports.documents.outline import (
    OPENING,
    Annex,
    annexes,
    check_address,
    closing_parts,
    has_comparisons,
    last_numeral,
    named,
    roman,
)
from reports.documents.wording import ended, paragraphs
from reports.models import ReportRun
from reports.selectors.runs import period_name

__all__ = ["cell_text", "compose", "definitions"]


def compose(run: ReportRun, frozen: Frozen, narrative: Mapping[str, str] | None = None) -> Document:
    """Return the document of *run*; the same run, figures and words give the same document for ever.

    *narrative*: texts by section code, and of the parts around the sections (``outline.OPENING``…).
    """
    head, address = frozen.letterhead, check_address(run.code)
    return Document(
        head=Letterhead(
            superior=two_lines(head.superior.upper()),
            issuer=head.issuer.upper(),
            number=nfc(_("Số:          /BC-%(symbol)s") % {"symbol": head.symbol}),
            place=head.place,
        ),
        place_and_date=f"{head.place}, {long_date(run.requested_at.astimezone(VIETNAM).date())}",
        kind=_("BÁO CÁO"),
        subject=tuple(_subject(run, head.subject)),
        addressee=_("Kính gửi: %(to)s.") % {"to": head.addressee},
        legal_bases=tuple(ended(head.legal_bases, _("Căn cứ %(item)s"))),
        blocks=tuple(_body(run, frozen, narrative or {})),
        recipients=tuple(ended(head.recipients, "- %(item)s")),
        signs=(Sign((head.signer,)),),
        appendices=tuple(_appendices(run, frozen)),
        foot=_("Mã báo cáo: %(code)s. Số liệu đến %(when)s.\nKiểm tra báo cáo: %(address)s")
        % {"code": run.code, "when": moment(run.data_until), "address": address},
        code=run.code,
        made_at=run.requested_at,
        check=Check(address, run.code),
    )


def _subject(run: ReportRun, subject: str) -> Iterator[str]:
    yield _("%(subject)s %(period)s") % {"subject": subject, "period": period_name(run)}
    if run.preliminary:
        yield _("(Số liệu tạm tính đến %(when)s)") % {"when": moment(run.data_until)}


def _body(run: ReportRun, frozen: Frozen, narrative: Mapping[str, str]) -> Iterator[Block]:
    yield from map(Paragraph, paragraphs(narrative.get(OPENING, "")))
    yield _begins(run, frozen)
    if run.preliminary:
        yield Paragraph(
            _("Kỳ báo cáo chưa kết thúc. Số liệu dưới đây là số liệu tạm tính đến %(when)s.")
            % {"when": moment(run.data_until)},
            strong=True,
        )
    behind, compare = annexes(frozen), has_comparisons(frozen)
    for place, section in enumerate(frozen.sections, start=1):
        yield from section_blocks(roman(place), section, narrative, behind=behind, compare=compare)
    for place, (title, words) in enumerate(closing_parts(frozen, narrative), start=len(frozen.sections) + 1):
        yield Heading(f"{roman(place)}. {title}")
        yield from map(Paragraph, words)
    yield _enclosed(frozen, behind)
    yield Paragraph(_("Trên đây là báo cáo của %(issuer)s./.") % {"issuer": frozen.letterhead.issuer}, with_next=True)


def _begins(run: ReportRun, frozen: Frozen) -> Paragraph:
    return Paragraph(
        _(
            "%(issuer)s báo cáo %(to)s tình hình kết nối, chia sẻ dữ liệu và hoạt động của Nền tảng tích hợp, chia sẻ "
            "dữ liệu (LGSP) %(period)s, từ ngày %(start)s đến hết ngày %(end)s, như sau:"
        )
        % {
            "issuer": frozen.letterhead.issuer,
            "to": frozen.letterhead.addressee,
            "period": period_name(run),
            "start": short_date(run.period_start),
            "end": short_date(run.period_end),
        }
    )


def _enclosed(frozen: Frozen, behind: tuple[Annex, ...]) -> Paragraph:
    printed = [annex for annex in behind if annex.printed]
    listed = [_("%(annex)s: %(title)s") % {"annex": annex.name, "title": annex.table.title} for annex in printed]
    listed.append(_("%(annex)s: Cách tính số liệu") % {"annex": named(last_numeral(frozen))})
    return Paragraph(_("Kèm theo báo cáo: %(list)s.") % {"list": "; ".join(listed)})


def _appendices(run: ReportRun, frozen: Frozen) -> Iterator[Appendix]:
    note = _("(Kèm theo Báo cáo số          /BC-%(symbol)s năm %(year)s của %(issuer)s)") % {
        "symbol": frozen.letterhead.symbol,
        "year": run.requested_at.astimezone(VIETNAM).year,
        "issuer": frozen.letterhead.issuer,
    }
    for annex in (annex for annex in annexes(frozen) if annex.printed):
        blocks = tuple(table_blocks(annex.table, titled=False))
        title = f"{annex.name}\n{annex.table.title.upper()}"
        yield Appendix(title, blocks, landscape=annex.landscape, note=nfc(note))
    yield Appendix(f"{named(last_numeral(frozen))}\n{_('CÁCH TÍNH SỐ LIỆU')}", (_definitions(frozen),), note=nfc(note))


def _definitions(frozen: Frozen) -> Grid:
    return Grid(
        heads=(_("STT"), _("Chỉ tiêu"), _("Cách tính")),
        rows=tuple((str(place), *row) for place, row in enumerate(definitions(frozen), start=1)),
        numeric=(False, False, False),
        widths=(8, 34, 58),
    )


def definitions(frozen: Frozen) -> Iterator[tuple[str, str]]:
    """Give what every figure and table is called and how it is reckoned."""
    for section in frozen.sections:
        yield from ((figure.label, figure.definition) for figure in section.figures)
    for section in frozen.sections:
        yield from ((table.title, table.definition) for table in section.tables)
