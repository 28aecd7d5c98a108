"""Format 2 of the call log: how the caller proved itself, the procedure served (QC4.4), the gate of the whole service.

Rows of format 1 keep the defaults, which their verification requires (``audit.ledger.canonical.ADDED``).
"""

from django.db import migrations, models

FORWARDS = """
alter table audit_intent
  add column auth text not null default '', add column procedure text not null default '',
  add column total_gate_id int not null default 0;
alter table audit_intent drop constraint audit_intent_verdict_check;
alter table audit_intent add constraint audit_intent_verdict_check
  check (verdict in ('A', 'R', 'S', 'Q', 'T', 'G', 'X'));
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_last_use_of_a_key")]
    operations = [
        migrations.RunSQL(
            FORWARDS,
            migrations.RunSQL.noop,
            state_operations=[
                migrations.AddField("intent", "auth", models.TextField(default="", verbose_name="cách xác thực")),
                migrations.AddField(
                    "intent", "procedure", models.TextField(default="", verbose_name="thủ tục hành chính")
                ),
                migrations.AddField(
                    "intent", "total_gate_id", models.IntegerField(default=0, verbose_name="cửa của cả dịch vụ")
                ),
            ],
        )
    ]
