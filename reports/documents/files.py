"""The files of a report from its frozen figures and its words."""

from collections.abc import Mapping
from dataclasses import replace

from core.documents.docx import render
from reports.choices import Format
from reports.content.figures import Frozen
from reports.documents.periodic import compose
from reports.models import ReportRun


def render_files(run: ReportRun, frozen: Frozen, narrative: Mapping[str, str]) -> dict[Format, bytes]:
    """Return the content of each file of *run*; the same run, figures and words give the same bytes for ever."""
    worded = tuple(
        replace(section, summary=narrative.get(section.code) or section.summary) for section in frozen.sections
    )
    return {Format.DOCX: render(compose(run, replace(frozen, sections=worded)))}
