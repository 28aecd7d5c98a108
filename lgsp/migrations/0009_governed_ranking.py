"""The weights of the ranking are governed."""

from django.db import migrations

from lgsp.governed import install


class Migration(migrations.Migration):
    dependencies = [("lgsp", "0008_guards"), ("reports", "0003_ranking")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
