"""Keys of a system: made by its technician, whose browser alone ever shows the secret (Q50-11, QC8.4)."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.services.notices import Message, post_notices
from audit.record import record_fact
from catalog.models import InformationSystem
from connections.choices import State
from connections.models import Connection, Credential
from connections.models.credentials import keyring
from connections.services.grants import close_gates, gates_of, terms_of
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.keys import new_access_key, new_secret
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

MANAGE_OWN = "key.manage_own"
MOST_OPEN = 2
# A dossier of the system in one of these states lets a key be made.
STATES = {
    Environment.SANDBOX: (State.TESTING, State.AWAITING_CONFIRMATION, State.READY, State.LIVE),
    Environment.LIVE: (State.LIVE,),
}


@dataclass(frozen=True, slots=True)
class Made:
    """A new key with its secret, for the one page that shows it."""

    credential: Credential
    secret: str = field(repr=False)


@transaction.atomic
def make_key(*, actor: Actor, system: InformationSystem, environment: str) -> Made:
    """Make a key of *system*; its secret is in the answer to this deed and nowhere else.

    A sandbox key exists from the tests on, a live one only once the connection is live. Raises PermissionRefused,
    GuardRefused while the environment is not open to the system, StateRefused when two keys are open already.
    """
    place = Environment(environment)
    connection = _lock(system)
    if actor.user_id is None or not _is_technician(actor, system):
        raise PermissionRefused(_("Tạo khóa thuộc Cán bộ kỹ thuật của cơ quan quản lý hệ thống."))
    _judge_environment(connection, system, place)
    terms, today = terms_of(place), clock.today()
    used = Credential.objects.open().filter(system=system, environment=place, valid_to__gte=today).count()
    if used >= MOST_OPEN:
        text = _("Hệ thống đã có %(n)s khóa %(environment)s đang dùng; thu hồi một khóa trước khi tạo khóa mới.")
        raise StateRefused(text % {"n": used, "environment": place.label.lower()})
    secret, access_key = new_secret(place), new_access_key(place)
    made = Credential.objects.create(
        access_key=access_key,
        system=system,
        environment=place,
        sealed_secret=keyring(settings.FIELD_KEYS).seal(secret, place=Credential.place_of(access_key)),
        made_by_id=actor.user_id,
        made_at=clock.now(),
        valid_to=today + timedelta(days=terms.key_days),
    )
    after = {"access_key": access_key, "environment": place.value, "valid_to": made.valid_to}
    record_fact(actor=actor, deed="key.made", subject=made, after=after, clause="Q50-11")
    _tell(made, connection, _("Khóa %(key)s vừa được tạo"))
    close_gates(())
    return Made(made, secret)


@transaction.atomic
def revoke_key(*, actor: Actor, credential: Credential, reason: str) -> Credential:
    """End a key for good; no call signed with it is admitted after this deed commits.

    By the technician of the system's agency, or by the operator. Raises StateRefused when it is revoked already.
    """
    connection = _lock(credential.system)
    stored = Credential.objects.select_for_update(of=("self",)).select_related("system__owner").get(pk=credential.pk)
    if not (_is_technician(actor, stored.system) or actor.may("environment.manage")):
        raise PermissionRefused(_("Thu hồi khóa thuộc Cán bộ kỹ thuật của cơ quan hoặc Cán bộ vận hành."))
    if stored.revoked_at is not None:
        raise StateRefused(_("Khóa này đã được thu hồi từ trước."))
    if not (reason := tidy(reason)):
        raise InvalidInput({"reason": [_("Nhập lý do thu hồi khóa")]})
    _revoke(actor, stored, reason)
    _tell(stored, connection, _("Khóa %(key)s đã bị thu hồi"))
    close_gates(gates_of(Q(system_id=stored.system_id)))
    return stored


def revoke_all(*, actor: Actor, system_id: int, reason: str) -> list[str]:
    """Revoke every open key of a system whose connection the deed has locked; it closes the gates."""
    keys = list(Credential.objects.select_for_update(of=("self",)).open().filter(system_id=system_id))
    for credential in keys:
        _revoke(actor, credential, reason)
    return [credential.access_key for credential in keys]


def _revoke(actor: Actor, stored: Credential, reason: str) -> None:
    stored.revoked_at, stored.revoked_by_id, stored.revoke_reason = clock.now(), actor.user_id, reason
    stored.save()
    record_fact(actor=actor, deed="key.revoked", subject=stored, reason=reason, clause="Q50-11")


def _lock(system: InformationSystem) -> Connection | None:
    """Lock the system's connection, if it has one: keys of a system are made and ended one after the other."""
    found = Connection.objects.select_for_update(of=("self",)).select_related("technical_contact")
    return found.filter(system=system).first()


def _is_technician(actor: Actor, system: InformationSystem) -> bool:
    return actor.may(MANAGE_OWN) and actor.agency_id == system.owner_id


def _judge_environment(connection: Connection | None, system: InformationSystem, environment: Environment) -> None:
    opened = connection is not None and connection.closed_at is None
    if environment == Environment.LIVE:
        opened = opened and connection is not None and connection.live_at is not None
    if not opened or not system.requests.filter(state__in=STATES[environment]).exists():
        raise GuardRefused(
            _("Khóa chính thức chỉ tạo được khi kết nối đã vận hành chính thức.")
            if environment == Environment.LIVE
            else _("Khóa thử nghiệm chỉ tạo được sau khi môi trường thử nghiệm được thiết lập.")
        )


def _tell(credential: Credential, connection: Connection | None, said: str) -> None:
    """Write to whoever answers for the system; the letter names the public half only by its beginning."""
    key, owner = f"{credential.access_key[:14]}…", credential.system.owner
    message = Message(
        event="key.changed",
        topic=Topic.ACCESS,
        subject=said % {"key": key},
        body=_("Hệ thống %(system)s, môi trường %(environment)s. %(said)s lúc %(time)s.")
        % {
            "system": credential.system,
            "environment": Environment(credential.environment).label.lower(),
            "said": said % {"key": key},
            "time": f"{clock.local_now():%H:%M ngày %d/%m/%Y}",
        },
        link=reverse("developer"),
    )
    contact = connection.technical_contact if connection else None
    people = [person for person in (contact, credential.made_by) if person is not None]
    post_notices(message=message, agency=owner, people=people, mailboxes=[owner.shared_mailbox])
