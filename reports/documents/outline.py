"""What a report's files share, whatever their format: its words by part, what goes behind the text, its check."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from core.charts import Chart
from reports.content.figures import Frozen, Section, Table
from reports.documents.wording import paragraphs

#: Parts of their own around the sections, by their key in the narrative (``reports.drafting`` fills them).
OPENING, ASSESSMENT, RECOMMENDATIONS = "opening", "assessment", "recommendations"
# A table with more rows, or more columns, than this stands behind the text; wide ones on turned pages.
_ROWS, _COLUMNS, _UPRIGHT = 15, 7, 6
#: A table with more rows (about 60 pages) is given in the workbook alone; the text says so.
MOST_PRINTED = 2_000
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


@dataclass(frozen=True, slots=True)
class Annex:
    """A table behind the text: its numeral among the appendices ("": too long for paper), the section it is of."""

    numeral: str
    table: Table
    section: Section

    @property
    def printed(self) -> bool:
        """Whether it is an appendix of the paper, not of the workbook alone."""
        return bool(self.numeral)

    @property
    def name(self) -> str:
        """Where the text says it is found."""
        return named(self.numeral) if self.printed else _("tệp Excel của báo cáo")

    @property
    def sheet(self) -> str:
        """What its sheet in the workbook is called."""
        return f"{self.name}. {self.table.title}" if self.printed else self.table.title

    @property
    def landscape(self) -> bool:
        """Whether its pages are turned."""
        return len(self.table.columns) > _UPRIGHT


def named(numeral: str) -> str:
    """Return "Phụ lục II", or "Phụ lục" for the only one."""
    return _("Phụ lục %(numeral)s") % {"numeral": numeral} if numeral else _("Phụ lục")


def roman(value: int) -> str:
    """Return *value* (1 to 39) in Roman numerals.

    >>> roman(14)
    'XIV'
    """
    found = ""
    for worth, sign in _ROMAN:
        while value >= worth:
            found, value = found + sign, value - worth
    return found


def annexes(frozen: Frozen) -> tuple[Annex, ...]:
    """Return the tables behind the text in their order; the way figures are reckoned follows as the last appendix."""
    made: list[Annex] = []
    place = 0
    for section in frozen.sections:
        for table in filter(_is_annex, section.tables):
            printed = len(table.rows) <= MOST_PRINTED
            place += printed
            made.append(Annex(roman(place) if printed else "", table, section))
    return tuple(made)


def last_numeral(frozen: Frozen) -> str:
    """Return the numeral of the appendix that says how figures are reckoned, "" where it is the only one."""
    before = sum(annex.printed for annex in annexes(frozen))
    return roman(before + 1) if before else ""


def _is_annex(table: Table) -> bool:
    return bool(table.rows) and (table.appendix or len(table.rows) > _ROWS or len(table.columns) > _COLUMNS)


def words_of(section: Section, narrative: Mapping[str, str]) -> list[str]:
    """Return the paragraphs of *section*: as staff worded them, else as drafted with the figures."""
    return paragraphs(narrative.get(section.code, "")) or paragraphs(section.summary)


def closing_parts(frozen: Frozen, narrative: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Give head and paragraphs of the parts after the sections; one that a section tells already is left out."""
    told = {section.code for section in frozen.sections}
    heads = ((ASSESSMENT, _("Đánh giá chung")), (RECOMMENDATIONS, _("Kiến nghị, đề xuất")))
    for code, head in heads:
        if code not in told and (words := paragraphs(narrative.get(code, ""))):
            yield head, words


def has_comparisons(frozen: Frozen) -> bool:
    """Return whether any figure knows an earlier period."""
    figures = (figure for section in frozen.sections for figure in section.figures)
    return any(figure.previous is not None or figure.last_year is not None for figure in figures)


def has_twin(chart: Chart, section: Section) -> bool:
    """Return whether a table of *section* gives the numbers of *chart* already."""
    return any(table.code == chart.code and table.rows for table in section.tables)


def check_address(code: str) -> str:
    """Return the public address at which the report with *code* is checked."""
    return urljoin(settings.PUBLIC_URL, reverse("verify_report", args=[code]))
