"""Telling people: notices are written in the transaction of their deed, with the letters that carry them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import GATHERED, MANDATORY, Topic
from accounts.models import Agency, Letter, MailChoice, Notice, User
from accounts.services.letters import letter_to, send_letters
from audit.record import changed, record_fact
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused

# So many rows are written by one statement.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Message:
    """What is told: the code of the event, its topic, texts without secrets or personal data, and where it leads.

    *link* is a path of the portal, *number* that of the dossier, *enclosure* names a file for the letters.
    """

    event: str
    topic: Topic
    subject: str
    body: str
    link: str
    number: str = ""
    enclosure: str = ""


@transaction.atomic
def post_notices(
    *, message: Message, agency: Agency | None, people: Iterable[User], mailboxes: Iterable[str] = ()
) -> list[Notice]:
    """Tell *people* (in the portal, by letter where mandatory or wanted) and shared *mailboxes* (by letter).

    *agency* is the one under which the link opens. Each reader is told once. Letters of a gathered topic wait for the
    day's digest.
    """
    readers = {person.email: person for person in people if person.is_active}
    addresses = {address.lower() for address in readers}
    muted = _muted(readers.values(), message.topic)
    made = [_notice(message, agency, person) for person in readers.values()]
    others = (mailbox for mailbox in dict.fromkeys(filter(None, mailboxes)) if mailbox.lower() not in addresses)
    made += [_notice(message, agency, mailbox) for mailbox in others]
    Notice.objects.bulk_create(made)
    if message.topic not in GATHERED:
        _send([notice for notice in made if notice.recipient_id not in muted], message.enclosure)
    return made


def _muted(people: Iterable[User], topic: Topic) -> set[int]:
    if topic in MANDATORY:
        return set()
    rows = MailChoice.objects.filter(user__in=[person.pk for person in people], topic=topic, wanted=False)
    return set(rows.values_list("user_id", flat=True))


def _notice(message: Message, agency: Agency | None, reader: User | str) -> Notice:
    return Notice(
        recipient=reader if isinstance(reader, User) else None,
        mailbox="" if isinstance(reader, User) else reader,
        agency=agency,
        event=message.event,
        topic=message.topic,
        mandatory=message.topic in MANDATORY,
        subject=message.subject[:200],
        body=message.body,
        link=message.link,
        number=message.number,
        created_at=clock.now(),
    )


def _send(notices: list[Notice], enclosure: str) -> None:
    """Put the letter of each notice into the outbox: as many statements for one reader as for a thousand."""
    letters = [_letter(notice, enclosure) for notice in notices]
    send_letters(letters=letters)
    for notice, letter in zip(notices, letters, strict=True):
        notice.letter = letter
    Notice.objects.bulk_update(notices, ["letter"], batch_size=_AT_ONCE)


def _letter(notice: Notice, enclosure: str) -> Letter:
    lines = [notice.body, ""]
    if notice.number:
        lines.append(_("Mã hồ sơ: %(number)s") % {"number": notice.number})
    lines += [_("Xem trên cổng: %(address)s") % {"address": address_of(notice)}, "", foot(mandatory=notice.mandatory)]
    return letter_to(address_to(notice), subject=notice.subject, body="\n".join(lines), enclosure=enclosure)


def address_to(notice: Notice) -> str:
    """Return the mail address of the notice's reader."""
    return notice.recipient.email if notice.recipient else notice.mailbox


def address_of(notice: Notice) -> str:
    """Return the full address a letter leads to: a person's through the inbox, which then counts as read."""
    path = reverse("notice", args=[notice.pk]) if notice.recipient_id else notice.link
    return f"{settings.PUBLIC_URL}{path}"


def foot(*, mandatory: bool) -> str:
    """Return the last lines of a letter: why the reader gets it, and how to have it no more."""
    lines = [_("Thư tự động của Nền tảng tích hợp, chia sẻ dữ liệu tỉnh Tuyên Quang; không trả lời thư này.")]
    if mandatory:
        lines.append(_("Đây là thông báo bắt buộc của thủ tục kết nối."))
    else:
        choices = f"{settings.PUBLIC_URL}{reverse('profile')}"
        lines.append(_("Chọn loại thư muốn nhận tại %(address)s") % {"address": choices})
    return "\n".join(lines)


@transaction.atomic
def mark_read(*, actor: Actor, notices: Iterable[Notice]) -> int:
    """Note that the actor has read *notices*, once each; return how many were unread. No fact: it changes no right."""
    wanted = [notice.pk for notice in notices]
    rows = Notice.objects.visible_to(actor).unread().filter(pk__in=wanted).select_for_update().order_by("pk")
    unread = [notice.pk for notice in rows.only("pk")]
    return Notice.objects.filter(pk__in=unread).update(read_at=clock.now())


@transaction.atomic
def choose_letters(*, actor: Actor, wanted: Mapping[str, bool]) -> int:
    """Keep which letters the actor wants, by topic; return how many choices changed.

    Raises InvalidInput for a topic whose letters are mandatory or that does not exist, PermissionRefused without a
    role in force.
    """
    if not actor.may("self.manage") or actor.user_id is None:
        raise PermissionRefused(_("Tài khoản không còn vai trò nào đang hiệu lực. Liên hệ quản trị cơ quan."))
    if wrong := wanted.keys() - (set(Topic) - MANDATORY):
        raise InvalidInput({"topics": [_("Loại thư «%(t)s» không tắt được.") % {"t": ", ".join(sorted(wrong))}]})
    user = User.objects.select_for_update().get(pk=actor.user_id)
    rows = {row.topic: row for row in MailChoice.objects.filter(user=user)}
    present = {topic: rows[topic].wanted if topic in rows else True for topic in wanted}
    before, after = changed(present, dict(wanted))
    for topic, value in after.items():
        row = rows.get(topic) or MailChoice(user=user, topic=topic)
        row.wanted = value
        row.save()
    if after:
        old, new = _labels(before), _labels(after)
        record_fact(actor=actor, deed="mail.chosen", subject=user, before=old, after=new)
    return len(after)


def _labels(wanted: Mapping[str, bool]) -> dict[str, str]:
    said = {True: _("nhận"), False: _("không nhận")}
    return {"letters": "; ".join(f"{Topic(topic).label}: {said[value]}" for topic, value in wanted.items())}
