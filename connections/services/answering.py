"""The agency answers what it was asked to complete, point by point (QC10.2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from connections.choices import Part, State
from connections.models import CompletionPoint, ConnectionRequest
from connections.selectors.completion import open_points
from connections.services.drafts import DRAFT, closed_for_writing
from connections.services.moves import lock, touch
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused
from core.text import tidy

SEND = "request.send"
LONG = 4000


@dataclass(frozen=True, slots=True)
class Answer:
    """What answers a point: a text, the part that was changed for it, or both; files stand beside."""

    text: str
    changed_part: str = ""


@transaction.atomic
def answer_points(
    *, actor: Actor, request: ConnectionRequest, answers: Mapping[int, Answer | str]
) -> ConnectionRequest:
    """Keep answers by point id; they are sent with ``sending.answer_completion``. Twice the same is kept once.

    Raises InvalidInput on ``point-<id>``, PermissionRefused, StateRefused.
    """
    stored = lock(request)
    if actor.agency_id != stored.agency_id or not (actor.may(DRAFT) or actor.may(SEND)):
        raise PermissionRefused(_("Sửa hồ sơ thuộc cán bộ của %(agency)s.") % {"agency": stored.agency})
    if stored.state != State.COMPLETION_REQUESTED:
        raise closed_for_writing(stored)
    points = list(open_points(stored).select_for_update(of=("self",)))
    before, after = write_answers(actor, points, answers)
    if after:
        touch(stored)
        record_fact(
            actor=actor,
            deed="request.point_answered",
            subject=stored,
            before=before,
            after=after,
            clause="QC10.2",
        )
    return stored


def write_answers(
    actor: Actor, points: list[CompletionPoint], answers: Mapping[int, Answer | str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Write what differs into locked points; return both sides by number of the point. Raises InvalidInput."""
    errors: dict[str, list[str]] = {}
    changed: list[tuple[CompletionPoint, Answer]] = []
    for point in points:
        answer = _read(answers.get(point.pk, Answer(point.answer, point.changed_part)))
        if len(answer.text) > LONG:
            text = _("Nội dung số %(n)s tối đa %(limit)s ký tự")
            errors[f"point-{point.pk}"] = [text % {"n": point.number, "limit": LONG}]
        elif answer != Answer(point.answer, point.changed_part):
            changed.append((point, answer))
    if errors:
        raise InvalidInput(errors)
    before = {str(point.number): point.answer for point, _answer in changed}
    for point, answer in changed:
        point.answer, point.changed_part = answer.text, answer.changed_part
        point.answered_by_id, point.answered_at = actor.user_id, clock.now()
        point.save()
    return before, {str(point.number): point.answer for point, _answer in changed}


def _read(given: Answer | str) -> Answer:
    """Return *given* tidied; a changed part alone says so in words."""
    answer = given if isinstance(given, Answer) else Answer(given)
    part = answer.changed_part if answer.changed_part in Part.values else ""
    text = tidy(answer.text)
    if part and not text:
        text = _("Đã sửa phần «%(part)s»") % {"part": Part(part).label}
    return Answer(text, part)


def answer_by_files(actor: Actor, points: list[CompletionPoint]) -> None:
    """Let files alone answer a point, by their names."""
    for point in points:
        names = list(point.attachments.current().values_list("name", flat=True)) if not point.answer else []
        if names:
            point.answer = _("Xem tệp đính kèm: %(names)s") % {"names": ", ".join(names)}
            point.answered_by_id, point.answered_at = actor.user_id, clock.now()
            point.save()
