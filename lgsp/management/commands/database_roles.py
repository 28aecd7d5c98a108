"""Grant the roles of the database exactly what they may, as the owner; safe to repeat, needed after each upgrade."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, transaction

from lgsp.roles import ROLES, Schema, missing_tables, statements

_TABLES = """
select relname from pg_class
 where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
   and (not relispartition or relname in ('audit_intent_rest', 'audit_outcome_rest'))
"""
_SEQUENCES = """
select s.relname, t.relname from pg_class s
  join pg_depend d on d.objid = s.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
  join pg_class t on t.oid = d.refobjid
 where s.relkind = 'S' and s.relnamespace = 'public'::regnamespace
"""
_SCRIPT = "deploy/postgresql/roles.sql"
_RIGHTS = "select rolname, rolsuper, rolreplication, rolbypassrls from pg_roles where rolname = any(%s)"


def schema() -> Schema:
    """Return the tables and sequences of the database."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = frozenset(name for (name,) in cursor.fetchall())
        cursor.execute(_SEQUENCES)
        return Schema(tables, dict(cursor.fetchall()))


class Command(BaseCommand):
    help = "Cấp đúng quyền cho các vai trò của cơ sở dữ liệu (chạy bằng vai trò chủ sở hữu, sau mỗi lần cập nhật)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask what the roles are called."""
        for role in ROLES:
            parser.add_argument(f"--{role}", default=f"lgsp_{role}", metavar="TÊN")
        parser.add_argument("--print", action="store_true", help="chỉ in các câu lệnh")

    def handle(self, *args: Any, **options: Any) -> None:
        names = {role: options[role] for role in ROLES}
        found = schema()
        if gone := missing_tables(found):
            raise CommandError(f"Chưa cập nhật cấu trúc (thiếu bảng {gone[0]}).", returncode=2)
        database = connection.settings_dict["NAME"]
        written = [statement.as_string() for statement in statements(names, found, database)]
        if options["print"]:
            self.stdout.write(";\n".join(written) + ";")
            return
        self._require(names)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                for statement in written:
                    cursor.execute(statement)
        except DatabaseError as error:
            line = " ".join(str(error).split())[:300]
            raise CommandError(f"Không cấp được quyền: {line}", returncode=2) from error
        self.stdout.write(f"Đã cấp quyền cho {', '.join(names.values())}.")

    def _require(self, names: dict[str, str]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_RIGHTS, [list(names.values())])
            there = {row[0]: row[1:] for row in cursor.fetchall()}
            cursor.execute("select current_user")
            owner = cursor.fetchone()[0]
        for name in names.values():
            if name not in there:
                raise CommandError(f"Chưa có vai trò {name}. Tạo các vai trò trước: {_SCRIPT}", returncode=2)
            if any(there[name]) or name == owner:
                raise CommandError(
                    f"Vai trò {name} có quyền quản trị hoặc là chủ sở hữu; không dùng được.", returncode=2
                )
