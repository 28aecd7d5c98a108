"""Keys of a system: made by its technician, whose browser alone ever shows a secret (Q50-11, QC8.4)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from audit.record import record_fact
from catalog.models import InformationSystem
from connections.choices import Algorithm, State
from connections.models import Connection, Credential, EnvironmentTerms
from connections.models.credentials import keyring
from connections.services.grants import close_gates, gates_of, terms_of
from connections.services.key_telling import tell_of_key
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.keys import new_access_key, new_secret
from core.networks import read_networks
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.proofs import read_public_key
from core.text import tidy

MANAGE_OWN = "key.manage_own"
#: Who may end every key of a system at once when one has leaked: its technician, its representative, the operator.
EMERGENCY_OWN = (MANAGE_OWN, "request.send")
EMERGENCY = "environment.manage"
# A dossier of the system in one of these states lets a key be made.
STATES = {
    Environment.SANDBOX: (State.TESTING, State.AWAITING_CONFIRMATION, State.READY, State.LIVE),
    Environment.LIVE: (State.LIVE,),
}


@dataclass(frozen=True, slots=True)
class Made:
    """A new key with its secret, for the one page that shows it; ``secret`` is "" for a key the system made."""

    credential: Credential
    secret: str = field(repr=False)


@transaction.atomic
def make_key(
    *,
    actor: Actor,
    system: InformationSystem,
    environment: str,
    algorithm: str = Algorithm.HMAC_SHA256,
    public_key: str = "",
    name: str = "",
    networks: Sequence[str] = (),
    replaces: Credential | None = None,
) -> Made:
    """Make a key of *system*; a secret of ours is in the answer to this deed and nowhere else.

    It signs nothing before ``key_proof.activate_key``. A sandbox key exists from the tests on, a live one only once
    the connection is live. *replaces* names an open key of the same environment, which then stays for the days of
    overlap. Raises PermissionRefused, InvalidInput by field, GuardRefused while the environment is not open to the
    system, StateRefused when as many keys are open as the terms allow.
    """
    place = Environment(environment)
    connection = lock_keys(system)
    if actor.user_id is None or not is_technician(actor, system):
        raise PermissionRefused(_("Tạo khóa thuộc Cán bộ kỹ thuật của cơ quan quản lý hệ thống."))
    _judge_environment(connection, system, place)
    public, listed = _read(algorithm, public_key, networks)
    _judge_room(system, place, replaces)
    secret, access_key = "" if public else new_secret(place), new_access_key(place)
    made = Credential(
        access_key=access_key,
        name=tidy(name)[:80],
        system=system,
        environment=place,
        algorithm=algorithm,
        public_key=public,
        networks=listed,
        replaces=replaces,
    )
    _seal(made, secret, actor.user_id, terms_of(place))
    _store(made)
    _tell(actor, made, connection)
    return Made(made, secret)


def make_trial_key(*, actor: Actor, system: InformationSystem, connection: Connection | None) -> Made:
    """Make a sandbox key that signs at once, for a deed that has locked the keys of *system* and judged the actor.

    A key of the live environment waits for the proof that its holder has it; here nothing but made-up data is behind
    it. Raises StateRefused when as many keys are open as the terms allow.
    """
    place = Environment.SANDBOX
    _judge_room(system, place, None)
    made = Credential(access_key=new_access_key(place), name=_("Khóa gọi thử"), system=system, environment=place.value)
    secret = new_secret(place)
    _seal(made, secret, actor.user_id or 0, terms_of(place))
    made.activated_at = made.made_at
    _store(made)
    _tell(actor, made, connection)
    return Made(made, secret)


def _tell(actor: Actor, made: Credential, connection: Connection | None) -> None:
    after = {name: getattr(made, name) for name in ("access_key", "environment", "algorithm", "valid_to")}
    if made.activated_at is not None:
        after["activated_at"] = made.activated_at
    record_fact(actor=actor, deed="key.made", subject=made, after=after, clause="Q50-11")
    tell_of_key(made, connection, _("Khóa %(key)s vừa được tạo"))
    close_gates(())


def _store(made: Credential) -> None:
    """Save a new key. Raises InvalidInput when somebody registered its public half before."""
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        text = _("Khóa công khai này đã được đăng ký; tạo một cặp khóa mới riêng cho hệ thống này")
        raise InvalidInput({"public_key": [text]}) from error


def _seal(made: Credential, secret: str, user_id: int, terms: EnvironmentTerms) -> None:
    """Give a new key its sealed secret, if it has one of ours, its challenge, and what the terms say of it."""
    if secret:
        ring = keyring(settings.FIELD_KEYS)
        made.sealed_secret = ring.seal(secret, place=Credential.place_of(made.access_key))
    made.challenge, made.made_by_id, made.made_at = secrets.token_urlsafe(32), user_id, clock.now()
    made.valid_to, made.calls_at_once = clock.today() + timedelta(days=terms.key_days), terms.key_calls


def _read(algorithm: str, public_key: str, networks: Sequence[str]) -> tuple[str, list[str]]:
    """Return the public half (base64, "" for a key of ours) and the networks. Raises InvalidInput by field."""
    errors: dict[str, list[str]] = {}
    public = ""
    if algorithm not in Algorithm.values:
        errors["algorithm"] = [_("Chọn HMAC-SHA256 hoặc Ed25519")]
    elif algorithm == Algorithm.ED25519:
        try:
            public = read_public_key(public_key)
        except ValueError as error:
            errors["public_key"] = [str(error)]
    listed, wrong = read_networks(networks)
    if wrong:
        errors["networks"] = wrong
    if errors:
        raise InvalidInput(errors)
    return public, listed


def _judge_room(system: InformationSystem, place: Environment, replaces: Credential | None) -> None:
    open_keys = Credential.objects.open().filter(system=system, environment=place, valid_to__gte=clock.today())
    if replaces is not None and not open_keys.filter(pk=replaces.pk).exists():
        raise InvalidInput({"replaces": [_("Chọn một khóa đang dùng của cùng hệ thống và môi trường")]})
    used, most = open_keys.count(), terms_of(place).key_count
    if used >= most:
        text = _("Hệ thống đã có %(n)s khóa %(environment)s đang dùng; thu hồi một khóa trước khi tạo khóa mới.")
        raise StateRefused(text % {"n": used, "environment": place.label.lower()})


@transaction.atomic
def revoke_key(*, actor: Actor, credential: Credential, reason: str) -> Credential:
    """End a key for good; no call signed with it is admitted after this deed commits.

    By the technician of the system's agency, or by the operator. Raises StateRefused when it is revoked already.
    """
    connection = lock_keys(credential.system)
    stored = Credential.objects.select_for_update(of=("self",)).select_related("system__owner").get(pk=credential.pk)
    if not (is_technician(actor, stored.system) or actor.may(EMERGENCY)):
        raise PermissionRefused(_("Thu hồi khóa thuộc Cán bộ kỹ thuật của cơ quan hoặc Cán bộ vận hành."))
    if stored.revoked_at is not None:
        raise StateRefused(_("Khóa này đã được thu hồi từ trước."))
    if not (reason := tidy(reason)):
        raise InvalidInput({"reason": [_("Nhập lý do thu hồi khóa")]})
    _revoke(actor, stored, reason)
    tell_of_key(stored, connection, _("Khóa %(key)s đã bị thu hồi"))
    close_gates(gates_of(Q(system_id=stored.system_id)))
    return stored


@transaction.atomic
def revoke_in_emergency(*, actor: Actor, system: InformationSystem, reason: str) -> list[str]:
    """End every open key of *system* in both environments at once, when one has leaked or is thought to have (QC8.6).

    By its technician or representative, or by the operator. Returns their public halves.
    Raises PermissionRefused, InvalidInput, StateRefused when no key is open.
    """
    connection = lock_keys(system)
    own = actor.agency_id == system.owner_id and any(map(actor.may, EMERGENCY_OWN))
    if not (own or actor.may(EMERGENCY)):
        raise PermissionRefused(
            _("Thu hồi khẩn cấp thuộc Cán bộ kỹ thuật, Đại diện cơ quan của hệ thống hoặc Cán bộ vận hành.")
        )
    if not (reason := tidy(reason)):
        raise InvalidInput({"reason": [_("Nhập lý do thu hồi khóa")]})
    keys = revoke_all(actor=actor, system_id=system.pk, reason=reason)
    if not keys:
        raise StateRefused(_("Hệ thống không còn khóa nào chưa thu hồi."))
    last = Credential.objects.select_related("system__owner", "made_by").get(access_key=keys[0])
    tell_of_key(last, connection, _("Thu hồi khẩn cấp mọi khóa của hệ thống"))
    close_gates(gates_of(Q(system_id=system.pk)))
    return keys


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


def lock_keys(system: InformationSystem) -> Connection | None:
    """Lock the system's connection, if it has one: keys of a system are made and ended one after the other."""
    found = Connection.objects.select_for_update(of=("self",)).select_related("technical_contact")
    return found.filter(system=system).first()


def is_technician(actor: Actor, system: InformationSystem) -> bool:
    """Return whether *actor* keeps the keys of *system*."""
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
