"""Writing letters into the outbox."""

from django.db import transaction

from accounts.models import Letter
from core import clock


@transaction.atomic
def send_letter(*, to: str, subject: str, body: str) -> Letter:
    """Put a letter to *to* into the outbox, in the caller's transaction; Celery carries it."""
    return Letter.objects.create(to=to, subject=subject[:200], body=body, next_try_at=clock.now())
