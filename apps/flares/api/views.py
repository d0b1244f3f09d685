"""Verdicts over HTTP, for staff."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.services import note_look
from apps.clinics.permissions import require_therapist_of
from apps.common import clock
from apps.common.api.views import ApiView
from apps.common.shapes import Page
from apps.logbook.models import HeldSession

from .. import queries
from .serializers import VerdictAnswer, verdict_answer, verdict_answers


class VerdictView(ApiView):
    """What the detector says about one session."""

    @extend_schema(operation_id="session_verdict_read", responses={200: VerdictAnswer})
    def get(self, request: Request, session_id: UUID) -> Response:
        """Return the verdict that is not superseded; 404 before there is any."""
        self.query(self.query_shape)
        session = _session_for_staff(request, session_id)
        return self.answer(verdict_answer(queries.current_verdict(session)))


class VerdictsView(ApiView):
    """Everything that the detector ever said about one session."""

    @extend_schema(
        operation_id="session_verdict_list", responses={200: Page[VerdictAnswer]}
    )
    def get(self, request: Request, session_id: UUID) -> Response:
        """Return all verdicts, newest first; superseded ones are marked."""
        self.query(self.query_shape)
        session = _session_for_staff(request, session_id)
        return self.page(
            queries.verdicts_of(session),
            ordering=("-judged_at", "-id"),
            present=verdict_answers,
        )


def _session_for_staff(request: Request, session_id: UUID) -> HeldSession:
    session = queries.visible_session(request.user, session_id)
    require_therapist_of(request.user, session.patient)
    note_look(by=request.user, patient=session.patient, now=clock.now())
    return session
