"""A child's life: bounded, one job as JSON on the standard input, findings as JSON on the standard output."""

import json
import resource
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from core.formats import BadMessage
from core.inspection.reading import Unreadable

MEMORY = 1 << 30
Job = dict[str, Any]
Finding = dict[str, Any]


def live(work: Callable[[Job], Job]) -> None:
    """Bound this process (seconds of processor time are its argument), do the job, say what was found."""
    seconds = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    json.dump(answered(work, json.load(sys.stdin)), sys.stdout, ensure_ascii=True)


def answered(work: Callable[[Job], Job], job: Job) -> Job:
    """Return what *work* makes of a job, with the findings where its text cannot be read."""
    answer: Job = {}

    def do() -> list[Finding]:
        answer.update(work(job))
        return answer.get("findings", [])

    answer["findings"] = readable(do)
    return answer


def readable(judge: Callable[[], list[Finding]]) -> list[Finding]:
    """Return what *judge* finds, or the finding that its text cannot be read."""
    try:
        return judge()
    except Unreadable as error:
        return [{"pointer": "", "code": error.code, "expected": error.line}]
    except BadMessage as error:
        return [{"pointer": error.pointer, "code": error.code, "vi": error.detail, "en": error.detail_en}]
    except RecursionError:
        return [{"pointer": "", "code": "too-deep"}]


def each(texts: list[str], judge: Callable[[str], list[Finding]]) -> Job:
    """Return what *judge* finds in each of *texts*, in their order."""
    return {"each": [readable(partial(judge, text)) for text in texts]}
