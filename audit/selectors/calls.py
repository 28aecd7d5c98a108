"""Reading the call log: recent calls, figures for reports, figures of a trial. One query each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

# The row that tells how a call ended: a streamed answer's opening row gives way to its closing one, and an outcome the
# sealer wrote for a process it held dead to that of the process. The limit makes it one look for each unknown.
ENDED = (
    "left join audit_outcome o on o.call_id = i.call_id and o.received_at = i.received_at"
    " and o.intent_epoch = i.epoch and o.intent_n = i.n and o.stage <> 'S' and (o.stage <> 'U' or"
    " (select l.call_id from audit_outcome l where l.call_id = o.call_id and l.received_at = o.received_at"
    " and l.intent_epoch = o.intent_epoch and l.intent_n = o.intent_n and l.stage in ('F', 'C') limit 1) is null)"
)
# A stale attempt that was submitted again is not a call of its own.
CALLS = "(i.verdict <> 'S' or o.call_id is not null)"


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call with its outcome; ``status`` is None while it runs, or when its process died.

    ``key_id`` 0 means that nobody proved to hold the key: the row names what was claimed. ``created`` is the time of
    signing as the caller's clock gave it, ``auth`` how the caller proved itself ("" in rows of old), ``procedure`` the
    administrative procedure served.
    """

    call_id: UUID
    received_at: datetime
    environment: str
    method: str
    service: str
    version: str
    operation: str
    access_key: str
    system_id: int
    system_code: str
    agency_id: int
    agency_code: str
    provider_id: int
    provider_code: str
    grant_code: str
    purpose: str
    address: str
    request_bytes: int
    calls: int
    verdict: str
    key_id: int
    created: datetime | None
    auth: str
    procedure: str
    status: int | None
    reason: str | None
    side: str | None
    upstream_status: int | None
    response_bytes: int | None
    total_ms: int | None
    upstream_ms: int | None
    fields_dropped: int | None


@dataclass(frozen=True, slots=True)
class OperationFigures:
    """What a trial shows of one operation of one service version; ``provider_errors`` are the provider's doing."""

    service: str
    version: str
    operation: str
    admitted: int
    success: int
    p95_ms: float | None
    provider_errors: int
    over_30_s: int


@dataclass(frozen=True, slots=True)
class TrialFigures:
    """What the broker's log shows of a trial: operations with their figures, refusals by reason, and ``peak``: the
    most calls answered with 2xx that came in one second.
    """

    operations: tuple[OperationFigures, ...]
    refused: dict[str, int]
    peak: int = 0


LAST_USE_DAYS = 90
_FIELDS = tuple(CallRow.__slots__)
_OUTCOME_FIELDS = _FIELDS[_FIELDS.index("status") :]
_INTENT_FIELDS = _FIELDS[: -len(_OUTCOME_FIELDS)]
COLUMNS = ", ".join([*(f"i.{name}" for name in _INTENT_FIELDS), *(f"o.{name}" for name in _OUTCOME_FIELDS)])


def recent_calls(
    *,
    system_id: int | None = None,
    environment: str | None = None,
    agency_id: int | Sequence[int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    call_id: UUID | None = None,
    limit: int = 50,
) -> list[CallRow]:
    """Return calls, newest first; *agency_id* as consumer or provider, from *since* up to (not including) *until*.

    Several agencies stand for one body and those it succeeds.
    """
    bodies = [agency_id] if isinstance(agency_id, int) else agency_id
    chosen: list[tuple[str, Any]] = [
        ("i.system_id = %s", system_id),
        ("i.environment = %s", environment),
        ("(i.agency_id = any(%s) or i.provider_id = any(%s))", list(bodies) if bodies is not None else None),
        ("i.received_at >= %s", since),
        ("i.received_at < %s", until),
        ("i.call_id = %s", call_id),
    ]
    wanted = [(text, value) for text, value in chosen if value is not None]
    where = " and ".join([CALLS, *(text for text, _value in wanted)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {COLUMNS} from audit_intent i {ENDED} where {where}"  # noqa: S608
            " order by i.received_at desc, i.epoch desc, i.n desc limit %s",
            [*(value for text, value in wanted for _place in range(text.count("%s"))), limit],
        )
        return [CallRow(*row) for row in cursor.fetchall()]


def _quantile(share: float) -> str:
    return f"round((percentile_cont({share}) within group (order by total_ms))::numeric, 1)::float"


_SUCCESS = "coalesce(sum(calls) filter (where status between 200 and 299), 0)"
_TRIAL = f"""
with call as materialized (
  select i.service, i.version, i.operation, i.verdict, i.calls, i.received_at, o.status, o.reason, o.side, o.total_ms
    from audit_intent i {ENDED}
   where i.system_id = %s and i.environment = %s and i.received_at >= %s and {CALLS})
select 0 as part, service, version, operation, sum(calls),
       {_SUCCESS},
       {_quantile(0.95)},
       coalesce(sum(calls) filter (where side = 'provider'), 0),
       coalesce(sum(calls) filter (where total_ms > 30000), 0)
  from call where verdict = 'A' group by service, version, operation
union all
select 1, coalesce(nullif(reason, ''), 'verdict-' || lower(verdict)), '', '', sum(calls), 0, null, 0, 0
  from call where verdict <> 'A' group by 2
union all
select 2, '', '', '', coalesce(max(calls), 0), 0, null, 0, 0
  from (select {_SUCCESS} as calls from call where verdict = 'A' group by date_trunc('second', received_at)) as each
 order by part, service, version, operation
"""  # noqa: S608


def trial_figures(*, system_id: int, environment: str, since: datetime) -> TrialFigures:
    """Return what the log shows of a system's trial: operations (admitted, 2xx, p95), refusals, fullest second."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIAL, [system_id, environment, since])
        rows = cursor.fetchall()
    operations = tuple(
        OperationFigures(row[1], row[2], row[3], int(row[4]), int(row[5]), row[6], int(row[7]), int(row[8]))
        for row in rows
        if row[0] == 0
    )
    refused = {row[1]: int(row[4]) for row in rows if row[0] == 1}
    return TrialFigures(operations, refused, peak=next(int(row[4]) for row in rows if row[0] == 2))


def last_admitted(access_keys: Sequence[str]) -> dict[str, tuple[datetime, str]]:
    """Return for each key when, and from which address, it signed the last call that was admitted.

    Looks back ``LAST_USE_DAYS``; a key not used since is absent. One look into the index for each key, in one query.
    """
    if not access_keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select k.name, i.received_at, i.address from unnest(%s::text[]) as k(name) cross join lateral"
            " (select received_at, address from audit_intent where access_key = k.name and verdict = 'A'"
            "  and received_at > now() - make_interval(days => %s) order by received_at desc limit 1) i",
            [list(access_keys), LAST_USE_DAYS],
        )
        return {name: (moment, address) for name, moment, address in cursor.fetchall()}
