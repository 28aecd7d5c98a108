from django.conf import settings
from django.db import migrations, models

# Dossiers whose record waits now: what the sides have said of it is known.
FILL = """
update connections_connectionrequest r set operator_agreed = true
where r.state in ('awaiting_confirmation', 'ready', 'live') and exists (
  select from connections_confirmation c join connections_trial t on t.id = c.trial_id
  where t.request_id = r.id and c.side = 'operator' and c.agreed and c.voided_at is null)
"""


class Migration(migrations.Migration):

    dependencies = [
        ("connections", "0009_papers_of_a_dossier"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="connectionrequest",
            name="operator_agreed",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="connectionrequest", name="request_due"),
        migrations.AddIndex(
            model_name="connectionrequest",
            index=models.Index(
                fields=["due_at", "submitted_at", "id"], include=("state", "operator_agreed"), name="request_due"
            ),
        ),
    ]
