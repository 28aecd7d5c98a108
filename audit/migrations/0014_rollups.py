"""Sums of the call log by minute, hour and day, how far they reach, and which minutes are due to be summed anew."""

from django.db import migrations

_COLUMNS = """
  begins timestamptz not null,
  environment text not null, service text not null, version text not null, system_id bigint not null,
  system_code text not null, agency_id bigint not null, agency_code text not null, provider_id bigint not null,
  provider_code text not null, purpose text not null, side text not null, refused boolean not null,
  reason text not null, calls bigint not null, success bigint not null, ended bigint not null,
  total_ms bigint not null, upstream_ms bigint not null, request_bytes bigint not null,
  response_bytes bigint not null, fields_dropped bigint not null, within_50 bigint not null,
  within_100 bigint not null, within_200 bigint not null, within_300 bigint not null,
  within_500 bigint not null, within_1000 bigint not null, within_2000 bigint not null,
  within_3000 bigint not null, within_5000 bigint not null, within_10000 bigint not null,
  within_20000 bigint not null, within_30000 bigint not null
"""
_TABLES = ("audit_calls_minute", "audit_calls_hour", "audit_calls_day")
MAKE = "".join(
    f"create table {table} ({_COLUMNS}); create index {table}_begins on {table} (begins);" for table in _TABLES
)
MAKE += """
create index audit_calls_day_agency on audit_calls_day (agency_id, begins);
create index audit_calls_day_service on audit_calls_day (service, begins);
create table audit_rollup_due (minute timestamptz primary key);
create table audit_rollup_mark (
  epoch bigint primary key, n bigint not null, done boolean not null, at timestamptz not null
);
"""
DROP = "drop table audit_rollup_mark, audit_rollup_due, audit_calls_day, audit_calls_hour, audit_calls_minute;"


class Migration(migrations.Migration):
    dependencies = [("audit", "0013_signs")]
    operations = [migrations.RunSQL(MAKE, DROP)]
