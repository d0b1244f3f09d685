"""Mail on its way out."""

from django.db import models
from django.db.models import Q

from apps.common.ids import uuid7
from apps.common.privacy import Privacy


class MailState(models.TextChoices):
    """How far a mail has come."""

    PENDING = "pending", "Waiting to be sent"
    SENDING = "sending", "Being handed to the mail server"
    SENT = "sent", "Taken by the mail server"
    SUPPRESSED = "suppressed", "Not to be sent any more"
    DEAD = "dead", "Given up after many attempts"


class OutboxMail(models.Model):
    """One mail, written in the transaction of what it tells.

    It is sent at least once: a mail being sent belongs to one sender until
    ``next_attempt_at``, its lease, and is due again if that sender dies. A repeat
    carries the same Message-ID, so that a mailbox can recognise it. Plain ids, no
    foreign keys; no clinical content.
    """

    privacy = Privacy.PERSONAL

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic_id = models.BigIntegerField(null=True)
    patient_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    # One mail for one reason, however often the reason is found.
    reason_key = models.CharField(max_length=200, unique=True)
    to_address = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    body_text = models.TextField()
    body_html = models.TextField()
    state = models.CharField(
        max_length=10, choices=MailState, default=MailState.PENDING
    )
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)
    # Set while it is being sent: no other attempt, should the server refuse this one.
    suppressed_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=("pending", "sending")),
                name="messaging_outbox_due",
            ),
            models.Index(
                fields=["clinic_id", "patient_id", "created_at"],
                name="messaging_outbox_by_patient",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=MailState.values),
                name="messaging_outboxmail_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="messaging_outboxmail_sent_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk} ({self.kind}, {self.state})"
