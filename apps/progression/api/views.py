"""Load proposals over HTTP."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.services import note_list_look, note_look
from apps.clinics.permissions import require_therapist_of
from apps.clinics.queries import visible_patient
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView
from apps.common.shapes import Page

from .. import queries, services
from ..entry import ProposalAcceptance, ProposalChange, ProposalDismissal, ProposalQuery
from .serializers import LoadProposalAnswer, present_proposal, present_proposals


class LoadProposalsView(ApiView):
    """What is proposed for the patients whom one treats."""

    query_shape = ProposalQuery

    @extend_schema(
        operation_id="load_proposals_list",
        parameters=query_parameters(ProposalQuery),
        responses={200: Page[LoadProposalAnswer]},
    )
    def get(self, request: Request) -> Response:
        """List load proposals, the newest first."""
        wanted, now = self.query(ProposalQuery), clock.now()
        if wanted.patient is None:
            note_list_look(
                by=request.user,
                what="load_proposals",
                filters=wanted.model_dump(exclude_none=True, mode="json"),
                clinic_ids=self.entered,
                now=now,
            )
        else:
            patient = visible_patient(request.user, wanted.patient)
            require_therapist_of(request.user, patient)
            note_look(by=request.user, patient=patient, now=now)
        return self.page(
            queries.visible_proposals(request.user, wanted),
            ordering=("-drafted_at", "-id"),
            present=present_proposals,
        )


class LoadProposalView(ApiView):
    """One load proposal."""

    @extend_schema(
        operation_id="load_proposals_read", responses={200: LoadProposalAnswer}
    )
    def get(self, request: Request, proposal_id: UUID) -> Response:
        """Read one load proposal."""
        self.query(self.query_shape)
        proposal = queries.visible_proposal(request.user, proposal_id)
        require_therapist_of(request.user, proposal.patient)
        note_look(by=request.user, patient=proposal.patient, now=clock.now())
        return self.answer(present_proposal(proposal))


class AcceptView(ApiView):
    """A proposal is taken over."""

    @extend_schema(
        operation_id="load_proposals_accept",
        request=ProposalAcceptance,
        responses={200: LoadProposalAnswer},
    )
    def post(self, request: Request, proposal_id: UUID) -> Response:
        """Take a proposal over as it is."""
        proposal = services.accept(
            proposal_id=proposal_id,
            request=self.parse(ProposalAcceptance),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(present_proposal(proposal))


class ChangeView(ApiView):
    """Another load is decided."""

    @extend_schema(
        operation_id="load_proposals_change",
        request=ProposalChange,
        responses={200: LoadProposalAnswer},
    )
    def post(self, request: Request, proposal_id: UUID) -> Response:
        """Put another load in force than the proposed one."""
        proposal = services.change(
            proposal_id=proposal_id,
            request=self.parse(ProposalChange),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(present_proposal(proposal))


class DismissView(ApiView):
    """Everything stays as it is."""

    @extend_schema(
        operation_id="load_proposals_dismiss",
        request=ProposalDismissal,
        responses={200: LoadProposalAnswer},
    )
    def post(self, request: Request, proposal_id: UUID) -> Response:
        """Dismiss a proposal."""
        proposal = services.dismiss(
            proposal_id=proposal_id,
            request=self.parse(ProposalDismissal),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(present_proposal(proposal))
