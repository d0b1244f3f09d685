"""The calendar: planned sessions and closures."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.clinics.models import Role
from apps.clinics.queries import acting_clinic
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView
from apps.common.errors import NotAllowedError
from apps.common.shapes import Page
from apps.programmes import entry, queries, services

from . import calendar_serializers
from .views import note_reading


class PlannedSessionsView(ApiView):
    """All planned sessions that the person may read."""

    query_shape = entry.PlannedSessionQuery

    @extend_schema(
        operation_id="planned_session_list",
        parameters=query_parameters(entry.PlannedSessionQuery),
        responses={200: Page[calendar_serializers.PlannedSessionAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the planned sessions in the order of the calendar."""
        query = self.query(entry.PlannedSessionQuery)
        note_reading(self, what="planned_session", query=query)
        return self.page(
            queries.found_planned_sessions(request.user, query),
            ordering=("starts_at", "id"),
            present=lambda page: map(calendar_serializers.planned_session_answer, page),
        )


class ExcuseView(ApiView):
    """A patient cannot come."""

    @extend_schema(
        operation_id="planned_session_excuse",
        request=entry.ExcuseRequest,
        responses={200: calendar_serializers.PlannedSessionAnswer},
    )
    def post(self, request: Request, planned_session_id: UUID) -> Response:
        """Excuse the patient: they until the start, staff also later."""
        planned = services.excuse(
            planned_session_id=planned_session_id,
            entry=self.parse(entry.ExcuseRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(calendar_serializers.planned_session_answer(planned))


class CancelView(ApiView):
    """The clinic does not hold a session."""

    @extend_schema(
        operation_id="planned_session_cancel",
        request=entry.CancelRequest,
        responses={200: calendar_serializers.PlannedSessionAnswer},
    )
    def post(self, request: Request, planned_session_id: UUID) -> Response:
        """Cancel the session."""
        planned = services.cancel(
            planned_session_id=planned_session_id,
            entry=self.parse(entry.CancelRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(calendar_serializers.planned_session_answer(planned))


class MoveView(ApiView):
    """A session at another time."""

    @extend_schema(
        operation_id="planned_session_move",
        request=entry.MoveRequest,
        responses={200: calendar_serializers.PlannedSessionAnswer},
    )
    def post(self, request: Request, planned_session_id: UUID) -> Response:
        """Move the session; it keeps where it stood at first."""
        planned = services.move(
            planned_session_id=planned_session_id,
            entry=self.parse(entry.MoveRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(calendar_serializers.planned_session_answer(planned))


class ClosuresView(ApiView):
    """Days on which the person's clinics are closed."""

    query_shape = entry.ClosureQuery

    @extend_schema(
        operation_id="closure_list",
        parameters=query_parameters(entry.ClosureQuery),
        responses={200: Page[calendar_serializers.ClosureAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the closures by their first day."""
        query = self.query(entry.ClosureQuery)
        return self.page(
            queries.found_closures(request.user, query),
            ordering=("first_day", "id"),
            present=lambda page: map(calendar_serializers.closure_answer, page),
        )

    @extend_schema(
        operation_id="closure_add",
        request=entry.ClosureEntry,
        responses={201: calendar_serializers.ClosureAnswer},
    )
    def post(self, request: Request) -> Response:
        """Close the clinic for some days; planned sessions on them are cancelled."""
        closure_entry = self.parse(entry.ClosureEntry)
        now = clock.now()
        clinic = acting_clinic(
            request.user, roles={Role.MANAGER}, entered=self.entered, now=now
        )
        if clinic is None:
            raise NotAllowedError("Only a manager of the clinic closes it.")
        closure = services.add_closure(
            entry=closure_entry, clinic=clinic, by=request.user, now=now
        )
        return self.answer(calendar_serializers.closure_answer(closure), status=201)
