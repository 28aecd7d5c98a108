"""A child's life: bounded, one job as JSON on the standard input, findings as JSON on the standard output."""

import json
import resource
import sys
from collections.abc import Callable
from typing import Any

from core.inspection.reading import Unreadable

CPU_SECONDS = 5
MEMORY = 1 << 30
Job = dict[str, Any]


def live(work: Callable[[Job], Job]) -> None:
    """Bound this process, do the job, say what was found."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        answer = work(json.load(sys.stdin))
    except Unreadable as error:
        answer = {"findings": [{"pointer": "", "code": error.code, "expected": error.line}]}
    except RecursionError:
        answer = {"findings": [{"pointer": "", "code": "too-deep"}]}
    json.dump(answer, sys.stdout, ensure_ascii=True)
