"""The call log of one's own agency (ux.md C6): what was called, how it ended, why it was refused. Never content."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.selectors.agencies import bodies_of
from accounts.web.access import needs
from audit.selectors.calls import CallRow, recent_calls
from core.choices import Environment
from core.problems import PROBLEMS
from core.text import tidy

READ_CALLS = "calllog.view_own"
MOST = 100


@require_safe
@never_cache
@needs(READ_CALLS)
def calls(request: Any) -> HttpResponse:
    """Show the newest calls the agency made or answered; one by its request id, or those of one environment."""
    words, environment = tidy(request.GET.get("q", ""))[:64], request.GET.get("environment", "")
    wrong = bool(words) and _id(words) is None
    bodies = bodies_of(request.actor.agency_id or 0)
    found = [] if wrong else _found(bodies, _id(words), environment)
    context = {
        "rows": [(row, _label(row), _reason(row)) for row in found],
        "bodies": bodies,
        "words": words,
        "wrong": wrong,
        "environment": environment,
        "environments": Environment.choices,
        "most": MOST,
    }
    return render(request, "developer/calls.html", context)


def _id(words: str) -> UUID | None:
    try:
        return UUID(words)
    except ValueError:
        return None


def _found(bodies: list[int], call_id: UUID | None, environment: str) -> list[CallRow]:
    chosen = environment if environment in Environment.values else None
    return recent_calls(agency_id=bodies, call_id=call_id, environment=chosen, limit=MOST)


def _label(row: CallRow) -> str:
    return str(Environment(row.environment).label) if row.environment in Environment.values else ""


def _reason(row: CallRow) -> Any:
    problem = PROBLEMS.get(row.reason or "")
    return problem.title if problem else row.reason
