"""What signs of misuse are found by: refused calls by time, and the addresses at which keys were served.

Addresses seen before this version are taken from the log once, so that they are not new to it.
"""

from django.db import migrations, models

REFUSED = "create index audit_intent_refused on audit_intent (received_at) where verdict <> 'A'"
KNOWN = """
insert into audit_use_address (access_key, address, environment, system_id, agency_id, first_at, last_at)
select access_key, address, max(environment), max(system_id), max(agency_id), min(received_at), max(received_at)
  from audit_intent where key_id > 0 and verdict = 'A' group by access_key, address
on conflict (access_key, address) do nothing
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0012_row_changes")]
    operations = [
        migrations.CreateModel(
            name="UseAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("access_key", models.TextField(verbose_name="khóa truy cập")),
                ("address", models.TextField(verbose_name="địa chỉ mạng")),
                ("environment", models.CharField(max_length=8, verbose_name="môi trường")),
                ("system_id", models.BigIntegerField(verbose_name="số hệ thống")),
                ("agency_id", models.BigIntegerField(verbose_name="số cơ quan")),
                ("first_at", models.DateTimeField(verbose_name="lượt đầu lúc")),
                ("last_at", models.DateTimeField(verbose_name="lượt cuối lúc")),
            ],
            options={
                "verbose_name": "địa chỉ mạng của khóa",
                "verbose_name_plural": "địa chỉ mạng của khóa",
                "db_table": "audit_use_address",
                "indexes": [models.Index(fields=["first_at"], name="use_address_first")],
                "constraints": [
                    models.UniqueConstraint(fields=("access_key", "address"), name="use_address_once"),
                ],
            },
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
        migrations.RunSQL(REFUSED, "drop index audit_intent_refused"),
    ]
