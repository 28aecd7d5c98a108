"""A code once issued stays in the ledger: the database refuses to remove it or hand it to another agency."""

from django.db import migrations

GUARD = """
create function accounts_keep_code() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.scheme = old.scheme and new.value = old.value and new.agency_id = old.agency_id then
    return new;
  end if;
  raise exception 'agency codes are issued once: % refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger agencycode_for_ever before update or delete on accounts_agencycode
  for each row execute function accounts_keep_code();
"""
UNGUARD = "drop trigger agencycode_for_ever on accounts_agencycode; drop function accounts_keep_code();"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
