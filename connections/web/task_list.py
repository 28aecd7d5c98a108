"""The seven tasks of a filing as the dossier's page lists them (ux.md A1)."""

from django.utils.translation import gettext as _

from connections.choices import Part, State
from connections.models import ConnectionRequest
from connections.selectors.parts import begun
from connections.web.part_forms import SLUGS
from core.templatetags.patterns import Task


def tasks_of(found: ConnectionRequest) -> list[Task]:
    """Return each part with how it stands, and checking and sending while the dossier is a draft."""
    complete = found.parts()
    tasks = [_task(found, part, done=complete[part]) for part in Part]
    if found.state == State.DRAFT:
        ready = all(complete.values())
        hint = _("Xem lại toàn bộ rồi chuyển đại diện cơ quan gửi") if ready else _("Mở khi sáu phần trên đã xong")
        state = "todo" if ready else "blocked"
        tasks.append({"title": _("Kiểm tra và gửi"), "url": "kiem-tra/", "state": state, "hint": hint})
    return tasks


def _task(found: ConnectionRequest, part: Part, *, done: bool) -> Task:
    state = "done" if done else "started" if begun(found, part) else "todo"
    task: Task = {"title": part.label, "url": f"phan/{SLUGS[part]}/", "state": state}
    if part in found.prefilled:
        task["hint"] = _("Điền sẵn từ hồ sơ %(number)s; xem lại") % {"number": found.copied_from}
    return task


def next_part(found: ConnectionRequest, after: str) -> str:
    """Return the part to go on with behind *after*: the next that is not complete, from the top again; "" for none."""
    missing, order = found.missing_parts(), list(Part.values)
    place = order.index(after) + 1
    return next((part for part in [*order[place:], *order[:place]] if part in missing), "")
