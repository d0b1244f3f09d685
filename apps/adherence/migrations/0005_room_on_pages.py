"""Leave half of each page of snapshots free.

Most figures of a programme move on most days, and none of them is in an index: a new
version of a row that finds room on its own page touches no index. Where all rows of a
page move together, that takes as much room as they have.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("adherence", "0004_weeks_and_rules")]

    operations = [
        migrations.RunSQL(
            sql="ALTER TABLE adherence_adherencesnapshot SET (fillfactor = 50)",
            reverse_sql="ALTER TABLE adherence_adherencesnapshot SET (fillfactor = 70)",
        ),
    ]
