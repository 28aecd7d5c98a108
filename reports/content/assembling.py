"""A report's sections from the rows of one moment, each figure beside what it was before."""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from core.clock import VIETNAM
from core.documents.wording import short_date
from reports.comparing import Comparisons
from reports.content.availability import AVAILABILITY
from reports.content.campaigns import CAMPAIGNS
from reports.content.dossiers import DOSSIERS
from reports.content.duties import DATA_ERRORS, EXCEPTIONS
from reports.content.feedback import FEEDBACK
from reports.content.figures import Section
from reports.content.funding import FUNDING
from reports.content.grants import EXPECTED_USE
from reports.content.incidents import INCIDENTS
from reports.content.response import RESPONSE
from reports.content.standing import CATALOGUE, CONNECTIONS, UNCONNECTED
from reports.content.training import TRAINING
from reports.content.use import REFUSALS, USE
from reports.content.violations import VIOLATIONS
from reports.content.words import Part
from reports.queries.beginning import first_moment
from reports.queries.gathering import Gathered, gather
from reports.queries.window import Window, one_view

#: The parts of a report in their order.
PARTS: tuple[Part, ...] = (
    CONNECTIONS,
    CATALOGUE,
    USE,
    RESPONSE,
    REFUSALS,
    DOSSIERS,
    INCIDENTS,
    AVAILABILITY,
    VIOLATIONS,
    EXCEPTIONS,
    DATA_ERRORS,
    EXPECTED_USE,
    CAMPAIGNS,
    UNCONNECTED,
    FUNDING,
    TRAINING,
    FEEDBACK,
)


def sections(window: Window, comparisons: Comparisons) -> tuple[Section, ...]:
    """Return what a report on *window* says, as of one moment: a fixed number of queries, whatever the rows.

    A period that ended before the platform's register began has no data: its figures are None, never zero.
    """
    with one_view():
        first = first_moment()
        now = gather(window)
        before = _others(comparisons.previous, first)
        same = comparisons.last_year == comparisons.previous
        last_year = before if same else _others(comparisons.last_year, first)
    if first is None or first >= window.until:
        day = short_date(first.astimezone(VIETNAM).date()) if first else ""
        return tuple(_nothing(_section(part, now, None, None), day) for part in PARTS)
    return tuple(_section(part, now, before, last_year) for part in PARTS)


def _others(window: Window, first: datetime | None) -> Gathered | None:
    return gather(window, whole=False) if first is not None and first < window.until else None


def _section(part: Part, now: Gathered, before: Gathered | None, last_year: Gathered | None) -> Section:
    then, year = (
        {figure.code: figure.value for figure in part.figures(other)} if other else {} for other in (before, last_year)
    )
    figures = (
        replace(figure, previous=then.get(figure.code), last_year=year.get(figure.code))
        for figure in part.figures(now)
    )
    return part.section(now, tuple(figures))


def _nothing(section: Section, first: str) -> Section:
    """Return *section* without a number: the platform did not run in its period."""
    said = _("Không có số liệu: kỳ báo cáo kết thúc trước ngày nền tảng có số liệu đầu tiên.")
    if first:
        said = _("Không có số liệu: kỳ báo cáo kết thúc trước ngày nền tảng có số liệu đầu tiên (%(day)s).") % {
            "day": first
        }
    return replace(
        section,
        summary=said,
        figures=tuple(replace(figure, value=None) for figure in section.figures),
        tables=tuple(replace(table, rows=()) for table in section.tables),
        charts=(),
    )
