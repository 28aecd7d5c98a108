"""The process that transforms large messages: one job after another, until its input ends. Bounded in memory."""

import json
import os
import resource
import struct
import sys
from typing import BinaryIO

from broker.messages.transforming import Job, transform
from core.formats import BadMessage

MEMORY = 2 << 30
HEAD = struct.Struct(">II")


def live(source: BinaryIO, target: BinaryIO) -> None:
    """Do the jobs of *source*."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    while head := source.read(HEAD.size):
        told, size = HEAD.unpack(head)
        job = json.loads(source.read(told))
        answer, body = _done(job, source.read(size))
        text = json.dumps(answer).encode()
        target.write(HEAD.pack(len(text), len(body)) + text)
        target.write(body)
        target.flush()


def _done(job: dict[str, object], body: bytes) -> tuple[dict[str, object], bytes]:
    try:
        made, dropped = transform(Job(**job), body)  # type: ignore[arg-type]
    except BadMessage as error:
        said = (error.code, error.detail, error.detail_en, error.pointer, error.line)
        return {"refused": said}, b""
    except (MemoryError, RecursionError):
        return {"spent": True}, b""
    return {"dropped": dropped}, made


if __name__ == "__main__":
    os.nice(5)  # conversions wait for calls, not calls for conversions
    live(sys.stdin.buffer, sys.stdout.buffer)
