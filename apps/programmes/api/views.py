"""Templates, programmes and what is prescribed."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.services import note_list_look, note_look
from apps.clinics.models import Role
from apps.clinics.queries import acting_clinic, visible_patient
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView
from apps.common.errors import NotAllowedError
from apps.common.shapes import Page
from apps.common.zones import day_in
from apps.programmes import entry, queries, services
from apps.programmes.models import ProgrammeTemplate

from . import serializers


class TemplatesView(ApiView):
    """The shipped programme templates, and those of the person's clinics."""

    @extend_schema(
        operation_id="programme_template_list",
        responses={200: Page[serializers.TemplateAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the templates by key, the newest version first."""
        self.query(self.query_shape)
        return self.page(
            ProgrammeTemplate.objects.readable_by(request.user).select_related(
                "clinic"
            ),
            ordering=("key", "-version", "id"),
            present=lambda page: map(serializers.template_answer, page),
        )

    @extend_schema(
        operation_id="programme_template_keep",
        request=entry.TemplateEntry,
        responses={
            200: serializers.WholeTemplateAnswer,
            201: serializers.WholeTemplateAnswer,
        },
    )
    def post(self, request: Request) -> Response:
        """Store a template of the clinic's own, for a manager.

        A new key starts with version 1, an own key gets its next version; patients
        stay on the version they started. 200: the newest version says just this.
        """
        wanted = self.parse(entry.TemplateEntry)
        now = clock.now()
        clinic = acting_clinic(
            request.user, roles={Role.MANAGER}, entered=self.entered, now=now
        )
        if clinic is None:
            raise NotAllowedError("Only a manager of the clinic keeps templates.")
        kept = services.keep_template(
            entry=wanted, clinic=clinic, by=request.user, now=now
        )
        return self.answer(
            serializers.whole_template_answer(kept.template),
            status=201 if kept.is_new else 200,
        )


class TemplateView(ApiView):
    """One programme template."""

    @extend_schema(
        operation_id="programme_template_read",
        responses={200: serializers.WholeTemplateAnswer},
    )
    def get(self, request: Request, template_id: UUID) -> Response:
        """Return the template with its content and sources."""
        self.query(self.query_shape)
        template = queries.visible_template(request.user, template_id)
        return self.answer(serializers.whole_template_answer(template))


class ProgrammesView(ApiView):
    """All programmes that the person may read."""

    query_shape = entry.ProgrammeQuery

    @extend_schema(
        operation_id="programme_list",
        parameters=query_parameters(entry.ProgrammeQuery),
        responses={200: Page[serializers.ProgrammeAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the programmes, newest first."""
        query = self.query(entry.ProgrammeQuery)
        note_reading(self, what="programme", query=query)
        return self.page(
            queries.found_programmes(request.user, query),
            ordering=("-starts_on", "-id"),
            present=lambda page: map(serializers.programme_answer, page),
        )

    @extend_schema(
        operation_id="programme_enrol",
        request=entry.EnrolmentEntry,
        responses={201: serializers.ProgrammeAnswer},
    )
    def post(self, request: Request) -> Response:
        """Enrol a patient: prescriptions, first phase and the whole calendar."""
        programme = services.enrol(
            entry=self.parse(entry.EnrolmentEntry), by=request.user, now=clock.now()
        )
        return self.answer(serializers.programme_answer(programme), status=201)


class ProgrammeView(ApiView):
    """One programme."""

    @extend_schema(
        operation_id="programme_read", responses={200: serializers.ProgrammeAnswer}
    )
    def get(self, request: Request, programme_id: UUID) -> Response:
        """Return the programme."""
        self.query(self.query_shape)
        programme = queries.visible_programme(request.user, programme_id)
        note_look(by=request.user, patient=programme.patient, now=clock.now())
        return self.answer(serializers.programme_answer(programme))


class PauseProgrammeView(ApiView):
    """Let a programme stand still."""

    @extend_schema(
        operation_id="programme_pause",
        request=entry.PauseRequest,
        responses={200: serializers.ProgrammeAnswer},
    )
    def post(self, request: Request, programme_id: UUID) -> Response:
        """Take the sessions from a day on out of the calendar."""
        programme = services.pause(
            programme_id=programme_id,
            entry=self.parse(entry.PauseRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(serializers.programme_answer(programme))


class ResumeProgrammeView(ApiView):
    """Let a programme go on."""

    @extend_schema(
        operation_id="programme_resume",
        request=entry.ResumeRequest,
        responses={200: serializers.ProgrammeAnswer},
    )
    def post(self, request: Request, programme_id: UUID) -> Response:
        """Give the remaining sessions new days on the same weekdays."""
        programme = services.resume(
            programme_id=programme_id,
            entry=self.parse(entry.ResumeRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(serializers.programme_answer(programme))


class EndProgrammeView(ApiView):
    """End a programme."""

    @extend_schema(
        operation_id="programme_end",
        request=entry.EndRequest,
        responses={200: serializers.ProgrammeAnswer},
    )
    def post(self, request: Request, programme_id: UUID) -> Response:
        """End the programme; what is planned from that day on is cancelled."""
        programme = services.end(
            programme_id=programme_id,
            entry=self.parse(entry.EndRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(serializers.programme_answer(programme))


class PhaseView(ApiView):
    """Another phase of a programme."""

    @extend_schema(
        operation_id="programme_phase",
        request=entry.PhaseRequest,
        responses={200: serializers.ProgrammeAnswer},
    )
    def post(self, request: Request, programme_id: UUID) -> Response:
        """Put a phase in force from today on; loads stay as they are."""
        programme = services.set_phase(
            programme_id=programme_id,
            entry=self.parse(entry.PhaseRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(serializers.programme_answer(programme))


class PrescriptionView(ApiView):
    """What is prescribed for a day, and why."""

    query_shape = entry.PrescriptionQuery

    @extend_schema(
        operation_id="programme_prescription",
        parameters=query_parameters(entry.PrescriptionQuery),
        responses={200: serializers.PrescriptionAnswer},
    )
    def get(self, request: Request, programme_id: UUID) -> Response:
        """Return the prescription of a day; today in the clinic if none is named.

        Hints, gates and offers are for who decides, so patients get null there.
        """
        query = self.query(entry.PrescriptionQuery)
        programme = queries.visible_programme(request.user, programme_id)
        patient, now = programme.patient, clock.now()
        note_look(by=request.user, patient=patient, now=now)
        on = query.on or day_in(patient.clinic.time_zone, now)
        found = queries.prescription_on(programme=programme, on=on)
        is_patient = patient.user_id == request.user.pk
        return self.answer(
            serializers.prescription_answer(found, for_staff=not is_patient)
        )


class LoadView(ApiView):
    """A load for a prescription."""

    @extend_schema(
        operation_id="prescription_load",
        request=entry.LoadRequest,
        responses={200: serializers.LoadInForceAnswer},
    )
    def post(self, request: Request, prescription_id: UUID) -> Response:
        """Put a load in force from now on."""
        decision = services.put_load_in_force(
            prescription_id=prescription_id,
            entry=self.parse(entry.LoadRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(serializers.load_in_force_answer(decision))


def note_reading(
    view: ApiView,
    *,
    what: str,
    query: entry.ProgrammeQuery | entry.PlannedSessionQuery | entry.RetestQuery,
) -> None:
    """Note the look at one patient's rows, or at a list over patients.

    Raises:
        NotThereError: The patient of the filter is not the user's to see.
    """
    user, now = view.request.user, clock.now()
    if query.patient is not None:
        patient = visible_patient(user, query.patient)
        note_look(by=user, patient=patient, now=now)
        return
    note_list_look(
        by=user,
        what=what,
        filters=query.model_dump(mode="json", exclude_none=True),
        clinic_ids=view.entered,
        now=now,
    )
