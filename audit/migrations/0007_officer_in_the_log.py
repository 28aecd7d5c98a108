"""Format 3 of the call log: a keyed digest of the id of the officer who asks (QC4.8); the id itself is kept nowhere.

Rows of earlier formats keep the default, which their verification requires (``audit.ledger.canonical.ADDED``).
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_idempotency")]
    operations = [
        migrations.RunSQL(
            "alter table audit_intent add column officer_digest bytea not null default ''",
            migrations.RunSQL.noop,
            state_operations=[
                migrations.AddField(
                    "intent",
                    "officer_digest",
                    models.BinaryField(default=b"", verbose_name="giá trị băm mã cán bộ"),
                ),
            ],
        )
    ]
