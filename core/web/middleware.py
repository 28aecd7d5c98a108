"""Request ids, and refusals of deeds told as pages."""

from collections.abc import Callable

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from core.deep_calls import with_room
from core.ids import uuid7
from core.problems import PROBLEMS, DomainError, TooMany
from core.web.errors import problem_page

Handler = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("lgsp.request")


def current_request_id() -> str:
    """Return the id of the request being answered ("" outside of one)."""
    found: str = structlog.contextvars.get_contextvars().get("request_id", "")
    return found


class RequestIdMiddleware:
    """Give each request our own UUIDv7, bind it to the log, send it back, write one line when done.

    A caller's own ``X-Request-Id`` comes back as ``X-Client-Request-Id`` and is not kept (decisions, 11). It is the
    first of all, so it gives the others, and the page, room for their calls.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = str(uuid7())
        request.request_id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = with_room(self.get_response, request)
        response["X-Request-Id"] = request_id
        given = request.headers.get("X-Request-Id", "")
        if given and len(given) <= 128 and given.isascii() and given.isprintable():
            response["X-Client-Request-Id"] = given
        match = request.resolver_match
        log.info(
            "answered", method=request.method, view=match.view_name if match else None, status=response.status_code
        )
        return response


def _holds_nul(request: HttpRequest) -> bool:
    """Return whether path or query carries the character PostgreSQL has no room for."""
    return "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", "")


class RefusalMiddleware:
    """Turn a deed's refusal that no view caught into its page (or problem+json under /api/).

    An address with a NUL character names nothing: PostgreSQL cannot even be asked for it.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            return problem_page(request, PROBLEMS["malformed-request"])
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for a :class:`DomainError`, and for an address the database cannot hold; the rest goes its way."""
        if isinstance(exception, ValueError | DatabaseError) and _holds_nul(request):
            return problem_page(request, PROBLEMS["malformed-request"])
        if not isinstance(exception, DomainError):
            return None
        page = problem_page(request, exception.problem, detail=exception.detail)
        if isinstance(exception, TooMany):
            page["Retry-After"] = str(exception.retry_after)
        return page
