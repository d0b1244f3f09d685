"""Policies over HTTP: drafts, replays and signatures, for therapists and managers."""

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.clinics.models import Clinic
from apps.common import clock
from apps.common.api.views import ApiView
from apps.common.shapes import Page

from .. import drafts, entry, policies, queries, replays
from ..models import DetectorPolicy
from ..permissions import signing_clinic
from . import policy_serializers as answers


class PolicyView(ApiView):
    """The base of what is about the policies of the one clinic that is acted in."""

    def clinic(self) -> Clinic:
        """Return the clinic."""
        return signing_clinic(self.request.user, entered=self.entered, now=clock.now())

    def answer_policy(
        self, policy: DetectorPolicy, *, clinic: Clinic, status: int = 200
    ) -> HttpResponse:
        """Return a policy as it stands in the clinic now."""
        in_force = policies.policy_of(clinic.pk)
        return self.answer(
            answers.policy_answer(policy, in_force=in_force), status=status
        )


class PoliciesView(PolicyView):
    """The policies that a clinic may judge by."""

    @extend_schema(
        operation_id="alert_policy_list",
        responses={200: Page[answers.PolicyAnswer]},
    )
    def get(self, request: Request) -> Response | HttpResponse:
        """Return the shipped policies and the clinic's own, newest first."""
        self.query(self.query_shape)
        clinic = self.clinic()
        in_force = policies.policy_of(clinic.pk)
        return self.page(
            queries.policies_of(clinic),
            ordering=("-id",),
            present=lambda page: answers.policy_answers(page, in_force=in_force),
        )

    @extend_schema(
        operation_id="alert_policy_draft",
        request=entry.PolicyEntry,
        responses={200: answers.PolicyAnswer, 201: answers.PolicyAnswer},
    )
    def post(self, request: Request) -> HttpResponse:
        """Store a policy of the clinic's own: a known one with other numbers.

        It judges nobody until it is signed. 200: it was stored by this id before.
        """
        clinic = self.clinic()
        policy, is_new = drafts.draft_policy(
            entry=self.parse(entry.PolicyEntry),
            clinic=clinic,
            by=request.user,
            now=clock.now(),
        )
        status = 201 if is_new else 200
        return self.answer_policy(policy, clinic=clinic, status=status)


class OnePolicyView(PolicyView):
    """One version of a policy."""

    @extend_schema(
        operation_id="alert_policy_read", responses={200: answers.PolicyAnswer}
    )
    def get(self, request: Request, policy_id: UUID) -> HttpResponse:
        """Return the policy with all its numbers."""
        self.query(self.query_shape)
        clinic = self.clinic()
        return self.answer_policy(queries.policy_in(clinic, policy_id), clinic=clinic)


class SignView(PolicyView):
    """Let a policy go live."""

    @extend_schema(
        operation_id="alert_policy_sign",
        request=entry.SignRequest,
        responses={200: answers.PolicyAnswer},
    )
    def post(self, request: Request, policy_id: UUID) -> HttpResponse:
        """Sign the policy: from now on its verdicts alert therapists."""
        clinic = self.clinic()
        policy = queries.policy_in(clinic, policy_id)
        policies.sign_policy(
            clinic=clinic,
            policy=policy,
            request=self.parse(entry.SignRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer_policy(policy, clinic=clinic)


class ShadowView(PolicyView):
    """Take the live policy back."""

    @extend_schema(
        operation_id="alert_policy_shadow",
        request=entry.ShadowRequest,
        responses={200: answers.PolicyAnswer},
    )
    def post(self, request: Request, policy_id: UUID) -> HttpResponse:
        """Let the policy judge in the shadow; red flags reach people as before."""
        clinic = self.clinic()
        policy = queries.policy_in(clinic, policy_id)
        policies.shadow_policy(
            clinic=clinic,
            policy=policy,
            request=self.parse(entry.ShadowRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer_policy(policy, clinic=clinic)


class ReplayView(PolicyView):
    """What a policy makes of the clinic's past."""

    @extend_schema(
        operation_id="alert_policy_replay_read",
        responses={200: answers.ReplayAnswer},
    )
    def get(self, request: Request, policy_id: UUID) -> HttpResponse:
        """Return the newest replay of the policy; 404 before there is any."""
        self.query(self.query_shape)
        clinic = self.clinic()
        policy = queries.policy_in(clinic, policy_id)
        return self.answer(answers.replay_answer(queries.newest_replay(clinic, policy)))

    @extend_schema(
        operation_id="alert_policy_replay",
        request=entry.ReplayRequest,
        responses={202: answers.ReplayAnswer},
    )
    def post(self, request: Request, policy_id: UUID) -> HttpResponse:
        """Have the past judged by the policy. GET tells how far it is."""
        clinic = self.clinic()
        replay = replays.ask_replay(
            policy=queries.policy_in(clinic, policy_id),
            clinic=clinic,
            request=self.parse(entry.ReplayRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(answers.replay_answer(replay), status=202)


class CancelReplayView(PolicyView):
    """Stop a replay."""

    @extend_schema(
        operation_id="alert_policy_replay_cancel",
        request=entry.CancelReplayRequest,
        responses={200: answers.ReplayAnswer},
    )
    def post(self, request: Request, policy_id: UUID) -> HttpResponse:
        """Cancel the newest replay of the policy, if it waits or runs."""
        clinic = self.clinic()
        replay = replays.cancel_replay(
            policy=queries.policy_in(clinic, policy_id),
            clinic=clinic,
            request=self.parse(entry.CancelReplayRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(answers.replay_answer(replay))
