"""Reading rounds of tests and what both sides said of them."""

from dataclasses import dataclass

from connections.choices import Side, State, TestGroup
from connections.models import Confirmation, ConnectionRequest, Trial, TrialCase
from connections.permissions import side_of
from core.actor import Actor
from core.choices import Environment


def tested_scope(request: ConnectionRequest) -> list[tuple[str, str]]:
    """Return every (service code, operation code) that the dossier's sandbox grants allow, in fixed order."""
    grants = request.grants.open().filter(environment=Environment.SANDBOX).select_related("service")
    return sorted((grant.service.code, code) for grant in grants for code in grant.operations)


@dataclass(frozen=True, slots=True)
class TrialBoard:
    """A round as its page shows it: cases by group, what each side said, whose turn it is."""

    trial: Trial
    groups: list[tuple[TestGroup, list[TrialCase]]]
    confirmations: dict[Side, Confirmation]
    my_side: Side | None
    awaiting: bool
    earlier: list[Trial]

    @property
    def waiting_for(self) -> list[Side]:
        """Return the sides that have not spoken yet, while the record waits for them."""
        return [side for side in Side if side not in self.confirmations] if self.awaiting else []

    @property
    def my_turn(self) -> bool:
        """Return whether the person reading may now confirm or disagree."""
        return self.my_side in self.waiting_for

    @property
    def open_cases(self) -> int:
        """Return how many cases have no result yet."""
        return sum(not case.result for _group, cases in self.groups for case in cases)


def trial_board(actor: Actor, request: ConnectionRequest) -> TrialBoard | None:
    """Return the latest round of a dossier the actor sees, None before there is one; three queries."""
    rounds = list(request.trials.order_by("-round"))
    if not rounds:
        return None
    trial = rounds[0]
    trial.request = request
    cases = list(trial.cases.select_related("judged_by"))
    said = trial.confirmations.filter(voided_at__isnull=True).select_related("user", "agency")
    return TrialBoard(
        trial=trial,
        groups=[(group, [case for case in cases if case.group == group]) for group in TestGroup],
        confirmations={Side(row.side): row for row in said},
        my_side=side_of(actor, request),
        awaiting=request.state == State.AWAITING_CONFIRMATION,
        earlier=rounds[1:],
    )
