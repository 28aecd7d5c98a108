"""Handing out evidence of the call log: the bundle is made and that it was, for whom and why, is kept as a fact."""

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from audit.evidence.archived import plan_archived
from audit.evidence.bundle import Bundle, write
from audit.evidence.plan import Plan, plan
from audit.evidence.question import Question
from audit.models import Tombstone
from audit.record import record_fact
from audit.selectors.call_pages import Wanted
from audit.verification.archived import fault_of
from core.actor import Actor
from core.problems import PermissionRefused, StateRefused
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
    return _made(actor, plan(question), question, subject, reason)


@transaction.atomic
def make_archived_bundle(*, actor: Actor, month: str, wanted: Wanted, reason: str) -> Bundle:
    """Make the bundle of the calls of an archived *month* (``YYYYMM``) and record it as any other.

    For watchers only. The caller closes the file. Raises PermissionRefused, StateRefused for a month that is not in
    the archive or whose file is not the one its tombstone names, NothingThere, TooMany.
    """
    if not actor.may(VIEW_ALL):
        raise PermissionRefused(_("Gói bằng chứng từ kho lưu trữ chỉ lập cho người theo dõi toàn bộ nhật ký."))
    stone = Tombstone.objects.filter(month=month).first()
    if stone is None:
        raise StateRefused(_("Không có tháng %s trong kho lưu trữ; viết năm rồi tháng, ví dụ 202401.") % month)
    if fault := fault_of(stone.file, stone.sha256, stone.size, settings.ARCHIVE_DIR):
        raise StateRefused(fault)
    question = Question(str(stone), wanted, proven=False)
    return _made(actor, plan_archived(question, settings.ARCHIVE_DIR / stone.file), question, stone, reason)


def _made(actor: Actor, planned: Plan, question: Question, subject: Model, reason: str) -> Bundle:
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
