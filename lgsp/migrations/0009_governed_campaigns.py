"""Triggers on campaigns and statements of use."""

from django.db import migrations

from lgsp.governed import install


class Migration(migrations.Migration):
    dependencies = [
        ("lgsp", "0008_guards"),
        ("reports", "0003_campaigns"),
    ]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
