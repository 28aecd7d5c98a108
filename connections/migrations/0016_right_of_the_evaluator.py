"""Who evaluates a dossier holds the right on exactly that one; those who do already get theirs (decisions, 26)."""

from django.db import migrations

NAME = "Thẩm định một hồ sơ được phân công"


def give_rights(apps, schema_editor):
    """Give every evaluator the object right on their dossier; the permission itself may not be there yet."""
    requests = apps.get_model("connections", "ConnectionRequest")
    held = requests.objects.filter(evaluator__isnull=False)
    if not held.exists():
        return
    kind, _made = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="connections", model="connectionrequest"
    )
    permission, _made = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename="evaluate_request", defaults={"name": NAME}
    )
    rights = apps.get_model("guardian", "UserObjectPermission")
    for pk, evaluator in held.values_list("pk", "evaluator_id"):
        rights.objects.get_or_create(
            user_id=evaluator, permission=permission, content_type=kind, object_pk=str(pk)
        )


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('guardian', '0003_remove_groupobjectpermission_guardian_gr_content_ae6aec_idx_and_more'),
        ('connections', '0015_access_and_keys'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='connectionrequest',
            options={'ordering': ['-id'], 'permissions': [('evaluate_request', 'Thẩm định một hồ sơ được phân công')], 'verbose_name': 'hồ sơ kết nối', 'verbose_name_plural': 'hồ sơ kết nối'},
        ),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
