"""Closing rules and files of reports are governed."""

from django.db import migrations

from lgsp.governed import install


class Migration(migrations.Migration):
    dependencies = [("lgsp", "0008_guards"), ("reports", "0003_life")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
