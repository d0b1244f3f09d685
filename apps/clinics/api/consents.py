"""What patients allow, and the words that they read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.services import note_list_look, note_look
from apps.clinics import entry, queries, services
from apps.clinics.consents import TextInForce, texts_in_force
from apps.clinics.models import Clinic, ConsentDecision, Role
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView
from apps.common.errors import InvalidEntryError, NotAllowedError, NotThereError
from apps.common.shapes import Answer, Listing, Page


class ConsentAnswer(Answer):
    """One decision: about what, after reading which words, by whom and when."""

    id: UUID
    patient: UUID
    purpose: str
    decision: str
    version: int
    language: str
    decided_by: UUID
    decided_at: datetime


class ConsentTextAnswer(Answer):
    """The words of one purpose that are in force; ``written_at`` is null if shipped."""

    purpose: str
    version: int
    texts: dict[str, str]
    written_at: datetime | None


class ConsentsView(ApiView):
    """Decisions of patients about care, messages, research and export."""

    query_shape = entry.ConsentQuery

    @extend_schema(
        operation_id="consent_list",
        parameters=query_parameters(entry.ConsentQuery),
        responses={200: Page[ConsentAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the decisions, newest first; the newest of a purpose counts."""
        query = self.query(entry.ConsentQuery)
        self._note(query)
        return self.page(
            queries.found_consents(request.user, query=query),
            ordering=("-decided_at", "-id"),
            present=lambda rows: map(_decision, rows),
        )

    @extend_schema(
        operation_id="consent_decide",
        request=entry.ConsentEntry,
        responses={200: ConsentAnswer, 201: ConsentAnswer},
    )
    def post(self, request: Request) -> Response:
        """Allow a purpose, or withdraw it; each patient for themself."""
        decision, is_new = services.decide_consent(
            entry=self.parse(entry.ConsentEntry), by=request.user, now=clock.now()
        )
        return self.answer(_decision(decision), status=201 if is_new else 200)

    def _note(self, query: entry.ConsentQuery) -> None:
        user: Any = self.request.user
        now = clock.now()
        if query.patient is not None:
            patient = queries.visible_patient(user, query.patient)
            note_look(by=user, patient=patient, now=now)
            return
        note_list_look(
            by=user,
            what="consents",
            filters=query.model_dump(mode="json", exclude_none=True),
            clinic_ids=self.entered,
            now=now,
        )


class ConsentTextsView(ApiView):
    """The words of a clinic."""

    @extend_schema(
        operation_id="consent_text_list", responses={200: Listing[ConsentTextAnswer]}
    )
    def get(self, request: Request) -> Response:
        """Return the words in force, one entry a purpose."""
        self.query(self.query_shape)
        return self.answers(map(_text, texts_in_force(self._clinic())))

    @extend_schema(
        operation_id="consent_text_write",
        request=entry.ConsentTextEntry,
        responses={201: ConsentTextAnswer},
    )
    def post(self, request: Request) -> Response:
        """Write new words for a purpose, for a manager; earlier ones stay."""
        words = self.parse(entry.ConsentTextEntry)
        now = clock.now()
        clinic = queries.acting_clinic(
            request.user, roles={Role.MANAGER}, entered=self.entered, now=now
        )
        if clinic is None:
            raise NotAllowedError("Only a manager of the clinic does this.")
        text = services.write_consent_text(
            entry=words, clinic=clinic, by=request.user, now=now
        )
        return self.answer(_text(text), status=201)

    def _clinic(self) -> Clinic:
        clinics = list(Clinic.objects.filter(pk__in=self.entered)[:2])
        if len(clinics) == 1:
            return clinics[0]
        if clinics:
            raise InvalidEntryError.at(
                "",
                code="clinic_required",
                detail="You belong to several clinics: name one with X-Clinic.",
            )
        raise NotThereError("You neither work nor are treated in a clinic.")


def _decision(row: ConsentDecision) -> ConsentAnswer:
    return ConsentAnswer(
        id=row.public_id,
        patient=row.patient.public_id,
        purpose=row.purpose,
        decision=row.decision,
        version=row.version,
        language=row.language,
        decided_by=row.decided_by.public_id,
        decided_at=row.decided_at,
    )


def _text(text: TextInForce) -> ConsentTextAnswer:
    return ConsentTextAnswer(
        purpose=text.purpose,
        version=text.version,
        texts=text.texts,
        written_at=text.written_at,
    )
