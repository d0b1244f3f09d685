"""Adverse events: enter, correct, void, read."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.services import note_list_look
from apps.clinics.models import Role
from apps.clinics.queries import acting_clinic
from apps.clinics.versions import VersionAnswer
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView
from apps.common.errors import NotAllowedError
from apps.common.shapes import Listing, Page
from apps.context import answers as out
from apps.context import entry, queries
from apps.context.services import ADVERSE_EVENT

from .base import RecordsView, RecordView


class AdverseEventsView(RecordsView):
    """All adverse events that the person may read."""

    kind = ADVERSE_EVENT
    query_shape = entry.AdverseEventQuery

    @extend_schema(
        operation_id="adverse_event_list",
        parameters=query_parameters(entry.AdverseEventQuery),
        responses={200: Page[out.AdverseEventAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the adverse events, newest first; void ones are marked."""
        query = self.query(entry.AdverseEventQuery)
        self.note_list(query)
        return self.page(
            queries.found_adverse_events(request.user, query),
            ordering=("-began_on", "-id"),
            present=lambda page: map(out.adverse_event_answer, page),
        )

    @extend_schema(
        operation_id="adverse_event_record",
        request=entry.AdverseEventEntry,
        responses={200: out.AdverseEventAnswer, 201: out.AdverseEventAnswer},
    )
    def post(self, request: Request) -> Response:
        """Record an adverse event; sent again with its id, it is there once."""
        return self.enter(self.parse(entry.AdverseEventEntry))


class AdverseEventView(RecordView):
    """One adverse event."""

    kind = ADVERSE_EVENT

    @extend_schema(
        operation_id="adverse_event_read", responses={200: out.AdverseEventAnswer}
    )
    def get(self, request: Request, adverse_event_id: UUID) -> Response:
        """Return the adverse event."""
        return self.read(adverse_event_id)

    @extend_schema(
        operation_id="adverse_event_correct",
        request=entry.AdverseEventCorrection,
        responses={200: out.AdverseEventAnswer},
    )
    def patch(self, request: Request, adverse_event_id: UUID) -> Response:
        """Correct the adverse event; the earlier version stays readable."""
        return self.correct(adverse_event_id, self.parse(entry.AdverseEventCorrection))


class VoidAdverseEventView(RecordView):
    """Take the adverse event out."""

    kind = ADVERSE_EVENT

    @extend_schema(
        operation_id="adverse_event_void",
        request=entry.VoidRecordRequest,
        responses={200: out.AdverseEventAnswer},
    )
    def post(self, request: Request, adverse_event_id: UUID) -> Response:
        """Void the adverse event; it stays readable."""
        return self.void(adverse_event_id, self.parse(entry.VoidRecordRequest))


class AdverseEventVersionsView(RecordView):
    """What the adverse event said before its corrections."""

    kind = ADVERSE_EVENT

    @extend_schema(
        operation_id="adverse_event_versions", responses={200: Listing[VersionAnswer]}
    )
    def get(self, request: Request, adverse_event_id: UUID) -> Response:
        """Return the earlier versions, oldest first."""
        return self.versions(adverse_event_id)


class AdverseEventRegisterView(ApiView):
    """The grave adverse events of a clinic, for its managers."""

    query_shape = entry.AdverseEventRegisterQuery

    @extend_schema(
        operation_id="adverse_event_register",
        parameters=query_parameters(entry.AdverseEventRegisterQuery),
        responses={200: Page[out.RegisteredEventAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return what is serious or severe, newest first, without free text."""
        query = self.query(entry.AdverseEventRegisterQuery)
        now = clock.now()
        clinic = acting_clinic(
            request.user, roles={Role.MANAGER}, entered=self.entered, now=now
        )
        if clinic is None:
            raise NotAllowedError("Managers read the register of adverse events.")
        note_list_look(
            by=request.user,
            what="adverse_event_register",
            filters=query.model_dump(mode="json", exclude_none=True),
            clinic_ids=[clinic.pk],
            now=now,
        )
        return self.page(
            queries.registered_events(clinic.pk, query),
            ordering=("-began_on", "-id"),
            present=lambda page: map(out.registered_event_answer, page),
        )
