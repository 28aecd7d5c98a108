"""Triggers on the governed tables of maintenance (``lgsp.governed``)."""

from django.db import migrations

from lgsp.governed import Govern


class Migration(migrations.Migration):
    dependencies = [
        ("lgsp", "0003_register"),
        ("incidents", "0005_maintenance_and_status"),
    ]
    operations = [Govern()]
