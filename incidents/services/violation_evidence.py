"""Evidence of a violation: a bundle of the calls it is about, made from the sealed log and kept beside it (QC8.5)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.evidence.question import Question
from audit.record import record_fact
from audit.selectors.call_pages import Wanted
from audit.services.bundles import make_bundle
from core import clock
from core.actor import Actor
from core.files import keep
from core.problems import InvalidInput, PermissionRefused
from incidents.guards.violations import OPEN
from incidents.models import Violation, ViolationEvidence
from incidents.register_choices import Said, ViolationState
from incidents.services.violation_moves import add_said, lock_violation, moment, touch_violation

ZIP = "application/zip"


@transaction.atomic
def attach_evidence(
    *,
    actor: Actor,
    violation: Violation,
    since: datetime | None = None,
    until: datetime | None = None,
    only_refused: bool = False,
    revision: int | None = None,
) -> ViolationEvidence:
    """Make the evidence bundle of the violation's calls and keep it: of its grant, else its system, else its agency.

    The time is the violation's unless *since* and *until* narrow it. Making one is a fact of the log as ever. Raises
    PermissionRefused, InvalidInput, StateRefused once it is closed, and what a bundle raises: NothingThere, NotSealed,
    TooMany.
    """
    if not actor.may(OPEN):
        raise PermissionRefused(_("Gắn bằng chứng thuộc vai trò Cán bộ vận hành, Cán bộ an toàn thông tin."))
    stored = lock_violation(violation, revision=revision)
    if stored.state == ViolationState.CLOSED:
        raise InvalidInput({"": [_("Vi phạm đã kết thúc; bằng chứng không thêm được nữa.")]})
    begins, ends = since or stored.from_at, until or stored.until_at
    if begins >= ends:
        raise InvalidInput({"since": [_("Lúc bắt đầu phải trước lúc kết thúc")]})
    question = _question(stored, begins, ends, only_refused)
    row = _kept(actor, stored, question)
    touch_violation(stored)
    add_said(actor, stored, Said.EVIDENCE, f"{question.title}, {moment(begins)} – {moment(ends)}", inner=True)
    after = {"digest": row.digest, "sha256": row.sha256}
    record_fact(actor=actor, deed="violation.evidence_kept", subject=stored, after=after, clause=stored.clause)
    return row


def _kept(actor: Actor, violation: Violation, question: Question) -> ViolationEvidence:
    made = make_bundle(actor=actor, question=question, subject=violation, reason=violation.code)
    with made.file as file:
        content = file.read()
    return ViolationEvidence.objects.create(
        violation=violation,
        name=f"goi-bang-chung-{violation.code}-{made.digest[:8]}.zip",
        sha256=keep(content),
        size=len(content),
        media_kind=ZIP,
        stored_at=clock.now(),
        covered="\n".join(question.told()),
        digest=made.digest,
        kept_by_id=actor.user_id,
    )


def _question(violation: Violation, begins: datetime, ends: datetime, only_refused: bool) -> Question:
    values = {"code": violation.code, "agency": violation.agency}
    return Question(
        title=_("Cuộc gọi liên quan vi phạm %(code)s của %(agency)s") % values,
        wanted=Wanted(
            system_id=violation.system_id,
            since=begins,
            until=ends,
            outcome="refused" if only_refused else "",
        ),
        bodies=(violation.agency_id,),
        grants=(violation.grant.code,) if violation.grant else None,
        proven=False,
    )
