"""Who may do what with a report, and what its steps wait for."""

from typing import Any

from django.utils.translation import gettext as _

from core.actor import Actor
from core.transitions import Guard

VIEW, DRAFT, PUBLISH = "report.view", "report.draft", "report.publish"


def sees_drafts(actor: Actor) -> bool:
    """Return whether *actor* is of SKHCN's staff, who see reports before they are published."""
    return actor.may(DRAFT) or actor.may(PUBLISH) or (actor.may(VIEW) and actor.may("admin.enter"))


def is_platform(run: Any, actor: Actor) -> bool:
    """Return whether the platform itself acts: only the jobs that make a report end or fail their part."""
    return actor.kind == "system"


def drafts(run: Any, actor: Actor) -> bool:
    """Return whether *actor* draws up reports."""
    return actor.may(DRAFT)


def publishes(run: Any, actor: Actor) -> bool:
    """Return whether *actor* approves and publishes, and had no hand in this report: asking, wording, submitting."""
    if not (actor.is_person and actor.may(PUBLISH)) or actor.user_id in (run.requested_by_id, run.submitted_by_id):
        return False
    return not run.narratives.filter(by_id=actor.user_id).exists()


def _not_written(run: Any) -> str:
    return "" if run.sha256 and run.figures else _("Báo cáo chưa có tệp.")


WRITTEN = Guard("report_written", _not_written)
