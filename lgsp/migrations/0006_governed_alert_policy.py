"""Triggers on the rules of telling alerts."""

from django.db import migrations

from lgsp.governed import Govern


class Migration(migrations.Migration):
    dependencies = [
        ("lgsp", "0005_governed_help"),
        ("incidents", "0007_alert_policy"),
    ]
    operations = [Govern()]
