"""Facts and field history are evidence: the database itself refuses to change or remove them."""

from django.db import migrations

FUNCTION = """
create function audit_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'evidence table % is append-only: % refused', tg_table_name, tg_op using errcode = 'insufficient_privilege';
end $$;
"""
TABLES = ("audit_fact", "auditlog_logentry")
# django-auditlog's actor is SET NULL; people are never deleted here, so no update of a history row is legitimate.
GUARD = "".join(
    f"create trigger {table}_append_only before update or delete on {table} for each row execute function audit_refuse_change();"
    f"create trigger {table}_no_truncate before truncate on {table} for each statement execute function audit_refuse_change();"
    for table in TABLES
)
UNGUARD = "".join(
    f"drop trigger {table}_append_only on {table}; drop trigger {table}_no_truncate on {table};" for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("auditlog", "0017_add_actor_email")]
    operations = [
        migrations.RunSQL(FUNCTION, "drop function audit_refuse_change();"),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
