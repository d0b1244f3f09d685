"""Wishes to be erased."""

from datetime import datetime
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.services import note_list_look
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView
from apps.common.shapes import Answer, ChangeRequest, Page
from apps.exchange import erasure
from apps.exchange.entry import ErasureEntry, ErasureQuery
from apps.exchange.models import ErasureRequest


class ErasureAnswer(Answer):
    """One wish; it is carried out after ``due_at``, unless it is taken back before."""

    id: UUID
    patient: UUID
    status: str
    asked_at: datetime
    due_at: datetime
    taken_back_at: datetime | None
    erased_at: datetime | None


class ErasureRequestsView(ApiView):
    """One's own wish, and for managers those of the clinic."""

    query_shape = ErasureQuery

    @extend_schema(
        operation_id="erasure_list",
        parameters=query_parameters(ErasureQuery),
        responses={200: Page[ErasureAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the wishes, newest first; ``waiting`` for those not carried out."""
        query = self.query(ErasureQuery)
        rows = ErasureRequest.objects.visible_to(request.user)
        if query.waiting is not None:
            waiting = ErasureRequest.objects.waiting().values("pk")
            rows = (rows.filter if query.waiting else rows.exclude)(pk__in=waiting)
        note_list_look(
            by=request.user,
            what="erasure_requests",
            filters=query.model_dump(mode="json", exclude_none=True),
            clinic_ids=self.entered,
            now=clock.now(),
        )
        return self.page(
            rows.select_related("patient"),
            ordering=("-asked_at", "-id"),
            present=lambda found: map(erasure_answer, found),
        )

    @extend_schema(
        operation_id="erasure_ask",
        request=ErasureEntry,
        responses={201: ErasureAnswer},
    )
    def post(self, request: Request) -> Response:
        """Ask to be erased; it can be taken back for 14 days."""
        wish = erasure.ask_erasure(
            entry=self.parse(ErasureEntry), by=request.user, now=clock.now()
        )
        return self.answer(erasure_answer(wish), status=201)


class TakeBackErasureView(ApiView):
    """Changing one's mind."""

    @extend_schema(
        operation_id="erasure_take_back",
        request=ChangeRequest,
        responses={200: ErasureAnswer},
    )
    def post(self, request: Request, erasure_id: UUID) -> Response:
        """Take one's own wish back."""
        wish = erasure.take_back(
            request_id=erasure_id,
            entry=self.parse(ChangeRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(erasure_answer(wish))


def erasure_answer(wish: ErasureRequest) -> ErasureAnswer:
    """Return a wish, whose patient is loaded."""
    return ErasureAnswer(
        id=wish.public_id,
        patient=wish.patient.public_id,
        status=_status(wish),
        asked_at=wish.asked_at,
        due_at=wish.due_at,
        taken_back_at=wish.taken_back_at,
        erased_at=wish.erased_at,
    )


def _status(wish: ErasureRequest) -> str:
    if wish.erased_at is not None:
        return "erased"
    return "waiting" if wish.taken_back_at is None else "taken_back"
