"""The agency sends, answers and withdraws (QC10.1, QC10.2)."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from catalog.services.readiness import mark_ended, mark_filed
from connections.choices import PrintoutKind, Step
from connections.models import ConnectionRequest
from connections.selectors.completion import open_points
from connections.selectors.people import holders_of
from connections.services.answering import Answer, answer_by_files, write_answers
from connections.services.clocks import resume_clock, start_clock, stop_all_clocks, stop_clock
from connections.services.evaluation import begin_evaluation
from connections.services.moves import index, lock, move, require, touch
from connections.services.numbering import new_lookup_code, next_number
from connections.services.printouts import issue_printout
from connections.services.telling import announce
from connections.services.versions import freeze_version
from core import clock
from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, StateRefused


@transaction.atomic
def submit(
    *, actor: Actor, request: ConnectionRequest, version: int | None = None, committed: bool
) -> ConnectionRequest:
    """Send a complete dossier officially; it gets its number and look-up code.

    The drafter does not send it alone: sending is the representative's right. *committed* is the declaration of
    Điều 5. Raises GuardRefused naming what is missing, StateRefused when somebody was faster.
    """
    stored = lock(request, version=version)
    stored.committed = committed
    require(actor, stored, "submit")
    others = holders_of("request.send", stored.agency_id).exclude(pk=stored.created_by_id)
    if actor.user_id == stored.created_by_id and others.exists():
        raise GuardRefused(_("Bạn là người lập hồ sơ này; hồ sơ phải do đại diện khác của cơ quan gửi."))
    stored.number, stored.lookup_code = next_number(), new_lookup_code()
    stored.sent_by_id, stored.submitted_at = actor.user_id, clock.now()
    index(stored)
    frozen = freeze_version(actor=actor, request=stored)
    after = {"number": stored.number, "version": frozen.number, "content_hash": frozen.content_hash}
    try:
        with transaction.atomic():
            move(actor=actor, request=stored, action="submit", after=after)
    except IntegrityError as error:
        if "request_one_open_connection_a_system" not in str(error):
            raise
        raise StateRefused(_("Hệ thống này vừa có hồ sơ khác được gửi.")) from error
    mark_filed(actor=actor, system_id=stored.system_id or 0)
    start_clock(stored, Step.INTAKE)
    issue_printout(actor=actor, request=stored, kind=PrintoutKind.REQUEST)
    announce(actor, stored, "submit")
    return stored


@transaction.atomic
def withdraw(*, actor: Actor, request: ConnectionRequest, reason: str) -> ConnectionRequest:
    """Take the dossier back before a decision; it stays readable, with the reason."""
    stored = lock(request)
    reason = require(actor, stored, "withdraw", reason=reason)
    stored.ended_at, stored.end_reason = clock.now(), reason
    stop_all_clocks(stored)
    move(actor=actor, request=stored, action="withdraw", reason=reason)
    mark_ended(actor=actor, system_id=stored.system_id or 0)
    if stored.submitted_at is not None:
        announce(actor, stored, "withdraw")
    return stored


@transaction.atomic
def answer_completion(
    *,
    actor: Actor,
    request: ConnectionRequest,
    version: int | None = None,
    answers: Mapping[int, Answer | str] | None = None,
) -> ConnectionRequest:
    """Send the completed dossier back; *answers* by point id add to what was kept before.

    A point is answered by a text, by the part changed for it, or by a file. Raises InvalidInput naming each point
    that has no answer yet (field ``point-<id>``).
    """
    stored = lock(request, version=version)
    require(actor, stored, "answer_completion")
    points = list(open_points(stored).select_for_update(of=("self",)))
    write_answers(actor, points, answers or {})
    answer_by_files(actor, points)
    if empty := [point for point in points if not point.answer]:
        text = _("Trả lời nội dung số %(n)s")
        raise InvalidInput({f"point-{point.pk}": [text % {"n": point.number}] for point in empty})
    frozen = freeze_version(actor=actor, request=stored)
    answered = {str(point.number): point.answer for point in points}
    after = {"answers": answered, "version": frozen.number, "content_hash": frozen.content_hash}
    move(actor=actor, request=stored, action="answer_completion", after=after)
    for point in points:
        point.resolved_at = clock.now()
        point.save()
    whole_now = stored.received_at is None
    _go_on(stored)
    begin_evaluation(actor=actor, request=stored)
    for kind in (PrintoutKind.REQUEST, *((PrintoutKind.RECEIPT,) if whole_now else ())):
        issue_printout(actor=actor, request=stored, kind=kind)
    announce(actor, stored, "answer_completion")
    return stored


def _go_on(stored: ConnectionRequest) -> None:
    """Let the evaluation's deadline run again; a dossier returned at intake, whole now, counts as received now."""
    stop_clock(stored, Step.COMPLETION)
    if stored.received_at is not None:
        resume_clock(stored, Step.EVALUATION)
        return
    stored.received_at = clock.now()
    touch(stored)
    start_clock(stored, Step.EVALUATION)
