"""The process that works on large messages: one after another, until its input ends. Bounded in memory.

Work comes pickled, from the worker that started this process; what goes back is JSON and bytes, for here messages of
others are read.
"""

import json
import os
import pickle
import resource
import struct
import sys
from typing import Any, BinaryIO

from broker.messages.work import Declined, Work
from core.formats import BadMessage

MEMORY = 2 << 30
HEAD = struct.Struct(">II")


def live(source: BinaryIO, target: BinaryIO) -> None:
    """Do the work of *source*."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    while head := source.read(HEAD.size):
        told, size = HEAD.unpack(head)
        work = pickle.loads(source.read(told))  # noqa: S301 - written by the worker itself
        answer, body = _done(work, source.read(size))
        text = json.dumps(answer).encode()
        target.write(HEAD.pack(len(text), len(body)) + text)
        target.write(body)
        target.flush()


def _done(work: Work, body: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        made, told = work.done(body)
    except BadMessage as error:
        said = (error.code, error.detail, error.detail_en, error.pointer, error.line)
        return {"refused": said}, b""
    except Declined as error:
        return {"declined": (error.code, error.values, error.members, error.found)}, b""
    except (MemoryError, RecursionError):
        return {"spent": True}, b""
    return {"told": told}, made


if __name__ == "__main__":
    os.nice(5)  # conversions wait for calls, not calls for conversions
    live(sys.stdin.buffer, sys.stdout.buffer)
