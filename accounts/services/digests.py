"""The one letter a day that gathers a reader's reminders (ux.md §4.1)."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.choices import GATHERED
from accounts.models import Digest, MailChoice, Notice
from accounts.services.letters import send_letter
from accounts.services.notices import address_of, address_to, foot
from core import clock

# A reminder older than this is in the inbox and no news any more; a digest that could not go out loses its point too.
STALE = timedelta(days=3)
DUE_TODAY = "deadline.due"


def send_digests(*, day: date) -> int:
    """Write for every reader the letter of *day* on what no letter told yet; return how many were written."""
    waiting = Notice.objects.filter(topic__in=GATHERED, letter__isnull=True, created_at__gte=clock.now() - STALE)
    readers = list(waiting.values_list("recipient_id", "mailbox").distinct().order_by("recipient_id", "mailbox"))
    muted = set(MailChoice.objects.filter(topic__in=GATHERED, wanted=False).values_list("user_id", flat=True))
    return sum(_digest(recipient, mailbox, day) for recipient, mailbox in readers if recipient not in muted)


def _digest(recipient: int | None, mailbox: str, day: date) -> bool:
    """Write the letter of one reader, unless the day has had one."""
    try:
        with transaction.atomic():
            waiting = Notice.objects.select_for_update(of=("self",), skip_locked=True).select_related("recipient")
            found = list(
                waiting.filter(
                    recipient=recipient,
                    mailbox=mailbox,
                    topic__in=GATHERED,
                    letter__isnull=True,
                    created_at__gte=clock.now() - STALE,
                ).order_by("id")
            )
            address = address_to(found[0]) if found else ""
            if not found or Digest.objects.filter(address=address, day=day).exists():
                return False
            _write(found, address, day)
    except IntegrityError:  # another run was faster: its letter tells the same
        return False
    return True


def _write(found: list[Notice], address: str, day: date) -> None:
    letter = send_letter(to=address, subject=_subject(found), body=_body(found), expires_at=clock.now() + STALE)
    Digest.objects.create(address=address, day=day, letter=letter)
    for notice in found:
        notice.letter = letter
        notice.save(update_fields=["letter"])


def _subject(found: list[Notice]) -> str:
    if all(notice.event == DUE_TODAY for notice in found):
        return _("%(n)s việc đến hạn hôm nay") % {"n": len(found)}
    return _("%(n)s việc sắp đến hạn, đến hạn hoặc quá hạn") % {"n": len(found)}


def _body(found: list[Notice]) -> str:
    lines = [f"- {notice.subject}\n  {address_of(notice)}" for notice in found]
    return "\n".join([*lines, "", foot(mandatory=False)])
