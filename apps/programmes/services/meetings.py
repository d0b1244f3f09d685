"""The introductory meeting: recorded, corrected, taken out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.clinics.models import Membership, RecordKind
from apps.clinics.permissions import require_therapist_of
from apps.clinics.versions import keep_version, require_version
from apps.common.client_records import arrival_of, id_reused, require_replay
from apps.common.device_clock import TOLERANCE, corrected, offset_s
from apps.common.errors import InvalidEntryError, WrongStateError
from apps.common.receipts import is_replay
from apps.programmes import queries
from apps.programmes.entry import (
    AdjustmentEntry,
    MeetingCorrection,
    MeetingEntry,
    VoidMeetingRequest,
)
from apps.programmes.models import ExerciseAdjustment, IntroductoryMeeting, Programme

Content = Callable[[IntroductoryMeeting], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedMeeting:
    """A stored meeting; ``created`` is false when it had been sent before."""

    meeting: IntroductoryMeeting
    created: bool


@transaction.atomic
def record_meeting(
    *, programme_id: UUID, entry: MeetingEntry, by: Any, now: datetime
) -> RecordedMeeting:
    """Store what was done before the first load. Safe to repeat with the same ``id``.

    Raises:
        NotThereError: The programme is not the user's to see.
        NotAllowedError: The user is the patient.
        IdReusedError: The id came with other content, or is somebody else's.
        InvalidEntryError: It lies in the future, or names who or what is not there.
    """
    programme = queries.visible_programme(by, programme_id)
    require_therapist_of(by, programme.patient)
    if entry.id is not None:
        stored = IntroductoryMeeting.objects.filter(public_id=entry.id).first()
        if stored is not None:
            return _replay(stored, programme=programme, entry=entry, by=by)
    meeting = IntroductoryMeeting(
        clinic_id=programme.clinic_id,
        patient=programme.patient,
        programme=programme,
        held_by=by,
        **arrival_of(entry, by=by, now=now),
    )
    held_at = corrected(entry.held_at, meeting.clock_offset_s)
    _fill(meeting, entry=entry, held_at=held_at, now=now)
    try:
        with transaction.atomic():
            meeting.save(force_insert=True)
    except IntegrityError as error:
        # Another sender of the same id was quicker, or the id lies behind a wall.
        stored = IntroductoryMeeting.objects.filter(public_id=meeting.public_id).first()
        if stored is None:
            raise id_reused() from error
        return _replay(stored, programme=programme, entry=entry, by=by)
    _write_adjustments(meeting, entry.adjustments)
    _note("introductory_meeting.record", meeting, by=by, now=now)
    return RecordedMeeting(
        meeting=queries.visible_meeting(by, meeting.public_id), created=True
    )


@transaction.atomic
def correct_meeting(
    *,
    meeting_id: UUID,
    entry: MeetingCorrection,
    expected_version: int,
    content: Content,
    by: Any,
    now: datetime,
) -> IntroductoryMeeting:
    """Return the corrected meeting; the earlier version stays readable.

    ``content`` makes the record's JSON as the API gives it out.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        StaleVersionError: Somebody else was quicker.
        WrongStateError: The meeting is void.
        InvalidEntryError: What it would say cannot be.
    """
    found = queries.visible_meeting(by, meeting_id)
    require_therapist_of(by, found.patient)
    if is_replay(
        request=entry, target="meetings.correct", target_id=meeting_id, by=by, now=now
    ):
        return found
    _lock(found)
    meeting = queries.visible_meeting(by, meeting_id)
    require_version(meeting, expected=expected_version)
    _require_not_void(meeting)
    changes = entry.changes()
    merged = MeetingEntry.parse(_as_entry(meeting) | changes)
    held_at = merged.held_at
    if "held_at" in changes:
        held_at = corrected(held_at, offset_s(entry.sent_at, now))
    keep_version(
        meeting,
        kind=RecordKind.INTRODUCTORY_MEETING,
        content=content(meeting),
        by=by,
        reason=entry.correction_reason,
        now=now,
    )
    _fill(meeting, entry=merged, held_at=held_at, now=now)
    meeting.save()
    if "adjustments" in changes:
        meeting.adjustments.all().delete()
        _write_adjustments(meeting, merged.adjustments)
    _note("introductory_meeting.correct", meeting, by=by, now=now)
    return queries.visible_meeting(by, meeting_id)


@transaction.atomic
def void_meeting(
    *, meeting_id: UUID, entry: VoidMeetingRequest, by: Any, now: datetime
) -> IntroductoryMeeting:
    """Take a meeting out of every computation; it stays readable.

    Loads that are in force stay in force.

    Raises:
        NotThereError: Not the user's to see.
        NotAllowedError: The user is the patient.
        WrongStateError: It is void already.
    """
    found = queries.visible_meeting(by, meeting_id)
    require_therapist_of(by, found.patient)
    if is_replay(
        request=entry, target="meetings.void", target_id=meeting_id, by=by, now=now
    ):
        return found
    _lock(found)
    meeting = queries.visible_meeting(by, meeting_id)
    _require_not_void(meeting)
    meeting.voided_at, meeting.voided_by, meeting.void_reason = now, by, entry.reason
    meeting.save(update_fields=["voided_at", "voided_by", "void_reason"])
    _note("introductory_meeting.void", meeting, by=by, now=now)
    return queries.visible_meeting(by, meeting_id)


def _replay(
    stored: IntroductoryMeeting, *, programme: Programme, entry: MeetingEntry, by: Any
) -> RecordedMeeting:
    if stored.programme_id != programme.pk:
        # The programme stands in the path, so the digest does not know it.
        raise id_reused()
    require_replay(stored, entry=entry, by=by)
    meeting = queries.visible_meeting(by, stored.public_id)
    return RecordedMeeting(meeting=meeting, created=False)


def _fill(
    meeting: IntroductoryMeeting,
    *,
    entry: MeetingEntry,
    held_at: datetime,
    now: datetime,
) -> None:
    if held_at > now + TOLERANCE:
        raise InvalidEntryError.at(
            "/held_at", code="in_future", detail="A meeting cannot lie in the future."
        )
    meeting.held_at = held_at
    if entry.held_by is not None and entry.held_by != meeting.held_by.public_id:
        meeting.held_by = _require_colleague(meeting.clinic_id, entry.held_by)
    meeting.instructed = entry.instructed
    meeting.adjusted = entry.adjusted
    meeting.tolerance = entry.tolerance or ""
    meeting.note = entry.note


def _require_colleague(clinic_id: int, user_id: UUID) -> User:
    user = User.objects.filter(public_id=user_id).first()
    if (
        user is None
        or not Membership.objects.filter(user=user, clinic=clinic_id).exists()
    ):
        raise InvalidEntryError.at(
            "/held_by",
            code="not_found",
            detail="Nobody of this id works in the clinic.",
        )
    return user


def _write_adjustments(
    meeting: IntroductoryMeeting, adjustments: list[AdjustmentEntry]
) -> None:
    rows = dict(meeting.programme.prescriptions.values_list("public_id", "pk"))
    for position, each in enumerate(adjustments):
        if each.prescription not in rows:
            raise InvalidEntryError.at(
                f"/adjustments/{position}/prescription",
                code="not_found",
                detail="The programme has no such prescription.",
            )
    ExerciseAdjustment.objects.bulk_create(
        ExerciseAdjustment(
            clinic_id=meeting.clinic_id,
            meeting=meeting,
            prescription_id=rows[each.prescription],
            note=each.note,
        )
        for each in adjustments
    )


def _as_entry(meeting: IntroductoryMeeting) -> dict[str, Any]:
    return {
        "held_at": meeting.held_at,
        "held_by": meeting.held_by.public_id,
        "instructed": meeting.instructed,
        "adjusted": meeting.adjusted,
        "adjustments": [
            {"prescription": each.prescription.public_id, "note": each.note}
            for each in meeting.adjustments.all()
        ],
        "tolerance": meeting.tolerance or None,
        "note": meeting.note,
    }


def _lock(meeting: IntroductoryMeeting) -> None:
    IntroductoryMeeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)


def _require_not_void(meeting: IntroductoryMeeting) -> None:
    if meeting.voided_at is not None:
        raise WrongStateError("This meeting is void. Record it anew.")


def _note(action: str, meeting: IntroductoryMeeting, *, by: Any, now: datetime) -> None:
    record(
        action,
        by=by,
        now=now,
        clinic_id=meeting.clinic_id,
        patient_id=meeting.patient_id,
        subject_id=meeting.public_id,
    )
