"""Telling both sides what happened to a dossier, by the table of ``connections.events``."""

from collections.abc import Iterable
from typing import Any

from accounts.choices import Topic
from accounts.services.notices import Message, post_notices
from connections.events import EVENTS, Audience
from connections.models import Clock, ConnectionRequest
from connections.selectors.readers import readers_of
from core import clock
from core.actor import Actor

# Whoever takes a step needs no word of the work that follows from it; the official answer they get like everyone.
NOT_TO_ONESELF = frozenset({Topic.WORK, Topic.PROGRESS, Topic.CONFIRMATION})


def announce(actor: Actor, request: ConnectionRequest, event: str, **values: Any) -> None:
    """Tell everyone the table names about *event*, in the deed's transaction; *values* fill the texts.

    Raises KeyError for an event that is not in the table.
    """
    known = {
        "number": str(request),
        "system": str(request.system or ""),
        "agency": str(request.agency),
        "code": request.lookup_code,
        **values,
    }
    for telling in EVENTS[event]:
        _tell(
            actor, request, telling.to, telling.topic, event, str(telling.subject % known), str(telling.body % known)
        )


def tell_agency(request: ConnectionRequest, *, subject: str, body: str) -> None:
    """Tell the agency something that is no event of the table; no secrets, no personal data."""
    _tell(None, request, (Audience.AGENCY,), Topic.PROCEDURE, "message", subject, body)


def day_of(running: Clock | None) -> str:
    """Return the day a step is due as letters name it, "" when it has no deadline."""
    return f"{running.due_at.astimezone(clock.VIETNAM):%d/%m/%Y}" if running and running.due_at else ""


def _tell(
    actor: Actor | None,
    request: ConnectionRequest,
    to: Iterable[Audience],
    topic: Topic,
    event: str,
    subject: str,
    body: str,
) -> None:
    readers = readers_of(request, to)
    own = actor.user_id if actor is not None and topic in NOT_TO_ONESELF else None
    post_notices(
        message=Message(f"request.{event}", topic, subject, body, readers.link, request.number),
        agency=readers.agency,
        people=[person for person in readers.people if person.pk != own],
        mailboxes=readers.mailboxes,
    )
