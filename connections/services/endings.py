"""Disconnection asked by the agency, taken back, and answered (Q50-8.3); the end itself is ``terminate``."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.services.notices import Message, post_notices
from audit.record import record_fact
from connections.models import Connection, ConnectionRequest, EndingRequest, Grant
from connections.selectors.connection_rights import ASKING, TAKING_BACK, answer_refused, ending_refused
from connections.selectors.connections import answering_dossier
from connections.selectors.people import holders_of
from connections.services.telling import announce
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, StateRefused
from core.text import tidy

CLAUSE = "Q50-8.3"


@transaction.atomic
def ask_ending(*, actor: Actor, connection: Connection, reason: str, wanted_day: date | None = None) -> EndingRequest:
    """Ask SKHCN to end *connection*; it runs on until they have answered.

    Raises PermissionRefused for whoever is no representative of the system's agency, StateRefused when the connection
    is closed or has been asked for already, InvalidInput without a reason or with a day that is past.
    """
    stored = lock_with_people(connection)
    if refusal := ending_refused(actor, stored, ASKING):
        raise refusal
    if (asked := _open(stored)) is not None:
        text = _("Cơ quan đã đề nghị hủy kết nối này lúc %(when)s; Sở Khoa học và Công nghệ chưa trả lời.")
        raise StateRefused(text % {"when": f"{asked.asked_at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"})
    if wanted_day is not None and wanted_day < clock.today():
        raise InvalidInput({"wanted_day": [_("Nhập ngày từ hôm nay trở đi, hoặc để trống")]})
    made = EndingRequest.objects.create(
        connection=stored,
        agency=stored.system.owner,
        asked_by_id=actor.user_id or 0,
        asked_at=clock.now(),
        reason=_said(reason),
        wanted_day=wanted_day,
    )
    after = {"wanted_day": wanted_day}
    record_fact(actor=actor, deed="ending.asked", subject=stored, after=after, reason=made.reason, clause=CLAUSE)
    announce(actor, answering_dossier(stored), "ending_asked")
    return made


@transaction.atomic
def withdraw_ending(*, actor: Actor, connection: Connection) -> EndingRequest:
    """Take back what the agency asked; the connection stays as it is. Raises PermissionRefused, StateRefused."""
    stored = lock_with_people(connection)
    if refusal := ending_refused(actor, stored, TAKING_BACK):
        raise refusal
    asked = _open(stored)
    if asked is None:
        raise StateRefused(_("Kết nối không có đề nghị hủy nào đang chờ trả lời."))
    asked.withdrawn_at, asked.withdrawn_by_id = clock.now(), actor.user_id
    asked.save()
    record_fact(actor=actor, deed="ending.withdrawn", subject=stored, clause=CLAUSE)
    announce(actor, answering_dossier(stored), "ending_withdrawn")
    return asked


@transaction.atomic
def decline_ending(*, actor: Actor, connection: Connection, reason: str) -> EndingRequest:
    """Answer the agency that the connection does not end, and why.

    Raises PermissionRefused, StateRefused when nothing is asked, InvalidInput without a reason.
    """
    stored = lock_with_people(connection)
    asked = _open(stored)
    if refusal := answer_refused(actor, asked):
        raise refusal
    assert asked is not None, "nothing asked was refused"  # noqa: S101 - told above
    reason = _said(reason)
    _answer(actor, asked, reason, accepted=False)
    record_fact(actor=actor, deed="ending.declined", subject=stored, reason=reason, clause=CLAUSE)
    announce(actor, answering_dossier(stored), "ending_declined", link=reverse("connection", args=[stored.pk]))
    return asked


@transaction.atomic
def accept_ending(*, actor: Actor, connection: Connection, reason: str) -> EndingRequest | None:
    """Note that the end of the locked *connection* answers what the agency asked; None when it had asked nothing."""
    asked = _open(connection)
    if asked is not None:
        _answer(actor, asked, reason, accepted=True)
        record_fact(actor=actor, deed="ending.accepted", subject=connection, reason=reason, clause=CLAUSE)
    return asked


def tell_providers(grants: Iterable[Grant]) -> None:
    """Write to the provider of each of *grants* that the system may call its services no more."""
    for grant in grants:
        provider, values = grant.service.provider, {"system": str(grant.system)}
        message = Message(
            event="connection.ended",
            topic=Topic.ACCESS,
            subject=_("Hệ thống %(system)s không còn khai thác dịch vụ của cơ quan") % values,
            body=_("Kết nối của hệ thống %(system)s đã hủy; quyền khai thác dịch vụ của cơ quan hết hiệu lực.")
            % values,
            link=reverse("data_service", args=[grant.service.code]),
        )
        people = list(holders_of("grant.advise", provider.pk))
        post_notices(message=message, agency=provider, people=people, mailboxes=[provider.shared_mailbox])


def lock_with_people(connection: Connection) -> Connection:
    """Return *connection* as it is now, locked until the deed ends, with who answers for it.

    Its dossier is locked first, in the order of every deed on both. Rows joined to one that had to be waited for are
    those from before the wait, so they are read afterwards. Raises StateRefused when another dossier took over.
    """
    number = Connection.objects.values_list("request_id", flat=True).get(pk=connection.pk)
    ConnectionRequest.objects.select_for_update().get(pk=number)
    if Connection.objects.select_for_update().get(pk=connection.pk).request_id != number:
        raise StateRefused(_("Một hồ sơ khác vừa thay hồ sơ của kết nối này; mở lại trang rồi làm lại."))
    found = Connection.objects.select_related(
        "system__owner", "technical_contact", "duty_contact", "request__agency", "request__system"
    )
    return found.get(pk=connection.pk)


def _open(connection: Connection) -> EndingRequest | None:
    return connection.endings.select_for_update().open().first()


def _answer(actor: Actor, asked: EndingRequest, reason: str, *, accepted: bool) -> None:
    asked.accepted, asked.answer = accepted, reason
    asked.answered_at, asked.answered_by_id = clock.now(), actor.user_id
    asked.save()


def _said(reason: str) -> str:
    if not (reason := tidy(reason)):
        raise InvalidInput({"reason": [_("Nhập lý do")]})
    return reason
