"""Who may take which step in which state: every (state × step × role × own or other agency), written out by hand.

The table below is the regulation read a second time, not the code's own table: where they differ, one is wrong.
"""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from accounts.models import Agency, User
from accounts.roles import ROLES
from accounts.selectors.actors import actor_for, standings_of
from audit.models import Fact
from connections.choices import State
from connections.models import ConnectionRequest
from connections.permissions import judge, transitions
from connections.services.moves import move
from core.actor import Actor
from core.problems import DomainError, GuardRefused, PermissionRefused, StateRefused
from tests.connections.conftest import Chain

AGENCY_SIDE = {code for code, role in ROLES.items() if role.side == "agency"}
# Step -> (roles of the dossier's own agency, roles of SKHCN, states it exists in).
STEPS: dict[str, tuple[set[str], set[str], set[str]]] = {
    "submit": ({"agency_representative"}, set(), {"draft"}),
    "withdraw": ({"agency_representative"}, set(), {"draft", "submitted", "evaluating", "completion_requested"}),
    "answer_completion": ({"agency_representative"}, set(), {"completion_requested"}),
    "receive": (set(), {"intake_officer"}, {"submitted"}),
    "return_parts": (set(), {"intake_officer"}, {"submitted"}),
    "close": (set(), {"intake_officer"}, {"completion_requested"}),
    "request_completion": (set(), {"evaluator"}, {"evaluating"}),
    "propose": (set(), {"division_head"}, {"evaluating"}),
    "approve": (set(), {"department_leader"}, {"awaiting_approval"}),
    "endorse": (set(), {"department_leader"}, {"awaiting_approval"}),
    "send_back": (set(), {"department_leader"}, {"awaiting_approval"}),
    "set_up": (set(), {"operator"}, {"technically_approved"}),
    "finish_tests": (set(), {"operator"}, {"testing"}),
    "start_over": (set(), {"operator"}, {"testing"}),
    "reopen_tests": ({"agency_representative"}, {"operator"}, {"awaiting_confirmation", "ready"}),
    "confirm": ({"agency_representative"}, {"operator"}, {"awaiting_confirmation"}),
    "go_live": (set(), {"operator"}, {"ready"}),
    "terminate": (
        set(),
        {"operator"},
        {"technically_approved", "testing", "awaiting_confirmation", "ready", "live"},
    ),
}


def expected(step: str, role: str, *, own: bool, state: str) -> type[DomainError] | None:
    """Return the refusal the regulation asks for; None: the step exists for this person (conditions may remain)."""
    agency_roles, staff_roles, states = STEPS[step]
    if role not in staff_roles and not (own and role in agency_roles):
        return PermissionRefused
    return None if state in states else StateRefused


@pytest.fixture
def everyone(
    chain: Chain, agency: Callable[..., Agency], person: Callable[..., User]
) -> dict[tuple[str, bool], Actor]:
    """One person of each role, in the dossier's own agency (or SKHCN) and in another one."""
    other = agency("H60.11", name="Sở Y tế")
    found = {}
    for role, own in product(ROLES, (True, False)):
        place = (chain.agency if own else other) if role in AGENCY_SIDE else chain.operator
        user = person(f"{role}-{own}@lgsp.example", place, role)
        found[role, own] = actor_for(user, standings_of(user), agency_id=None)
    return found


def test_the_table_names_every_step() -> None:
    assert set(STEPS) == set(transitions())


@pytest.mark.clause("QC10.1", "QC10.2", "QC10.3", "QC10.4", "QC10.5")
def test_every_state_step_role_and_agency(chain: Chain, everyone: dict[tuple[str, bool], Actor]) -> None:
    request = chain.submit()
    stored = ConnectionRequest.objects.filter(pk=request.pk)
    facts, wrong, seen = Fact.objects.count(), [], 0
    for state, step in product(State.values, STEPS):
        stored.update(state=state)
        request = stored.select_related("agency", "system").get()
        for (role, own), actor in everyone.items():
            seen += 1
            wanted = expected(step, role, own=own, state=state)
            refusal = judge(actor, request, step, complete=False)
            got = type(refusal) if refusal is not None else None
            if got is not wanted and not (wanted is None and got is GuardRefused):
                wrong.append(f"{state} {step} {role} own={own}: {got}, not {wanted}")
            if refusal is not None:
                assert str(refusal.detail)
                with pytest.raises(type(refusal)):
                    move(actor=actor, request=request, action=step)
        assert (request.state, request.version) == (state, stored.get().version)
    assert wrong == []
    assert seen == len(State) * len(STEPS) * len(ROLES) * 2
    assert Fact.objects.count() == facts


FOUR_EYES: list[tuple[str, str, Any]] = [
    ("propose", "division_head", "evaluator"),
    ("approve", "department_leader", "evaluator"),
    ("approve", "department_leader", "proposed_by"),
    ("approve", "department_leader", "endorsed_by"),
    ("endorse", "department_leader", "evaluator"),
    ("endorse", "department_leader", "proposed_by"),
]


@pytest.mark.parametrize(("step", "role", "also"), FOUR_EYES)
@pytest.mark.clause("QC10.2")
def test_the_same_person_never_takes_two_steps(chain: Chain, step: str, role: str, also: str) -> None:
    request = chain.receive() if step == "propose" else chain.propose()
    setattr(request, f"{also}_id", chain.actors[role].user_id)
    refusal = judge(chain.actors[role], request, step)
    assert isinstance(refusal, PermissionRefused)
    with pytest.raises(PermissionRefused):
        move(actor=chain.actors[role], request=request, action=step)
