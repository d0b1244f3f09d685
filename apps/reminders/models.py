"""What a letter leads to."""

from django.db import models
from django.db.models import Q

from apps.common.privacy import Privacy
from apps.common.records import Identified


class AskedMoment(models.TextChoices):
    """The check-ins that people are asked for by mail."""

    H24 = "h24", "About 24 hours after"
    H48 = "h48", "About 48 hours after"


class CheckInLink(Identified):
    """One letter that asks for one check-in, and the link in it; there is no second.

    Plain ids: the table stands outside the wall, so that a signed-out person can
    answer, and may hold nothing that tells about a patient. Of the link it holds the
    hash alone. ``used_for`` is the id of the check-in that was given by it.
    """

    privacy = Privacy.PERSONAL

    clinic_id = models.BigIntegerField()
    patient_id = models.BigIntegerField()
    session_id = models.UUIDField()
    moment = models.CharField(max_length=3, choices=AskedMoment)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    # From here on it is as if there had been no such link.
    forgotten_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_for = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session_id", "moment"],
                name="reminders_checkinlink_one_a_session_and_moment",
                violation_error_message="This check-in was asked for already.",
            ),
            models.CheckConstraint(
                condition=Q(moment__in=AskedMoment.values),
                name="reminders_checkinlink_moment_known",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_for__isnull=True)
                | Q(used_at__isnull=False, used_for__isnull=False),
                name="reminders_checkinlink_use_says_for_what",
            ),
        ]

    def __str__(self) -> str:
        return f"check-in link #{self.pk} ({self.moment})"
