"""What of the yearly duties waits for a person, for the workbench."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core.actor import Actor
from core.documents.wording import moment
from core.web.boards import Task
from reports.models import training
from reports.selectors.training import unmarked

MOST = 7


def yearly_tasks(actor: Actor) -> list[Task]:
    """Return what waits for *actor*: sessions that are over and not closed."""
    return _to_mark(actor)


def _to_mark(actor: Actor) -> list[Task]:
    if not actor.may(training.MANAGE):
        return []
    return [
        Task(
            _("Điểm danh, kết thúc buổi tập huấn: %(title)s") % {"title": session.title},
            _("Kết thúc lúc %(when)s") % {"when": moment(session.ends_at)},
            reverse("admin:reports_trainingsession_change", args=[session.pk]),
        )
        for session in unmarked()[:MOST]
    ]
