"""The introductory meeting: record, correct, void, read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.services import note_look
from apps.clinics.models import RecordKind
from apps.clinics.versions import VersionAnswer, earlier_versions
from apps.common import clock
from apps.common.api.views import ApiView, expected_version
from apps.common.errors import NotThereError
from apps.common.shapes import Answer, Listing
from apps.programmes import entry, queries, services
from apps.programmes.models import IntroductoryMeeting


class AdjustmentAnswer(Answer):
    """How one exercise was adjusted to the person."""

    prescription: UUID
    note: str


class MeetingAnswer(Answer):
    """What was done before the first load; ``tolerance`` is null when not tried."""

    id: UUID
    version: int
    patient: UUID
    programme: UUID
    held_at: datetime
    recorded_at: datetime
    received_at: datetime
    held_by: UUID
    instructed: bool
    adjusted: bool
    adjustments: list[AdjustmentAnswer]
    tolerance: str | None
    note: str
    entered_by: UUID
    voided_at: datetime | None
    void_reason: str | None


def meeting_answer(meeting: IntroductoryMeeting) -> MeetingAnswer:
    """Return a meeting (of ``queries.visible_meeting``) as it goes out."""
    adjustments = sorted(
        meeting.adjustments.all(), key=lambda each: each.prescription.position
    )
    return MeetingAnswer(
        id=meeting.public_id,
        version=meeting.version,
        patient=meeting.patient.public_id,
        programme=meeting.programme.public_id,
        held_at=meeting.held_at,
        recorded_at=meeting.recorded_at,
        received_at=meeting.received_at,
        held_by=meeting.held_by.public_id,
        instructed=meeting.instructed,
        adjusted=meeting.adjusted,
        adjustments=[
            AdjustmentAnswer(prescription=each.prescription.public_id, note=each.note)
            for each in adjustments
        ],
        tolerance=meeting.tolerance or None,
        note=meeting.note,
        entered_by=meeting.entered_by.public_id,
        voided_at=meeting.voided_at,
        void_reason=meeting.void_reason or None,
    )


def meeting_content(meeting: IntroductoryMeeting) -> dict[str, Any]:
    """Return a meeting as the JSON that its snapshot keeps."""
    return meeting_answer(meeting).model_dump(mode="json")


class ProgrammeMeetingView(ApiView):
    """The introductory meeting of a programme."""

    @extend_schema(
        operation_id="introductory_meeting_newest", responses={200: MeetingAnswer}
    )
    def get(self, request: Request, programme_id: UUID) -> Response:
        """Return the meeting that counts: the newest that is not void."""
        self.query(self.query_shape)
        programme = queries.visible_programme(request.user, programme_id)
        note_look(by=request.user, patient=programme.patient, now=clock.now())
        newest = queries.newest_meeting(programme)
        if newest is None:
            raise NotThereError("There was no introductory meeting yet.")
        meeting = queries.visible_meeting(request.user, newest.public_id)
        return self.answer(meeting_answer(meeting))

    @extend_schema(
        operation_id="introductory_meeting_record",
        request=entry.MeetingEntry,
        responses={200: MeetingAnswer, 201: MeetingAnswer},
    )
    def post(self, request: Request, programme_id: UUID) -> Response:
        """Record a meeting; sent again with the same id it is answered, not doubled."""
        recorded = services.record_meeting(
            programme_id=programme_id,
            entry=self.parse(entry.MeetingEntry),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(
            meeting_answer(recorded.meeting), status=201 if recorded.created else 200
        )


class MeetingView(ApiView):
    """One introductory meeting."""

    @extend_schema(
        operation_id="introductory_meeting_read", responses={200: MeetingAnswer}
    )
    def get(self, request: Request, meeting_id: UUID) -> Response:
        """Return the meeting."""
        self.query(self.query_shape)
        meeting = queries.visible_meeting(request.user, meeting_id)
        note_look(by=request.user, patient=meeting.patient, now=clock.now())
        return self.answer(meeting_answer(meeting))

    @extend_schema(
        operation_id="introductory_meeting_correct",
        request=entry.MeetingCorrection,
        responses={200: MeetingAnswer},
    )
    def patch(self, request: Request, meeting_id: UUID) -> Response:
        """Correct the meeting; the earlier version stays readable."""
        meeting = services.correct_meeting(
            meeting_id=meeting_id,
            entry=self.parse(entry.MeetingCorrection),
            expected_version=expected_version(request),
            content=meeting_content,
            by=request.user,
            now=clock.now(),
        )
        return self.answer(meeting_answer(meeting))


class VoidMeetingView(ApiView):
    """Take a meeting out of every computation."""

    @extend_schema(
        operation_id="introductory_meeting_void",
        request=entry.VoidMeetingRequest,
        responses={200: MeetingAnswer},
    )
    def post(self, request: Request, meeting_id: UUID) -> Response:
        """Void the meeting; it stays readable."""
        meeting = services.void_meeting(
            meeting_id=meeting_id,
            entry=self.parse(entry.VoidMeetingRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(meeting_answer(meeting))


class MeetingVersionsView(ApiView):
    """What a meeting said before its corrections."""

    @extend_schema(
        operation_id="introductory_meeting_versions",
        responses={200: Listing[VersionAnswer]},
    )
    def get(self, request: Request, meeting_id: UUID) -> Response:
        """Return the earlier versions, oldest first."""
        self.query(self.query_shape)
        meeting = queries.visible_meeting(request.user, meeting_id)
        note_look(by=request.user, patient=meeting.patient, now=clock.now())
        return self.answers(
            earlier_versions(RecordKind.INTRODUCTORY_MEETING, meeting.public_id)
        )
