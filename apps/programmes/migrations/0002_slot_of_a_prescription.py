from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programmes", "0001_tables")]

    operations = [
        migrations.AddField(
            model_name="prescription",
            name="slot",
            field=models.SlugField(default="", max_length=60),
            preserve_default=False,
        ),
    ]
