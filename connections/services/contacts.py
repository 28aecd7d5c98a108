"""Contacts of a connection: another person takes the place of one on either side (QC9.5, QC12.3, QC12.4)."""

from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.models import User
from accounts.services.notices import Message, post_notices
from audit.record import record_fact
from connections.choices import Side
from connections.models import Connection
from connections.selectors.connection_rights import contact_refused
from connections.selectors.connections import candidates
from connections.selectors.people import holders_of
from connections.services.endings import lock_with_people
from core.actor import Actor
from core.problems import InvalidInput, StateRefused

FIELDS = {Side.AGENCY: "technical_contact", Side.OPERATOR: "duty_contact"}
CLAUSES = {Side.AGENCY: "QC12.4", Side.OPERATOR: "QC12.3"}


@transaction.atomic
def replace_contact(*, actor: Actor, connection: Connection, side: Side, person: User | None) -> Connection:
    """Let *person* answer for *side* of the connection from now on.

    Raises PermissionRefused, StateRefused when the connection is closed or *person* is its contact already,
    InvalidInput for somebody who has left, or who holds no such role in the agency of that side.
    """
    stored = lock_with_people(connection)
    if refusal := contact_refused(actor, stored, side):
        raise refusal
    field = FIELDS[side]
    former: User | None = getattr(stored, field)
    if person is not None and former is not None and person.pk == former.pk:
        text = _("%(name)s đang là %(contact)s của kết nối này.")
        raise StateRefused(text % {"name": person, "contact": label_of(side)})
    if person is None or not candidates(stored, side).filter(pk=person.pk).exists():
        raise InvalidInput({"person": [_wanted(side)]})
    setattr(stored, field, person)
    stored.save()
    before, after = {field: former}, {field: person}
    record_fact(actor=actor, deed="contact.replaced", subject=stored, before=before, after=after, clause=CLAUSES[side])
    _tell(stored, side, former, person)
    return stored


def label_of(side: Side) -> str:
    """Return what the contact of *side* is called inside a sentence."""
    return _("cán bộ kỹ thuật") if side == Side.AGENCY else _("đầu mối trực")


def _wanted(side: Side) -> str:
    if side == Side.AGENCY:
        return _("Chọn người đang giữ vai trò Cán bộ kỹ thuật của cơ quan")
    return _("Chọn người đang giữ vai trò Cán bộ vận hành")


def _tell(connection: Connection, side: Side, former: User | None, person: User) -> None:
    """Write to both sides, the one who comes and the one who goes among them; names stand on the portal only."""
    values = {"contact": label_of(side), "system": str(connection.system)}
    owner = connection.system.owner
    message = Message(
        event="connection.contact",
        topic=Topic.ACCESS,
        subject=_("Đổi %(contact)s của kết nối %(system)s") % values,
        body=_("Kết nối %(system)s có %(contact)s mới. Tên và cách liên hệ ghi trên cổng.") % values,
        link=reverse("connection", args=[connection.pk]),
        number=connection.request.number,
    )
    changed = [item for item in (former, person) if item is not None]
    of_agency = changed if side == Side.AGENCY else _present(connection.technical_contact)
    people = {item.pk: item for item in (*of_agency, *holders_of("request.send", owner.pk))}
    post_notices(message=message, agency=owner, people=people.values(), mailboxes=[owner.shared_mailbox])
    _tell_operator(connection, message, changed if side == Side.OPERATOR else _present(connection.duty_contact))


def _tell_operator(connection: Connection, message: Message, people: Iterable[User]) -> None:
    link = reverse("admin:connections_connectionrequest_change", args=[connection.request_id])
    told = Message(message.event, message.topic, message.subject, message.body, link, message.number)
    post_notices(message=told, agency=None, people=people)


def _present(person: User | None) -> list[User]:
    return [] if person is None else [person]
