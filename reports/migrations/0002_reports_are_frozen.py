"""What a report holds stays: the database refuses to change written figures and files, and to remove reports."""

from django.db import migrations

GUARD = """
create function reports_keep_run() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'reports stay' using errcode = 'insufficient_privilege';
  end if;
  if old.sha256 <> '' and (new.sha256, new.figures, new.data_until, new.period_start, new.period_end)
     is distinct from (old.sha256, old.figures, old.data_until, old.period_start, old.period_end) then
    raise exception 'a written report is frozen' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger reportrun_frozen before update or delete on reports_reportrun
  for each row execute function reports_keep_run();
"""
UNGUARD = """
drop trigger reportrun_frozen on reports_reportrun;
drop function reports_keep_run();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
