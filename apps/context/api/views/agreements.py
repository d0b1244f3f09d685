"""Agreements: enter, correct, void, read."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.clinics.versions import VersionAnswer
from apps.common.api.documentation import query_parameters
from apps.common.shapes import Listing, Page
from apps.context import answers as out
from apps.context import entry, queries
from apps.context.services import AGREEMENT

from .base import RecordsView, RecordView


class AgreementsView(RecordsView):
    """All agreements that the person may read."""

    kind = AGREEMENT
    query_shape = entry.AgreementQuery

    @extend_schema(
        operation_id="agreement_list",
        parameters=query_parameters(entry.AgreementQuery),
        responses={200: Page[out.AgreementAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the agreements, newest first; void ones are marked."""
        query = self.query(entry.AgreementQuery)
        self.note_list(query)
        return self.page(
            queries.found_agreements(request.user, query),
            ordering=("-agreed_on", "-id"),
            present=lambda page: map(out.agreement_answer, page),
        )

    @extend_schema(
        operation_id="agreement_record",
        request=entry.AgreementEntry,
        responses={200: out.AgreementAnswer, 201: out.AgreementAnswer},
    )
    def post(self, request: Request) -> Response:
        """Record an agreement; sent again with its id, it is there once."""
        return self.enter(self.parse(entry.AgreementEntry))


class AgreementView(RecordView):
    """One agreement."""

    kind = AGREEMENT

    @extend_schema(operation_id="agreement_read", responses={200: out.AgreementAnswer})
    def get(self, request: Request, agreement_id: UUID) -> Response:
        """Return the agreement."""
        return self.read(agreement_id)

    @extend_schema(
        operation_id="agreement_correct",
        request=entry.AgreementCorrection,
        responses={200: out.AgreementAnswer},
    )
    def patch(self, request: Request, agreement_id: UUID) -> Response:
        """Correct the agreement; the earlier version stays readable."""
        return self.correct(agreement_id, self.parse(entry.AgreementCorrection))


class VoidAgreementView(RecordView):
    """Take the agreement out."""

    kind = AGREEMENT

    @extend_schema(
        operation_id="agreement_void",
        request=entry.VoidRecordRequest,
        responses={200: out.AgreementAnswer},
    )
    def post(self, request: Request, agreement_id: UUID) -> Response:
        """Void the agreement; it stays readable."""
        return self.void(agreement_id, self.parse(entry.VoidRecordRequest))


class AgreementVersionsView(RecordView):
    """What the agreement said before its corrections."""

    kind = AGREEMENT

    @extend_schema(
        operation_id="agreement_versions", responses={200: Listing[VersionAnswer]}
    )
    def get(self, request: Request, agreement_id: UUID) -> Response:
        """Return the earlier versions, oldest first."""
        return self.versions(agreement_id)
