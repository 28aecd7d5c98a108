"""Calls and successes of a span of days, by agency or service, read from an index alone."""

from django.db import migrations

MAKE = """
create index audit_calls_day_counts on audit_calls_day (environment, begins)
  include (agency_code, service, calls, success);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0015_archive")]
    operations = [migrations.RunSQL(MAKE, "drop index audit_calls_day_counts;")]
