"""Calls stand in one piece of the stack, wherever they begin."""

import resource
from collections.abc import Callable
from threading import Thread

import pytest

from core.deep_calls import with_room

CALLS = 2_000
# From here the frames of a new thread fill more than three pieces of 16 KB.
DEPTHS = range(20, 320)


def leaf() -> int:
    return 1


def pieces_asked_for(depth: int) -> int:
    """Return how often calls that begin *depth* calls further down ask for memory: each time they touch a new page."""
    if depth:
        return pieces_asked_for(depth - 1)
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for _ in range(CALLS):
        leaf()
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def worst() -> int:
    return max(map(pieces_asked_for, DEPTHS))


def in_a_thread(work: Callable[[], int]) -> int:
    """Return what *work* returns on a stack of its own."""
    found: list[int] = []
    thread = Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


def test_no_call_asks_for_memory_at_whatever_depth() -> None:
    assert in_a_thread(lambda: with_room(worst)) < CALLS / 100


def test_without_room_each_call_at_some_depth_does() -> None:
    if (found := in_a_thread(worst)) < CALLS / 100:
        pytest.skip("this Python keeps the pieces of its stack")
    assert found >= CALLS


def test_what_is_given_and_returned_passes_through() -> None:
    assert with_room(lambda one, *, two: (one, two), 1, two=2) == (1, 2)
    with pytest.raises(ZeroDivisionError):
        with_room(lambda: 1 / 0)
