"""Triggers on every governed table (``lgsp.governed``). Needs all floors, so it stands on the roof."""

from django.db import migrations

from lgsp.governed import Govern


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0012_row_changes"),
        ("accounts", "0008_outage_topic"),
        ("catalog", "0015_versions_end"),
        ("connections", "0021_versions_end"),
        ("incidents", "0002_outages"),
        ("reports", "0002_reports_are_frozen"),
        ("account", "__first__"),
        ("auth", "__first__"),
        ("guardian", "__first__"),
        ("mfa", "__first__"),
    ]
    operations = [Govern(first=True)]
