"""Reading yearly reviews, and the feedback of a period gathered by theme (Q50-15.7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from connections.selectors.printouts import Checked
from core import clock
from core.actor import Actor
from core.ids import tidy_spoken_code
from reports.feedback_choices import FeedbackState, ReviewState
from reports.models import Feedback, YearlyReview

#: How many texts of a theme a draft begins with.
SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Gathered:
    """The feedback of one theme: how many pieces of how many agencies, on which clauses, in what words."""

    theme_id: int | None
    title: str
    feedback: int
    agencies: int
    clauses: tuple[str, ...]
    representative: str
    our_answer: str


def reviews_for(actor: Actor) -> QuerySet[YearlyReview]:
    """Return the reviews the actor sees, the newest first, without what is frozen in them."""
    return YearlyReview.objects.visible_to(actor).defer("content")


def gathered(start: date, end: date) -> list[Gathered]:
    """Return the feedback filed from *start* to the end of *end* by theme, the theme of most agencies first."""
    filed = Feedback.objects.filter(filed_at__gte=clock.start_of(start), filed_at__lt=clock.start_of(end, after=True))
    by_theme: dict[int | None, list[Feedback]] = {}
    for one in filed.select_related("theme").order_by("id"):
        by_theme.setdefault(one.theme_id, []).append(one)
    found = [_gathered(theme_id, rows) for theme_id, rows in by_theme.items()]
    return sorted(found, key=lambda one: (one.theme_id is None, -one.agencies, -one.feedback, one.title))


def _gathered(theme_id: int | None, rows: list[Feedback]) -> Gathered:
    theme = rows[0].theme
    answers = dict.fromkeys(one.answer for one in rows if one.state == FeedbackState.ANSWERED)
    return Gathered(
        theme_id=theme_id,
        title=theme.name if theme else _("Nội dung chưa xếp nhóm"),
        feedback=len(rows),
        agencies=len({one.agency_id for one in rows}),
        clauses=tuple(sorted({one.clause for one in rows if one.clause})),
        representative=_lines(one.subject for one in rows[:SAMPLES]),
        our_answer="\n\n".join(list(answers)[:SAMPLES]),
    )


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(texts))


def checked(typed: str) -> Checked | None:
    """Return what the public may know of the review with the code *typed*, None where there is none."""
    code = tidy_spoken_code(typed)
    found = YearlyReview.objects.filter(code=code, state=ReviewState.ISSUED).first() if code else None
    if found is None or found.content is None or found.issued_at is None:
        return None
    return Checked(
        title=_("Báo cáo rà soát hằng năm"),
        body=str(found.content["head"]["issuer"]).replace("\n", " ") if "head" in found.content else "",
        dossier=str(found),
        number=found.number,
        number_date=found.number_date,
        issued_at=found.issued_at,
        standing=_("Còn hiệu lực"),
        in_force=True,
        sha256=found.sha256,
    )
