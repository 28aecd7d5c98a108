"""Triggers on funding, training, feedback and the yearly review."""

from django.db import migrations

from lgsp.governed import install


class Migration(migrations.Migration):
    dependencies = [
        ("lgsp", "0008_guards"),
        ("reports", "0003_yearly"),
    ]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
