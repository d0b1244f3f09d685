from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("strength", "0001_tables")]

    operations = [
        migrations.AddField(
            model_name="onerepmaxtest",
            name="one_rep_max_value",
            field=models.DecimalField(decimal_places=3, default=0, max_digits=7),
            preserve_default=False,
        ),
    ]
