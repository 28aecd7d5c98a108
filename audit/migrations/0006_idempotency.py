"""Keys of deeds asked for once, and an index by which the faults of source systems are found.

The keys are a working table like the nonces: rows are freed, taken over after their time, and deleted by age. The index of faults
holds failed calls only, so it costs a good one nothing; that by time is of blocks, not of rows, as rows come in order of time.
"""

from django.db import migrations

TABLE = """
create table audit_idempotency (
  digest bytea primary key, call_id uuid not null, claimed_at timestamptz not null
);
create index audit_idempotency_age on audit_idempotency (claimed_at);
"""
FAULTS = """
create index audit_outcome_fault on audit_outcome (received_at) where side = 'provider';
create index audit_outcome_time on audit_outcome using brin (received_at) with (pages_per_range = 32, autosummarize = on);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_log_format_2")]
    operations = [
        migrations.RunSQL(TABLE, "drop table audit_idempotency;"),
        migrations.RunSQL(FAULTS, "drop index audit_outcome_time, audit_outcome_fault;"),
    ]
