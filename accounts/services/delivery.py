"""Carrying letters out of the outbox: at least once each, never by two workers at a time, nothing lost."""

from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused
from time import monotonic

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Min, Q
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.models import Letter
from audit.record import record_fact
from core import clock
from core.actor import Actor
from core.enclosures import enclosure_of
from core.problems import PermissionRefused, StateRefused

# Pauses between tries; the last one is repeated for as long as it takes.
PAUSES = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2)]
# How often the mail server may refuse an address for good (5xx) before the letter is left to staff: about three days.
MOST_REFUSALS = 39
# Longer than a task may live (CELERY_TASK_TIME_LIMIT), so that a claim never runs out under a worker still sending.
CLAIM = timedelta(minutes=10)
# Seconds after which a run leaves what is left to the next one.
LONGEST_RUN = 120
MANAGE = "environment.manage"
log = structlog.get_logger("lgsp.letters")


def deliver_due_letters(*, limit: int = 50) -> int:
    """Try each due letter once; return how many were sent. Workers side by side never take the same letter.

    A server that cannot be reached ends the run: the letters keep waiting, only the one tried counts a try.
    """
    if not settings.EMAIL_CONFIGURED:
        return 0
    sent, began, door = 0, monotonic(), get_connection()
    try:
        for _turn in range(limit):
            letter = _claim() if monotonic() - began < LONGEST_RUN else None
            if letter is None:
                break
            error = _send(letter, door)
            _note(letter, error)
            sent += error is None
            if error is not None and _is_down(error):
                break
    finally:
        door.close()
    return sent


@transaction.atomic
def _claim() -> Letter | None:
    """Take the next due letter for a while; letters that lost their point are put away on the way."""
    now = clock.now()
    waiting = Letter.objects.select_for_update(skip_locked=True).filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lt=now),
        sent_at__isnull=True,
        given_up_at__isnull=True,
        next_try_at__lte=now,
    )
    for letter in waiting.order_by("next_try_at", "id")[:20]:
        if letter.expires_at is not None and letter.expires_at <= now:
            letter.given_up_at, letter.last_error = now, _("Quá thời điểm còn cần gửi")
            letter.save()
            continue
        letter.claimed_until = now + CLAIM
        letter.tries += 1
        letter.save()
        return letter
    return None


def _send(letter: Letter, door: BaseEmailBackend) -> Exception | None:
    """Send *letter* as text and HTML, with the file it names; return what went wrong, None when the server took it."""
    try:
        message = EmailMultiAlternatives(
            settings.EMAIL_SUBJECT_PREFIX + letter.subject,
            letter.body,
            to=[letter.to],
            headers={"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated", **_ending(letter)},
            connection=door,
        )
        page = {"subject": letter.subject, "body": letter.body}
        message.attach_alternative(render_to_string("mail/letter.html", page), "text/html")
        if enclosed := enclosure_of(letter.enclosure):
            message.attach(enclosed.name, enclosed.content, enclosed.content_type)
        door.open()
        message.send()
    except Exception as error:  # whatever the mail server does, the letter waits for its next turn
        door.close()
        return error
    return None


def _ending(letter: Letter) -> dict[str, str]:
    """Return the headers by which the reader's mail program ends such letters with one press (RFC 8058)."""
    if not letter.unsubscribe:
        return {}
    return {
        "List-Unsubscribe": f"<{letter.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _is_down(error: Exception) -> bool:
    """Return whether the server itself cannot be used, so that the other letters would fare no better."""
    return not isinstance(error, SMTPRecipientsRefused | SMTPDataError | ValueError)


def _is_final(error: Exception) -> bool:
    """Return whether the server refused this letter for good (RFC 5321, 4.2.1: 5yz), or it cannot be written."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    if isinstance(error, SMTPDataError):
        return bool(error.smtp_code >= 500)
    return isinstance(error, ValueError)


@transaction.atomic
def _note(letter: Letter, error: Exception | None) -> None:
    stored = Letter.objects.select_for_update().get(pk=letter.pk)
    now = clock.now()
    stored.claimed_until = None
    if error is None:
        stored.sent_at, stored.body, stored.unsubscribe, stored.last_error = now, "", "", ""
    else:
        log.warning("letter not sent", letter=letter.pk, error=type(error).__name__)
        stored.last_error = f"{type(error).__name__}: {error}"[:300]
        stored.refusals += _is_final(error)
        if stored.refusals > MOST_REFUSALS:
            stored.given_up_at = now
        stored.next_try_at = _next_try(now, stored.tries)
    stored.save()


def longest_wait() -> timedelta:
    """Return how long the letter that waits longest has been due; nothing when none waits.

    How long one waits that was tried is read off its tries and their pauses. Letters to addresses the server refuses
    say nothing about the server and are left out.
    """
    waiting = Letter.objects.filter(sent_at__isnull=True, given_up_at__isnull=True, refusals=0)
    now, longest = clock.now(), timedelta()
    for tries, next_try_at in waiting.order_by().values_list("tries").annotate(first=Min("next_try_at")):
        pauses = (PAUSES[min(number, len(PAUSES) - 1)] for number in range(tries))
        longest = max(longest, now - next_try_at + sum(pauses, timedelta()))
    return longest


def _next_try(now: datetime, tries: int) -> datetime:
    return now + PAUSES[min(tries, len(PAUSES)) - 1]


@transaction.atomic
def try_again(*, actor: Actor, letter: Letter) -> Letter:
    """Put a letter that waits or was given up at the head of the outbox (after its address was mended)."""
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Gửi lại thư thuộc vai trò Cán bộ vận hành."))
    stored = Letter.objects.select_for_update().get(pk=letter.pk)
    if stored.sent_at is not None:
        raise StateRefused(_("Thư này đã gửi rồi."))
    if stored.expires_at is not None and stored.expires_at <= clock.now():
        raise StateRefused(_("Thư này đã quá thời điểm còn cần gửi."))
    stored.next_try_at, stored.given_up_at, stored.refusals = clock.now(), None, 0
    stored.save()
    record_fact(actor=actor, deed="letter.resent", subject=stored)
    return stored
