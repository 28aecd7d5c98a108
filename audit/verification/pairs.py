"""Intents and outcomes against each other: what the database decided is repeated, under a MAC, by the outcome."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import psycopg
from django.utils.translation import gettext as _

from audit.ledger.calls import Attempt
from audit.ledger.canonical import earlier_mac
from audit.verification.epochs import Known
from audit.verification.findings import INTENT, OUTCOME, Fault, Report

_MOST = 100

_MISMATCH = """
select o.call_id, o.epoch, o.n, o.intent_epoch, o.intent_n, i.call_id,
       i.verdict = o.verdict, i.admitted_at = o.admitted_at, i.received_at = o.received_at
  from {outcomes} o
  left join audit_intent i on i.epoch = o.intent_epoch and i.n = o.intent_n
 where i.call_id is distinct from o.call_id or i.verdict <> o.verdict or i.admitted_at <> o.admitted_at
    or i.received_at <> o.received_at
 order by o.epoch, o.n limit %s
"""
_STAGES = """
select call_id, min(epoch), min(n), string_agg(stage, '' order by epoch, n)
  from audit_outcome group by call_id
having count(*) > 1 and not (string_agg(stage, '' order by epoch, n) = 'SC'
                             or count(*) filter (where stage = 'U') = 1
                                and string_agg(stage, '' order by epoch, n) filter (where stage <> 'U')
                                    in ('F', 'S', 'SC'))
    or bool_and(stage = 'C')
 limit %s
"""
_REPEATED = """
select o.call_id, o.epoch, o.n, o.earlier, i.epoch, i.n, i.verdict, i.admitted_at
  from audit_outcome o
  left join audit_intent i on i.call_id = o.call_id and (i.epoch, i.n) <> (o.intent_epoch, o.intent_n)
 where o.earlier <> '' or i.call_id is not null
 order by o.epoch, o.n, i.epoch, i.n
"""
_UNFINISHED = """
select count(*) from audit_intent i
 where not exists (select from audit_outcome o where o.call_id = i.call_id and o.stage <> 'S')
"""
# Closed by the sealer as unknown; and those of them whose process lived and wrote its own outcome after all.
_UNKNOWN = """
select count(*), count(*) filter (where exists (select from audit_outcome o
                                                 where o.call_id = u.call_id and o.stage in ('F', 'C')))
  from audit_outcome u where u.stage = 'U'
"""
_SOME = """(select o.* from unnest(%s::bigint[], %s::bigint[]) s (epoch, n)
  join audit_outcome o on o.epoch = s.epoch and o.n >= s.n)"""


@dataclass(slots=True)
class Pairs:
    """What the database says of pairs that look odd, and how many calls are unfinished, unknown, late."""

    mismatches: list[tuple[Any, ...]]
    stages: list[tuple[Any, ...]] = field(default_factory=list)
    repeated: list[tuple[Any, ...]] = field(default_factory=list)
    unfinished: int = 0
    unknown: int = 0
    late: int = 0


def find_pairs(link: psycopg.Connection[Any], starts: dict[int, int] | None) -> Pairs:
    """Look for outcomes that differ from their intents: in all epochs, or in those of *starts*, from there on.

    Nothing is said yet. Runs beside the chains in a process of its own where there is one.
    """
    if starts is not None:
        values = (list(starts), list(starts.values()), _MOST)
        return Pairs(link.execute(_MISMATCH.format(outcomes=_SOME), values).fetchall())
    unknown, late = link.execute(_UNKNOWN).fetchall()[0]
    return Pairs(
        mismatches=link.execute(_MISMATCH.format(outcomes="audit_outcome"), (_MOST,)).fetchall(),
        stages=link.execute(_STAGES, (_MOST,)).fetchall(),
        repeated=link.execute(_REPEATED).fetchall(),
        unfinished=link.execute(_UNFINISHED).fetchall()[0][0],
        unknown=unknown,
        late=late,
    )


def tell_pairs(report: Report, known: dict[int, Known], found: Pairs) -> None:
    """Say what is wrong with verdicts, times and stages, each once; count intents whose call has no outcome."""
    for row in found.mismatches:
        _mismatch(report, *row)
    for call, epoch, n, stages in found.stages:
        if not report.faulty(OUTCOME, epoch, n):
            what = _("cuộc gọi có các kết quả %s; chỉ được một, hoặc mở rồi đóng luồng") % stages
            report.add(Fault(OUTCOME, what, epoch, n, calls=(call,)))
    for outcome, attempts in groupby(found.repeated, lambda row: row[:4]):
        _repeated(report, known, outcome, [Attempt(*row[4:]) for row in attempts if row[4] is not None])
    report.unfinished, report.unknown, report.late = found.unfinished, found.unknown, found.late


def _mismatch(report: Report, *row: Any) -> None:
    call, epoch, n, intent_epoch, intent_n, intent_call, same_verdict, same_time, same_start = row
    if report.faulty(OUTCOME, epoch, n) or report.faulty(INTENT, intent_epoch, intent_n):
        return
    if intent_call is None:
        what = _("yêu cầu của một kết quả đã bị xóa")
    elif not same_verdict:
        what = _("cột %s khác giá trị mà kết quả đã xác thực") % "verdict"
    elif not same_time:
        what = _("cột %s khác giá trị mà kết quả đã xác thực") % "admitted_at"
    elif not same_start:
        what = _("cột %s khác giá trị mà kết quả đã xác thực") % "received_at"
    else:
        what = _("yêu cầu và kết quả không cùng một cuộc gọi")
    report.add(
        Fault(INTENT, what, intent_epoch, intent_n, calls=tuple(filter(None, dict.fromkeys((call, intent_call)))))
    )


def _repeated(report: Report, known: dict[int, Known], outcome: tuple[Any, ...], attempts: Sequence[Attempt]) -> None:
    """Check what was decided about the attempts before a call's last one."""
    call, epoch, n, earlier = outcome
    epoch_known = known.get(epoch)
    places = [(INTENT, attempt.epoch, attempt.n) for attempt in attempts]
    if epoch_known is None or epoch_known.key is None or report.faulty(OUTCOME, epoch, n) or report.faulty_any(places):
        return
    if earlier_mac(epoch_known.key, attempts, epoch_known.form) != bytes(earlier):
        at = attempts[0] if attempts else None
        what = _("kết luận hoặc thời điểm của lần xét trước khác giá trị mà kết quả đã xác thực")
        report.add(Fault(INTENT, what, at.epoch if at else None, at.n if at else None, calls=(call,)))
