from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0011_message_forms'),
    ]

    operations = [
        migrations.AddField(
            model_name='operation',
            name='soap_action',
            field=models.CharField(blank=True, max_length=200, verbose_name='SOAPAction'),
        ),
        migrations.AddField(
            model_name='operation',
            name='soap_namespace',
            field=models.CharField(blank=True, max_length=200, verbose_name='không gian tên của yêu cầu'),
        ),
        migrations.AddField(
            model_name='operation',
            name='soap_parameters',
            field=models.TextField(blank=True, max_length=12000, verbose_name='các phần tử của yêu cầu'),
        ),
        migrations.AddField(
            model_name='operation',
            name='soap_path',
            field=models.CharField(blank=True, max_length=200, verbose_name='đường dẫn SOAP của hệ thống nguồn'),
        ),
        migrations.AddField(
            model_name='operation',
            name='soap_qualified',
            field=models.BooleanField(default=True, verbose_name='phần tử con mang không gian tên'),
        ),
        migrations.AddField(
            model_name='operation',
            name='soap_repeated',
            field=models.CharField(blank=True, max_length=1000, verbose_name='trường lặp của trả lời'),
        ),
        migrations.AddField(
            model_name='operation',
            name='soap_request',
            field=models.CharField(blank=True, max_length=64, verbose_name='phần tử yêu cầu'),
        ),
        migrations.AddField(
            model_name='operation',
            name='soap_response',
            field=models.CharField(blank=True, max_length=300, verbose_name='phần tử trả lời'),
        ),
        migrations.AddField(
            model_name='operation',
            name='soap_version',
            field=models.CharField(blank=True, choices=[('1.1', 'SOAP 1.1'), ('1.2', 'SOAP 1.2')], max_length=3, verbose_name='bản SOAP'),
        ),
    ]
