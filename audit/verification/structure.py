"""The tables themselves: are their guards in force, are all parts attached, is every column covered?"""

from django.db import connection
from django.utils.translation import gettext as _

from audit.ledger import canonical
from audit.models import Tombstone
from audit.verification.findings import EPOCH, INTENT, OUTCOME, Fault, Report
from audit.verification.guards import ROW_GUARD, TRUNCATE_GUARD, check_guards

# The tables of the tree: what an audit of them covers is every column too (audit.sealing.checking).
TREE = {
    "audit_leaf": {"first_leaf", "kind", "epoch", "first_n", "leaves", "form", "hashes"},
    "audit_node": {"height", "place", "hash"},
    "audit_checkpoint": {"number", "origin", "size", "root", "at", "prev", "after", "signer", "signature"},
}

COVERED = {
    INTENT: {column.name for column in canonical.INTENT} | {*canonical.ASSIGNED, "row_mac"},
    OUTCOME: {column.name for column in canonical.OUTCOME} | {"row_mac"},
    EPOCH: {column.name for column in canonical.EPOCH} | {"row_mac"},
    **TREE,
}
_PARTS = """
select c.relname, i.inhparent::regclass::text from pg_class c left join pg_inherits i on i.inhrelid = c.oid
 where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and c.relname ~ '^audit_(intent|outcome)_'
 order by 1
"""
# Row triggers of a parent are cloned to its parts, under the same name or none we know: told by what they do.
_TRIGGERS = """
select c.relname, t.tgtype::int
  from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid
 where c.relispartition and p.proname = 'audit_refuse_change' and t.tgqual is null and t.tgenabled in ('O', 'A')
"""


def check_structure(report: Report) -> None:
    """Check columns, partitions and triggers; count rows that lie in the partitions for what had none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select table_name, column_name from information_schema.columns"
            " where table_schema = current_schema() and table_name = any(%s)",
            [list(COVERED)],
        )
        columns = {(table, column) for table, column in cursor.fetchall()}
        cursor.execute(_PARTS)
        parts = cursor.fetchall()
        cursor.execute(_TRIGGERS)
        guarded = set(cursor.fetchall())
        cursor.execute("select (select count(*) from audit_intent_rest) + (select count(*) from audit_outcome_rest)")
        report.in_rest = cursor.fetchone()[0]
    wanted = {(table, column) for table, names in COVERED.items() for column in names}
    for table, column in sorted(columns ^ wanted):
        report.add(Fault(table, _("cột %s không có trong danh sách được xác thực, hoặc đã mất") % column))
    archived = set(Tombstone.objects.values_list("month", flat=True))
    parts = [(part, parent) for part, parent in parts if parent is not None or part[-6:] not in archived]
    for part, parent in parts:
        if parent is None:
            report.add(Fault(part, _("phân vùng đã bị tách khỏi nhật ký")))
    functions = check_guards(report)
    for part, _parent in parts:
        if "audit_refuse_change" not in functions or not {(part, ROW_GUARD), (part, TRUNCATE_GUARD)} <= guarded:
            report.add(Fault(part, _("chốt chống sửa, xóa đã bị bỏ hoặc bị tắt")))
