"""Triggers on the tables of alerts."""

from django.db import migrations

from lgsp.governed import Govern


class Migration(migrations.Migration):
    dependencies = [
        ("lgsp", "0001_governed_rows"),
        ("audit", "0013_signs"),
        ("incidents", "0003_alerts"),
    ]
    operations = [Govern()]
