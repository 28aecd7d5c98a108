"""Triggers on what governs reports: closing rules, files, weights, campaigns, statements, funding, training, feedback, reviews."""

from django.db import migrations

from lgsp.governed import Govern


class Migration(migrations.Migration):
    dependencies = [
        ("lgsp", "0008_guards"),
        ("reports", "0007_life"),
    ]
    operations = [Govern()]
