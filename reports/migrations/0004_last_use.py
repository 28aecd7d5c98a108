"""When pages, endpoints and clauses were last used (coverage page)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_ranking")]

    operations = [
        migrations.CreateModel(
            name="LastUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True, verbose_name="nội dung")),
                ("at", models.DateTimeField(verbose_name="lần dùng cuối")),
            ],
            options={
                "verbose_name": "lần dùng cuối",
                "verbose_name_plural": "lần dùng cuối",
                "ordering": ["name"],
            },
        ),
    ]
