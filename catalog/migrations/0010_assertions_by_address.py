"""Each address of a source system says whether calls to it carry the platform's signed assertion."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('catalog', '0009_provider_totals')]
    operations = [
        migrations.AddField(
            model_name='upstream',
            name='asserted',
            field=models.BooleanField(default=True, verbose_name='gửi kèm giấy xác nhận ký số'),
        ),
    ]
