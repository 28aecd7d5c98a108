"""Telling people about the catalogue's duties: who holds a right at an agency, and its shared mailbox."""

from collections.abc import Iterable

from accounts.choices import Topic
from accounts.models import Agency, User
from accounts.selectors.people import holders_of
from accounts.services.notices import Message, post_notices


def tell_agency(message: Message, agency: Agency, permissions: Iterable[str], *, besides: Iterable[User] = ()) -> None:
    """Tell who holds any of *permissions* at *agency* today, the people *besides*, and the shared mailbox."""
    people = {person.pk: person for name in permissions for person in holders_of(name, agency.pk)}
    readers = [*people.values(), *(person for person in besides if person.pk not in people)]
    post_notices(message=message, agency=agency, people=readers, mailboxes=[agency.shared_mailbox])


def tell_operators(message: Message) -> None:
    """Tell SKHCN's people who keep the catalogue."""
    post_notices(message=message, agency=None, people=holders_of("service.manage"))


def about(event: str, topic: Topic, subject: str, body: str, link: str) -> Message:
    """Return a message that is about no dossier."""
    return Message(event=event, topic=topic, subject=subject, body=body, link=link)
