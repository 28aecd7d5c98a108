"""Triggers on the tables of alerts."""

from django.db import migrations

from lgsp.governed import install


class Migration(migrations.Migration):
    dependencies = [
        ("lgsp", "0001_governed_rows"),
        ("audit", "0013_signs"),
        ("incidents", "0003_alerts"),
    ]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
