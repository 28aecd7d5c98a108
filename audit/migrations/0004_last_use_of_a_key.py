"""An index by key, so that the page of keys finds each one's last call without reading the log."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_call_log")]
    operations = [
        migrations.RunSQL(
            "create index audit_intent_key on audit_intent (access_key, received_at) where verdict = 'A'",
            "drop index audit_intent_key",
        )
    ]
