"""The steps of a dossier as pages, and the one deed each calls (decisions, 27).

Address ``admin:connections_request_<action>``; every form also carries ``version``. Fields by action::

    receive: evaluator (may be empty)       assign: evaluator
    propose, approve: note (may be empty)   send_back, close, reopen_tests, start_over, terminate: reason
    return_parts, request_completion: points-<n>-what, -remedy, -clause, -criterion (and the formset's own fields)
    evaluate: result-<criterion>, remark-<criterion>, evidence-<criterion>, summary
    adjust_scope: networks (one a line), quota-<line id>, reason
    set_up: duty_contact                    measure, finish_tests, go_live: nothing
    judge_case: result, actual, evidence    confirm: content_hash, agreed, remark
    disagree: content_hash, remark          place_hold, lift_hold, decline_ending: reason
    replace_duty: person
"""

from functools import partial
from typing import Any

from connections.admin import consequences as said
from connections.admin import step_forms as forms
from connections.admin.steps import Data, StepPage
from connections.choices import HoldSide, Side
from connections.models import Connection, ConnectionRequest
from connections.selectors.answers import lines_of
from connections.selectors.connections import ending_of
from connections.selectors.desk import connection_of
from connections.selectors.trials import trial_board
from connections.services import (
    approval,
    confirmation,
    contacts,
    ending,
    endings,
    environment,
    golive,
    holds,
    intake,
    rounds,
    scope,
    trials,
)
from core.actor import Actor

QUOTA = "quota-"


def _hold(deed: Any, actor: Actor, dossier: ConnectionRequest, data: Data) -> object:
    return deed(actor=actor, connection=connection_of(dossier), side=HoldSide.OPERATOR, reason=data["reason"])


def _record(actor: Actor, dossier: ConnectionRequest) -> dict[str, Any]:
    """Return the record a person is asked to confirm; its hash travels in the form."""
    board = trial_board(actor, dossier)
    return {"board": board, "initial": {"content_hash": board.trial.content_hash if board else ""}}


def _decided(actor: Actor, dossier: ConnectionRequest) -> dict[str, Any]:
    """Return what is approved: each service with its decision, and how the evaluation concluded."""
    return {"lines": lines_of(dossier), "evaluation": dossier.evaluations.order_by("-round").first()}


def _say(actor: Actor, dossier: ConnectionRequest, data: Data, *, agreed: bool) -> object:
    return confirmation.confirm(
        actor=actor, request=dossier, content_hash=data["content_hash"], agreed=agreed, remark=data["remark"]
    )


def _adjust(actor: Actor, dossier: ConnectionRequest, data: Data) -> object:
    quotas = {int(name.removeprefix(QUOTA)): n for name, n in data.items() if name.startswith(QUOTA)}
    return scope.adjust_scope(
        actor=actor,
        request=dossier,
        reason=data["reason"],
        networks=data["networks"],
        quotas=quotas,
        version=data["version"],
    )


def _asked(actor: Actor, dossier: ConnectionRequest) -> dict[str, Any]:
    """Return what the agency asks about the end of the connection, if it does."""
    return {"ending": ending_of(dossier)}


def _decline(actor: Actor, dossier: ConnectionRequest, data: Data) -> object:
    connection = _connection(dossier)
    return endings.decline_ending(actor=actor, connection=connection, reason=data["reason"])


def _replace_duty(actor: Actor, dossier: ConnectionRequest, data: Data) -> object:
    connection = _connection(dossier)
    return contacts.replace_contact(actor=actor, connection=connection, side=Side.OPERATOR, person=data["person"])


def _connection(dossier: ConnectionRequest) -> Connection:
    return Connection.objects.get(system_id=dossier.system_id)


STEPS: dict[str, StepPage] = {
    "assign": StepPage(
        "phan-cong",
        lambda actor, dossier, data: intake.assign(
            actor=actor, request=dossier, evaluator=data["evaluator"], reason=data["reason"]
        ),
        forms.AssignForm,
    ),
    "close": StepPage(
        "dung-giai-quyet",
        lambda actor, dossier, data: intake.close(actor=actor, request=dossier, reason=data["reason"]),
        forms.ReasonForm,
        said.of_closing,
        danger=True,
    ),
    "propose": StepPage(
        "trinh-duyet",
        lambda actor, dossier, data: approval.propose(actor=actor, request=dossier, note=data["note"]),
        forms.NoteForm,
        said.of_proposing,
    ),
    "endorse": StepPage(
        "dong-y",
        lambda actor, dossier, data: approval.endorse(actor=actor, request=dossier, note=data["note"]),
        forms.NoteForm,
        said.of_endorsing,
        details="admin/connections/parts/decided.html",
        context=_decided,
    ),
    "approve": StepPage(
        "chap-thuan",
        lambda actor, dossier, data: approval.approve(
            actor=actor, request=dossier, note=data["note"], version=data["version"]
        ),
        forms.NoteForm,
        said.of_approving,
        details="admin/connections/parts/decided.html",
        context=_decided,
    ),
    "send_back": StepPage(
        "tra-lai-tham-dinh",
        lambda actor, dossier, data: approval.send_back(actor=actor, request=dossier, reason=data["reason"]),
        forms.ReasonForm,
        said.of_sending_back,
    ),
    "set_up": StepPage(
        "thiet-lap",
        lambda actor, dossier, data: environment.set_up(
            actor=actor, request=dossier, duty_contact=data["duty_contact"], version=data["version"]
        ),
        forms.SetUpForm,
        said.of_setting_up,
    ),
    "adjust_scope": StepPage(
        "dieu-chinh",
        _adjust,
        forms.AdjustForm,
        said.of_adjusting,
    ),
    "finish_tests": StepPage(
        "lap-bien-ban",
        lambda actor, dossier, data: trials.finish_tests(actor=actor, request=dossier, version=data["version"]),
        consequences=said.of_finishing,
        details="admin/connections/parts/trial.html",
        context=lambda actor, dossier: {"board": trial_board(actor, dossier)},
    ),
    "start_over": StepPage(
        "bat-dau-lai",
        lambda actor, dossier, data: rounds.start_over(actor=actor, request=dossier, reason=data["reason"]),
        forms.ReasonForm,
        said.of_starting_over,
        danger=True,
    ),
    "confirm": StepPage(
        "xac-nhan",
        partial(_say, agreed=True),
        forms.ConfirmForm,
        said.of_confirming,
        details="admin/connections/parts/trial.html",
        context=_record,
    ),
    "disagree": StepPage(
        "khong-nhat-tri",
        partial(_say, agreed=False),
        forms.DisagreeForm,
        said.of_starting_over,
        danger=True,
        details="admin/connections/parts/trial.html",
        context=_record,
    ),
    "reopen_tests": StepPage(
        "kiem-thu-lai",
        lambda actor, dossier, data: rounds.reopen_tests(actor=actor, request=dossier, reason=data["reason"]),
        forms.ReasonForm,
        said.of_starting_over,
        danger=True,
    ),
    "go_live": StepPage(
        "van-hanh",
        lambda actor, dossier, data: golive.go_live(actor=actor, request=dossier, version=data["version"]),
        consequences=said.of_going_live,
    ),
    "terminate": StepPage(
        "huy",
        lambda actor, dossier, data: ending.terminate(
            actor=actor, request=dossier, reason=data["reason"], version=data["version"]
        ),
        forms.ReasonForm,
        said.of_ending,
        danger=True,
        details="admin/connections/parts/ending.html",
        context=_asked,
    ),
    "place_hold": StepPage(
        "tam-dung", partial(_hold, holds.place_hold), forms.ReasonForm, said.of_holding, danger=True
    ),
    "lift_hold": StepPage("khoi-phuc", partial(_hold, holds.lift_hold), forms.ReasonForm, said.of_lifting),
    "replace_duty": StepPage("dau-moi-truc", _replace_duty, forms.DutyForm, said.of_replacing),
    "decline_ending": StepPage(
        "khong-huy",
        _decline,
        forms.ReasonForm,
        said.of_declining,
        details="admin/connections/parts/ending.html",
        context=_asked,
    ),
}
