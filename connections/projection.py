"""What the broker may know of keys and grants: frozen rows, secrets opened in memory only (decisions, 18).

The caller opens one snapshot (repeatable read) around this and the catalogue's projection. What is no longer in force
is there too, with the problem code its owner is told; first and last days are judged by the broker, call by call.
"""

import os
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date

import structlog
from django.conf import settings

from audit.gates import gate_versions
from catalog.choices import SystemState
from catalog.selectors.sandbox import services_not_apart
from connections.models import Credential, Grant, Hold
from connections.models.credentials import keyring
from core.crypto import Keyring, SealBroken
from core.hours import Week, week_of

log = structlog.get_logger("lgsp.policy")
KEY_REVOKED, KEY_SUSPENDED, KEY_PENDING = "key-revoked", "key-suspended", "key-not-activated"
GRANT_REVOKED, GRANT_SUSPENDED, SUSPENDED = "grant-revoked", "grant-suspended", "connection-suspended"


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key of a system; ``secret`` is what its signatures are checked with. Its networks bind beside the grant's."""

    key_id: int
    access_key: str
    algorithm: str
    secret: bytes = field(repr=False)
    environment: str
    active: bool
    reason: str
    valid_to: date | None
    system_id: int
    system_code: str
    agency_id: int
    agency_code: str
    networks: tuple[str, ...]
    calls_at_once: int = 50


@dataclass(frozen=True, slots=True)
class GrantRow:
    """What a system may call; ``fields`` None means every field the service names.

    ``hours`` are minutes of the week as ``core.hours`` has them, () is always; a rate of 0 is none. ``daily_quota`` is
    told to callers, the gate decides. These come last and have a default: a grant without them has no such limit.
    """

    grant_id: int
    code: str
    system_id: int
    service_id: int
    environment: str
    purpose: str
    operations: frozenset[str]
    fields: frozenset[str] | None
    networks: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    active: bool
    reason: str
    gate_id: int
    gate_version: int
    daily_quota: int = 0
    hours: Week = ()
    rate_per_second: int = 0
    rate_per_minute: int = 0


def load_keys() -> list[KeyRow]:
    """Return every key, in one query.

    A key whose secret was moved or altered stops nobody else: it is suspended, and no signature fits it.
    """
    ring, rows = keyring(settings.FIELD_KEYS), []
    for key in Credential.objects.select_related("system__owner").order_by("pk"):
        secret = _open(key, ring)
        reason = _why_not(key, secret)
        rows.append(
            KeyRow(
                key_id=key.pk,
                access_key=key.access_key,
                algorithm=key.algorithm,
                secret=secret or os.urandom(32),
                environment=key.environment,
                active=not reason,
                reason=reason,
                valid_to=key.valid_to,
                system_id=key.system_id,
                system_code=key.system.code,
                agency_id=key.system.owner_id,
                agency_code=key.system.owner.code,
                networks=tuple(key.networks),
                calls_at_once=key.calls_at_once,
            )
        )
    return rows


def _why_not(key: Credential, secret: bytes | None) -> str:
    """Return the problem code that tells why no call is admitted with *key*; "" while it is in force."""
    if key.revoked_at is not None:
        return KEY_REVOKED
    if secret is None or key.system.state == SystemState.RETIRED:
        return KEY_SUSPENDED
    return KEY_PENDING if key.activated_at is None else ""


def _open(key: Credential, ring: Keyring) -> bytes | None:
    try:
        return key.verifier(ring)
    except SealBroken:
        log.exception("secret of a key cannot be opened", access_key=key.access_key)
        return None


def load_grants(only: Iterable[int] | None = None) -> list[GrantRow]:
    """Return every grant (or those with the ids *only*) with the version of its gate, in four queries at most."""
    held = set(Hold.objects.filter(lifted_at__isnull=True).values_list("connection__system_id", flat=True))
    found = Grant.objects.select_related("purpose").order_by("pk")
    grants = list(found if only is None else found.filter(pk__in=list(only)))
    versions = gate_versions([grant.gate_id for grant in grants])
    trials = {grant.service_id for grant in grants if grant.is_trial and grant.revoked_at is None}
    mixed = services_not_apart(trials) if trials else set()
    return [_grant_row(grant, held, versions, mixed) for grant in grants]


def _grant_row(grant: Grant, held: Set[int], versions: Mapping[int, int], mixed: Set[int]) -> GrantRow:
    paused = GRANT_SUSPENDED if grant.suspended_at is not None else ""
    suspended = SUSPENDED if grant.system_id in held else paused
    hours = _hours(grant)
    # Nobody approved a grant made for a trial: it never reaches an address that answers live calls too.
    broken = hours is None or (grant.is_trial and grant.service_id in mixed)
    reason = (suspended or (GRANT_SUSPENDED if broken else "")) if grant.revoked_at is None else GRANT_REVOKED
    return GrantRow(
        grant_id=grant.pk,
        code=grant.code,
        system_id=grant.system_id,
        service_id=grant.service_id,
        environment=grant.environment,
        purpose=grant.purpose.code,
        operations=frozenset(grant.operations),
        fields=None if grant.fields is None else frozenset(grant.fields),
        networks=tuple(grant.networks),
        valid_from=grant.valid_from,
        valid_to=grant.valid_to,
        active=not reason,
        reason=reason,
        gate_id=grant.gate_id,
        gate_version=versions.get(grant.gate_id, 0),
        daily_quota=grant.daily_quota,
        hours=hours or (),
        rate_per_second=grant.rate_per_second or 0,
        rate_per_minute=grant.rate_per_minute or 0,
    )


def _hours(grant: Grant) -> Week | None:
    """Return the hours of a grant; None when what is stored is none, which lets nobody through and stops no other."""
    try:
        return week_of(grant.hours)
    except (KeyError, TypeError, ValueError):
        log.exception("hours of a grant cannot be read", grant=grant.code)
        return None
