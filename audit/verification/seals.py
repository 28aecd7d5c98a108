"""The sealed log in a verification: what was found about leaves, tree and checkpoints, on the rows it is of."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from django.utils.translation import gettext as _

from audit.sealing import store
from audit.sealing.checking import Finding, Seals, check
from audit.sealing.checkpoints import Sealed
from audit.sealing.comparing import compare
from audit.sealing.leaves import EVENTS, SPELLING, TABLES
from audit.sealing.notes import Verifiers
from audit.sealing.records import Kinds, Records, unsealed
from audit.verification.findings import EPOCH, Fault, Report

CHECKPOINT = "audit_checkpoint"
_TOLD = 20
# The sealer says up to when everything written is sealed; a transaction is shorter than an hour.
_SEALED_UNTIL = """
select (select sealed_at - interval '1 hour' from audit_sealing)::text,
       (select count(*) from {table} i where {condition}), coalesce(sum(leaves), 0), max(first_n + leaves - 1)
  from audit_leaf where kind = %s and epoch = 0
"""
# A row that the sealer had not taken after an hour is no row it was shown.
_UNSEALED = """
select t.epoch, min(t.n), max(t.n), min(t.received_at) < clock_timestamp() - interval '1 hour'
  from (select e.seq as epoch, coalesce((select l.first_n + l.leaves - 1 from audit_leaf l
                                          where l.kind = e.kind and l.epoch = e.seq
                                          order by l.first_n desc limit 1), 0) as n
          from audit_epoch e where e.event = 'open' and e.kind = %s) m
  join {table} t on t.epoch = m.epoch and t.n > m.n group by t.epoch order by 1
"""


def starts_after(link: psycopg.Connection[Any], size: int) -> dict[str, dict[int, int]]:
    """Return, by kind, where the rows sealed after *size* leaves begin in each epoch."""
    rows = link.execute(
        "select kind, epoch, min(first_n) from audit_leaf where first_leaf >= %s group by kind, epoch", (size,)
    ).fetchall()
    found: dict[str, dict[int, int]] = {kind: {} for kind in TABLES}
    for kind, epoch, n in rows:
        found.setdefault(kind, {})[epoch] = n
    return found


def find_seals(link: psycopg.Connection[Any], known: Verifiers, since: Sealed | None, kinds: Kinds) -> Seals:
    """Check the tree; nothing is said yet. Runs beside the chains in a process of its own where there is one."""
    for statement in SPELLING:
        link.execute(statement)
    return check(link, known, since, kinds)


def tell_seals(report: Report, link: psycopg.Connection[Any], seals: Seals, records: Records) -> None:
    """Say what was found, each on the row it is of, once."""
    report.leaves, report.checkpoints, report.sealed = seals.rows, seals.checkpoints, seals.last
    for finding in seals.findings:
        if finding.kind in TABLES:
            _tell_row(report, finding)
        elif finding.kind in records:
            up_to = finding.up_to if finding.up_to != finding.n else None
            report.add(Fault(records[finding.kind].table, _words(finding), None, finding.n, up_to, leaf=finding.leaf))
        else:
            report.add(_tree_fault(finding))
    report.faults = [_with_leaf(link, fault) for fault in report.faults]


def _tell_row(report: Report, finding: Finding) -> None:
    table, epoch = TABLES[finding.kind], finding.n if finding.kind == EVENTS else finding.epoch
    for place, fault in enumerate(report.faults):
        if fault.covers(table, epoch, finding.n):
            # The leaf of a moved row is that of the place it was written at, whichever of the two is met first.
            if fault.leaf is None and fault.home in (None, (epoch, finding.n)):
                report.faults[place] = replace(fault, leaf=finding.leaf)
            return
    up_to = finding.up_to if finding.up_to != finding.n else None
    report.add(Fault(table, _words(finding), epoch, finding.n, up_to, leaf=finding.leaf))


def _words(finding: Finding) -> str:
    words = {
        "changed": _(
            "khác với lá đã niêm phong: cột do cơ sở dữ liệu gán, hoặc dữ liệu và mã xác thực cùng bị viết lại"
        )
        if finding.kind in TABLES
        else _("khác với lá đã niêm phong: nội dung đã bị sửa"),
        "missing": _("dòng đã niêm phong nay không còn"),
        "doubled": _("dòng thừa: trùng vị trí với dòng đã niêm phong"),
    }
    return words[finding.what]


def _tree_fault(finding: Finding) -> Fault:
    words = {
        "hole": _("lá thiếu, thừa hoặc chồng nhau từ chỉ số này"),
        "node": _("nút của cây bị sửa, thiếu hoặc thừa"),
        "root": _("gốc hoặc kích thước khác với cây tính lại từ các lá"),
        "signature": _("chữ ký không đúng với nội dung, hoặc không do khóa niêm phong nào ký"),
        "number": _("thiếu điểm niêm phong trước điểm này"),
        "chained": _("không nối với điểm niêm phong trước"),
        "origin": _("tên nhật ký đổi mà không qua chấp nhận khôi phục"),
    }
    n = finding.n or (0 if finding.kind == CHECKPOINT else None)
    return Fault(finding.kind, words[finding.what], n=n, leaf=finding.leaf)


def _with_leaf(link: psycopg.Connection[Any], fault: Fault) -> Fault:
    """Return *fault* with the index of its row's leaf, where it has one."""
    kind = next((kind for kind, table in TABLES.items() if table == fault.table), None)
    if fault.leaf is not None or kind is None or fault.n is None or fault.epoch is None:
        return fault
    epoch, n = fault.home or (0 if fault.table == EPOCH else fault.epoch, fault.n)
    return replace(fault, leaf=store.leaf_of(link, kind, epoch, n))


def check_outside(report: Report, link: psycopg.Connection[Any], place: Path, known: Verifiers, since: int) -> None:
    """Compare the checkpoints held at *place* with those of the database."""
    try:
        found = compare(link, place, known, since=since)
    except OSError as error:
        report.add(
            Fault(CHECKPOINT, _("không đọc được %(place)s (%(why)s)") % {"place": place, "why": error.strerror})
        )
        return
    report.outside, report.lost = found.notes, found.lost
    if not found.notes and store.last_checkpoint(link) is not None:
        report.add(Fault(CHECKPOINT, _("không có điểm niêm phong nào tại %s") % place))
    for words in found.unread[:_TOLD]:
        report.add(Fault(CHECKPOINT, _("điểm niêm phong bên ngoài không đọc được: %s") % words))
    for number in found.missing[:_TOLD]:
        report.add(Fault(CHECKPOINT, _("bên ngoài có, cơ sở dữ liệu không có"), n=number))
    for number in found.different[:_TOLD]:
        report.add(Fault(CHECKPOINT, _("khác với điểm đã ghi bên ngoài"), n=number))


def check_unsealed(report: Report, link: psycopg.Connection[Any]) -> None:
    """Tell of rows that lie behind the sealed end of their chain although they claim to be old."""
    for kind, table in TABLES.items():
        if kind == EVENTS:
            continue
        rows = link.execute(_UNSEALED.format(table=table), (kind,)).fetchall()
        for epoch, low, high, old in rows:
            report.unsealed += high - low + 1
            if old and not report.faulty(table, epoch, low):
                report.add(Fault(table, _("dòng cũ chưa được niêm phong: thêm vào sau"), epoch, low, high))


def check_records(report: Report, link: psycopg.Connection[Any], records: Records) -> None:
    """Tell of rows in the tables beside the log that are in no leaf although the sealer went past them."""
    for kind, record in records.items():
        statement = _SEALED_UNTIL.format(table=record.table, condition=record.condition or "true")
        until, there, sealed, highest = link.execute(statement, (kind,)).fetchall()[0]
        report.records += there
        report.unsealed += max(0, there - sealed)
        if there == sealed or not sealed or until is None:
            continue
        # What lies beyond the last one sealed is only waiting.
        upto = None if record.whole else highest
        for n in unsealed(link, kind, record, upto=upto, before=until)[:_TOLD]:
            report.add(Fault(record.table, _("dòng cũ chưa được niêm phong: thêm vào sau"), n=n))
