"""The statements of the call log.

``ADMISSION`` is one autocommit statement under READ COMMITTED that decides a batch: nonces burnt, gates held, quota
taken, intents written. A call is counted at the gate of its grant and, where its service has one, at the gate that
counts all calls to the service; refused by either it takes from neither. Locks are taken in one order everywhere
(nonces by key, then gates by id), so that batches of several processes cannot wait in a circle. What is taken stands
in a CTE of its own: an update from a union loses counts when another process changed the row.

The gate row is quota counter and revocation lock at once: a deed that changes what a grant allows raises ``version``
last, and a batch judged by an older version gets S. The answer is one row: the time of the statement, and for each
call in the order of ``n`` its verdict with what is left at its gate.
"""

from audit.ledger.canonical import EPOCH, INTENT, OUTCOME, Column

INTENT_COLUMNS = (*INTENT, Column("row_mac", "bytea"))
OUTCOME_COLUMNS = (*OUTCOME, Column("row_mac", "bytea"))


def _names(columns: tuple[Column, ...], prefix: str = "") -> str:
    return ", ".join(prefix + column.name for column in columns)


ADMISSION = f"""
with req as materialized (
  select * from unnest($1::audit_intent_row[]) with ordinality as r({_names(INTENT_COLUMNS)}, ord)),
fresh as (
  insert into audit_nonce (key_id, nonce, created, call_id)
  select distinct on (key_id, nonce, created) key_id, nonce, created, call_id
    from req where not owned and not refused order by key_id, nonce, created, ord
  on conflict do nothing returning call_id),
mine as materialized (
  select r.call_id, r.gate_id, r.total_gate_id from req r
   where not r.refused and (r.owned or r.call_id in (select call_id from fresh))),
held as materialized (
  select g.gate_id, g.version, g.lim, case when g.day < t.today then 0 else g.used end as used,
         greatest(g.day, t.today) as day
    from audit_gate g, (select (statement_timestamp() at time zone 'Asia/Ho_Chi_Minh')::date as today) t
   where g.gate_id = any (array(select gate_id from mine union select total_gate_id from mine))
   order by g.gate_id for no key update of g),
own as materialized (
  select r.*, h.used, h.day, h.lim,
         row_number() over (partition by r.gate_id, m.call_id is not null and h.version = r.gate_version
                            order by r.ord) as place,
         case when r.refused then 'X' when m.call_id is null then 'R' when h.gate_id is null then 'G'
              when h.version <> r.gate_version then 'S'
              when row_number() over (partition by r.gate_id, m.call_id is not null and h.version = r.gate_version
                                      order by r.ord) > h.lim - h.used then 'Q'
              else 'A' end as first
    from req r left join mine m using (call_id) left join held h on h.gate_id = r.gate_id),
judged as materialized (
  select o.*, case when o.first <> 'A' or o.total_gate_id = 0 then o.first when t.gate_id is null then 'G'
                   when row_number() over (partition by o.total_gate_id, o.first order by o.ord) > t.lim - t.used
                   then 'T' else 'A' end as verdict
    from own o left join held t on t.gate_id = o.total_gate_id),
taken as materialized (
  select gate_id, min(used) as used, min(day) as day, count(*) as n from judged where verdict = 'A' group by gate_id
  union all
  select h.gate_id, min(h.used), min(h.day), count(*)
    from judged j join held h on h.gate_id = j.total_gate_id where j.verdict = 'A' group by h.gate_id),
took as (
  update audit_gate g set used = t.used + t.n, day = t.day from taken t where g.gate_id = t.gate_id),
written as (
  insert into audit_intent ({_names(INTENT_COLUMNS)}, verdict, admitted_at)
  select {_names(INTENT_COLUMNS)}, verdict, statement_timestamp() from judged)
select statement_timestamp(), string_agg(verdict || greatest(lim - used - place, 0), ' ' order by n) from judged
"""  # noqa: S608

RECORDING = f"""
insert into audit_outcome ({_names(OUTCOME_COLUMNS)}) select * from unnest($1::audit_outcome_row[])
"""  # noqa: S608

LAST_EVENT = "select seq, row_mac from audit_epoch order by seq desc limit 1"
ADD_EVENT = f"""
insert into audit_epoch ({_names(EPOCH)}, row_mac) values ({", ".join(["%s"] * (len(EPOCH) + 1))})
"""  # noqa: S608
# Events are rare, and all processes of a host open or close theirs together.
PATIENCE = "set local lock_timeout = '4s'"
# The number names the lock; it is the same in every process.
HOLD_EPOCH = "select pg_advisory_lock(%s, %s)"
EVENT_LOCK = "select pg_advisory_xact_lock(7241350190)"
