"""Abstract bases of rows: a public id; a record that a client may send twice."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from .ids import uuid7


class Identified(models.Model):
    """A row that is known by a UUID at every border."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)

    class Meta:
        abstract = True


class ClientRecord(Identified):
    """Something that a person recorded on a device, perhaps without reception.

    ``public_id`` is made by the client. ``recorded_at`` is when it was entered on the
    device and ``received_at`` when it came here. Times are corrected for a device whose
    clock was off: the raw time is the stored one minus ``clock_offset_s``. A record is
    never deleted: void takes it out of every computation and keeps it readable.
    """

    request_digest = models.CharField(max_length=64, editable=False)
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField()
    received_at = models.DateTimeField()
    clock_offset_s = models.IntegerField(default=0)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    voided_at__isnull=True, voided_by__isnull=True, void_reason=""
                )
                | (
                    Q(voided_at__isnull=False, voided_by__isnull=False)
                    & ~Q(void_reason="")
                ),
                name="%(app_label)s_%(class)s_void_is_signed",
                violation_error_message="A void needs a time, a person and a reason.",
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1),
                name="%(app_label)s_%(class)s_version_from_one",
            ),
        ]
