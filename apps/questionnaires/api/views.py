"""Instruments, wordings, questionnaires and responses."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.services import note_list_look, note_look
from apps.clinics.models import Clinic, RecordKind, Role
from apps.clinics.queries import acting_clinic, visible_patient
from apps.clinics.versions import VersionAnswer, earlier_versions
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView, expected_version
from apps.common.errors import NotAllowedError
from apps.common.shapes import Listing, Page, Shape
from apps.questionnaires import queries, services
from apps.questionnaires.entry import (
    InstrumentImport,
    InstrumentQuery,
    QuestionnaireEntry,
    QuestionnaireQuery,
    ResponseCorrection,
    ResponseEntry,
    ResponseQuery,
    ResponseSave,
    VoidRequest,
    WordingImport,
    WordingQuery,
)

from .responses import (
    QuestionnaireResponseAnswer,
    response_answer,
    response_answers,
    response_content,
)
from .serializers import (
    InstrumentAnswer,
    QuestionnaireAnswer,
    WordingAnswer,
    instrument_answer,
    questionnaire_answer,
    wording_answers,
)


class ManagedView(ApiView):
    """What a manager sets for the clinic."""

    def managed_clinic(self) -> Clinic:
        """Return the clinic that the person manages.

        Raises:
            NotAllowedError: There is none.
        """
        clinic = acting_clinic(
            self.request.user,
            roles={Role.MANAGER},
            entered=self.entered,
            now=clock.now(),
        )
        if clinic is None:
            raise NotAllowedError("Only a manager of the clinic does this.")
        return clinic


class _LookedAtView(ApiView):
    def note_looks(self, query: Any, *, what: str) -> None:
        """Note whose things were looked at, or that a list over patients was."""
        user: Any = self.request.user
        if query.patient is not None:
            patient = visible_patient(user, query.patient)
            note_look(by=user, patient=patient, now=clock.now())
            return
        note_list_look(
            by=user,
            what=what,
            filters=query.model_dump(mode="json", exclude_none=True),
            clinic_ids=self.entered,
            now=clock.now(),
        )


class InstrumentsView(ManagedView):
    """What can be asked: shipped instruments and those of the person's clinics."""

    query_shape = InstrumentQuery

    @extend_schema(
        operation_id="instrument_list",
        parameters=query_parameters(InstrumentQuery),
        responses={200: Listing[InstrumentAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return every instrument by key and version, with the wordings in force."""
        return self.answers(self._found(self.query(InstrumentQuery)))

    @extend_schema(
        operation_id="instrument_import",
        request=InstrumentImport,
        responses={200: InstrumentAnswer, 201: InstrumentAnswer},
    )
    def post(self, request: Request) -> Response:
        """Add an instrument of the clinic's own; sent again it is not doubled."""
        entry = self.parse(InstrumentImport)
        imported = services.import_instrument(
            entry=entry, clinic=self.managed_clinic(), by=request.user, now=clock.now()
        )
        instrument = queries.instrument_of(imported.row)
        return self.answer(
            instrument_answer(instrument, row=imported.row),
            status=201 if imported.created else 200,
        )

    def _found(self, query: InstrumentQuery) -> Iterator[InstrumentAnswer]:
        user: Any = self.request.user
        wordings = queries.shown_wordings(user, language=query.language)
        for row, instrument in queries.readable_instruments(user, key=query.key):
            yield instrument_answer(
                instrument,
                row=row,
                wordings=[
                    each
                    for each in wordings
                    if (each.instrument_key, each.instrument_version)
                    == (instrument.key, instrument.version)
                    and (row is None or row.clinic_id == each.clinic_id)
                ],
            )


class InstrumentWordingsView(ManagedView):
    """The wordings that the clinic has imported."""

    query_shape = WordingQuery

    @extend_schema(
        operation_id="instrument_wording_list",
        parameters=query_parameters(WordingQuery),
        responses={200: Page[WordingAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the wordings, newest first."""
        query = self.query(WordingQuery)
        return self.page(
            queries.readable_wordings(request.user, query=query),
            ordering=("-imported_at", "-id"),
            present=wording_answers,
        )

    @extend_schema(
        operation_id="instrument_wording_import",
        request=WordingImport,
        responses={200: WordingAnswer, 201: WordingAnswer},
    )
    def post(self, request: Request) -> Response:
        """Put a wording in force from now on; sent again it is not doubled."""
        entry = self.parse(WordingImport)
        imported = services.import_wording(
            entry=entry, clinic=self.managed_clinic(), by=request.user, now=clock.now()
        )
        row: Any = imported.row
        row.in_force = True
        (answer,) = wording_answers([row])
        return self.answer(answer, status=201 if imported.created else 200)


class QuestionnairesView(_LookedAtView):
    """The forms that patients are asked to fill."""

    query_shape = QuestionnaireQuery

    @extend_schema(
        operation_id="questionnaire_list",
        parameters=query_parameters(QuestionnaireQuery),
        responses={200: Page[QuestionnaireAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the questionnaires, newest first."""
        query = self.query(QuestionnaireQuery)
        self.note_looks(query, what="questionnaire")
        return self.page(
            queries.found_questionnaires(request.user, query),
            ordering=("-received_at", "-id"),
            present=lambda page: map(questionnaire_answer, page),
        )

    @extend_schema(
        operation_id="questionnaire_assign",
        request=QuestionnaireEntry,
        responses={200: QuestionnaireAnswer, 201: QuestionnaireAnswer},
    )
    def post(self, request: Request) -> Response:
        """Ask a patient to fill an instrument."""
        assigned = services.assign_questionnaire(
            entry=self.parse(QuestionnaireEntry), by=request.user, now=clock.now()
        )
        return self.answer(
            questionnaire_answer(assigned.questionnaire),
            status=201 if assigned.created else 200,
        )


class QuestionnaireView(ApiView):
    """One questionnaire."""

    @extend_schema(
        operation_id="questionnaire_read", responses={200: QuestionnaireAnswer}
    )
    def get(self, request: Request, questionnaire_id: UUID) -> Response:
        """Return the questionnaire."""
        self.query(self.query_shape)
        found = queries.visible_questionnaire(request.user, questionnaire_id)
        note_look(by=request.user, patient=found.patient, now=clock.now())
        return self.answer(questionnaire_answer(found))


class VoidQuestionnaireView(ApiView):
    """Take a questionnaire back."""

    @extend_schema(
        operation_id="questionnaire_void",
        request=VoidRequest,
        responses={200: QuestionnaireAnswer},
    )
    def post(self, request: Request, questionnaire_id: UUID) -> Response:
        """Void the questionnaire; it stays readable."""
        found = services.void_questionnaire(
            questionnaire_id=questionnaire_id,
            entry=self.parse(VoidRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(questionnaire_answer(found))


class ResponsesView(_LookedAtView):
    """What was answered."""

    query_shape: type[Shape] = ResponseQuery

    @extend_schema(
        operation_id="questionnaire_response_list",
        parameters=query_parameters(ResponseQuery),
        responses={200: Page[QuestionnaireResponseAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the responses, newest first; void ones are marked."""
        query = self.query(ResponseQuery)
        self.note_looks(query, what="questionnaire_response")
        return self.page(
            queries.found_responses(request.user, query),
            ordering=("-received_at", "-id"),
            present=partial(response_answers, reader=request.user),
        )

    @extend_schema(
        operation_id="questionnaire_response_record",
        request=ResponseEntry,
        responses={
            200: QuestionnaireResponseAnswer,
            201: QuestionnaireResponseAnswer,
        },
    )
    def post(self, request: Request) -> Response:
        """Record a response, whole or half filled."""
        recorded = services.record_response(
            entry=self.parse(ResponseEntry), by=request.user, now=clock.now()
        )
        return self.answer(
            response_answer(recorded.response, reader=request.user),
            status=201 if recorded.created else 200,
        )


class ResponseView(ApiView):
    """One response."""

    @extend_schema(
        operation_id="questionnaire_response_read",
        responses={200: QuestionnaireResponseAnswer},
    )
    def get(self, request: Request, response_id: UUID) -> Response:
        """Return the response."""
        self.query(self.query_shape)
        found = queries.visible_response(request.user, response_id)
        note_look(by=request.user, patient=found.patient, now=clock.now())
        return self.answer(response_answer(found, reader=request.user))

    @extend_schema(
        operation_id="questionnaire_response_save",
        request=ResponseSave,
        responses={200: QuestionnaireResponseAnswer},
    )
    def put(self, request: Request, response_id: UUID) -> Response:
        """Save a response in place of its half-filled state."""
        saved = services.save_response(
            response_id=response_id,
            entry=self.parse(ResponseSave),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(response_answer(saved, reader=request.user))

    @extend_schema(
        operation_id="questionnaire_response_correct",
        request=ResponseCorrection,
        responses={200: QuestionnaireResponseAnswer},
    )
    def patch(self, request: Request, response_id: UUID) -> Response:
        """Correct a complete response; the earlier version stays readable."""
        found = services.correct_response(
            response_id=response_id,
            entry=self.parse(ResponseCorrection),
            expected_version=expected_version(request),
            content=response_content,
            by=request.user,
            now=clock.now(),
        )
        return self.answer(response_answer(found, reader=request.user))


class VoidResponseView(ApiView):
    """Take a response out of every computation."""

    @extend_schema(
        operation_id="questionnaire_response_void",
        request=VoidRequest,
        responses={200: QuestionnaireResponseAnswer},
    )
    def post(self, request: Request, response_id: UUID) -> Response:
        """Void the response; it stays readable and its questionnaire is open again."""
        found = services.void_response(
            response_id=response_id,
            entry=self.parse(VoidRequest),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(response_answer(found, reader=request.user))


class ResponseVersionsView(ApiView):
    """What a response said before its corrections."""

    @extend_schema(
        operation_id="questionnaire_response_versions",
        responses={200: Listing[VersionAnswer]},
    )
    def get(self, request: Request, response_id: UUID) -> Response:
        """Return the earlier versions, oldest first, without bands."""
        self.query(self.query_shape)
        found = queries.visible_response(request.user, response_id)
        note_look(by=request.user, patient=found.patient, now=clock.now())
        return self.answers(
            earlier_versions(RecordKind.QUESTIONNAIRE_RESPONSE, found.public_id)
        )
