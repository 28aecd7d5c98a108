"""Carrying letters out of the outbox."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from accounts.models import Letter
from core import clock

# Pauses between tries; after the last one a letter is given up and stays visible to staff.
PAUSES = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), *([timedelta(hours=2)] * 36)]
log = structlog.get_logger("lgsp.letters")


def deliver_due_letters(*, limit: int = 50) -> int:
    """Try each due letter once; return how many were sent. Workers side by side never take the same letter."""
    sent = 0
    for _turn in range(limit):
        outcome = _deliver_one()
        if outcome is None:
            break
        sent += outcome
    return sent


@transaction.atomic
def _deliver_one() -> bool | None:
    waiting = Letter.objects.select_for_update(skip_locked=True).filter(
        sent_at__isnull=True, given_up_at__isnull=True, next_try_at__lte=clock.now()
    )
    letter = waiting.order_by("next_try_at", "id").first()
    if letter is None:
        return None
    letter.tries += 1
    try:
        send_mail(settings.EMAIL_SUBJECT_PREFIX + letter.subject, letter.body, None, [letter.to])
    except Exception as error:  # whatever the mail server does, the letter waits for its next turn
        log.warning("letter not sent", letter=letter.pk, error=type(error).__name__)
        letter.last_error = f"{type(error).__name__}: {error}"[:300]
        if letter.tries > len(PAUSES):
            letter.given_up_at = clock.now()
        else:
            letter.next_try_at = clock.now() + PAUSES[letter.tries - 1]
        letter.save()
        return False
    letter.sent_at, letter.body, letter.last_error = clock.now(), "", ""
    letter.save()
    return True
