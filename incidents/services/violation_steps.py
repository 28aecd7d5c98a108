"""A violation is heard, decided and settled (QC5.1–5.3); effects on grants go through the floor that owns them."""

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from catalog.selectors.terms import due_from
from connections.models import Grant
from connections.services.grant_changes import end_grant, lock_open_grant
from connections.services.grant_holds import resume_grant, suspend_grant
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import nfc, tidy
from incidents.guards.violations import DECIDE, OPEN
from incidents.models import Violation
from incidents.register_choices import AppealResult, Outcome, Said
from incidents.selectors.violations import grants_of, is_suspended_by
from incidents.services.violation_moves import (
    LONGEST,
    add_said,
    lock_violation,
    moment,
    move_violation,
    tell_accused,
    tell_staff_of,
    touch_violation,
)

EXPLAIN, APPEAL, ANSWER = "violation.explanation", "violation.appeal", "violation.appeal_answer"
ON_GRANT = frozenset({Outcome.SUSPENSION, Outcome.REVOCATION})


@transaction.atomic
def ask_to_explain(*, actor: Actor, violation: Violation, text: str, revision: int | None = None) -> Violation:
    """Ask the agency to explain by a day; it sees the violation from now on.

    Raises StateRefused, PermissionRefused, InvalidInput without a text.
    """
    stored = lock_violation(violation, revision=revision)
    _short(text)
    stored.explain_due_at = due_from(clock.now(), EXPLAIN)[0]
    move_violation(
        actor=actor,
        violation=stored,
        step="ask",
        kind=Said.REQUEST,
        text=text,
        after={"explain_due_at": stored.explain_due_at},
    )
    values = {"code": stored.code, "act": stored.get_act_display(), "when": moment(stored.explain_due_at)}
    body = _("Sở Khoa học và Công nghệ đề nghị cơ quan giải trình về hành vi «%(act)s» (%(code)s).") % values
    if stored.explain_due_at:
        body += " " + _("Hạn nội bộ: %(when)s. Gửi giải trình trên cổng.") % values
    tell_accused(stored, "asked", _("Đề nghị giải trình về vi phạm %(code)s") % values, body)
    return stored


@transaction.atomic
def explain_violation(*, actor: Actor, violation: Violation, text: str) -> Violation:
    """Explain as the agency's representative. Raises StateRefused, PermissionRefused, InvalidInput."""
    stored = lock_violation(violation)
    _short(text)
    stored.explained_at = clock.now()
    move_violation(actor=actor, violation=stored, step="explain", kind=Said.EXPLANATION, text=text)
    values = {"code": stored.code, "agency": stored.agency}
    body = _("%(agency)s đã giải trình về %(code)s; xem và kết luận trên cổng.") % values
    tell_staff_of(stored, DECIDE, "explained", _("Đã có giải trình về vi phạm %(code)s") % values, body)
    return stored


@transaction.atomic
def decide_violation(
    *,
    actor: Actor,
    violation: Violation,
    outcome: str,
    text: str,
    legal_basis: str = "",
    grant: Grant | None = None,
    revision: int | None = None,
) -> Violation:
    """Decide a violation as a leader who did not open it; the effect on the grant is part of the deed.

    *grant* is the one suspended or revoked, the violation's own when none is named; it must be the agency's and open.
    Raises StateRefused, PermissionRefused, GuardRefused while the agency may still explain, InvalidInput.
    """
    stored, basis = lock_violation(violation, revision=revision), tidy(legal_basis)
    held = (grant or stored.grant) if outcome in ON_GRANT else None
    if errors := _decision_errors(stored, outcome, basis, held):
        raise InvalidInput(errors)
    _short(text)
    stored.outcome, stored.reason, stored.legal_basis = outcome, nfc(text).strip(), basis
    stored.decided_by_id, stored.decided_at = actor.user_id, clock.now()
    stored.appeal_due_at = due_from(clock.now(), APPEAL)[0] if outcome != Outcome.NONE else None
    stored.grant = held or stored.grant
    move_violation(
        actor=actor,
        violation=stored,
        step="decide",
        kind=Said.DECISION,
        text=text,
        after={"outcome": outcome, "legal_basis": basis, "grant": held},
    )
    values = {"code": stored.code, "outcome": stored.get_outcome_display(), "when": moment(stored.appeal_due_at)}
    body = _("Kết luận về %(code)s: %(outcome)s. Lý do và căn cứ ghi trên cổng.") % values
    if stored.appeal_due_at:
        body += " " + _("Cơ quan khiếu nại trên cổng trước %(when)s (hạn nội bộ).") % values
    tell_accused(stored, "decided", _("Kết luận về vi phạm %(code)s") % values, body)
    if held is not None:
        _take_effect(actor, stored, held)
    return stored


def _take_effect(actor: Actor, violation: Violation, grant: Grant) -> None:
    """Suspend or revoke the grant; the last statements of the decision: they stop calls at the gates."""
    why = _("Kết luận vi phạm %(code)s: %(reason)s") % {"code": violation.code, "reason": violation.reason}
    text = _("%(outcome)s: %(grant)s") % {"outcome": violation.get_outcome_display(), "grant": grant}
    add_said(actor, violation, Said.EFFECT, text)
    if violation.outcome == Outcome.SUSPENSION:
        suspend_grant(actor=actor, grant=grant, reason=why)
        return
    end_grant(actor=actor, grant=lock_open_grant(grant), reason=why, legal_basis=violation.legal_basis)


def _decision_errors(violation: Violation, outcome: str, basis: str, grant: Grant | None) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if outcome not in Outcome.values:
        errors["outcome"] = [_("Chọn kết luận")]
    if outcome not in ("", Outcome.NONE) and not basis:
        errors["legal_basis"] = [_("Nhập căn cứ pháp lý, ví dụ khoản 1 Điều 5 Quy chế")]
    if len(basis) > 300:
        errors["legal_basis"] = [_("Viết tối đa %(n)s ký tự") % {"n": 300}]
    if outcome in ON_GRANT and (grant is None or not grants_of(violation).filter(pk=grant.pk).exists()):
        errors["grant"] = [_("Chọn quyền khai thác đang mở của cơ quan để tạm ngưng hoặc thu hồi")]
    return errors


@transaction.atomic
def appeal_violation(*, actor: Actor, violation: Violation, text: str) -> Violation:
    """Appeal a decision as the agency's representative, once, by its day; the effect stays meanwhile.

    Raises StateRefused, PermissionRefused, GuardRefused after the day, InvalidInput.
    """
    stored = lock_violation(violation)
    _short(text)
    stored.appealed_at, stored.answer_due_at = clock.now(), due_from(clock.now(), ANSWER)[0]
    move_violation(actor=actor, violation=stored, step="appeal", kind=Said.APPEAL, text=text)
    values = {"code": stored.code, "agency": stored.agency}
    body = _("%(agency)s khiếu nại kết luận về %(code)s; người không ra kết luận trả lời trên cổng.") % values
    tell_staff_of(stored, DECIDE, "appealed", _("Khiếu nại về vi phạm %(code)s") % values, body)
    return stored


@transaction.atomic
def answer_appeal(
    *, actor: Actor, violation: Violation, result: str, text: str, revision: int | None = None
) -> Violation:
    """Answer an appeal as a leader who did not decide. A suspension that is overturned ends with it.

    A revoked grant stays revoked: it takes a new request, and the answer says so. Raises StateRefused,
    PermissionRefused, InvalidInput.
    """
    stored = lock_violation(violation, revision=revision)
    if result not in AppealResult.values:
        raise InvalidInput({"result": [_("Chọn giữ nguyên hoặc hủy kết luận")]})
    _short(text)
    stored.appeal_result, stored.answered_by_id = result, actor.user_id
    stored.answered_at = stored.closed_at = clock.now()
    said = nfc(text).strip()
    overturned = result == AppealResult.OVERTURNED
    if said and overturned and stored.outcome == Outcome.REVOCATION:
        said += " " + _("Quyền đã thu hồi được cấp lại bằng đề nghị khai thác mới.")
    move_violation(
        actor=actor, violation=stored, step="answer", kind=Said.ANSWER, text=said, after={"appeal_result": result}
    )
    values = {"code": stored.code, "result": stored.get_appeal_result_display()}
    body = _("Trả lời khiếu nại về %(code)s: %(result)s. Nội dung ghi trên cổng.") % values
    tell_accused(stored, "answered", _("Trả lời khiếu nại về vi phạm %(code)s") % values, body)
    if overturned and is_suspended_by(stored):
        why = _("Hủy kết luận vi phạm %(code)s") % values
        add_said(actor, stored, Said.EFFECT, _("Khôi phục quyền %(grant)s") % {"grant": stored.grant})
        resume_grant(actor=actor, grant=stored.grant, reason=why)  # type: ignore[arg-type]
    return stored


@transaction.atomic
def lift_suspension(*, actor: Actor, violation: Violation, text: str, revision: int | None = None) -> Violation:
    """Let a grant run again that a decision suspended, when the agency has mended things.

    Raises PermissionRefused, StateRefused when it is not suspended, InvalidInput without a reason.
    """
    if not (actor.may(DECIDE) or actor.may(OPEN)):
        raise PermissionRefused(_("Khôi phục quyền thuộc người xử lý vi phạm của Sở."))
    stored = lock_violation(violation, revision=revision)
    if not is_suspended_by(stored):
        raise StateRefused(_("Không có quyền khai thác nào đang tạm ngưng theo vi phạm này."))
    why = tidy(text)
    if not why:
        raise InvalidInput({"text": [_("Nhập lý do khôi phục: hai bên đọc được")]})
    touch_violation(stored)
    said = _("Khôi phục quyền %(grant)s. %(why)s") % {"grant": stored.grant, "why": why}
    add_said(actor, stored, Said.EFFECT, said)
    record_fact(
        actor=actor,
        deed="violation.suspension_lifted",
        subject=stored,
        after={"grant": stored.grant},
        reason=why,
        clause=stored.clause,
    )
    resume_grant(actor=actor, grant=stored.grant, reason=why)  # type: ignore[arg-type]
    return stored


@transaction.atomic
def close_violation(*, actor: Actor, violation: Violation, text: str, revision: int | None = None) -> Violation:
    """End a decided violation: the decision stands and was carried out. Raises StateRefused and the like."""
    stored = lock_violation(violation, revision=revision)
    _short(text)
    stored.closed_at = clock.now()
    move_violation(actor=actor, violation=stored, step="close", kind=Said.CLOSED, text=text)
    return stored


def _short(text: str) -> None:
    said = nfc(text).strip()
    if not said:
        raise InvalidInput({"text": [_("Nhập nội dung")]})
    if len(said) > LONGEST:
        raise InvalidInput({"text": [_("Viết tối đa %(n)s ký tự") % {"n": LONGEST}]})
