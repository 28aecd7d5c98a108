"""Calls and successes of a day in brief: of all of it, by agency, by service; what pages read of a year."""

from django.db import migrations

MAKE = """
create table audit_calls_brief (
  kind text not null, begins timestamptz not null, environment text not null, code text not null,
  calls bigint not null, success bigint not null, primary key (kind, begins, environment, code)
);
insert into audit_calls_brief (kind, begins, environment, code, calls, success)
select 'begins', begins, environment, '', sum(calls), sum(success) from audit_calls_day group by 2, 3
union all
select 'agency_code', begins, environment, agency_code, sum(calls), sum(success) from audit_calls_day group by 2, 3, 4
union all
select 'service', begins, environment, service, sum(calls), sum(success) from audit_calls_day group by 2, 3, 4;
drop index audit_calls_day_counts;
"""
BACK = """
create index audit_calls_day_counts on audit_calls_day (environment, begins)
  include (agency_code, service, calls, success);
drop table audit_calls_brief;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0016_day_counts")]
    operations = [migrations.RunSQL(MAKE, BACK)]
