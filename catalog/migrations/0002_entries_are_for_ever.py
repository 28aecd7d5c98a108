"""What was entered stays: the database refuses to remove systems, services and purposes, or to rename an address."""

from django.db import migrations

GUARD = """
create function catalog_keep_entry() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.code = old.code then
    return new;
  end if;
  raise exception 'entries of the catalogue stay: % refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger informationsystem_for_ever before delete on catalog_informationsystem
  for each row execute function catalog_keep_entry();
create trigger dataservice_for_ever before update or delete on catalog_dataservice
  for each row execute function catalog_keep_entry();
create trigger purpose_for_ever before update or delete on catalog_purpose
  for each row execute function catalog_keep_entry();
"""
UNGUARD = """
drop trigger informationsystem_for_ever on catalog_informationsystem;
drop trigger dataservice_for_ever on catalog_dataservice;
drop trigger purpose_for_ever on catalog_purpose;
drop function catalog_keep_entry();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
