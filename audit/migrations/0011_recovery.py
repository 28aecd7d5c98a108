"""Restores and drills, and upkeep of partitions by roles that own no table (decisions, 19).

A restore is accepted once; nothing else of the row ever changes.
"""

from django.db import migrations, models

GUARDS = """
create trigger written_once before delete or update of id, kind, at, done_by, backup, backup_at, sound, number, size,
  outside_number, outside_at, lost_rows, revoked, seconds, detail on audit_recovery
  for each row execute function audit_refuse_change();
create trigger accepted_once before update on audit_recovery
  for each row when (old.accepted_at is not null) execute function audit_refuse_change();
create trigger no_truncate before truncate on audit_recovery for each statement execute function audit_refuse_change();
"""

# Under the rights of the tables' owner: whoever may run them makes partitions of the log and drops old nonces, no more.
UPKEEP = """
create function audit_keep_partition(parent text, suffix text, lower timestamptz, upper timestamptz) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if parent <> all (array['audit_intent', 'audit_outcome', 'audit_nonce']) or suffix !~ '^[0-9]{6,10}$' or lower is null
     or upper <= lower then
    raise exception 'no partition of the call log: % %', parent, suffix;
  end if;
  return audit_make_partition(parent, suffix, lower, upper);
end $$;
create function audit_drop_nonces(part text) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if part !~ '^audit_nonce_[0-9]{10}$'
     or part > 'audit_nonce_' || to_char(now() at time zone 'UTC' - interval '90 minutes', 'YYYYMMDDHH24') then
    raise exception 'not a partition of old nonces: %', part;
  end if;
  execute format('drop table if exists %I', part);
  return true;
end $$;
revoke execute on function audit_make_partition(text, text, timestamptz, timestamptz) from public;
revoke execute on function audit_keep_partition(text, text, timestamptz, timestamptz) from public;
revoke execute on function audit_drop_nonces(text) from public;
"""
NO_UPKEEP = """
drop function audit_keep_partition(text, text, timestamptz, timestamptz);
drop function audit_drop_nonces(text);
grant execute on function audit_make_partition(text, text, timestamptz, timestamptz) to public;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0010_sealing")]

    operations = [
        migrations.CreateModel(
            name="Recovery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("restore", "Khôi phục"), ("drill", "Diễn tập")], max_length=8, verbose_name="loại")),
                ("at", models.DateTimeField(db_index=True, verbose_name="thời điểm")),
                ("done_by", models.CharField(max_length=200, verbose_name="người thực hiện")),
                ("backup", models.CharField(max_length=200, verbose_name="bản sao lưu")),
                ("backup_at", models.DateTimeField(verbose_name="sao lưu lúc")),
                ("sound", models.BooleanField(verbose_name="đạt")),
                ("number", models.BigIntegerField(default=0, verbose_name="điểm niêm phong khôi phục được")),
                ("size", models.BigIntegerField(default=0, verbose_name="số dòng khôi phục được")),
                ("outside_number", models.BigIntegerField(default=0, verbose_name="điểm niêm phong bên ngoài")),
                ("outside_at", models.DateTimeField(null=True, verbose_name="điểm bên ngoài ghi lúc")),
                ("lost_rows", models.BigIntegerField(default=0, verbose_name="số dòng nhật ký đã mất")),
                ("revoked", models.PositiveIntegerField(default=0, verbose_name="số thu hồi thực hiện lại")),
                ("seconds", models.FloatField(verbose_name="thời gian, giây")),
                ("detail", models.JSONField(default=dict, verbose_name="chi tiết")),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="chấp nhận lúc")),
                ("accepted_by", models.CharField(blank=True, max_length=200, verbose_name="người chấp nhận")),
                ("accept_reason", models.TextField(blank=True, verbose_name="lý do chấp nhận")),
            ],
            options={
                "verbose_name": "lần khôi phục, diễn tập",
                "verbose_name_plural": "khôi phục và diễn tập",
                "db_table": "audit_recovery",
                "ordering": ["-id"],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL(UPKEEP, NO_UPKEEP),
    ]
