"""The triggers: those that keep evidence and what is frozen as it is, and those that mark every change of a governed
row. One that was dropped, disabled or emptied is a fault, and so is a role or database that runs without triggers."""

from collections.abc import Mapping
from hashlib import sha256

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from audit.selectors.changes import unwatched
from audit.verification.findings import Fault, Report

# tgtype: 1 row, 2 before, 8 delete, 16 update, 32 truncate.
ROW_GUARD, TRUNCATE_GUARD = 1 | 2 | 8 | 16, 2 | 32
Guards = Mapping[tuple[str, str], tuple[str, int, str]]

_GUARDS = """
select c.relname, t.tgname, p.proname, t.tgtype::int,
       concat_ws(' ', nullif(replace(encode(t.tgargs, 'escape'), '\\000', ','), ''), nullif(t.tgattr::text, ''),
                 case when t.tgqual is not null then 'when' end) from pg_trigger t
  join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid
 where c.relnamespace = current_schema()::regnamespace and not t.tgisinternal and not c.relispartition
   and t.tgenabled in ('O', 'A') and p.proname not in ('audit_watch_row', 'audit_refuse_truncate')
"""
_SOURCES = """
select proname, prosrc from pg_proc where pronamespace = current_schema()::regnamespace and proname = any(%s)
"""
_WITHOUT = """
select coalesce(r.rolname, d.datname, '') from pg_db_role_setting s
  left join pg_roles r on r.oid = s.setrole left join pg_database d on d.oid = s.setdatabase
 where exists (select from unnest(s.setconfig) c where c ~* '^session_replication_role=' and c !~* '=origin$')
   and (s.setdatabase = 0 or d.datname = current_database())
"""


def standing() -> tuple[Guards, dict[str, str]]:
    """Return the guards in force, (table, trigger) to (function, type, more), and SHA-256 of what functions say."""
    functions: Mapping[str, str] = import_string(settings.GUARD_FUNCTIONS)
    with connection.cursor() as cursor:
        cursor.execute(_GUARDS)
        guards = {(table, name): (function, kind, more) for table, name, function, kind, more in cursor.fetchall()}
        cursor.execute(_SOURCES, [list(functions)])
        sources = {name: sha256(source.encode()).hexdigest() for name, source in cursor.fetchall()}
    return guards, sources


def check_guards(report: Report) -> dict[str, str]:
    """Tell of triggers that are not as the code lists them; return the sources of functions that are."""
    wanted: Guards = import_string(settings.GUARDS)
    functions: Mapping[str, str] = import_string(settings.GUARD_FUNCTIONS)
    guards, found = standing()
    true = {name: source for name, source in found.items() if functions[name] == source}
    for (table, name), guard in wanted.items():
        if guards.get((table, name)) != guard or guard[0] not in true:
            report.add(Fault(table, _("chốt chống sửa, xóa đã bị bỏ hoặc bị tắt")))
    watched = {"audit_watch_row", "audit_row_value", "audit_refuse_truncate"}
    for table in unwatched():
        report.add(Fault(table, _("chốt ghi lại thay đổi đã bị bỏ, bị tắt hoặc khác danh sách")))
    for name in sorted(watched - true.keys()):
        report.add(Fault("audit_row_change", _("hàm %s của cơ sở dữ liệu khác với hàm của nền tảng") % name))
    for name in _without_triggers():
        report.add(Fault(name or "*", _("được đặt để chạy không qua các chốt (%s)") % "session_replication_role"))
    return true


def _without_triggers() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT)
        return [name for (name,) in cursor.fetchall()]
