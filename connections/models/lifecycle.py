"""The life of a dossier: every step with its sources, target, guards, permission and clause (decisions, 20–22)."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from connections import guards
from connections.choices import Side, State
from core.states import StateField

CONFIRMERS = {Side.AGENCY: "record.confirm", Side.OPERATOR: "record.confirm_operator"}


def _offer(action: str, label: Any, clause: str, permission: str, **more: Any) -> dict[str, Any]:
    """Return what a transition says of itself: name of the deed, label, clause, permission and, in *more*:

    ``side`` ("agency": the dossier's own agency, "operator": SKHCN), ``by_side`` (a permission for each side instead),
    ``reason`` (one must be given), ``apart_from`` (fields naming people who must be somebody else), ``after`` (guards
    that the deed itself fulfils, so they are judged when it has written what it was given).
    """
    return {"action": action, "label": label, "clause": clause, "permission": permission, **more}


class Deciding(FSMModelMixin, models.Model):
    """From the draft to the decision (QC10.1, QC10.2)."""

    state = StateField(_("tình trạng"), default=State.DRAFT, choices=State.choices, protected=True, db_index=True)

    class Meta:
        abstract = True

    @transition(
        "state",
        State.DRAFT,
        State.SUBMITTED,
        conditions=[
            guards.PARTS_COMPLETE,
            guards.NOT_STATE_SECRET,
            guards.FOLLOWED_RUNS,
            guards.RENEWED_SCOPE,
            guards.COMMITTED,
        ],
        custom=_offer("submit", _("Gửi đề nghị"), "QC10.1", "request.send", side="agency", after=(guards.COMMITTED,)),
    )
    def submit(self) -> None:
        """The representative sends the dossier to SKHCN."""

    @transition(
        "state",
        [State.DRAFT, State.SUBMITTED, State.EVALUATING, State.COMPLETION_REQUESTED],
        State.WITHDRAWN,
        custom=_offer("withdraw", _("Rút hồ sơ"), "QC10.1", "request.send", side="agency", reason=True),
    )
    def withdraw(self) -> None:
        """The agency takes the dossier back before a decision."""

    @transition(
        "state",
        State.SUBMITTED,
        State.EVALUATING,
        conditions=[guards.PARTS_CHECKED],
        custom=_offer(
            "receive", _("Tiếp nhận"), "QC10.1", "request.intake", side="operator", after=(guards.PARTS_CHECKED,)
        ),
    )
    def receive(self) -> None:
        """All parts are there: the evaluation begins."""

    @transition(
        "state",
        State.SUBMITTED,
        State.COMPLETION_REQUESTED,
        conditions=[guards.POINTS_NAMED],
        custom=_offer(
            "return_parts",
            _("Trả lại để bổ sung"),
            "QC10.1",
            "request.intake",
            side="operator",
            after=(guards.POINTS_NAMED,),
        ),
    )
    def return_parts(self) -> None:
        """Parts are wrong or missing: the agency is told which."""

    @transition(
        "state",
        State.EVALUATING,
        State.COMPLETION_REQUESTED,
        conditions=[guards.POINTS_NAMED],
        custom=_offer(
            "request_completion",
            _("Yêu cầu hoàn thiện"),
            "QC10.2",
            "request.evaluate",
            side="operator",
            after=(guards.POINTS_NAMED,),
        ),
    )
    def request_completion(self) -> None:
        """Conditions are not met: each point says what is wrong and how to mend it."""

    @transition(
        "state",
        State.COMPLETION_REQUESTED,
        State.EVALUATING,
        conditions=[
            guards.PARTS_COMPLETE,
            guards.NOT_STATE_SECRET,
            guards.FOLLOWED_RUNS,
            guards.RENEWED_SCOPE,
            guards.POINTS_ANSWERED,
        ],
        custom=_offer(
            "answer_completion",
            _("Gửi hoàn thiện"),
            "QC10.2",
            "request.send",
            side="agency",
            after=(guards.POINTS_ANSWERED,),
        ),
    )
    def answer_completion(self) -> None:
        """The agency answered every point."""

    @transition(
        "state",
        State.COMPLETION_REQUESTED,
        State.CLOSED,
        custom=_offer("close", _("Dừng giải quyết"), "QC10.2", "request.intake", side="operator", reason=True),
    )
    def close(self) -> None:
        """The agency did not complete the dossier."""

    @transition(
        "state",
        State.EVALUATING,
        State.AWAITING_APPROVAL,
        conditions=[guards.CRITERIA_JUDGED, guards.CRITERIA_MET, guards.NATIONAL_JUDGED, guards.LINE_LEFT],
        custom=_offer(
            "propose", _("Trình phê duyệt"), "QC10.2", "request.propose", side="operator", apart_from=("evaluator",)
        ),
    )
    def propose(self) -> None:
        """The head of division puts a positive evaluation before the leader."""

    @transition(
        "state",
        State.AWAITING_APPROVAL,
        State.TECHNICALLY_APPROVED,
        conditions=[
            guards.CRITERIA_JUDGED,
            guards.CRITERIA_MET,
            guards.NATIONAL_JUDGED,
            guards.LINE_LEFT,
            guards.TWO_UNITS,
            guards.SECOND_APPROVER,
            guards.FOLLOWED_RUNS,
        ],
        custom=_offer(
            "approve",
            _("Chấp thuận"),
            "QC10.2",
            "request.approve",
            side="operator",
            apart_from=("evaluator", "proposed_by", "endorsed_by"),
        ),
    )
    def approve(self) -> None:
        """The leader approves the technical side."""

    @transition(
        "state",
        State.AWAITING_APPROVAL,
        State.AWAITING_APPROVAL,
        conditions=[guards.OWN_SYSTEM, guards.TWO_UNITS, guards.NOT_ENDORSED, guards.CRITERIA_MET, guards.LINE_LEFT],
        custom=_offer(
            "endorse",
            _("Đồng ý, chuyển lãnh đạo khác phê duyệt"),
            "QC10.2",
            "request.approve",
            side="operator",
            apart_from=("evaluator", "proposed_by"),
        ),
    )
    def endorse(self) -> None:
        """The first of two leaders agrees to a dossier of SKHCN's own system (decisions, 22)."""

    @transition(
        "state",
        State.AWAITING_APPROVAL,
        State.EVALUATING,
        custom=_offer("send_back", _("Trả lại thẩm định"), "QC10.2", "request.approve", side="operator", reason=True),
    )
    def send_back(self) -> None:
        """The leader wants the evaluation looked at again."""


class Lifecycle(Deciding):
    """State and transitions of a dossier. Services move it; nothing else can (the field is protected)."""

    class Meta:
        abstract = True

    @transition(
        "state",
        State.TECHNICALLY_APPROVED,
        State.TESTING,
        conditions=[guards.SANDBOX_REACHABLE, guards.WANTED_DAY_AHEAD, guards.FOLLOWED_RUNS],
        custom=_offer("set_up", _("Thiết lập môi trường"), "QC10.3", "environment.manage", side="operator"),
    )
    def set_up(self) -> None:
        """Environment, grants and quota of the sandbox are made from the dossier."""

    @transition(
        "state",
        State.TESTING,
        State.TESTING,
        custom=_offer(
            "start_over", _("Bắt đầu lại đợt kiểm thử"), "QC10.4", "environment.manage", side="operator", reason=True
        ),
    )
    def start_over(self) -> None:
        """What was measured no longer counts: a new round begins."""

    @transition(
        "state",
        State.TESTING,
        State.AWAITING_CONFIRMATION,
        conditions=[guards.CASES_PASS],
        custom=_offer("finish_tests", _("Lập biên bản kiểm thử"), "QC10.4", "environment.manage", side="operator"),
    )
    def finish_tests(self) -> None:
        """Every case passed: the record goes to both sides."""

    @transition(
        "state",
        [State.AWAITING_CONFIRMATION, State.READY],
        State.TESTING,
        custom=_offer("reopen_tests", _("Kiểm thử lại"), "QC10.4", "", by_side=CONFIRMERS, reason=True),
    )
    def reopen_tests(self) -> None:
        """One side disagrees, or the scope changed: back to testing, confirmations void."""

    @transition(
        "state",
        State.AWAITING_CONFIRMATION,
        State.READY,
        conditions=[guards.CASES_PASS, guards.RECORD_UNCHANGED, guards.CONFIRMED_BY_BOTH],
        custom=_offer(
            "confirm", _("Xác nhận biên bản"), "QC10.4", "", by_side=CONFIRMERS, after=(guards.CONFIRMED_BY_BOTH,)
        ),
    )
    def become_ready(self) -> None:
        """The second side confirmed."""

    @transition(
        "state",
        State.READY,
        State.LIVE,
        conditions=[
            guards.CONFIRMED_BY_BOTH,
            guards.RECORD_UNCHANGED,
            guards.CONTACTS_NAMED,
            guards.LIVE_REACHABLE,
            guards.WANTED_DAY_AHEAD,
            guards.FOLLOWED_RUNS,
        ],
        custom=_offer("go_live", _("Đưa vào vận hành"), "QC10.5", "environment.manage", side="operator"),
    )
    def go_live(self) -> None:
        """Live grants are opened; the technician may take a live key."""

    @transition(
        "state",
        [
            State.TECHNICALLY_APPROVED,
            State.TESTING,
            State.AWAITING_CONFIRMATION,
            State.READY,
            State.LIVE,
        ],
        State.TERMINATED,
        conditions=[guards.NOT_REPLACED],
        custom=_offer("terminate", _("Hủy kết nối"), "Q50-8.3", "environment.manage", side="operator", reason=True),
    )
    def terminate(self) -> None:
        """The connection ends: grants and keys are revoked at once."""
