from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("accounts", "0006_letters_unsent")]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="enclosure",
            field=models.CharField(blank=True, editable=False, max_length=60, verbose_name="tệp gửi kèm"),
        ),
    ]
