"""A batch of the call log is one array of rows: their types, in the order of ``audit.ledger.canonical``.

Statements of an earlier version, which took an array for each column, go on working beside them.
"""

from django.db import migrations

TYPES = """
create type audit_intent_row as (
  call_id uuid, received_at timestamptz, environment text, method text, service text, version text, operation text,
  key_id bigint, access_key text, system_id bigint, system_code text, agency_id bigint, agency_code text,
  provider_id bigint, provider_code text, grant_code text, purpose text, gate_id int, gate_version bigint,
  address text, auth text, procedure text, total_gate_id int, request_bytes bigint, body_digest bytea,
  query_digest bytea, officer_digest bytea, created timestamptz, nonce bytea, owned boolean, refused boolean,
  calls int, epoch bigint, n bigint, prev_mac bytea, row_mac bytea
);
create type audit_outcome_row as (
  call_id uuid, received_at timestamptz, finished_at timestamptz, status smallint, reason text, side text,
  upstream_id bigint, upstream_status smallint, response_bytes bigint, total_ms int, upstream_ms int,
  fields_dropped int, stage text, verdict text, admitted_at timestamptz, intent_epoch bigint, intent_n bigint,
  earlier bytea, epoch bigint, n bigint, prev_mac bytea, row_mac bytea
);
"""
DROP_TYPES = "drop type audit_outcome_row, audit_intent_row;"


class Migration(migrations.Migration):
    dependencies = [("audit", "0008_versions_end")]
    operations = [migrations.RunSQL(TYPES, DROP_TYPES)]
