"""Letters about keys: to whoever answers for the system and to the agency's shared mailbox (ux.md §4.1)."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.services.notices import Message, post_notices
from connections.models import Connection, Credential
from core import clock
from core.choices import Environment


def tell_of_key(credential: Credential, connection: Connection | None, said: str) -> None:
    """Write that *said* ("Khóa %(key)s …") happened now; the letter names the public half only by its beginning."""
    key, owner = f"{credential.access_key[:14]}…", credential.system.owner
    subject = said % {"key": key}
    message = Message(
        event="key.changed",
        topic=Topic.ACCESS,
        subject=subject,
        body=_("Hệ thống %(system)s, môi trường %(environment)s. %(said)s lúc %(time)s.")
        % {
            "system": credential.system,
            "environment": Environment(credential.environment).label.lower(),
            "said": subject,
            "time": f"{clock.local_now():%H:%M ngày %d/%m/%Y}",
        },
        link=reverse("developer"),
    )
    contact = connection.technical_contact if connection else None
    people = [person for person in (contact, credential.made_by) if person is not None]
    post_notices(message=message, agency=owner, people=people, mailboxes=[owner.shared_mailbox])
