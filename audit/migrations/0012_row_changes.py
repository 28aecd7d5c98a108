"""Every change of a governed row leaves a row here, whichever door it came through (docs/evidence.md).

``audit_watch`` puts the triggers on a table. They are deferred: at commit it is known whether the transaction also wrote a
fact, and which one. What no deed accounts for has no fact, and stands out.
"""

from django.db import migrations, models

# Which transaction wrote a fact: an id of a transaction alone comes back after a restore into another server, with its
# beginning it does not. Older facts have neither.
FACTS = """
alter table audit_fact add column xact xid8, add column began timestamptz;
alter table audit_fact alter column xact set default pg_current_xact_id(),
                       alter column began set default transaction_timestamp();
create index audit_fact_xact on audit_fact (xact, subject_id) where xact is not null;
"""
DROP_FACTS = "alter table audit_fact drop column xact, drop column began;"

GUARDS = """
create trigger append_only before update or delete on audit_row_change for each row execute function audit_refuse_change();
create trigger no_truncate before truncate on audit_row_change for each statement execute function audit_refuse_change();
"""

# Runs as its owner, so that no other role needs the right to write here. Arguments: key column, label of the model, columns
# whose values are not kept, columns that are not watched (both separated by commas).
WATCH_ROW = """
create function audit_row_value(value jsonb, hidden boolean) returns jsonb language sql immutable as $$
  select case when value is null or value = 'null' then null
              when hidden then '{"hidden": true}'::jsonb
              when length(value::text) > 2000 then
                jsonb_build_object('sha256', encode(sha256(convert_to(value::text, 'UTF8')), 'hex'), 'length', length(value::text))
              else value end
$$;
create function audit_watch_row() returns trigger language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  before jsonb := '{}'; after jsonb := '{}'; differs jsonb; row_key text; fact bigint;
  masked text[] := string_to_array(tg_argv[2], ','); quiet text[] := string_to_array(tg_argv[3], ',');
begin
  if tg_op <> 'INSERT' then before := to_jsonb(old); end if;
  if tg_op <> 'DELETE' then after := to_jsonb(new); end if;
  select jsonb_object_agg(name, jsonb_build_array(audit_row_value(before -> name, name = any(masked)),
                                                  audit_row_value(after -> name, name = any(masked))))
    into differs from jsonb_object_keys(before || after) name
   where coalesce(before -> name, 'null') <> coalesce(after -> name, 'null') and name <> all(quiet);
  if differs is null then
    return null;
  end if;
  row_key := coalesce(after ->> tg_argv[0], before ->> tg_argv[0]);
  select id into fact from audit_fact
   where xact = pg_current_xact_id() and began = transaction_timestamp() and subject_id = row_key and subject_type = tg_argv[1]
   order by id limit 1;
  if fact is null then
    select id into fact from audit_fact
     where xact = pg_current_xact_id() and began = transaction_timestamp() limit 1;
  end if;
  insert into audit_row_change (at, "table", key, operation, changes, fact_id, role, application, address, claimed)
  values (clock_timestamp(), tg_table_name, row_key, left(tg_op, 1), differs, fact, session_user,
          coalesce(current_setting('application_name', true), ''), inet_client_addr(), left(coalesce(current_setting('lgsp.actor', true), ''), 300));
  return null;
end $$;
create function audit_refuse_truncate() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are governed: TRUNCATE refused', tg_table_name using errcode = 'insufficient_privilege';
end $$;
"""

WATCH = """
create function audit_unwatch(target regclass) returns void language plpgsql as $$
begin
  execute format('drop trigger if exists watched_rows on %s', target);
  execute format('drop trigger if exists watched_changes on %s', target);
  execute format('drop trigger if exists watched_whole on %s', target);
end $$;
create function audit_watch(target regclass, label text, masked text, quiet text) returns void language plpgsql as $$
declare
  key name;
begin
  select a.attname into strict key from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
   where i.indrelid = target and i.indisprimary;
  perform audit_unwatch(target);
  execute format('create constraint trigger watched_rows after insert or delete on %s deferrable initially deferred'
                 ' for each row execute function audit_watch_row(%L, %L, %L, %L)', target, key, label, masked, quiet);
  execute format('create constraint trigger watched_changes after update on %s deferrable initially deferred'
                 ' for each row when (old.* is distinct from new.*) execute function audit_watch_row(%L, %L, %L, %L)',
                 target, key, label, masked, quiet);
  execute format('create trigger watched_whole before truncate on %s'
                 ' for each statement execute function audit_refuse_truncate()', target);
end $$;
"""
DROP_WATCH = """
drop function audit_watch(regclass, text, text, text), audit_unwatch(regclass), audit_watch_row(), audit_row_value(jsonb, boolean),
              audit_refuse_truncate();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0011_recovery")]
    operations = [
        migrations.CreateModel(
            name="RowChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True, verbose_name="thời điểm")),
                ("table", models.CharField(max_length=63, verbose_name="bảng")),
                ("key", models.CharField(max_length=64, verbose_name="mã bản ghi")),
                ("operation", models.CharField(choices=[("I", "Tạo mới"), ("U", "Sửa"), ("D", "Xóa")], max_length=1, verbose_name="loại thay đổi")),
                ("changes", models.JSONField(verbose_name="thay đổi")),
                ("fact_id", models.BigIntegerField(null=True, verbose_name="việc đã ghi")),
                ("role", models.CharField(max_length=63, verbose_name="vai trò cơ sở dữ liệu")),
                ("application", models.CharField(blank=True, max_length=63, verbose_name="chương trình")),
                ("address", models.GenericIPAddressField(null=True, verbose_name="địa chỉ mạng")),
                ("claimed", models.CharField(blank=True, max_length=300, verbose_name="người ghi tự khai")),
            ],
            options={
                "verbose_name": "thay đổi bản ghi",
                "verbose_name_plural": "thay đổi bản ghi",
                "db_table": "audit_row_change",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["table", "key", "-id"], name="row_change_row"),
                    models.Index(condition=models.Q(("fact_id", None)), fields=["-id"], name="row_change_outside"),
                ],
            },
        ),
        migrations.RunSQL(FACTS, DROP_FACTS),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL(WATCH_ROW + WATCH, DROP_WATCH),
    ]
