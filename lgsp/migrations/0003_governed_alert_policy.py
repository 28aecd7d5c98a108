"""Triggers on the rules of telling alerts."""

from django.db import migrations

from lgsp.governed import install


class Migration(migrations.Migration):
    dependencies = [
        ("lgsp", "0002_governed_alerts"),
        ("incidents", "0004_alert_policy"),
    ]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
