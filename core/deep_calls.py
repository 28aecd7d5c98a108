"""Room on the stack for calls that go deep.

CPython (3.11 and later) keeps the frames of Python functions in pieces of 16 KB. It asks the system for one when the
next frame does not fit, and gives it back as soon as that call returns: a loop whose calls begin just there asks each
time round, and a call then takes a hundred times as long. Where that is depends on nothing but the depth; a page of
the staff rooms, drawn a hundred calls deep, asked 600 times.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")
# Of 8 bytes; a frame of so many is given a piece of 256 KB, of which the other half is for a thousand usual frames.
_WORDS = 16_384


def with_room(work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
    """Return what *work* returns; whatever it calls stands in one piece of the stack.

    The frame of this function is larger than a piece, so it gets one twice its own size; nothing of it is touched.
    """
    return work(*args, **kwargs)


with_room.__code__ = with_room.__code__.replace(co_stacksize=_WORDS)
