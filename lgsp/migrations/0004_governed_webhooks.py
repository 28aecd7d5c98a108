"""Triggers on webhooks."""

from django.db import migrations

from lgsp.governed import install


class Migration(migrations.Migration):
    dependencies = [
        ("lgsp", "0003_governed_alert_policy"),
        ("incidents", "0005_webhooks"),
    ]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
