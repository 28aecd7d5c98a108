"""Triggers on the governed tables of help requests (``lgsp.governed``)."""

from django.db import migrations

from lgsp.governed import Govern


class Migration(migrations.Migration):
    dependencies = [
        ("lgsp", "0004_governed_maintenance"),
        ("incidents", "0006_help"),
    ]
    operations = [Govern()]
