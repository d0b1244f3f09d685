from django.db import migrations

from apps.common.rls import key_with_clinic


class Migration(migrations.Migration):
    dependencies = [
        ("exercises", "0001_tables"),
    ]

    operations = [
        key_with_clinic("exercises_exercise"),
    ]
