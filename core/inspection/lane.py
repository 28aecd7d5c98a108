"""A child that judges one message after the other for the broker: bounded each time, replaced when one breaks it.

It is spoken to over its standard input, a socket: four bytes of length, a JSON head, then the message; it answers in
the same way. Schemas come once and stay compiled. Its answers never hold a value of a message: where a finding lies is
told by names its schema has, any other name is ``*``. Pure, no Django, nothing fetched.
"""

import json
import math
import re
import resource
import socket
import struct
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.formats import in_utf8, read_json, read_xml
from core.inspection import messages, xsd
from core.inspection.child import MEMORY, readable
from core.inspection.reading import walk

# Of processor time beyond what who waits allows a message (``broker.messages.lanes``): a child nobody waits for.
SPARE_SECONDS = 2
MOST_SCHEMAS = 256
MOST = 20
# What these expect are names of the message, not of the schema.
_NAMES_OF_MESSAGE = frozenset({"additionalProperties", "unevaluatedProperties", "attribute-unknown"})
_LENGTH = struct.Struct("!I")
Finding = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judge:
    """A schema ready for use: what reads and judges a message in a charset, and the names that may be told."""

    judge: Callable[[bytes, str], list[Finding]]
    names: frozenset[str]


def judge_of(form: str, text: str) -> Judge:
    """Return the judge of a schema that was accepted when it was entered."""
    if form == "xsd":
        schema = xsd.compiled(text)
        names = frozenset(re.findall(r"""name\s*=\s*["']([^"']{1,200})["']""", text))
        return Judge(lambda body, charset: xsd.inspect(schema, read_xml(body, charset)), names)
    document = json.loads(text)
    checker = messages.compiled(document)

    def judge(body: bytes, charset: str) -> list[Finding]:
        return messages.inspect(checker, read_json(in_utf8(body, charset)))

    return Judge(judge, names_of(document))


def names_of(document: Any) -> frozenset[str]:
    """Return the names of properties a JSON Schema has."""
    found: set[str] = set()
    for place, part, _depth in walk(document):
        if place.endswith("/properties") and isinstance(part, dict):
            found.update(part)
        elif place.endswith("/required") and isinstance(part, list):
            found.update(name for name in part if isinstance(name, str))
    return frozenset(found)


def told(finding: Finding, names: frozenset[str]) -> Finding:
    """Return *finding* without anything that only the message says."""
    steps = [step if step.isdecimal() or _known(step, names) else "*" for step in finding["pointer"].split("/")[1:]]
    kept = {"pointer": "".join(f"/{step}" for step in steps), "code": finding["code"]}
    if "expected" in finding and finding["code"] not in _NAMES_OF_MESSAGE:
        kept["expected"] = finding["expected"]
    return kept


def _known(step: str, names: frozenset[str]) -> bool:
    return step.replace("~1", "/").replace("~0", "~") in names


def findings_of(known: Judge, body: bytes, charset: str = "") -> list[Finding]:
    """Return what is wrong with a message, said to be in *charset* ("" nothing was said); twenty findings at most."""
    found: dict[str, Finding] = {}
    for item in readable(lambda: known.judge(body, charset)):
        shown = item if "vi" in item else told(item, known.names)
        found.setdefault(json.dumps(shown, sort_keys=True, default=str), shown)
    return list(found.values())[:MOST]


# -- the life of the child -------------------------------------------------------------------------
def read_frame(line: socket.socket) -> bytes:
    """Return the next frame; b"" when the other side hung up."""
    head = _exactly(line, _LENGTH.size)
    return _exactly(line, _LENGTH.unpack(head)[0]) if head else b""


def write_frame(line: socket.socket, content: bytes) -> None:
    """Send one frame."""
    line.sendall(_LENGTH.pack(len(content)) + content)


def _exactly(line: socket.socket, size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = line.recv(min(size, 1 << 20))
        if not part:
            return b""
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def serve(line: socket.socket) -> None:
    """Answer until the other side hangs up."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    known: OrderedDict[str, Judge] = OrderedDict()
    while head := read_frame(line):
        job, body = json.loads(head), read_frame(line)
        limit = math.ceil(time.process_time() + job["seconds"]) + SPARE_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
        if "text" in job:
            known[job["key"]] = judge_of(job["form"], job["text"])
            while len(known) > MOST_SCHEMAS:
                known.popitem(last=False)
        if job["key"] not in known:
            write_frame(line, b'{"unknown": true}')
            continue
        known.move_to_end(job["key"])
        found = findings_of(known[job["key"]], body, job["charset"])
        write_frame(line, json.dumps({"findings": found}, ensure_ascii=True, default=str).encode())


if __name__ == "__main__":
    serve(socket.socket(fileno=0))
