"""Triggers on webhooks."""

from django.db import migrations

from lgsp.governed import Govern


class Migration(migrations.Migration):
    dependencies = [
        ("lgsp", "0006_governed_alert_policy"),
        ("incidents", "0008_webhooks"),
    ]
    operations = [Govern()]
