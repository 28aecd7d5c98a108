"""The call log: gates, nonces, intents, outcomes and epochs (docs/evidence.md; written by ``audit.admission``).

Intents and outcomes lie in partitions by month (Vietnamese), nonces by hour of their signed time. Rows for which no partition
is there yet go to the ``_rest`` partition: a call is never lost because a job did not run.
"""

from django.db import migrations, models

TABLES = """
create table audit_gate (
  gate_id int generated always as identity primary key,
  version bigint not null default 1,
  day date not null default (now() at time zone 'Asia/Ho_Chi_Minh')::date,
  used bigint not null default 0 check (used >= 0),
  lim bigint not null check (lim >= 0)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

create table audit_nonce (
  key_id bigint not null, created timestamptz not null, nonce bytea not null, call_id uuid not null,
  primary key (key_id, nonce, created)
) partition by range (created);

create table audit_intent (
  call_id uuid not null, received_at timestamptz not null,
  environment text not null, method text not null, service text not null, version text not null, operation text not null,
  key_id bigint not null, access_key text not null, system_id bigint not null, system_code text not null,
  agency_id bigint not null, agency_code text not null, provider_id bigint not null, provider_code text not null,
  grant_code text not null, purpose text not null, gate_id int not null, gate_version bigint not null,
  address text not null, request_bytes bigint not null, body_digest bytea not null, query_digest bytea not null,
  created timestamptz, nonce bytea not null, owned boolean not null, refused boolean not null,
  calls int not null check (calls > 0),
  epoch bigint not null, n bigint not null check (n > 0), prev_mac bytea not null, row_mac bytea not null,
  verdict text not null check (verdict in ('A', 'R', 'S', 'Q', 'G', 'X')), admitted_at timestamptz not null,
  primary key (epoch, n, received_at)
) partition by range (received_at);
create index audit_intent_call on audit_intent (call_id);
create index audit_intent_time on audit_intent (received_at);
create index audit_intent_system on audit_intent (system_id, received_at);
create index audit_intent_agency on audit_intent (agency_id, received_at);
create index audit_intent_provider on audit_intent (provider_id, received_at);

create table audit_outcome (
  call_id uuid not null, received_at timestamptz not null, finished_at timestamptz not null,
  status smallint not null, reason text not null, side text not null,
  upstream_id bigint not null, upstream_status smallint not null, response_bytes bigint not null,
  total_ms int not null, upstream_ms int not null, fields_dropped int not null,
  stage text not null check (stage in ('F', 'S', 'C')),
  verdict text not null, admitted_at timestamptz not null,
  intent_epoch bigint not null, intent_n bigint not null, earlier bytea not null,
  epoch bigint not null, n bigint not null check (n > 0), prev_mac bytea not null, row_mac bytea not null,
  primary key (epoch, n, received_at)
) partition by range (received_at);
create index audit_outcome_call on audit_outcome (call_id);

create table audit_epoch (
  seq bigint primary key check (seq > 0),
  event text not null check (event in ('open', 'close')), kind text not null check (kind in ('intent', 'outcome')),
  at timestamptz not null, worker text not null, key_name text not null, format smallint not null,
  last_epoch bigint, last_n bigint, last_mac bytea, prev_mac bytea not null, row_mac bytea not null
);
"""
DROP_TABLES = "drop table audit_epoch, audit_outcome, audit_intent, audit_nonce, audit_gate;"

# Row triggers of a parent are cloned to its partitions when they are attached; TRUNCATE triggers are not.
GUARDS = """
create trigger append_only before update or delete on audit_intent for each row execute function audit_refuse_change();
create trigger append_only before update or delete on audit_outcome for each row execute function audit_refuse_change();
create trigger append_only before update or delete on audit_epoch for each row execute function audit_refuse_change();
create trigger append_only before update or delete on audit_nonce for each row execute function audit_refuse_change();
create trigger no_truncate before truncate on audit_intent for each statement execute function audit_refuse_change();
create trigger no_truncate before truncate on audit_outcome for each statement execute function audit_refuse_change();
create trigger no_truncate before truncate on audit_epoch for each statement execute function audit_refuse_change();
create trigger stays before delete or update of gate_id on audit_gate for each row execute function audit_refuse_change();
create trigger no_truncate before truncate on audit_gate for each statement execute function audit_refuse_change();
"""

# LIKE + ATTACH locks the parent only against other changes of its shape, never against calls. Says whether it made one.
PARTITIONS = """
create function audit_make_partition(parent text, suffix text, lower timestamptz, upper timestamptz) returns boolean
language plpgsql as $$
declare
  part text := parent || '_' || suffix;
  found boolean;
begin
  perform pg_advisory_xact_lock(7241350191);
  if to_regclass(part) is not null then
    return false;
  end if;
  if lower is not null then
    execute format('select exists (select from %I where %I >= $1 and %I < $2)', parent || '_rest',
                   case parent when 'audit_nonce' then 'created' else 'received_at' end,
                   case parent when 'audit_nonce' then 'created' else 'received_at' end)
      into found using lower, upper;
    if found then
      return false;  -- rows of this span are in the rest already and stay there
    end if;
  end if;
  execute format('create table %I (like %I including all)', part, parent);
  if parent <> 'audit_nonce' then
    execute format('create trigger no_truncate before truncate on %I for each statement execute function audit_refuse_change()', part);
  end if;
  if lower is null then
    execute format('alter table %I attach partition %I default', parent, part);
  else
    execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, part, lower, upper);
  end if;
  return true;
end $$;
"""
FIRST_PARTITIONS = """
do $$
declare
  moment timestamptz;
begin
  perform audit_make_partition(parent, 'rest', null, null) from unnest(array['audit_nonce', 'audit_intent', 'audit_outcome']) parent;
  for step in 0..2 loop
    moment := (date_trunc('month', now() at time zone 'Asia/Ho_Chi_Minh') + step * interval '1 month') at time zone 'Asia/Ho_Chi_Minh';
    perform audit_make_partition(parent, to_char(moment at time zone 'Asia/Ho_Chi_Minh', 'YYYYMM'), moment,
              (moment at time zone 'Asia/Ho_Chi_Minh' + interval '1 month') at time zone 'Asia/Ho_Chi_Minh')
       from unnest(array['audit_intent', 'audit_outcome']) parent;
  end loop;
  for step in -1..24 loop
    moment := (date_trunc('hour', now() at time zone 'UTC') + step * interval '1 hour') at time zone 'UTC';
    perform audit_make_partition('audit_nonce', to_char(moment at time zone 'UTC', 'YYYYMMDDHH24'), moment, moment + interval '1 hour');
  end loop;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_evidence_is_append_only")]
    operations = [
        migrations.RunSQL(TABLES, DROP_TABLES),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL(PARTITIONS, "drop function audit_make_partition(text, text, timestamptz, timestamptz);"),
        migrations.RunSQL(FIRST_PARTITIONS, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Intent',
            fields=[
                ('call_id', models.UUIDField(primary_key=True, serialize=False, verbose_name='mã cuộc gọi')),
                ('received_at', models.DateTimeField(verbose_name='thời điểm nhận')),
                ('environment', models.TextField(verbose_name='môi trường')),
                ('method', models.TextField(verbose_name='phương thức')),
                ('service', models.TextField(verbose_name='dịch vụ dữ liệu')),
                ('version', models.TextField(verbose_name='phiên bản')),
                ('operation', models.TextField(verbose_name='thao tác')),
                ('key_id', models.BigIntegerField(verbose_name='số khóa')),
                ('access_key', models.TextField(verbose_name='khóa truy cập')),
                ('system_id', models.BigIntegerField(verbose_name='số hệ thống')),
                ('system_code', models.TextField(verbose_name='hệ thống')),
                ('agency_id', models.BigIntegerField(verbose_name='số cơ quan')),
                ('agency_code', models.TextField(verbose_name='cơ quan khai thác')),
                ('provider_id', models.BigIntegerField(verbose_name='số cơ quan cung cấp')),
                ('provider_code', models.TextField(verbose_name='cơ quan cung cấp')),
                ('grant_code', models.TextField(verbose_name='quyền khai thác')),
                ('purpose', models.TextField(verbose_name='mục đích')),
                ('gate_id', models.IntegerField(verbose_name='cửa')),
                ('gate_version', models.BigIntegerField(verbose_name='phiên bản cửa')),
                ('address', models.TextField(verbose_name='địa chỉ mạng')),
                ('request_bytes', models.BigIntegerField(verbose_name='số byte yêu cầu')),
                ('body_digest', models.BinaryField(verbose_name='giá trị băm nội dung')),
                ('query_digest', models.BinaryField(verbose_name='giá trị băm tham số')),
                ('created', models.DateTimeField(null=True, verbose_name='thời điểm ký')),
                ('nonce', models.BinaryField(verbose_name='số dùng một lần')),
                ('owned', models.BooleanField(verbose_name='gửi lại')),
                ('refused', models.BooleanField(verbose_name='từ chối trước khi xét')),
                ('calls', models.IntegerField(verbose_name='số cuộc gọi')),
                ('epoch', models.BigIntegerField(verbose_name='chuỗi')),
                ('n', models.BigIntegerField(verbose_name='vị trí trong chuỗi')),
                ('prev_mac', models.BinaryField(verbose_name='mã xác thực dòng trước')),
                ('row_mac', models.BinaryField(verbose_name='mã xác thực')),
                ('verdict', models.TextField(verbose_name='kết luận')),
                ('admitted_at', models.DateTimeField(verbose_name='thời điểm xét')),
            ],
            options={'verbose_name': 'cuộc gọi', 'verbose_name_plural': 'cuộc gọi', 'db_table': 'audit_intent', 'managed': False},
        ),
        migrations.CreateModel(
            name='Outcome',
            fields=[
                ('call_id', models.UUIDField(primary_key=True, serialize=False, verbose_name='mã cuộc gọi')),
                ('received_at', models.DateTimeField(verbose_name='thời điểm nhận')),
                ('finished_at', models.DateTimeField(verbose_name='thời điểm xong')),
                ('status', models.SmallIntegerField(verbose_name='mã trạng thái')),
                ('reason', models.TextField(verbose_name='mã lý do')),
                ('side', models.TextField(verbose_name='bên gây lỗi')),
                ('upstream_id', models.BigIntegerField(verbose_name='số máy chủ cung cấp')),
                ('upstream_status', models.SmallIntegerField(verbose_name='mã trạng thái bên cung cấp')),
                ('response_bytes', models.BigIntegerField(verbose_name='số byte trả lời')),
                ('total_ms', models.IntegerField(verbose_name='tổng thời gian, ms')),
                ('upstream_ms', models.IntegerField(verbose_name='thời gian bên cung cấp, ms')),
                ('fields_dropped', models.IntegerField(verbose_name='số trường đã bỏ')),
                ('stage', models.TextField(verbose_name='loại kết quả')),
                ('verdict', models.TextField(verbose_name='kết luận')),
                ('admitted_at', models.DateTimeField(verbose_name='thời điểm xét')),
                ('intent_epoch', models.BigIntegerField(verbose_name='chuỗi của yêu cầu')),
                ('intent_n', models.BigIntegerField(verbose_name='vị trí của yêu cầu')),
                ('earlier', models.BinaryField(verbose_name='mã xác thực các lần xét trước')),
                ('epoch', models.BigIntegerField(verbose_name='chuỗi')),
                ('n', models.BigIntegerField(verbose_name='vị trí trong chuỗi')),
                ('prev_mac', models.BinaryField(verbose_name='mã xác thực dòng trước')),
                ('row_mac', models.BinaryField(verbose_name='mã xác thực')),
            ],
            options={'verbose_name': 'kết quả cuộc gọi', 'verbose_name_plural': 'kết quả cuộc gọi', 'db_table': 'audit_outcome', 'managed': False},
        ),
    ]
