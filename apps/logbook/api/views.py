"""Sessions and check-ins: record, read, correct, void."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.services import note_list_look, note_look
from apps.clinics.models import RecordKind
from apps.clinics.queries import visible_patient
from apps.clinics.versions import VersionAnswer, earlier_versions
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView, expected_version
from apps.common.shapes import Listing, Page
from apps.logbook import queries, services
from apps.logbook.answers import (
    CheckInAnswer,
    SessionAnswer,
    check_in_answer,
    check_in_answers,
    session_answer,
    session_answers,
)
from apps.logbook.entry import (
    CheckInEntry,
    CheckInsQuery,
    ConfoundersRequest,
    Correction,
    SessionEntry,
    SessionsQuery,
    VoidRequest,
)

from .serializers import CheckInCorrection, SessionCorrection


class LogbookView(ApiView):
    """What both lists and both records share."""

    def note_list_look(self, what: str, query: SessionsQuery | CheckInsQuery) -> None:
        """Note whose entries are listed; refuse a patient who is not theirs to see."""
        user: Any = self.request.user
        now = clock.now()
        if query.patient is not None:
            patient = visible_patient(user, query.patient)
            note_look(by=user, patient=patient, now=now)
            return
        note_list_look(
            by=user,
            what=what,
            filters=query.model_dump(mode="json", exclude_none=True),
            clinic_ids=self.entered,
            now=now,
        )

    def note_look(self, record: Any) -> None:
        """Note that somebody reads one record of a patient."""
        note_look(by=self.request.user, patient=record.patient, now=clock.now())


class SessionsView(LogbookView):
    """All sessions that the person may read."""

    query_shape = SessionsQuery

    @extend_schema(
        operation_id="session_list",
        parameters=query_parameters(SessionsQuery),
        responses={200: Page[SessionAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the sessions with their sets, newest first; void ones are marked."""
        query = self.query(SessionsQuery)
        self.note_list_look("session", query)
        return self.page(
            queries.found_sessions(request.user, query),
            ordering=("-started_at", "-id"),
            present=session_answers,
        )

    @extend_schema(
        operation_id="session_record",
        request=SessionEntry,
        responses={200: SessionAnswer, 201: SessionAnswer},
    )
    def post(self, request: Request) -> Response:
        """Record a session; sent again with the same id it is answered, not doubled."""
        session, created = services.record_session(
            entry=self.parse(SessionEntry), by=request.user, now=clock.now()
        )
        return self.answer(session_answer(session), status=201 if created else 200)


class SessionView(LogbookView):
    """One session."""

    @extend_schema(operation_id="session_read", responses={200: SessionAnswer})
    def get(self, request: Request, session_id: UUID) -> Response:
        """Return the session with everything in it."""
        self.query(self.query_shape)
        session = queries.visible_session(request.user, session_id)
        self.note_look(session)
        return self.answer(session_answer(session))

    @extend_schema(
        operation_id="session_correct",
        request=SessionCorrection,
        responses={200: SessionAnswer},
    )
    def patch(self, request: Request, session_id: UUID) -> Response:
        """Correct the session; the earlier version stays readable."""
        session = services.correct_session(
            session_id=session_id,
            correction=self.parse(Correction),
            expected_version=expected_version(request),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(session_answer(session))


class SessionVersionsView(LogbookView):
    """What a session said before its corrections."""

    @extend_schema(
        operation_id="session_versions", responses={200: Listing[VersionAnswer]}
    )
    def get(self, request: Request, session_id: UUID) -> Response:
        """Return the earlier versions, oldest first."""
        self.query(self.query_shape)
        session = queries.visible_session(request.user, session_id)
        self.note_look(session)
        return self.answers(earlier_versions(RecordKind.SESSION, session.public_id))


class VoidSessionView(LogbookView):
    """Take a session out of every computation."""

    @extend_schema(
        operation_id="session_void",
        request=VoidRequest,
        responses={200: SessionAnswer},
    )
    def post(self, request: Request, session_id: UUID) -> Response:
        """Void the session; it stays readable."""
        session = services.void_session(
            session_id=session_id,
            request=self.parse(VoidRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(session_answer(session))


class ConfoundersView(LogbookView):
    """Tick what else may explain the pain around a session."""

    @extend_schema(
        operation_id="session_add_confounders",
        request=ConfoundersRequest,
        responses={200: SessionAnswer},
    )
    def post(self, request: Request, session_id: UUID) -> Response:
        """Add confounders; those that stand there stay."""
        session = services.add_confounders(
            session_id=session_id,
            request=self.parse(ConfoundersRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(session_answer(session))


class CheckInsView(LogbookView):
    """All check-ins that the person may read."""

    query_shape = CheckInsQuery

    @extend_schema(
        operation_id="check_in_list",
        parameters=query_parameters(CheckInsQuery),
        responses={200: Page[CheckInAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the check-ins, newest first; void ones are marked."""
        query = self.query(CheckInsQuery)
        self.note_list_look("check_in", query)
        return self.page(
            queries.found_check_ins(request.user, query),
            ordering=("-answered_at", "-id"),
            present=check_in_answers,
        )

    @extend_schema(
        operation_id="check_in_record",
        request=CheckInEntry,
        responses={200: CheckInAnswer, 201: CheckInAnswer},
    )
    def post(self, request: Request) -> Response:
        """Record a check-in; sent again with the same id it is only answered."""
        check_in, created = services.record_check_in(
            entry=self.parse(CheckInEntry), by=request.user, now=clock.now()
        )
        return self.answer(check_in_answer(check_in), status=201 if created else 200)


class CheckInView(LogbookView):
    """One check-in."""

    @extend_schema(operation_id="check_in_read", responses={200: CheckInAnswer})
    def get(self, request: Request, check_in_id: UUID) -> Response:
        """Return the check-in."""
        self.query(self.query_shape)
        check_in = queries.visible_check_in(request.user, check_in_id)
        self.note_look(check_in)
        return self.answer(check_in_answer(check_in))

    @extend_schema(
        operation_id="check_in_correct",
        request=CheckInCorrection,
        responses={200: CheckInAnswer},
    )
    def patch(self, request: Request, check_in_id: UUID) -> Response:
        """Correct the check-in; the earlier version stays readable."""
        check_in = services.correct_check_in(
            check_in_id=check_in_id,
            correction=self.parse(Correction),
            expected_version=expected_version(request),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(check_in_answer(check_in))


class CheckInVersionsView(LogbookView):
    """What a check-in said before its corrections."""

    @extend_schema(
        operation_id="check_in_versions", responses={200: Listing[VersionAnswer]}
    )
    def get(self, request: Request, check_in_id: UUID) -> Response:
        """Return the earlier versions, oldest first."""
        self.query(self.query_shape)
        check_in = queries.visible_check_in(request.user, check_in_id)
        self.note_look(check_in)
        return self.answers(earlier_versions(RecordKind.CHECK_IN, check_in.public_id))


class VoidCheckInView(LogbookView):
    """Take a check-in out of every computation."""

    @extend_schema(
        operation_id="check_in_void",
        request=VoidRequest,
        responses={200: CheckInAnswer},
    )
    def post(self, request: Request, check_in_id: UUID) -> Response:
        """Void the check-in; it stays readable."""
        check_in = services.void_check_in(
            check_in_id=check_in_id,
            request=self.parse(VoidRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(check_in_answer(check_in))
