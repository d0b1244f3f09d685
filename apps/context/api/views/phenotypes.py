"""Phenotype records: enter, correct, void, read."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.clinics.versions import VersionAnswer
from apps.common.api.documentation import query_parameters
from apps.common.shapes import Listing, Page
from apps.context import answers as out
from apps.context import entry, queries
from apps.context.services import PHENOTYPE

from .base import RecordsView, RecordView


class PhenotypesView(RecordsView):
    """All phenotype records that the person may read."""

    kind = PHENOTYPE
    query_shape = entry.PhenotypeQuery

    @extend_schema(
        operation_id="phenotype_list",
        parameters=query_parameters(entry.PhenotypeQuery),
        responses={200: Page[out.PhenotypeAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the phenotype records, newest first; void ones are marked."""
        query = self.query(entry.PhenotypeQuery)
        self.note_list(query)
        return self.page(
            queries.found_phenotypes(request.user, query),
            ordering=("-assessed_on", "-id"),
            present=lambda page: map(out.phenotype_answer, page),
        )

    @extend_schema(
        operation_id="phenotype_record",
        request=entry.PhenotypeEntry,
        responses={200: out.PhenotypeAnswer, 201: out.PhenotypeAnswer},
    )
    def post(self, request: Request) -> Response:
        """Record a phenotype; sent again with its id, it is there once."""
        return self.enter(self.parse(entry.PhenotypeEntry))


class PhenotypeView(RecordView):
    """One phenotype record."""

    kind = PHENOTYPE

    @extend_schema(operation_id="phenotype_read", responses={200: out.PhenotypeAnswer})
    def get(self, request: Request, phenotype_id: UUID) -> Response:
        """Return the phenotype record."""
        return self.read(phenotype_id)

    @extend_schema(
        operation_id="phenotype_correct",
        request=entry.PhenotypeCorrection,
        responses={200: out.PhenotypeAnswer},
    )
    def patch(self, request: Request, phenotype_id: UUID) -> Response:
        """Correct the phenotype record; the earlier version stays readable."""
        return self.correct(phenotype_id, self.parse(entry.PhenotypeCorrection))


class VoidPhenotypeView(RecordView):
    """Take the phenotype record out."""

    kind = PHENOTYPE

    @extend_schema(
        operation_id="phenotype_void",
        request=entry.VoidRecordRequest,
        responses={200: out.PhenotypeAnswer},
    )
    def post(self, request: Request, phenotype_id: UUID) -> Response:
        """Void the phenotype record; it stays readable."""
        return self.void(phenotype_id, self.parse(entry.VoidRecordRequest))


class PhenotypeVersionsView(RecordView):
    """What the phenotype record said before its corrections."""

    kind = PHENOTYPE

    @extend_schema(
        operation_id="phenotype_versions", responses={200: Listing[VersionAnswer]}
    )
    def get(self, request: Request, phenotype_id: UUID) -> Response:
        """Return the earlier versions, oldest first."""
        return self.versions(phenotype_id)
