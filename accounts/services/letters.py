"""Writing letters into the outbox."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import Letter
from core import clock


def letter_to(
    to: str,
    *,
    subject: str,
    body: str,
    expires_at: datetime | None = None,
    enclosure: str = "",
    unsubscribe: str = "",
) -> Letter:
    """Return a letter to *to* that is not in the outbox yet.

    After *expires_at* it has lost its point and is not sent any more. *enclosure* names a file that goes with it
    (:func:`core.enclosures.reference`). *unsubscribe* is the full address at which one POST ends such letters.
    """
    return Letter(
        to=to,
        subject=subject[:200],
        body=body,
        next_try_at=clock.now(),
        expires_at=expires_at,
        enclosure=enclosure,
        unsubscribe=unsubscribe,
    )


@transaction.atomic
def send_letter(
    *,
    to: str,
    subject: str,
    body: str,
    expires_at: datetime | None = None,
    enclosure: str = "",
    unsubscribe: str = "",
) -> Letter:
    """Put a letter to *to* into the outbox, in the caller's transaction; Celery carries it. :func:`letter_to`."""
    letter = letter_to(
        to, subject=subject, body=body, expires_at=expires_at, enclosure=enclosure, unsubscribe=unsubscribe
    )
    letter.save()
    return letter


@transaction.atomic
def send_letters(*, letters: Sequence[Letter]) -> None:
    """Put letters into the outbox at once, in the caller's transaction."""
    Letter.objects.bulk_create(letters)
