"""Adherence over HTTP."""

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.services import note_list_look, note_look
from apps.clinics.queries import entered_clinic, visible_patient
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView
from apps.common.shapes import Page

from .. import permissions, queries
from ..details import details_of
from ..entry import AdherenceQuery
from .serializers import AdherenceAnswer, adherence_answers, clinic_answer


class AdherenceView(ApiView):
    """How much of what was prescribed was done, as computed last."""

    query_shape = AdherenceQuery

    @extend_schema(
        operation_id="adherence_list",
        parameters=query_parameters(AdherenceQuery),
        responses={200: Page[AdherenceAnswer]},
    )
    def get(self, request: Request) -> Response | HttpResponse:
        """Return the figures of programmes, or those of a clinic as a whole."""
        wanted = self.query(AdherenceQuery)
        if wanted.clinic is not None:
            return self._of_clinic(request, wanted.clinic, window=wanted.window)
        now = clock.now()
        if wanted.patient is None:
            self._note_list(request, wanted)
        else:
            patient = visible_patient(request.user, wanted.patient)
            note_look(by=request.user, patient=patient, now=now)
        return self.page(
            queries.visible_snapshots(
                request.user, patient=wanted.patient, window=wanted.window
            ),
            ordering=("id",),
            present=lambda rows: adherence_answers(
                rows, details=details_of(rows), to=request.user
            ),
        )

    def _of_clinic(
        self, request: Request, clinic_id: UUID, *, window: str | None
    ) -> HttpResponse:
        clinic = entered_clinic(clinic_id, entered=self.entered)
        permissions.require_reader_of(request.user, clinic, now=clock.now())
        self._note_list(request, self.query(AdherenceQuery))
        totals = queries.clinic_totals(clinic, window=window)
        results = [clinic_answer(total) for total in totals]
        return self.answer(
            Page[AdherenceAnswer](next=None, previous=None, results=results)
        )

    def _note_list(self, request: Request, wanted: AdherenceQuery) -> None:
        note_list_look(
            by=request.user,
            what="adherence",
            filters=wanted.model_dump(exclude_none=True, mode="json"),
            clinic_ids=self.entered,
            now=clock.now(),
        )
