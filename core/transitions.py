"""Carrying out and offering the transitions of a thing with a life (django-fsm-2), whatever the thing is.

A transition names its sources, target and guards, and in ``custom``: ``label``, ``clause``, ``may`` (a function of the
thing and the actor) and ``reason_required``. A refusal says which of three it is: not in this state, not by this
person, not yet.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy


@dataclass(frozen=True, slots=True)
class Guard:
    """A named truth a transition waits for; ``explain`` returns in Vietnamese what is missing ("" when it holds)."""

    name: str
    explain: Callable[[Any], str]

    def __call__(self, thing: Any) -> bool:
        """Return whether the condition holds."""
        return not self.explain(thing)


@dataclass(frozen=True, slots=True)
class Offer:
    """A transition this person may ask for now; ``missing`` says what it still waits for."""

    name: str
    label: StrOrPromise
    clause: str
    reason_required: bool
    missing: tuple[str, ...]


def _steps(thing: Any) -> Iterator[Any]:
    """Give the transitions that leave the present state of *thing*, in the order of its source code."""
    found = [step for step in thing.get_all_state_transitions() if step.source == thing.state]
    return iter(sorted(found, key=lambda step: step.method.__code__.co_firstlineno))


def _missing(step: Any, thing: Any) -> tuple[str, ...]:
    return tuple(text for guard in step.conditions if (text := guard.explain(thing)))


def offers(thing: Any, actor: Actor) -> list[Offer]:
    """Return what *actor* may do with *thing* in its present state, what is not yet possible with the reason why."""
    return [
        Offer(
            step.name,
            step.custom["label"],
            step.custom["clause"],
            step.custom.get("reason_required", False),
            _missing(step, thing),
        )
        for step in _steps(thing)
        if step.custom["may"](thing, actor)
    ]


def carry(thing: Any, name: str, actor: Actor, *, reason: str = "") -> Any:
    """Move *thing*, locked by the caller, by its transition *name*; returns the transition's own account of itself.

    Raises StateRefused, PermissionRefused, InvalidInput (reason missing) or GuardRefused; then nothing has changed.
    """
    step = next((item for item in _steps(thing) if item.name == name), None)
    if step is None:
        raise StateRefused(
            _("Việc này không thực hiện được khi %(thing)s đang ở tình trạng «%(state)s».")
            % {"thing": thing, "state": thing.get_state_display()}
        )
    if not step.custom["may"](thing, actor):
        raise PermissionRefused(
            _("Vai trò hiện tại của bạn không bao gồm việc «%(deed)s».") % {"deed": step.custom["label"]}
        )
    if step.custom.get("reason_required") and not tidy(reason):
        raise InvalidInput({"reason": [_("Nhập lý do")]})
    if missing := _missing(step, thing):
        raise GuardRefused(" ".join(missing))
    getattr(thing, name)()
    return step
