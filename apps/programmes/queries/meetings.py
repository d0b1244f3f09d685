"""Which introductory meetings there were, and which one counts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.clinics.models import Patient
from apps.common.errors import NotThereError
from apps.programmes.models import IntroductoryMeeting, Programme


def visible_meeting(user: Any, meeting_id: UUID) -> IntroductoryMeeting:
    """Return a meeting with a patient whom the user may read, with all it shows.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    rows = _with_details(IntroductoryMeeting.objects.visible_to(user))
    meeting: IntroductoryMeeting | None = rows.filter(public_id=meeting_id).first()
    if meeting is None:
        raise NotThereError("There is no such meeting, or you may not see it.")
    return meeting


def newest_meeting(programme: Programme) -> IntroductoryMeeting | None:
    """Return the meeting that counts: the newest that is not void."""
    rows = programme.introductory_meetings.filter(voided_at__isnull=True)
    meeting: IntroductoryMeeting | None = rows.order_by("-held_at", "-id").first()
    return meeting


def meetings_between(
    patient: Patient, *, start: datetime, end: datetime
) -> QuerySet[IntroductoryMeeting]:
    """Return the meetings of a stretch of time that are not void."""
    return IntroductoryMeeting.objects.filter(
        patient=patient, voided_at=None, held_at__gte=start, held_at__lt=end
    ).order_by("held_at", "pk")


def _with_details(
    rows: QuerySet[IntroductoryMeeting],
) -> QuerySet[IntroductoryMeeting]:
    people = ("patient__clinic", "programme", "held_by", "entered_by", "voided_by")
    return rows.select_related(*people).prefetch_related("adjustments__prescription")
