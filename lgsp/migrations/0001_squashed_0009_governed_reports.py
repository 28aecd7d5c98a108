"""Triggers on every governed table and the guards between floors, for a database that has none of them."""

from django.db import migrations

from core.squashed import sql_of
from lgsp.governed import Govern


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("lgsp", "0001_governed_rows"),
        ("lgsp", "0002_governed_alerts"),
        ("lgsp", "0003_register"),
        ("lgsp", "0004_governed_maintenance"),
        ("lgsp", "0005_governed_help"),
        ("lgsp", "0006_governed_alert_policy"),
        ("lgsp", "0007_governed_webhooks"),
        ("lgsp", "0008_guards"),
        ("lgsp", "0009_governed_reports"),
    ]

    dependencies = [
        ("accounts", "0001_squashed_0012_report_topic"),
        ("audit", "0001_squashed_0017_days_in_brief"),
        ("catalog", "0001_squashed_0015_versions_end"),
        ("connections", "0001_squashed_0022_grant_suspended"),
        ("incidents", "0001_squashed_0009_letters_and_grants"),
        ("reports", "0001_squashed_0007_life"),
        ("account", "__first__"),
        ("auth", "__first__"),
        ("guardian", "__first__"),
        ("mfa", "__first__"),
    ]

    operations = [
        *sql_of("lgsp", "0008_guards"),
        Govern(first=True),
    ]
