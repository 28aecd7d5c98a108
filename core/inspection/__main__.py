"""The child: one job as JSON on the standard input, findings as JSON on the standard output."""

import json
import resource
import sys
from typing import Any

from core.inspection import descriptions, messages
from core.inspection.reading import Unreadable, read_document, read_json

CPU_SECONDS = 5
MEMORY = 1 << 30


def _schema(job: dict[str, Any]) -> dict[str, Any]:
    return {"findings": messages.check_schema(read_json(job["text"]))}


def _message(job: dict[str, Any]) -> dict[str, Any]:
    return {"findings": messages.inspect(job["schema"], read_json(job["text"]))}


def _description(job: dict[str, Any]) -> dict[str, Any]:
    found, said = descriptions.inspect(read_document(job["text"]))
    return {"findings": found, "said": said}


KINDS = {"schema": _schema, "message": _message, "description": _description}


def main() -> None:
    """Bound this process, do the job, say what was found."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    job = json.load(sys.stdin)
    try:
        answer = KINDS[job["kind"]](job)
    except Unreadable as error:
        answer = {"findings": [{"pointer": "", "code": error.code, "expected": error.line}]}
    except RecursionError:
        answer = {"findings": [{"pointer": "", "code": "too-deep"}]}
    json.dump(answer, sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    main()
