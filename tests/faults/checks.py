"""What must hold after every fault, asked of the database as an outsider reads it and of the product's verifier."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.faults.load import BROKEN, Told, again
from tests.faults.provider import Provider
from tests.faults.world import Caller

# Promise P2: after this every call has an outcome.
ORPHAN_SECONDS = 120
# What may be said while something is broken; anything else is a fault of ours.
REFUSALS = frozenset({BROKEN, 429, 502, 503, 504})
_REPLAYS = 12

_WITHOUT_OUTCOME = """
select id from unnest(%s::uuid[]) as t(id)
 where not exists (select from audit_outcome o where o.call_id = id and o.verdict = 'A' and o.status = 200)
"""
_WITHOUT_INTENT = """
select id from unnest(%s::uuid[]) as t(id)
 where not exists (select from audit_intent i where i.call_id = id and i.verdict = 'A')
"""
_OLD_ORPHANS = """
select count(*) from audit_intent i where i.admitted_at < clock_timestamp() - %s * interval '1 second'
   and not exists (select from audit_outcome o where o.call_id = i.call_id and o.stage <> 'S')
"""
_TWICE = """
select (select count(*) from (select from audit_intent where verdict = 'A' group by call_id having count(*) > 1) c)
     + (select count(*) from (select from audit_intent where verdict = 'A' and not owned
                               group by key_id, nonce having count(*) > 1) n)
"""
# One statement, one snapshot: nothing is admitted between the two counts.
_QUOTA = """
select g.used, g.lim, (select count(*) from audit_intent i where i.gate_id = g.gate_id and i.verdict = 'A'
                          and (i.admitted_at at time zone 'Asia/Ho_Chi_Minh')::date = g.day)
  from audit_gate g where g.gate_id = %s
"""
_UNKNOWN = "select count(*) from audit_outcome where stage = 'U'"


@dataclass(slots=True)
class Hits:
    """What the provider was hit with; knows what was asked about before."""

    provider: Provider
    _seen: set[str] = field(default_factory=set)

    def counted(self) -> Counter[str]:
        """Return how often each call came."""
        return Counter(dict(list(self.provider.hits.items())))

    def fresh(self) -> list[str]:
        """Return the calls that came since this was asked last."""
        found = self.counted().keys() - self._seen
        self._seen |= found
        return list(found)


@dataclass(slots=True)
class Findings:
    """What did not hold, in words; and how much was looked at."""

    faults: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def say(self, what: str, found: Iterable[Any]) -> None:
        """Note a violation when something was found; the first few of it are named."""
        listed = list(found)
        if listed:
            self.faults.append(f"{what}: {len(listed)} ({', '.join(map(str, listed[:3]))})")


def check_answers(found: Findings, told: Sequence[Told]) -> None:
    """Nothing but data, a used-up quota, or one of the refusals of a platform that cannot work now."""
    odd = [one for one in told if not one.served and one.status not in REFUSALS]
    found.say("answered otherwise", (f"{one.status} {one.code} {one.call}" for one in odd))


def check_rows(found: Findings, link: psycopg.Connection[Any], told: Sequence[Told], hits: Hits) -> None:
    """P1: an outcome of every answer 2xx, an intent of every hit at the provider; nobody hit twice."""
    answered, fresh = [one.call for one in told if one.status == 200], hits.fresh()
    found.say("answered 2xx, no outcome", (row[0] for row in link.execute(_WITHOUT_OUTCOME, (answered,))))
    found.say("hit the provider, no intent", (row[0] for row in link.execute(_WITHOUT_INTENT, (fresh,))))
    found.say("hit the provider without a name", range(hits.provider.nameless))
    found.say("hit the provider twice", (call for call, times in hits.counted().items() if times > 1))
    found.say("answered 2xx, never at the provider", (call for call in answered if call not in hits.provider.hits))


def check_ledger(found: Findings, link: psycopg.Connection[Any], callers: Sequence[Caller]) -> None:
    """P2, P6, P8: no old orphan, nothing admitted twice, quotas exact."""
    old = _one(link, _OLD_ORPHANS, ORPHAN_SECONDS)[0]
    found.say(f"no outcome after {ORPHAN_SECONDS} s", range(old))
    found.say("admitted twice", range(_one(link, _TWICE)[0]))
    for caller in callers:
        used, limit, admitted = _one(link, _QUOTA, caller.gate)
        if used != admitted or used > limit:
            found.faults.append(f"quota: {used} counted, {admitted} admitted, {limit} allowed")


def check_replays(found: Findings, told: Sequence[Told]) -> None:
    """P6: what was answered is not answered again. What broke may be, and is admitted once at most (check_ledger)."""
    answered = [one.asked for one in told if one.status == 200][-_REPLAYS:]
    broke = [one.asked for one in told if one.status in REFUSALS][-_REPLAYS:]
    replays = again(answered)
    found.say("replayed and let in", (one.call for one in replays if one.status == 200))
    found.counts["replays refused"] += sum(one.code == "nonce-reused" for one in replays)
    again(broke)


def verify() -> list[str]:
    """Recompute the whole log against the checkpoints outside; return what is wrong. Django must be set up."""
    from django.conf import settings
    from django.db import connection

    from audit.verification.run import Asked, verify

    connection.close()
    try:
        report = verify(asked=Asked(against=settings.CHECKPOINT_DIR))
    finally:
        connection.close()
    return [f"audit_verify: {fault}" for fault in report.faults]


def open_calls(link: psycopg.Connection[Any]) -> int:
    """Return how many calls have no outcome at this moment."""
    return int(_one(link, _OLD_ORPHANS, 0)[0])


def closed_as_unknown(link: psycopg.Connection[Any]) -> int:
    """Return how many calls the sealer closed because their process had died."""
    return int(_one(link, _UNKNOWN)[0])


def _one(link: psycopg.Connection[Any], query: str, *values: Any) -> Any:
    found = link.execute(query, values).fetchone()
    assert found is not None
    return found
