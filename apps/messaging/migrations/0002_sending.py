from django.db import migrations, models

# Mails sent before secrets were forgotten on sending.
FORGET_SECRETS = """
    UPDATE messaging_outboxmail SET body_text = '', body_html = ''
    WHERE kind IN ('sign_in_code', 'invitation')
        AND state IN ('sent', 'suppressed', 'dead')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_tables"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="outboxmail",
            name="messaging_outboxmail_state_known",
        ),
        migrations.RemoveIndex(
            model_name="outboxmail",
            name="messaging_outbox_due",
        ),
        migrations.AlterField(
            model_name="outboxmail",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "Waiting to be sent"),
                    ("sending", "Being handed to the mail server"),
                    ("sent", "Taken by the mail server"),
                    ("suppressed", "Not to be sent any more"),
                    ("dead", "Given up after many attempts"),
                ],
                default="pending",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="outboxmail",
            index=models.Index(
                condition=models.Q(("state__in", ("pending", "sending"))),
                fields=["next_attempt_at"],
                name="messaging_outbox_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxmail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["pending", "sending", "sent", "suppressed", "dead"])
                ),
                name="messaging_outboxmail_state_known",
            ),
        ),
        migrations.RunSQL(FORGET_SECRETS, migrations.RunSQL.noop),
    ]
