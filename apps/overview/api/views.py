"""The list of patients and one patient's time line."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.services import note_list_look, note_look
from apps.clinics import permissions
from apps.clinics import queries as clinics
from apps.clinics import services as clinic_services
from apps.clinics.answers import PatientAnswer, patient_answer
from apps.clinics.entry import PatientInvitation, PatientListQuery
from apps.clinics.models import Clinic, Role
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView
from apps.common.errors import NotAllowedError
from apps.common.shapes import Page
from apps.common.zones import day_in
from apps.overview import audit, entry, queries, responses, silent_patients
from apps.overview.alert_ledger import alert_ledger, ledger_days

from . import profiles, serializers, time_lines

INVITERS = {Role.THERAPIST, Role.MANAGER}


class PatientsView(ApiView):
    """The patients a member of staff answers for."""

    @extend_schema(
        operation_id="patient_list",
        parameters=query_parameters(PatientListQuery),
        responses={200: Page[serializers.CaseloadAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return one page of patients, each with the first reason to look.

        By name; those who need attention by urgency.
        """
        wanted = self.query(PatientListQuery)
        now = clock.now()
        if not clinics.working_clinics(request.user, now=now).exists():
            raise NotAllowedError("Lists of patients are for staff.")
        patients = queries.matching(
            queries.caseload(request.user, now=now), **wanted.model_dump()
        )
        note_list_look(
            by=request.user,
            what="patients",
            filters=wanted.model_dump(exclude={"search"}, exclude_none=True),
            clinic_ids=self.entered,
            now=now,
        )
        ordering: tuple[str, ...] = ("family_name", "given_name", "id")
        if wanted.needs_attention:
            patients, ordering = queries.by_urgency(patients), ("-urgency", "id")
        return self.page(
            patients,
            ordering=ordering,
            present=lambda rows: [serializers.caseload_answer(row) for row in rows],
        )

    @extend_schema(
        operation_id="patient_invite",
        request=PatientInvitation,
        responses={201: PatientAnswer},
    )
    def post(self, request: Request) -> Response:
        """Invite a patient; the inviting therapist becomes theirs."""
        entry = self.parse(PatientInvitation)
        now = clock.now()
        clinic = clinics.acting_clinic(
            request.user, roles=INVITERS, entered=self.entered, now=now
        )
        if clinic is None:
            raise NotAllowedError("Therapists and managers invite patients.")
        patient = clinic_services.invite_patient(
            entry=entry, clinic=clinic, by=request.user, now=now
        )
        return self.answer(patient_answer(patient), status=201)


class TimeLineView(ApiView):
    """Everything for the picture of one patient."""

    @extend_schema(
        operation_id="patient_timeline",
        parameters=query_parameters(entry.TimeLineQuery),
        responses={200: time_lines.TimeLineAnswer},
    )
    def get(self, request: Request, patient_id: UUID) -> Response:
        """Return sessions, pain, tests, alerts and what went on beside, by day."""
        wanted = self.query(entry.TimeLineQuery)
        patient = clinics.visible_patient(request.user, patient_id)
        permissions.require_therapist_of(request.user, patient)
        now = clock.now()
        note_look(by=request.user, patient=patient, now=now)
        last_day = wanted.to or now.astimezone(ZoneInfo(patient.time_zone)).date()
        first_day = wanted.from_ or last_day - timedelta(days=365)
        line = queries.time_line(patient, first_day=first_day, last_day=last_day)
        return self.answer(
            time_lines.time_line_answer(line, first_day=first_day, last_day=last_day)
        )


class ResponseProfileView(ApiView):
    """How one patient's pain answered their sessions."""

    query_shape = entry.ProfileQuery

    @extend_schema(
        operation_id="patient_response_profile",
        parameters=query_parameters(entry.ProfileQuery),
        responses={200: profiles.ResponseProfileAnswer},
    )
    def get(self, request: Request, patient_id: UUID) -> HttpResponse:
        """Return relief, no change and rise: all together, by kind, by load."""
        wanted = self.query(entry.ProfileQuery)
        patient = clinics.visible_patient(request.user, patient_id)
        note_look(by=request.user, patient=patient, now=clock.now())
        profile = responses.profile_of(patient, days=wanted)
        return self.answer(
            profiles.profile_answer(profile, of=patient, to=request.user)
        )


class AuditEventsView(ApiView):
    """Who saw and changed what, for managers."""

    @extend_schema(
        operation_id="audit_event_list",
        parameters=query_parameters(entry.AuditQuery),
        responses={200: Page[serializers.AuditEventAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return one page of the trail of the clinics one manages, newest first."""
        wanted = self.query(entry.AuditQuery)
        events = audit.found_events(request.user, query=wanted, now=clock.now())
        return self.page(
            events,
            ordering=("-at", "-id"),
            present=lambda rows: [
                serializers.audit_event_answer(each) for each in audit.traced(rows)
            ],
        )


class AlertLedgerView(ApiView):
    """What each rule alerts, how soon somebody looks, what it was worth."""

    @extend_schema(
        operation_id="alert_ledger_read",
        parameters=query_parameters(entry.LedgerQuery),
        responses={200: serializers.AlertLedgerAnswer},
    )
    def get(self, request: Request) -> Response:
        """Return the ledger of a clinic that one manages; it names nobody."""
        wanted = self.query(entry.LedgerQuery)
        now = clock.now()
        clinic = self._clinic(wanted.clinic, now=now)
        first_day, last_day = ledger_days(wanted, today=day_in(clinic.time_zone, now))
        note_list_look(
            by=request.user,
            what="alert_ledger",
            filters=wanted.model_dump(exclude_none=True, mode="json"),
            clinic_ids=[clinic.pk],
            now=now,
        )
        ledger = alert_ledger(clinic, first_day=first_day, last_day=last_day)
        return self.answer(serializers.alert_ledger_answer(clinic, ledger))

    def _clinic(self, clinic_id: UUID | None, *, now: datetime) -> Clinic:
        user = self.request.user
        if clinic_id is not None:
            clinic = clinics.entered_clinic(clinic_id, entered=self.entered)
            permissions.require_role(user, clinic.pk, Role.MANAGER, now=now)
            return clinic
        managed = clinics.acting_clinic(
            user, roles={Role.MANAGER}, entered=self.entered, now=now
        )
        if managed is None:
            raise NotAllowedError("The ledger of alerts is for managers.")
        return managed


class SilentPatientsView(ApiView):
    """Of whom nothing was heard: a reason to call."""

    @extend_schema(
        operation_id="silent_patient_list",
        responses={200: Page[serializers.SilentPatientAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the silent patients for whom one answers, the longest silent first."""
        self.query(self.query_shape)
        now = clock.now()
        if not clinics.working_clinics(request.user, now=now).exists():
            raise NotAllowedError("Lists of patients are for staff.")
        note_list_look(
            by=request.user,
            what="silent_patients",
            filters={},
            clinic_ids=self.entered,
            now=now,
        )
        days = silent_patients.days_silent(request.user, now=now)
        return self.page(
            silent_patients.silent_programmes(request.user, days=days, now=now),
            ordering=("silent_since", "id"),
            present=lambda rows: [
                serializers.silent_patient_answer(row, days=days[row.pk])
                for row in rows
            ],
        )
