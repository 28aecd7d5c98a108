"""The yearly review as an official document in the layout of Nghị định 30/2020/NĐ-CP (Q50-15.7)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Agency
from connections.printouts.letterheads import Body, body_of, numbered, place_and_date
from connections.printouts.paper import ROMAN, frame
from core import clock
from core.documents.layout import Block, Document, Facts, Grid, Heading, Paragraph
from core.documents.wording import number, short_date
from core.regulation import UnknownClause, cite
from reports.models import ReviewTheme, YearlyReview


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the frame of a paper asks of a review; the review itself holds bases and recipients."""

    review: YearlyReview
    body: Body
    at: datetime

    @property
    def template(self) -> YearlyReview:
        """Where bases and recipients stand."""
        return self.review

    @property
    def code(self) -> str:
        """Code the paper is checked by."""
        return self.review.code

    @property
    def number(self) -> str:
        """Number of the case."""
        return str(self.review)

    @property
    def named(self) -> str:
        """The case as the foot names it."""
        return str(self.review)

    @property
    def signer(self) -> tuple[str, ...]:
        """Lines of the office that signs."""
        return tuple(self.review.signer_lines.splitlines()) or self.body.signer


def compose_review(review: YearlyReview, issuer: Agency) -> Document:
    """Return the document of *review*, which has its code and number."""
    sheet = Sheet(review, body_of(issuer), review.issued_at or clock.now())
    document = frame(
        sheet,  # type: ignore[arg-type]
        kind=_("BÁO CÁO"),
        subject=(_("Rà soát việc thực hiện quy chế LGSP, vướng mắc và đề xuất năm %(year)s") % {"year": review.year},),
        addressee=review.addressee,
        blocks=tuple(_blocks(review, sheet.body.agency.name)),
    )
    head = replace(document.head, number=numbered(document.head, review.number))
    return replace(document, head=head, place_and_date=place_and_date(head, review.number_date, review.year))


def _blocks(review: YearlyReview, issuer: str) -> Iterator[Block]:
    themes = list(review.themes.all())
    yield Paragraph(
        _("%(issuer)s báo cáo kết quả rà soát, tổng hợp vướng mắc, đề xuất của các cơ quan từ %(start)s đến %(end)s:")
        % {"issuer": issuer, "start": short_date(review.period_start), "end": short_date(review.period_end)}
    )
    yield Heading(_("I. Đánh giá chung"))
    yield from _paragraphs(review.opening or _("Trong kỳ nhận ý kiến của các cơ quan theo các nhóm dưới đây."))
    yield _counts(themes)
    yield Heading(_("II. Vướng mắc, đề xuất và ý kiến của Sở"))
    for place, theme in enumerate(themes, start=1):
        yield from _theme(place, theme)
    yield Heading(_("III. Đề xuất sửa đổi quy chế"))
    proposals = [theme for theme in themes if theme.proposal]
    for theme in proposals:
        yield Paragraph(f"{theme.title}:", strong=True, with_next=True)
        yield from _paragraphs(theme.proposal)
    if not proposals:
        yield Paragraph(_("Không đề xuất sửa đổi quy chế trong kỳ này."))
    if review.closing:
        yield Heading(_("%(roman)s. Kiến nghị") % {"roman": ROMAN[3]})
        yield from _paragraphs(review.closing)
    yield Paragraph(_("Trên đây là báo cáo của %(issuer)s./.") % {"issuer": issuer}, with_next=True)


def _paragraphs(text: str) -> Iterator[Paragraph]:
    return (Paragraph(line.strip()) for line in text.splitlines() if line.strip())


def _counts(themes: list[ReviewTheme]) -> Grid:
    return Grid(
        title=_("Vướng mắc, đề xuất theo nhóm"),
        heads=(_("STT"), _("Nhóm"), _("Số ý kiến"), _("Số cơ quan")),
        rows=tuple(
            (str(place), theme.title, number(theme.feedback), number(theme.agencies))
            for place, theme in enumerate(themes, start=1)
        ),
        numeric=(False, False, True, True),
        widths=(8, 56, 18, 18),
    )


def _theme(place: int, theme: ReviewTheme) -> Iterator[Block]:
    yield Heading(f"{place}. {theme.title}", level=2)
    yield Facts(
        (
            (
                _("Số ý kiến"),
                _("%(n)s ý kiến của %(m)s cơ quan") % {"n": number(theme.feedback), "m": number(theme.agencies)},
            ),
            (_("Điều khoản"), cited(theme.clauses) or _("Không nêu")),
            (_("Nội dung tiêu biểu"), theme.representative),
            (_("Ý kiến của Sở"), theme.our_answer or _("Không nêu")),
        )
    )


def cited(clauses: str) -> str:
    """Return ids of clauses, parted by commas, in words, one a line."""
    return "\n".join(map(_cited, filter(None, clauses.split(", "))))


def _cited(found: str) -> str:
    try:
        return str(cite(found))
    except UnknownClause:
        return found
