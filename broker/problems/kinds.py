"""What a refusal is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.problems import Problem


class Side(StrEnum):
    """Who has to act for the call to succeed; a column of the outcome."""

    NONE = ""
    CONSUMER = "consumer"
    PLATFORM = "platform"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Kind:
    """One refusal. ``detail`` and ``detail_en`` are templates of ``str.format``; empty, the cause stands for them.

    ``ours`` is False for problems the whole house shares; those are in its catalogue already. ``step`` is one of
    ``core.choices.Step``; "" leaves it to the room. ``headers`` and ``members`` are samples, for the page of the code,
    of what an answer carries besides; ``told_as`` is as in :class:`core.problems.Problem`.
    """

    problem: Problem
    side: Side
    title_en: str
    cause_en: str
    detail: str = ""
    detail_en: str = ""
    remedy_en: str = ""
    ours: bool = True
    step: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    members: tuple[tuple[str, object], ...] = ()
    told_as: str | None = None

    @property
    def code(self) -> str:
        """Stable code."""
        return self.problem.code


class Refusal(Exception):
    """A call is not carried out, or not to its end. ``values`` fill the words; ``headers`` go with the answer.

    ``logged`` is the code the log keeps where the caller may not learn it (decisions, 5).
    """

    def __init__(self, kind: Kind, values: Mapping[str, object]) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.values = dict(values)
        self.headers: list[tuple[str, str]] = []
        self.members: dict[str, object] = {}
        self.logged = kind.code

    def with_header(self, name: str, value: object) -> "Refusal":
        """Add a header of the answer."""
        self.headers.append((name, str(value)))
        return self

    def with_members(self, **members: object) -> "Refusal":
        """Add members of the problem document."""
        self.members = members
        return self

    def as_logged(self, code: str) -> "Refusal":
        """Keep another code in the log than the caller sees."""
        self.logged = code
        return self
