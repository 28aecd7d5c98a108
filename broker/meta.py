"""What a system may ask the platform about itself: ``/api/data/-/ping`` and ``/api/data/-/services``.

Field names are stable; a document only ever gains members (docs/calling.md). Days and times are ISO 8601.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse

from audit.admission import Quota
from broker.answers import page_of
from broker.authorising import PREFIX
from broker.endings import over
from broker.incoming import Incoming
from broker.messages.message import JSON, MEDIA, RAW, XML
from broker.problems import KINDS, Refusal, refusal
from broker.snapshot import Service, Snapshot
from catalog.projection import NAMED_BY_CALLER, ServiceRow
from connections.projection import GrantRow
from core.clock import VIETNAM
from core.hours import is_open, spans_of
from core.soap import endpoint_of

if TYPE_CHECKING:
    from broker.engine import Engine

MINE = b"mine=true"
# What is JSON or XML is answered, and taken unless the source system gets it as it comes, as either.
_BOTH = [MEDIA[JSON], MEDIA[XML]]


def unknown_question(known: Iterable[bytes]) -> Refusal:
    """Return the refusal of an address that asks nothing we answer, naming those that do."""
    return refusal("unknown-question", known=", ".join(sorted(path.decode() for path in known)))


async def ping(incoming: Incoming, engine: "Engine") -> dict[str, Any]:
    """Echo the system behind the key, its grants, what is left of today's quotas, and how its clock goes."""
    assert incoming.principal is not None and incoming.snapshot is not None  # noqa: S101, PT018
    key, today = incoming.principal.key, incoming.day
    held = incoming.snapshot.by_system.get((key.system_id, key.environment), [])
    quotas = await engine.ledger.quotas([grant.gate_id for grant in held])
    resets = _midnight(incoming.received_at)
    return {
        "system": key.system_code,
        "agency": key.agency_code,
        "environment": key.environment,
        "access_key": key.access_key,
        "key_valid_to": key.valid_to,
        "key_days_left": _days_left(key.valid_to, today),
        "authentication": incoming.principal.auth,
        "calls_at_once": key.calls_at_once,
        "address": incoming.address,
        "server_time": incoming.received_at.isoformat(timespec="milliseconds"),
        "clock_skew_seconds": _skew(incoming),
        "grants": [
            {
                **_grant(grant, incoming.snapshot, incoming.received_at),
                "open_now": is_open(grant.hours, incoming.received_at),
                "quota": _quota(quotas.get(grant.gate_id), resets),
            }
            for grant in held
        ],
    }


def _grant(grant: GrantRow, snapshot: Snapshot, at: datetime) -> dict[str, Any]:
    today = at.astimezone(VIETNAM).date()
    reason = why_not(grant, today)
    return {
        "grant": grant.code,
        "services": sorted(
            f"{service.row.code}/{service.row.version}"
            for service in snapshot.services.values()
            if service.row.service_id == grant.service_id
            and service.row.environment == grant.environment
            and not over(service.row, at)
        ),
        "purpose": grant.purpose,
        "operations": sorted(grant.operations),
        "fields": None if grant.fields is None else sorted(grant.fields),
        "networks": sorted(grant.networks),
        "hours": spans_of(grant.hours),
        "rate_per_second": grant.rate_per_second or None,
        "rate_per_minute": grant.rate_per_minute or None,
        "valid_from": grant.valid_from,
        "valid_to": grant.valid_to,
        "days_left": _days_left(grant.valid_to, today),
        "active": not reason,
        "reason": reason,
    }


def why_not(grant: GrantRow, today: date) -> str:
    """Return the code with which a call under *grant* would be refused on *today*, "" while it is in force."""
    if not grant.active:
        return grant.reason if grant.reason in KINDS else "grant-suspended"
    if today < grant.valid_from:
        return "grant-not-yet-valid"
    return "grant-expired" if grant.valid_to is not None and grant.valid_to < today else ""


def _quota(quota: Quota | None, resets: datetime) -> dict[str, Any] | None:
    if quota is None:
        return None
    return {"limit": quota.limit, "used": quota.used, "left": quota.left, "resets_at": resets.isoformat()}


def _skew(incoming: Incoming) -> int | None:
    """Return the seconds the caller's clock is ahead of ours; a token says nothing about it."""
    if incoming.proof is None or incoming.principal is None or incoming.principal.auth != "signature":
        return None
    return int(incoming.proof.moment.timestamp()) - int(incoming.received_at.timestamp())


def _days_left(last: date | None, today: date) -> int | None:
    """Return the days to go, today not counted; None without a last day, negative when it is over."""
    return None if last is None else (last - today).days


def _midnight(at: datetime) -> datetime:
    local = at.astimezone(VIETNAM)
    return datetime.combine(local.date() + timedelta(days=1), time.min, tzinfo=VIETNAM)


async def services(incoming: Incoming, engine: "Engine") -> dict[str, Any]:
    """List what is published in the key's environment: how it is called, under which grants, or why it may not be.

    ``?mine=true`` leaves out what the system may not call.
    """
    assert incoming.principal is not None and incoming.snapshot is not None  # noqa: S101, PT018
    key, today = incoming.principal.key, incoming.day
    held = incoming.snapshot.by_system.get((key.system_id, key.environment), [])
    found = [service for _name, service in sorted(incoming.snapshot.services.items())]
    there = [service for service in found if service.row.environment == key.environment]
    listed = [_service(service, held, today) for service in there if not over(service.row, incoming.received_at)]
    if incoming.raw_query == MINE:
        listed = [row for row in listed if row["may_call"]]
    return {"environment": key.environment, "services": listed}


def _service(service: Service, held: list[GrantRow], today: date) -> dict[str, Any]:
    row, base = service.row, f"{PREFIX}{service.row.code}/{service.row.version}"
    standing = {grant.code: why_not(grant, today) for grant in held if grant.service_id == row.service_id}
    grants = sorted(code for code, reason in standing.items() if not reason)
    return {
        "service": row.code,
        "version": row.version,
        "title": row.title,
        "provider": row.provider_code,
        "path": base,
        "operations": [
            {"code": item.code, "method": item.method, "path": base + item.template} for item in row.operations
        ],
        "may_call": bool(grants),
        "grants": grants,
        "why_not": None if grants else _missing(standing),
        "forms": {"requests": None if row.form == RAW else _BOTH, "answers": _BOTH, "gzip": row.inflates},
        "must_send": [NAMED_BY_CALLER[what] for what in row.demanded],
        **_descriptions(row.code, row.version),
        "ending": _ending(row),
    }


@lru_cache(maxsize=4096)
def _descriptions(code: str, version: str) -> dict[str, Any]:
    """Return where a version is called by SOAP, and where the portal describes it."""
    portal = settings.PUBLIC_URL.rstrip("/")
    named = [code, version]
    return {
        "soap": {"path": endpoint_of(code, version), "wsdl": portal + reverse("service_wsdl", args=named)},
        "openapi": portal + reverse("service_openapi", args=named),
    }


def _ending(row: ServiceRow) -> dict[str, Any] | None:
    """Return what is announced of a version's end: from when it answers no more, and what comes in its place."""
    if row.ending is None:
        return None
    begun = row.ending.deprecated_at
    return {
        "deprecated_at": begun.astimezone(VIETNAM).isoformat(timespec="seconds") if begun else None,
        "sunset_at": row.ending.sunset.isoformat(timespec="seconds"),
        "successor": row.ending.successor or None,
    }


def _missing(standing: dict[str, str]) -> dict[str, Any]:
    """Return why a service may not be called: its newest grant is not in force, or there never was one."""
    grant, code = max(standing.items(), default=(None, "grant-missing"))
    return {"code": code, "grant": grant, "type": page_of(code)}
