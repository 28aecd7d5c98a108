"""Who may take the steps of an incident, and what each waits for (QC8.6, QC14.3)."""

from typing import Any

from django.utils.translation import gettext as _

from core.actor import Actor
from core.transitions import Guard
from incidents.register_choices import REVIEWED, Origin

REPORT, VIEW_OWN, VIEW_ALL, MANAGE = (
    "incident.report",
    "incident.view_own",
    "incident.view_all",
    "incident.manage",
)


def manages(incident: Any, actor: Actor) -> bool:
    """Return whether *actor* handles incidents for SKHCN."""
    return actor.may(MANAGE)


def is_platform(incident: Any, actor: Actor) -> bool:
    """Return whether the platform itself acts: it notes what it measured, nobody claims it by hand."""
    return actor.kind == "system"


def _unclassified(incident: Any) -> str:
    return (
        "" if incident.classified_at else _("Chưa phân loại: nhập mức độ, phân loại theo quy định, nhóm nguyên nhân.")
    )


def _unclassified_by_people(incident: Any) -> str:
    """Say what is missing; an outage that came and went by itself is closed without a person's judgement."""
    by_itself = incident.origin == Origin.OUTAGE and incident.severity > REVIEWED
    return "" if by_itself else _unclassified(incident)


def _unexplained(incident: Any) -> str:
    wanted = {_("nguyên nhân gốc"): incident.root_cause, _("biện pháp khắc phục"): incident.measures}
    missing = [name for name, value in wanted.items() if not value]
    return _("Chưa ghi %(what)s.") % {"what": ", ".join(missing)} if missing else ""


def _unreviewed(incident: Any) -> str:
    if incident.severity > REVIEWED or incident.reviewed_at:
        return ""
    return _("Sự cố mức 1, mức 2 cần rút kinh nghiệm trước khi đóng: ghi bài học và biện pháp phòng ngừa.")


def _tasks_open(incident: Any) -> str:
    names = [task.text for task in incident.tasks.filter(done_at__isnull=True)[:3]]
    return _("Còn việc chưa xong: %(names)s.") % {"names": "; ".join(names)} if names else ""


CLASSIFIED = Guard("incident_classified", _unclassified)
CLASSIFIED_BY_PEOPLE = Guard("incident_classified_by_people", _unclassified_by_people)
EXPLAINED = Guard("incident_explained", _unexplained)
REVIEWED_FIRST = Guard("incident_reviewed", _unreviewed)
TASKS_DONE = Guard("incident_tasks_done", _tasks_open)
