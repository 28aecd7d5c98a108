"""The archive: how long months of the call log are kept, tombstones of those that went, and how their partitions go.

Leaves may be of other tables than the log from now on (``audit.sealing.records``).
"""

import django.core.validators
from django.db import migrations, models

KINDS = """
alter table audit_leaf drop constraint audit_leaf_kind_check;
alter table audit_leaf add constraint audit_leaf_kind_check check (kind ~ '^[a-z]{1,20}$');
"""
GUARDS = """
create trigger append_only before update or delete on audit_tombstone for each row execute function audit_refuse_change();
create trigger no_truncate before truncate on audit_tombstone for each statement execute function audit_refuse_change();
"""

# Under the rights of the tables' owner: whoever may run them takes a month out of the log whose tombstone is sealed and
# outside the database, no other. Detaching locks the log for a moment; what is counted afterwards nobody writes any more.
MONTHS = """
create function audit_has_tombstone(wanted text) returns boolean language sql stable as $$
  select exists (
    select from audit_tombstone t
      join audit_leaf l on l.kind = 'tombstone' and l.epoch = 0 and t.id >= l.first_n and t.id < l.first_n + l.leaves
      join audit_checkpoint c on c.number <= (select outside_number from audit_sealing)
                             and c.size > l.first_leaf + t.id - l.first_n
     where t.month = wanted)
$$;
create function audit_detach_month(wanted text) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  parent text;
  part text;
  done boolean := false;
begin
  perform pg_advisory_xact_lock(7241350191);
  if wanted !~ '^[0-9]{6}$' or not audit_has_tombstone(wanted) then
    raise exception 'no sealed tombstone of month %', wanted using errcode = 'insufficient_privilege';
  end if;
  foreach parent in array array['audit_intent', 'audit_outcome'] loop
    part := parent || '_' || wanted;
    if exists (select from pg_inherits where inhrelid = to_regclass(part)) then
      execute format('alter table %I detach partition %I', parent, part);
      done := true;
    end if;
  end loop;
  return done;
end $$;
create function audit_drop_month(wanted text) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  stone audit_tombstone;
  part text;
  due bigint;
  found bigint;
  done boolean := false;
begin
  perform pg_advisory_xact_lock(7241350191);
  if wanted !~ '^[0-9]{6}$' or not audit_has_tombstone(wanted) then
    raise exception 'no sealed tombstone of month %', wanted using errcode = 'insufficient_privilege';
  end if;
  select * into stone from audit_tombstone where month = wanted;
  foreach part in array array['audit_intent_' || wanted, 'audit_outcome_' || wanted] loop
    if to_regclass(part) is null then
      continue;
    end if;
    if exists (select from pg_inherits where inhrelid = to_regclass(part)) then
      raise exception '% is still a part of the log', part;
    end if;
    due := case when part like 'audit_intent_%' then stone.intents else stone.outcomes end;
    execute format('select count(*) from %I', part) into found;
    if found <> due then
      raise exception '% holds % rows, its tombstone says %', part, found, due using errcode = 'data_exception';
    end if;
    execute format('drop table %I', part);
    done := true;
  end loop;
  return done;
end $$;
revoke execute on function audit_detach_month(text) from public;
revoke execute on function audit_drop_month(text) from public;
"""
NO_MONTHS = "drop function audit_detach_month(text), audit_drop_month(text), audit_has_tombstone(text);"


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0014_rollups'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tombstone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='thời điểm')),
                ('month', models.CharField(max_length=6, unique=True, verbose_name='tháng')),
                ('intents', models.BigIntegerField(verbose_name='số yêu cầu')),
                ('outcomes', models.BigIntegerField(verbose_name='số kết quả')),
                ('first_leaf', models.BigIntegerField(verbose_name='lá đầu')),
                ('last_leaf', models.BigIntegerField(verbose_name='lá cuối')),
                ('file', models.CharField(max_length=100, verbose_name='tệp lưu trữ')),
                ('size', models.BigIntegerField(verbose_name='dung lượng tệp, byte')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256 của tệp')),
                ('ranges', models.TextField(verbose_name='các đoạn chuỗi trong tệp')),
                ('basis', models.CharField(max_length=400, verbose_name='thời hạn và căn cứ khi lưu trữ')),
                ('key_name', models.CharField(max_length=64, verbose_name='khóa xác thực')),
                ('mac', models.BinaryField(verbose_name='mã xác thực')),
            ],
            options={
                'verbose_name': 'tháng nhật ký đã lưu trữ',
                'verbose_name_plural': 'tháng nhật ký đã lưu trữ',
                'db_table': 'audit_tombstone',
                'ordering': ['-month'],
            },
        ),
        migrations.CreateModel(
            name='Retention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('months', models.PositiveSmallIntegerField(default=24, help_text='Tháng cũ hơn được chuyển vào tệp lưu trữ, không bị xóa khỏi bằng chứng.', validators=[django.core.validators.MinValueValidator(12), django.core.validators.MaxValueValidator(1200)], verbose_name='giữ nhật ký cuộc gọi trong cơ sở dữ liệu (tháng)')),
                ('source', models.CharField(default='mặc định hệ thống, chưa phải quy định', help_text='Số, ký hiệu văn bản và điều khoản; nếu chưa có văn bản nào quy định thì ghi rõ như vậy.', max_length=300, verbose_name='căn cứ')),
            ],
            options={
                'verbose_name': 'thời hạn giữ nhật ký',
                'verbose_name_plural': 'thời hạn giữ nhật ký',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='retention_one_row')],
            },
        ),
        migrations.RunSQL(KINDS, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL(MONTHS, NO_MONTHS),
    ]
