"""Each version says which form its source system takes and whether it takes gzip; operations name an XML root."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0010_assertions_by_address'),
    ]

    operations = [
        migrations.AddField(
            model_name='operation',
            name='xml_root',
            field=models.CharField(blank=True, default='', max_length=64, validators=[django.core.validators.RegexValidator('\\A[A-Za-z_][A-Za-z0-9_]{0,63}\\Z', 'Tên trường gồm chữ không dấu, số và dấu gạch dưới, không bắt đầu bằng số')], verbose_name='phần tử gốc của yêu cầu XML'),
        ),
        migrations.AddField(
            model_name='serviceversion',
            name='accepts_gzip',
            field=models.BooleanField(default=False, verbose_name='nhận yêu cầu nén gzip'),
        ),
        migrations.AddField(
            model_name='serviceversion',
            name='message_form',
            field=models.CharField(choices=[('json', 'JSON'), ('xml', 'XML'), ('raw', 'Giữ nguyên, không chuyển đổi')], default='json', max_length=4, verbose_name='dạng dữ liệu hệ thống nguồn nhận'),
        ),
    ]
