"""The sealed log: leaf hashes in runs, roots of full subtrees, signed checkpoints (docs/evidence.md).

Leaves stand in runs of one chain, so a second of calls is a few rows; their indexes are dense over all of them. The three
tables only grow, at 32 bytes a row of the log and a checkpoint a second with calls: at 24 months of ten calls a second 40 GB, of
which the indexes, all by rising numbers, are 2. They stay when months of the log are archived: old checkpoints are proved by them.
``audit_sealing`` is no evidence but how the sealer stands, one row. A call whose process died gets an outcome of stage U.
"""

from django.db import migrations, models

TABLES = """
create table audit_leaf (
  first_leaf bigint primary key check (first_leaf >= 0),
  kind text not null check (kind in ('intent', 'outcome', 'epoch')),
  epoch bigint not null, first_n bigint not null check (first_n > 0),
  leaves int not null check (leaves between 1 and 4096), form smallint not null,
  hashes bytea not null check (octet_length(hashes) = 32 * leaves)
);
alter table audit_leaf alter column hashes set storage external;
create unique index audit_leaf_row on audit_leaf (kind, epoch, first_n);
create table audit_node (
  height smallint not null check (height > 0 and height % 8 = 0), place bigint not null check (place >= 0),
  hash bytea not null check (octet_length(hash) = 32),
  primary key (height, place)
);
create table audit_checkpoint (
  number bigint primary key check (number > 0), origin text not null, size bigint not null check (size >= 0),
  root bytea not null check (octet_length(root) = 32), at timestamptz not null, prev bytea not null,
  after bytea not null, signer text not null, signature bytea not null
);
create index audit_checkpoint_size on audit_checkpoint (size, number);
create table audit_sealing (
  one boolean primary key default true check (one),
  sealed_at timestamptz, seen_at timestamptz, size bigint not null default 0,
  outside_number bigint not null default 0, outside_at timestamptz, outside_fault text not null default '',
  witness_number bigint not null default 0, witness_at timestamptz, witness_fault text not null default '',
  answered_until timestamptz, orphans bigint not null default 0, gaps bigint not null default 0
) with (fillfactor = 20);
"""
DROP = "drop table audit_leaf, audit_node, audit_checkpoint, audit_sealing;"
GUARDS = "".join(
    f"create trigger append_only before update or delete on {table} for each row execute function audit_refuse_change();"
    f"create trigger no_truncate before truncate on {table} for each statement execute function audit_refuse_change();"
    for table in ("audit_leaf", "audit_node", "audit_checkpoint")
)
STAGES = """
alter table audit_outcome drop constraint audit_outcome_stage_check;
alter table audit_outcome add constraint audit_outcome_stage_check check (stage in ('F', 'S', 'C', 'U'));
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0009_batches_are_rows")]
    operations = [
        migrations.RunSQL(TABLES, DROP),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL(STAGES, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Sealing",
            fields=[
                ("one", models.BooleanField(default=True, primary_key=True, serialize=False)),
                ("sealed_at", models.DateTimeField(null=True, verbose_name="đã niêm phong đến")),
                ("seen_at", models.DateTimeField(null=True, verbose_name="tiến trình niêm phong báo lúc")),
                ("size", models.BigIntegerField(verbose_name="số dòng đã niêm phong")),
                ("outside_number", models.BigIntegerField(verbose_name="điểm niêm phong ngoài cơ sở dữ liệu")),
                ("outside_at", models.DateTimeField(null=True, verbose_name="ghi ra ngoài lúc")),
                ("outside_fault", models.TextField(verbose_name="lỗi ghi ra ngoài")),
                ("witness_number", models.BigIntegerField(verbose_name="điểm niêm phong bên giữ")),
                ("witness_at", models.DateTimeField(null=True, verbose_name="bên giữ nhận lúc")),
                ("witness_fault", models.TextField(verbose_name="lỗi gửi bên giữ")),
                ("answered_until", models.DateTimeField(null=True, verbose_name="cuộc gọi đã có kết quả đến")),
                ("orphans", models.BigIntegerField(verbose_name="cuộc gọi không rõ kết quả")),
                ("gaps", models.BigIntegerField(verbose_name="chỗ thiếu khi niêm phong")),
            ],
            options={"verbose_name": "niêm phong", "verbose_name_plural": "niêm phong", "db_table": "audit_sealing", "managed": False},
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True, verbose_name="thời điểm")),
                ("whole", models.BooleanField(verbose_name="toàn bộ")),
                ("sound", models.BooleanField(verbose_name="đạt")),
                ("since", models.BigIntegerField(default=0, verbose_name="từ điểm niêm phong")),
                ("number", models.BigIntegerField(default=0, verbose_name="đến điểm niêm phong")),
                ("size", models.BigIntegerField(default=0, verbose_name="số dòng đã niêm phong")),
                ("root", models.BinaryField(default=b"", verbose_name="gốc")),
                ("rows", models.BigIntegerField(default=0, verbose_name="số dòng đã kiểm tra")),
                ("seconds", models.FloatField(default=0, verbose_name="thời gian, giây")),
                ("faults", models.PositiveIntegerField(default=0, verbose_name="số chỗ sai")),
                ("table", models.CharField(blank=True, max_length=64, verbose_name="bảng")),
                ("leaf", models.BigIntegerField(null=True, verbose_name="chỉ số lá")),
                ("detail", models.TextField(blank=True, verbose_name="chỗ sai đầu tiên")),
            ],
            options={
                "verbose_name": "lần kiểm tra nhật ký",
                "verbose_name_plural": "lần kiểm tra nhật ký",
                "db_table": "audit_verification",
                "ordering": ["-id"],
            },
        ),
    ]
