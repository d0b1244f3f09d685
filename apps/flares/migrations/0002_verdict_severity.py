from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("flares", "0001_tables")]
    operations = [
        migrations.AddField(
            model_name="verdict",
            name="severity",
            field=models.CharField(
                blank=True,
                choices=[
                    ("info", "For information"),
                    ("low", "Low"),
                    ("moderate", "Moderate"),
                    ("high", "High"),
                ],
                default="",
                max_length=8,
            ),
            preserve_default=False,
        ),
    ]
