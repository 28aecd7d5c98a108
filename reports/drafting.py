"""First words of a report, drafted by rules from its figures; people edit them afterwards. Pure.

A part begins with its own sentence, which compares the figures it names with both periods.
"""

from typing import Any

from reports.content.assessing import assessment, recommendations

#: Parts of their own around the sections.
OPENING, ASSESSMENT, RECOMMENDATIONS = "opening", "assessment", "recommendations"


def draft(frozen: Any) -> dict[str, str]:
    """Return the words of each part by its code; the opening is left to the layout."""
    return {
        OPENING: "",
        **{section.code: section.summary for section in frozen.sections},
        ASSESSMENT: assessment(frozen.sections),
        RECOMMENDATIONS: recommendations(frozen.sections),
    }
