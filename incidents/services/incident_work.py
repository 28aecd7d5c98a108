"""What has to be done about an incident: tasks of both sides."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.record import record_fact
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy
from incidents.guards.incidents import MANAGE, REPORT
from incidents.models import Incident, IncidentTask
from incidents.register_choices import Audience, EntryKind
from incidents.services.incident_moves import CLAUSE, add_entry, lock_incident, require_manager, touch_incident
from incidents.services.incident_telling import tell_party


@transaction.atomic
def set_task(
    *,
    actor: Actor,
    incident: Incident,
    text: str,
    agency: Agency | None = None,
    due_at: datetime | None = None,
    revision: int | None = None,
) -> IncidentTask:
    """Give a task to an agency that was told of the incident, or to SKHCN itself (no agency).

    Raises PermissionRefused, StateRefused once it is ended, InvalidInput.
    """
    require_manager(actor)
    stored, said = lock_incident(incident, revision=revision), tidy(text)
    if stored.is_ended:
        raise StateRefused(_("Sự cố đã kết thúc; mở lại rồi giao việc."))
    party = stored.parties.filter(agency=agency, told_at__isnull=False).first() if agency is not None else None
    errors: dict[str, list[str]] = {}
    if not said or len(said) > 500:
        errors["text"] = [_("Nhập việc phải làm, tối đa 500 ký tự")]
    if agency is not None and party is None:
        errors["agency"] = [_("Báo sự cố cho cơ quan này trước khi giao việc")]
    if due_at is not None and due_at <= clock.now():
        errors["due_at"] = [_("Hạn phải sau bây giờ")]
    if errors:
        raise InvalidInput(errors)
    made = IncidentTask.objects.create(incident=stored, agency=agency, text=said, due_at=due_at, set_at=clock.now())
    who = agency.name if agency is not None else _("Sở Khoa học và Công nghệ")
    audience = Audience.INTERNAL if agency is None else Audience.PARTIES
    add_entry(actor, stored, EntryKind.TASK, audience, _("%(who)s: %(text)s") % {"who": who, "text": said})
    touch_incident(stored)
    after = {"task": said, "agency": agency, "due_at": due_at}
    record_fact(actor=actor, deed="incident.task_set", subject=stored, after=after, clause=CLAUSE)
    if party is not None:
        values = {"code": stored.code}
        body = _("Sở Khoa học và Công nghệ giao một việc xử lý sự cố %(code)s. Nội dung và hạn ghi trên cổng.")
        tell_party(party, "task_set", _("Việc xử lý sự cố %(code)s") % values, body % values)
    return made


@transaction.atomic
def finish_task(*, actor: Actor, task: IncidentTask, result: str) -> IncidentTask:
    """Say what was done. Raises PermissionRefused for another side, StateRefused when done already, InvalidInput."""
    incident = lock_incident(task.incident)
    stored = IncidentTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
    own = stored.agency_id is not None and stored.agency_id == actor.agency_id and actor.may(REPORT)
    if not own and not actor.may(MANAGE):
        raise PermissionRefused(_("Việc này thuộc bên khác thực hiện."))
    if stored.done_at is not None:
        raise StateRefused(_("Việc này đã được ghi là xong."))
    said = tidy(result)
    if not said or len(said) > 1000:
        raise InvalidInput({"result": [_("Nhập kết quả, tối đa 1000 ký tự")]})
    stored.done_at, stored.done_by_id, stored.result = clock.now(), actor.user_id, said
    stored.save()
    audience = Audience.INTERNAL if stored.agency_id is None else Audience.PARTIES
    text = _("Xong: %(task)s. %(result)s") % {"task": stored.text, "result": said}
    add_entry(actor, incident, EntryKind.TASK, audience, text)
    touch_incident(incident)
    after = {"task": stored.text, "result": said}
    record_fact(actor=actor, deed="incident.task_done", subject=incident, after=after, clause=CLAUSE)
    return stored
