"""What of this floor waits for this person (``core.web.boards``)."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core.actor import Actor
from core.web.boards import Task
from incidents.selectors.weekly import recorded_this_week


def tasks_for(actor: Actor) -> list[Task]:
    """Return the weekly check while this week has no record."""
    if not actor.is_person or not actor.may("environment.manage") or recorded_this_week():
        return []
    hint = _("Tuần này chưa có bản ghi")
    return [Task(_("Ghi kiểm tra, bảo trì hằng tuần"), hint, reverse("admin:incidents_weeklycheck_add"))]
