"""The call log of one body, or of all, page by page: newest first, no count, and one look into an index for each page.

Each body and each of its two parts (who called, who answered) is a walk of its own down an index by time, so a page
costs the same whatever else the log holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from audit.selectors.calls import CALLS, COLUMNS, ENDED, CallRow

#: How a call ended -> what the rows have in common. A refusal of the source itself has no reason of ours.
OUTCOMES: Mapping[str, str] = {
    "ok": "o.reason = '' and o.side = ''",
    "refused": "o.reason <> '' and o.side = 'consumer'",
    "source": "(o.side = 'provider' or o.reason = '' and o.side = 'consumer')",
    "platform": "o.side = 'platform'",
    "open": "o.call_id is null",
}
# The id of a call carries the time it came; its row bears that time, or that of the minute it was counted in.
AROUND = timedelta(hours=1)
# Seconds since 1970 beyond which no calendar goes.
_FAR = 250_000_000_000


class Place(NamedTuple):
    """Where a page ends: the next one holds what is older."""

    received_at: datetime
    epoch: int
    n: int

    def __str__(self) -> str:
        return f"{int(self.received_at.timestamp() * 1_000_000)}.{self.epoch}.{self.n}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """Return the place *text* names, None for anything else."""
        parts = text.split(".")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) <= 18 for part in parts):
            return None
        micros, epoch, n = map(int, parts)
        try:
            return cls(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros), epoch, n)
        except OverflowError:
            return None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls: None and "" leave nothing out; *since* is included, *until* is not; ``outcome`` is of OUTCOMES.

    ``reason`` is the code of why a call was refused, ``status`` what its caller got (HTTP).
    """

    system_id: int | None = None
    service: str = ""
    environment: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None
    call_id: UUID | None = None
    reason: str = ""
    status: int | None = None

    def conditions(self) -> tuple[list[str], dict[str, Any]]:
        """Return what rows must meet, and the values."""
        chosen: list[tuple[str, str, Any]] = [
            ("system_id", "i.system_id = %(system_id)s", self.system_id),
            ("service", "i.service = %(service)s", self.service or None),
            ("environment", "i.environment = %(environment)s", self.environment or None),
            ("since", "i.received_at >= %(since)s", self.since),
            ("until", "i.received_at < %(until)s", self.until),
            ("call_id", "i.call_id = %(call_id)s", self.call_id),
            ("reason", "o.reason = %(reason)s", self.reason or None),
            ("status", "o.status = %(status)s", self.status),
        ]
        kept = [(name, text, value) for name, text, value in chosen if value is not None]
        texts = [CALLS, *(text for _name, text, _value in kept)]
        if self.outcome:
            texts.append(OUTCOMES[self.outcome])
        return texts, {name: value for name, _text, value in kept}


# Looked up row by row on the walk: a join would tempt the planner to read every outcome there is.
HOW = """
left join lateral (
  select * from audit_outcome o where o.call_id = i.call_id and o.received_at = i.received_at
     and o.intent_epoch = i.epoch and o.intent_n = i.n and o.stage <> 'S' order by o.stage = 'U' limit 1) o on true
"""
_WALK = """
select found.* from unnest(%(bodies)s::bigint[]) as body(id) cross join lateral (
  select {columns}, i.epoch, i.n from audit_intent i {how}
   where i.{part} = body.id and {where}
   order by i.received_at desc, i.epoch desc, i.n desc limit %(limit)s) as found
"""
_EVERY = """
select {columns}, i.epoch, i.n from audit_intent i {how} where {where}
 order by i.received_at desc, i.epoch desc, i.n desc limit %(limit)s
"""
_OURS = "i.agency_id <> all(%(bodies)s)"
_OLDER = "i.received_at <= %(at)s and (i.received_at, i.epoch, i.n) < (%(at)s, %(epoch)s, %(n)s)"


def calls_of(
    bodies: Sequence[int] | None, wanted: Wanted, *, after: Place | None = None, limit: int = 100
) -> tuple[list[CallRow], Place | None]:
    """Return the calls *bodies* made or answered, newest first, and the place where older ones go on (None: none).

    None for *bodies*: whoever made them. One query. A call between two of the bodies is told once.
    """
    texts, values = wanted.conditions()
    if after is not None:
        texts.append(_OLDER)
        values |= {"at": after.received_at, "epoch": after.epoch, "n": after.n}
    asked = {**values, "bodies": list(bodies or ()), "limit": limit + 1}
    with connection.cursor() as cursor:
        cursor.execute(_pages(texts, of_all=bodies is None), asked)
        rows = cursor.fetchall()
    shown = rows[:limit]
    last = Place(shown[-1][1], *shown[-1][-2:]) if len(rows) > limit else None
    return [CallRow(*row[:-2]) for row in shown], last


def _pages(texts: Sequence[str], *, of_all: bool) -> str:
    if of_all:
        return _EVERY.format(columns=COLUMNS, how=HOW, where=" and ".join(texts))
    made = _WALK.format(columns=COLUMNS, how=HOW, part="agency_id", where=" and ".join(texts))
    answered = _WALK.format(columns=COLUMNS, how=HOW, part="provider_id", where=" and ".join([*texts, _OURS]))
    return f"{made} union all {answered} order by received_at desc, epoch desc, n desc limit %(limit)s"


def moment_of(call_id: UUID) -> datetime | None:
    """Return the time in the id of a call (RFC 9562, version 7); None for one that is none of ours."""
    seconds = (call_id.int >> 80) / 1000
    return datetime.fromtimestamp(seconds, tz=UTC) if call_id.version == 7 and seconds < _FAR else None


_ONE = f"select {COLUMNS} from audit_intent i {ENDED} where i.call_id = %s and {CALLS}"  # noqa: S608


def call_of(call_id: UUID, bodies: Sequence[int] | None) -> CallRow | None:
    """Return one call *bodies* made or answered (None: whoever did), None when there is none.

    The time in the id leads to the month.
    """
    moment = moment_of(call_id)
    if moment is None:
        return None
    values: list[Any] = [call_id, moment - AROUND, moment + AROUND]
    text = f"{_ONE} and i.received_at >= %s and i.received_at < %s"
    if bodies is not None:
        text += " and (i.agency_id = any(%s) or i.provider_id = any(%s))"
        values += [list(bodies), list(bodies)]
    with connection.cursor() as cursor:
        cursor.execute(f"{text} order by i.epoch desc, i.n desc limit 1", values)
        row = cursor.fetchone()
    return CallRow(*row) if row else None
