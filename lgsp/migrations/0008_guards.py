"""Retention of the log is governed; evidence of other floors refuses TRUNCATE too (``lgsp.guards``)."""

from django.db import migrations

from lgsp.governed import Govern

TABLES = ("catalog_documentdownload", "connections_requestversion", "connections_threadmessage")
GUARDS = "".join(
    f"create trigger no_truncate before truncate on {table} for each statement execute function audit_refuse_change();"
    for table in TABLES
)
NO_GUARDS = "".join(f"drop trigger no_truncate on {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("lgsp", "0007_governed_webhooks"), ("audit", "0015_archive")]
    operations = [migrations.RunSQL(GUARDS, NO_GUARDS), Govern()]
