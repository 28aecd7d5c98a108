"""What is told of one question, in words."""

from dataclasses import dataclass
from enum import StrEnum

from broker.problems import Refusal


class State(StrEnum):
    """How a question was answered."""

    RIGHT = "right"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One question: what was looked at, how it stands, what to mend; ``code`` is the problem a caller is told."""

    title: str
    state: State
    text: str
    code: str = ""

    @property
    def wrong(self) -> bool:
        """Return whether this has to be mended."""
        return self.state is State.WRONG


def of_refusal(title: str, error: Refusal) -> Finding:
    """Return what a refusal of the broker says, in the words a caller would get."""
    detail = error.kind.detail.format_map(error.values) if error.kind.detail else str(error.kind.problem.cause)
    return Finding(title, State.WRONG, f"{detail} {error.kind.problem.remedy}", error.kind.code)
