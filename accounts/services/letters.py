"""Writing letters into the outbox."""

from datetime import datetime

from django.db import transaction

from accounts.models import Letter
from core import clock


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
    """Put a letter to *to* into the outbox, in the caller's transaction; Celery carries it.

    After *expires_at* it has lost its point and is not sent any more. *enclosure* names a file that goes with it
    (:func:`core.enclosures.reference`). *unsubscribe* is the full address at which one POST ends such letters.
    """
    return Letter.objects.create(
        to=to,
        subject=subject[:200],
        body=body,
        next_try_at=clock.now(),
        expires_at=expires_at,
        enclosure=enclosure,
        unsubscribe=unsubscribe,
    )
