"""Handing out evidence of the call log: the bundle is made and that it was, for whom and why, is kept as a fact."""

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from audit.evidence.bundle import Bundle, write
from audit.evidence.plan import plan
from audit.evidence.question import Question
from audit.record import record_fact
from core.actor import Actor
from core.problems import PermissionRefused
from core.text import tidy

VIEW_OWN, VIEW_ALL = "calllog.view_own", "calllog.view_all"
CLAUSE = "QC8.5"


@transaction.atomic
def make_bundle(*, actor: Actor, question: Question, subject: Model, reason: str = "") -> Bundle:
    """Make the bundle of *question* and record who has it, what it covers, under which checkpoint, and its digest.

    Calls this agency had no part in, and those nobody proved to have made, are for watchers only. The caller closes
    the file. Raises NothingThere, NotSealed, TooMany, and PermissionRefused.
    """
    own = question.bodies is not None and actor.agency_id in question.bodies and question.proven
    if not actor.may(VIEW_ALL) and not (actor.may(VIEW_OWN) and own):
        raise PermissionRefused(_("Gói bằng chứng chỉ lập cho cuộc gọi mà cơ quan đã gọi hoặc đã trả lời."))
    planned = plan(question)
    made = write(planned)
    asked = {name: value for name, value in question.as_json().items() if value not in (None, "")}
    record_fact(
        actor=actor,
        deed="calllog.bundled",
        subject=subject,
        after=asked
        | {"checkpoint": planned.point.checkpoint.number, "rows": len(planned.places), "digest": made.digest},
        reason=tidy(reason),
        clause=CLAUSE,
    )
    return made
