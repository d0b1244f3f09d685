"""Medicines and other treatments: enter, correct, void, read."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.clinics.versions import VersionAnswer
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.shapes import Answer, Listing, Page
from apps.context import answers as out
from apps.context import entry, queries, services
from apps.context.services import CO_INTERVENTION

from .base import KindView, RecordsView, RecordView


class Offering(KindView):
    """One co-intervention goes out with the sessions that could be marked."""

    def present(self, record: Any) -> Answer:
        """Return it in full; in a list it goes out without."""
        to_mark = queries.sessions_to_mark(record)
        return out.co_intervention_in_full(record, to_mark=to_mark)


class CoInterventionsView(Offering, RecordsView):
    """All co-interventions that the person may read."""

    kind = CO_INTERVENTION
    query_shape = entry.CoInterventionQuery

    @extend_schema(
        operation_id="co_intervention_list",
        parameters=query_parameters(entry.CoInterventionQuery),
        responses={200: Page[out.CoInterventionAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the co-interventions, newest first; void ones are marked."""
        query = self.query(entry.CoInterventionQuery)
        self.note_list(query)
        return self.page(
            queries.found_co_interventions(request.user, query),
            ordering=("-recorded_at", "-id"),
            present=lambda page: map(out.co_intervention_answer, page),
        )

    @extend_schema(
        operation_id="co_intervention_record",
        request=entry.CoInterventionEntry,
        responses={
            200: out.CoInterventionInFullAnswer,
            201: out.CoInterventionInFullAnswer,
        },
    )
    def post(self, request: Request) -> Response:
        """Record a co-intervention; sent again with its id, it is there once."""
        return self.enter(self.parse(entry.CoInterventionEntry))


class CoInterventionView(Offering, RecordView):
    """One co-intervention."""

    kind = CO_INTERVENTION

    @extend_schema(
        operation_id="co_intervention_read",
        responses={200: out.CoInterventionInFullAnswer},
    )
    def get(self, request: Request, co_intervention_id: UUID) -> Response:
        """Return the co-intervention."""
        return self.read(co_intervention_id)

    @extend_schema(
        operation_id="co_intervention_correct",
        request=entry.CoInterventionCorrection,
        responses={200: out.CoInterventionInFullAnswer},
    )
    def patch(self, request: Request, co_intervention_id: UUID) -> Response:
        """Correct the co-intervention; the earlier version stays readable."""
        return self.correct(
            co_intervention_id, self.parse(entry.CoInterventionCorrection)
        )


class VoidCoInterventionView(Offering, RecordView):
    """Take the co-intervention out."""

    kind = CO_INTERVENTION

    @extend_schema(
        operation_id="co_intervention_void",
        request=entry.VoidRecordRequest,
        responses={200: out.CoInterventionInFullAnswer},
    )
    def post(self, request: Request, co_intervention_id: UUID) -> Response:
        """Void the co-intervention; it stays readable."""
        return self.void(co_intervention_id, self.parse(entry.VoidRecordRequest))


class CoInterventionVersionsView(RecordView):
    """What the co-intervention said before its corrections."""

    kind = CO_INTERVENTION

    @extend_schema(
        operation_id="co_intervention_versions", responses={200: Listing[VersionAnswer]}
    )
    def get(self, request: Request, co_intervention_id: UUID) -> Response:
        """Return the earlier versions, oldest first."""
        return self.versions(co_intervention_id)


class DoseChangesView(Offering):
    """Changes of the dose of a co-intervention."""

    kind = CO_INTERVENTION

    @extend_schema(
        operation_id="co_intervention_change_dose",
        request=entry.DoseChangeRequest,
        responses={200: out.CoInterventionInFullAnswer},
    )
    def post(self, request: Request, co_intervention_id: UUID) -> Response:
        """Tell from which day on another dose holds; sessions to mark are offered."""
        record = services.change_dose(
            record_id=co_intervention_id,
            entry=self.parse(entry.DoseChangeRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(self.present(record))
