"""FlarePlans: enter, correct, void, read."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.clinics.versions import VersionAnswer
from apps.common.api.documentation import query_parameters
from apps.common.shapes import Listing, Page
from apps.context import answers as out
from apps.context import entry, queries
from apps.context.services import FLARE_PLAN

from .base import RecordsView, RecordView


class FlarePlansView(RecordsView):
    """All flare plans that the person may read."""

    kind = FLARE_PLAN
    query_shape = entry.FlarePlanQuery

    @extend_schema(
        operation_id="flare_plan_list",
        parameters=query_parameters(entry.FlarePlanQuery),
        responses={200: Page[out.FlarePlanAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the flare plans, newest first; void ones are marked."""
        query = self.query(entry.FlarePlanQuery)
        self.note_list(query)
        return self.page(
            queries.found_flare_plans(request.user, query),
            ordering=("-agreed_on", "-id"),
            present=lambda page: map(out.flare_plan_answer, page),
        )

    @extend_schema(
        operation_id="flare_plan_record",
        request=entry.FlarePlanEntry,
        responses={200: out.FlarePlanAnswer, 201: out.FlarePlanAnswer},
    )
    def post(self, request: Request) -> Response:
        """Record a flare plan; sent again with its id, it is there once."""
        return self.enter(self.parse(entry.FlarePlanEntry))


class FlarePlanView(RecordView):
    """One flare plan."""

    kind = FLARE_PLAN

    @extend_schema(operation_id="flare_plan_read", responses={200: out.FlarePlanAnswer})
    def get(self, request: Request, flare_plan_id: UUID) -> Response:
        """Return the flare plan."""
        return self.read(flare_plan_id)

    @extend_schema(
        operation_id="flare_plan_correct",
        request=entry.FlarePlanCorrection,
        responses={200: out.FlarePlanAnswer},
    )
    def patch(self, request: Request, flare_plan_id: UUID) -> Response:
        """Correct the flare plan; the earlier version stays readable."""
        return self.correct(flare_plan_id, self.parse(entry.FlarePlanCorrection))


class VoidFlarePlanView(RecordView):
    """Take the flare plan out."""

    kind = FLARE_PLAN

    @extend_schema(
        operation_id="flare_plan_void",
        request=entry.VoidRecordRequest,
        responses={200: out.FlarePlanAnswer},
    )
    def post(self, request: Request, flare_plan_id: UUID) -> Response:
        """Void the flare plan; it stays readable."""
        return self.void(flare_plan_id, self.parse(entry.VoidRecordRequest))


class FlarePlanVersionsView(RecordView):
    """What the flare plan said before its corrections."""

    kind = FLARE_PLAN

    @extend_schema(
        operation_id="flare_plan_versions", responses={200: Listing[VersionAnswer]}
    )
    def get(self, request: Request, flare_plan_id: UUID) -> Response:
        """Return the earlier versions, oldest first."""
        return self.versions(flare_plan_id)
