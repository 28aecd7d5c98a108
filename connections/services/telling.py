"""Telling both sides what happened to a dossier, by the table of ``connections.events``."""

from typing import Any

from accounts.choices import Topic
from accounts.services.notices import Message, post_notices
from connections.events import EVENTS
from connections.models import Clock, ConnectionRequest
from connections.selectors.readers import readers_of
from core import clock
from core.actor import Actor

# Whoever takes a step needs no word of the work that follows from it; the official answer they get like everyone.
NOT_TO_ONESELF = frozenset({Topic.WORK, Topic.PROGRESS, Topic.CONFIRMATION})


def announce(
    actor: Actor, request: ConnectionRequest, event: str, *, link: str = "", enclosure: str = "", **values: Any
) -> None:
    """Tell everyone the table names about *event*, in the deed's transaction; *values* fill the texts.

    *link* leads elsewhere than to the dossier's page, for an event of one side; *enclosure* names a file for letters.
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
        readers = readers_of(request, telling.to, link=link)
        own = actor.user_id if telling.topic in NOT_TO_ONESELF else None
        people = [person for person in readers.people if person.pk != own]
        message = Message(
            event=f"request.{event}",
            topic=telling.topic,
            subject=str(telling.subject % known),
            body=str(telling.body % known),
            link=readers.link,
            number=request.number,
            enclosure=enclosure,
        )
        post_notices(message=message, agency=readers.agency, people=people, mailboxes=readers.mailboxes)


def day_of(running: Clock | None) -> str:
    """Return the day a step is due as letters name it, "" when it has no deadline."""
    return f"{running.due_at.astimezone(clock.VIETNAM):%d/%m/%Y}" if running and running.due_at else ""
