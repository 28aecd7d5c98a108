"""Triggers on the tables of the registers of incidents and violations."""

from django.db import migrations

from lgsp.governed import Govern


class Migration(migrations.Migration):
    dependencies = [("lgsp", "0002_governed_alerts"), ("incidents", "0004_register")]
    operations = [Govern()]
