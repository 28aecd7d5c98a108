"""Random walks over the life of a dossier: several people at once, each choosing what to do next, right or wrong.

A walk is a dossier of its own system with three people's threads on it. What is refused is refused; anything else that
goes wrong, and every promise broken afterwards, is a fault. The choices follow from the walk's number alone; how the
threads meet does not.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.db import connections

from audit.gates import gate_versions
from audit.models import Fact
from catalog.models import InformationSystem
from connections.choices import ENDED, Side, State
from connections.models import Confirmation, Connection, ConnectionRequest, Grant, Hold, Trial
from connections.permissions import transitions
from connections.projection import SUSPENDED, load_grants
from connections.services import (
    approval,
    confirmation,
    copying,
    ending,
    endings,
    environment,
    evaluation,
    golive,
    holds,
    intake,
    rounds,
    scope,
    sending,
    trials,
)
from connections.services.moves import SUBJECT
from core.actor import Actor
from core.problems import DomainError
from core.text import fold
from tests.connections.call_log import log_calls
from tests.connections.conftest import Chain

PEOPLE, STEPS = 3, 26
# What leads a dossier on from where it stands; everything else is a detour.
ON: dict[str, tuple[str, ...]] = {
    State.DRAFT: ("submit",),
    State.SUBMITTED: ("receive", "receive", "return_parts"),
    State.EVALUATING: ("mark", "propose", "propose", "request_completion"),
    State.COMPLETION_REQUESTED: ("answer_completion",),
    State.AWAITING_APPROVAL: ("approve", "approve", "send_back"),
    State.TECHNICALLY_APPROVED: ("set_up",),
    State.TESTING: ("call", "judge", "finish_tests", "finish_tests"),
    State.AWAITING_CONFIRMATION: ("confirm", "confirm_operator", "confirm", "confirm_operator", "disagree"),
    State.READY: ("go_live", "go_live", "reopen_tests"),
    State.LIVE: ("hold", "hold", "lift", "lift", "follow", "ask_ending", "decline_ending", "terminate"),
}
POINT = {"what": "Thiếu phương án dự phòng", "remedy": "Bổ sung người trực thay", "clause": "QC9.5"}
_LOG = threading.Lock()  # the test's own way into the call log counts its rows by hand


@dataclass
class Walk:
    """One dossier, who may come by, and what happened."""

    chain: Chain
    number: int
    systems: InformationSystem
    request: ConnectionRequest
    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def fresh(self) -> ConnectionRequest:
        """Return the dossier as it is now; the newest where one follows the other."""
        found = ConnectionRequest.objects.select_related("agency", "system", "purpose").filter(system=self.systems)
        return found.exclude(state__in=[*ENDED]).order_by("-pk").first() or found.order_by("-pk")[0]


Deed = Callable[[Walk, ConnectionRequest, Actor], Any]


def _trial(request: ConnectionRequest) -> Trial:
    trial = request.trials.order_by("-round").first()
    return trial if trial is not None else Trial(request=request)


def _mark(walk: Walk, request: ConnectionRequest, actor: Actor) -> Any:
    current = request.evaluations.order_by("-round").first()
    found = current.marks.select_related("criterion") if current is not None else ()
    return evaluation.mark(
        actor=actor, request=request, marks={mark.criterion.code: ("pass", "", "") for mark in found}
    )


def _call(walk: Walk, request: ConnectionRequest, actor: Actor) -> None:
    """Let the sandbox's log hold what every case asks for."""
    grants = request.grants.open().filter(environment="sandbox")
    with _LOG:
        for grant in grants.select_related("service__provider", "system__owner", "purpose"):
            for operation in grant.operations:
                log_calls(grant, operation=operation, count=12)
            log_calls(grant, verdict="R", status=401, reason="nonce-reused")
            log_calls(grant, verdict="X", status=401, reason="signature-invalid")
            log_calls(grant, verdict="X", status=403, reason="operation-not-granted")


def _judge(walk: Walk, request: ConnectionRequest, actor: Actor) -> None:
    trials.measure(actor=actor, trial=_trial(request))
    for case in _trial(request).cases.filter(measure="hand") if request.trials.exists() else ():
        trials.judge_by_hand(actor=actor, case=case, result="pass", actual="Khớp", evidence="Biên bản đối chiếu")


def _say(agreed: bool) -> Deed:
    def say(walk: Walk, request: ConnectionRequest, actor: Actor) -> Any:
        return confirmation.confirm(
            actor=actor,
            request=request,
            content_hash=_trial(request).content_hash,
            agreed=agreed,
            remark="" if agreed else "Số liệu chưa ổn định",
        )

    return say


def _answer(walk: Walk, request: ConnectionRequest, actor: Actor) -> Any:
    answers = {point.pk: "Đã bổ sung" for point in request.points.filter(resolved_at__isnull=True)}
    return sending.answer_completion(actor=actor, request=request, answers=answers)


def _adjust(walk: Walk, request: ConnectionRequest, actor: Actor) -> Any:
    return scope.adjust_scope(
        actor=actor, request=request, reason="Hạ hạn mức", networks=[f"10.20.{walk.number % 200}.0/24"]
    )


def _held(deed: Any) -> Deed:
    def take(walk: Walk, request: ConnectionRequest, actor: Actor) -> None:
        """Whatever a hold changes, calls judged before it must find another gate afterwards."""
        connection = Connection.objects.filter(system=walk.systems).first()
        if connection is None:
            raise DomainError("no connection yet")
        side = {"operator": "operator", "provider_officer": "provider"}.get(next(iter(actor.roles), ""), "agency")
        open_gates = list(Grant.objects.open().filter(connection=connection).values_list("gate_id", flat=True))
        before = gate_versions(open_gates)
        deed(actor=actor, connection=connection, side=side, reason="Bảo trì")
        after = gate_versions(open_gates)
        if not all(after[gate] > before[gate] for gate in open_gates):
            walk.faults.append(f"{deed.__name__} left a gate as it was: {before} {after}")

    return take


def _follow(walk: Walk, request: ConnectionRequest, actor: Actor) -> Any:
    kind = ("change", "renewal")[walk.number % 2]
    return copying.begin_follow_up(actor=actor, source=request, kind=kind)


def _ending(deed: Any, **more: Any) -> Deed:
    def take(walk: Walk, request: ConnectionRequest, actor: Actor) -> None:
        connection = Connection.objects.filter(system=walk.systems).first()
        if connection is None:
            raise DomainError("no connection yet")
        deed(actor=actor, connection=connection, reason="Hết nhu cầu", **more)

    return take


# Deed -> (who should do it, how).
DEEDS: dict[str, tuple[str, Deed]] = {
    "submit": (
        "agency_representative",
        lambda walk, request, actor: sending.submit(actor=actor, request=request, committed=True),
    ),
    "withdraw": (
        "agency_representative",
        lambda walk, request, actor: sending.withdraw(actor=actor, request=request, reason="Chưa cần"),
    ),
    "answer_completion": ("agency_representative", _answer),
    "receive": (
        "intake_officer",
        lambda walk, request, actor: intake.receive(
            actor=actor, request=request, evaluator=walk.chain.users["evaluator"]
        ),
    ),
    "return_parts": (
        "intake_officer",
        lambda walk, request, actor: intake.return_parts(actor=actor, request=request, points=[POINT]),
    ),
    "close": (
        "intake_officer",
        lambda walk, request, actor: intake.close(actor=actor, request=request, reason="Quá hạn hoàn thiện"),
    ),
    "mark": ("evaluator", _mark),
    "request_completion": (
        "evaluator",
        lambda walk, request, actor: evaluation.request_completion(actor=actor, request=request, points=[POINT]),
    ),
    "propose": ("division_head", lambda walk, request, actor: approval.propose(actor=actor, request=request)),
    "approve": ("department_leader", lambda walk, request, actor: approval.approve(actor=actor, request=request)),
    "endorse": ("department_leader", lambda walk, request, actor: approval.endorse(actor=actor, request=request)),
    "send_back": (
        "department_leader",
        lambda walk, request, actor: approval.send_back(actor=actor, request=request, reason="Xem lại tiêu chí"),
    ),
    "set_up": (
        "operator",
        lambda walk, request, actor: environment.set_up(
            actor=actor, request=request, duty_contact=walk.chain.users["operator"]
        ),
    ),
    "start_over": (
        "operator",
        lambda walk, request, actor: rounds.start_over(actor=actor, request=request, reason="Cấu hình sai"),
    ),
    "call": ("operator", _call),
    "judge": ("operator", _judge),
    "finish_tests": ("operator", lambda walk, request, actor: trials.finish_tests(actor=actor, request=request)),
    "confirm": ("agency_representative", _say(True)),
    "confirm_operator": ("operator", _say(True)),
    "disagree": ("agency_representative", _say(False)),
    "reopen_tests": (
        "operator",
        lambda walk, request, actor: rounds.reopen_tests(actor=actor, request=request, reason="Đổi cấu hình"),
    ),
    "adjust_scope": ("operator", _adjust),
    "go_live": ("operator", lambda walk, request, actor: golive.go_live(actor=actor, request=request)),
    "terminate": (
        "operator",
        lambda walk, request, actor: ending.terminate(actor=actor, request=request, reason="Hết nhu cầu"),
    ),
    "hold": ("operator", _held(holds.place_hold)),
    "lift": ("operator", _held(holds.lift_hold)),
    "follow": ("agency_officer", _follow),
    "ask_ending": ("agency_representative", _ending(endings.ask_ending, wanted_day=None)),
    "decline_ending": ("operator", _ending(endings.decline_ending)),
}
DETOURS = sorted(DEEDS)
HOLDERS = ("operator", "agency_representative", "provider_officer")


def begin(chain: Chain, number: int) -> Walk:
    """Begin a dossier like the chain's first one, of a system of its own."""
    name = f"Phần mềm số {number}"
    system = InformationSystem(code=f"H60.07.HT{number:05d}", code_base="H60.07", code_number=number, name=name)
    system.owner = system.operating_unit = chain.agency
    system.purpose, system.security_level, system.environments = "Giải quyết thủ tục", 2, ["sandbox", "live"]
    system.search = fold(name)
    system.save()
    system.register()
    system.save()
    made = copying.copy_request(actor=chain.actors["agency_officer"], source=chain.request).request
    ConnectionRequest.objects.filter(pk=made.pk).update(system=system)
    return Walk(chain, number, system, made)


def run(walk: Walk) -> Walk:
    """Let the people walk at once, then look at what they left."""
    threads = [threading.Thread(target=_person, args=(walk, place)) for place in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    if any(thread.is_alive() for thread in threads):
        walk.faults.append("somebody waits for ever")
    walk.faults += broken(walk)
    return walk


def _person(walk: Walk, place: int) -> None:
    choose = random.Random(f"{walk.number}:{place}")
    try:
        for _step in range(STEPS):
            _step_of(walk, choose)
    finally:
        connections.close_all()


def _step_of(walk: Walk, choose: random.Random) -> None:
    request = walk.fresh()
    onward = ON.get(request.state, ())
    name = choose.choice(onward) if onward and choose.random() < 0.85 else choose.choice(DETOURS)
    role, deed = DEEDS[name]
    if name in ("hold", "lift"):
        role = choose.choice(HOLDERS)
    if choose.random() < 0.1:
        role = choose.choice(sorted(walk.chain.actors))
    try:
        deed(walk, request, walk.chain.actors[role])
    except DomainError as refusal:
        walk.refused[f"{name}: {type(refusal).__name__}"] += 1
    except Exception as error:  # whatever is no refusal is what we look for
        walk.faults.append(f"{name} by {role} in {request.state}: {type(error).__name__}: {error}")
    else:
        walk.taken[name] += 1


def broken(walk: Walk) -> Iterator[str]:
    """Say which promise the walk broke."""
    known = {(row.source, row.target) for rows in transitions().values() for row in rows}
    grants = {row.grant_id: row for row in load_grants()}
    connection = Connection.objects.filter(system=walk.systems).first()
    for request in ConnectionRequest.objects.filter(system=walk.systems):
        yield from _wrong_way(request, known)
        if request.live_at is not None:
            yield from _not_two_people(request)
    if connection is None:
        return
    held = Hold.objects.filter(connection=connection, lifted_at__isnull=True).exists()
    for grant in Grant.objects.filter(connection=connection, revoked_at__isnull=True):
        reason = grants[grant.pk].reason
        if (reason == SUSPENDED) is not held or (not held and reason):
            yield f"{grant}: held {held}, the broker is told «{reason}»"
        if connection.closed_at is not None:
            yield f"{grant} is open on a closed connection"
        state = grant.request.state if grant.request else ""
        if grant.environment == "live" and state != State.LIVE:
            yield f"{grant} is live while its dossier is {state}"


def _wrong_way(request: ConnectionRequest, known: set[tuple[str, str]]) -> Iterator[str]:
    """Follow the states as the facts tell them."""
    facts = Fact.objects.filter(subject_type=SUBJECT, subject_id=request.pk, after__has_key="state").order_by("pk")
    ways = [(fact.before.get("state", State.DRAFT), fact.after["state"]) for fact in facts]
    for way in ways:
        if way not in known:
            yield f"{request}: no step leads {way[0]} -> {way[1]}"
    for (_before, reached), (left, _after) in pairwise(ways):
        if reached != left:
            yield f"{request}: reached {reached}, left {left}"
    if ways and ways[-1][1] != request.state and request.state != State.WITHDRAWN:
        yield f"{request}: the facts end at {ways[-1][1]}, the dossier is {request.state}"


def _not_two_people(request: ConnectionRequest) -> Iterator[str]:
    """Live: two people of two sides and two bodies agreed to one and the same record (decisions, 22)."""
    trial = _trial(request)
    said = list(Confirmation.objects.filter(trial=trial, agreed=True, voided_at__isnull=True))
    if {row.side for row in said} != set(Side.values):
        yield f"{request} is live, confirmed by {[row.side for row in said]}"
    if len({row.user_id for row in said}) != 2 or len({row.agency_id for row in said}) != 2:
        yield f"{request} is live, confirmed by one person or one body"
    if {row.content_hash for row in said} != {trial.content_hash}:
        yield f"{request} is live, confirmed for another record"
