"""Me, a patient's record, invitations, care teams."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.services import note_look
from apps.clinics import entry, permissions, queries, services
from apps.clinics.answers import PatientAnswer, patient_answer
from apps.clinics.models import Patient, RecordKind, Role
from apps.clinics.versions import VersionAnswer, earlier_versions
from apps.common import clock
from apps.common.api.views import ApiView, expected_version
from apps.common.errors import NotAllowedError
from apps.common.shapes import ChangeRequest, Listing

from . import serializers


class MeView(ApiView):
    """Who is signed in."""

    @extend_schema(operation_id="me", responses={200: serializers.MeAnswer})
    def get(self, request: Request) -> Response:
        """Return the signed-in person."""
        self.query(self.query_shape)
        memberships = queries.working_clinics(request.user, now=clock.now())
        records = Patient.objects.filter(user=request.user).select_related("clinic")
        answer = serializers.me_answer(
            request.user, list(memberships), list(records.order_by("pk"))
        )
        return self.answer(answer)


class PatientView(ApiView):
    """One patient's record, for staff."""

    @extend_schema(operation_id="patient_read", responses={200: PatientAnswer})
    def get(self, request: Request, patient_id: UUID) -> Response:
        """Return the patient."""
        self.query(self.query_shape)
        patient = queries.visible_patient(request.user, patient_id)
        permissions.require_therapist_of(request.user, patient)
        note_look(by=request.user, patient=patient, now=clock.now())
        return self.answer(patient_answer(patient))

    @extend_schema(
        operation_id="patient_correct",
        request=entry.PatientCorrection,
        responses={200: PatientAnswer},
    )
    def patch(self, request: Request, patient_id: UUID) -> Response:
        """Correct the patient's record."""
        patient = services.correct_patient(
            patient_id=patient_id,
            entry=self.parse(entry.PatientCorrection),
            expected_version=expected_version(request),
            content=_patient_content,
            by=request.user,
            now=clock.now(),
        )
        return self.answer(patient_answer(patient))


def _patient_content(patient: Patient) -> dict[str, Any]:
    return patient_answer(patient).model_dump(mode="json")


class PatientVersionsView(ApiView):
    """What a patient's record said before its corrections."""

    @extend_schema(
        operation_id="patient_versions", responses={200: Listing[VersionAnswer]}
    )
    def get(self, request: Request, patient_id: UUID) -> Response:
        """Return the earlier versions, oldest first."""
        self.query(self.query_shape)
        patient = queries.visible_patient(request.user, patient_id)
        permissions.require_therapist_of(request.user, patient)
        note_look(by=request.user, patient=patient, now=clock.now())
        return self.answers(earlier_versions(RecordKind.PATIENT, patient.public_id))


class CareTeamView(ApiView):
    """Who treats a patient."""

    @extend_schema(
        operation_id="patient_care",
        request=entry.CareRequest,
        responses={200: serializers.CareTeamAnswer},
    )
    def post(self, request: Request, patient_id: UUID) -> Response:
        """Add a therapist to the care team; a manager may, and sees no chart."""
        now = clock.now()
        patient = services.add_to_care_team(
            patient_id=patient_id,
            entry=self.parse(entry.CareRequest),
            by=request.user,
            now=now,
        )
        team = queries.care_team(patient, now=now)
        return self.answer(serializers.care_team_answer(patient, list(team)))


class BreakGlassView(ApiView):
    """Open a chart from outside the care team."""

    @extend_schema(
        operation_id="patient_break_glass",
        request=entry.BreakGlass,
        responses={200: PatientAnswer},
    )
    def post(self, request: Request, patient_id: UUID) -> Response:
        """Open the chart for 24 hours, with a reason; the managers are told."""
        patient = services.break_glass(
            patient_id=patient_id,
            entry=self.parse(entry.BreakGlass),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(patient_answer(patient))


class InviteAgainView(ApiView):
    """A new letter for a patient who has not answered."""

    @extend_schema(
        operation_id="patient_invite_again",
        request=ChangeRequest,
        responses={200: PatientAnswer},
    )
    def post(self, request: Request, patient_id: UUID) -> Response:
        """Send a new letter; earlier ones stop working."""
        patient = services.invite_again(
            patient_id=patient_id,
            entry=self.parse(ChangeRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(patient_answer(patient))


class InvitationsView(ApiView):
    """Letters to future staff."""

    @extend_schema(
        operation_id="invitation_create",
        request=entry.StaffInvitation,
        responses={201: serializers.InvitationAnswer},
    )
    def post(self, request: Request) -> Response:
        """Invite somebody to work in the clinic."""
        invitation_entry = self.parse(entry.StaffInvitation)
        now = clock.now()
        clinic = queries.acting_clinic(
            request.user, roles={Role.MANAGER}, entered=self.entered, now=now
        )
        if clinic is None:
            raise NotAllowedError("Only a manager of a clinic invites staff.")
        invitation = services.invite_staff(
            entry=invitation_entry, clinic=clinic, by=request.user, now=now
        )
        return self.answer(
            serializers.InvitationAnswer(
                id=invitation.public_id, email=invitation.email, role=invitation.role
            ),
            status=201,
        )


class AcceptInvitationView(ApiView):
    """The door for invited people; nobody is signed in here."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="invitation_accept",
        request=entry.Acceptance,
        responses={200: serializers.AcceptedAnswer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Make the account; the person then signs in with a code by mail."""
        user = services.accept_invitation(
            token=self.parse(entry.Acceptance).token, now=clock.now()
        )
        return self.answer(serializers.AcceptedAnswer(email=user.email))
