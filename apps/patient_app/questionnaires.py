"""The questionnaires that a patient is asked to fill."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from apps.clinical.questionnaires.instrument import Instrument
from apps.clinical.questionnaires.wording import Wording, parse_wording
from apps.clinics.models import Patient
from apps.common.errors import NotThereError
from apps.common.zones import day_in
from apps.questionnaires.entry import QuestionnaireQuery, ResponseQuery
from apps.questionnaires.instruments import instrument_named, instruments_named
from apps.questionnaires.models import InstrumentWording, QuestionnaireResponse
from apps.questionnaires.queries import (
    due_questionnaires,
    found_questionnaires,
    found_responses,
    visible_response,
    wording_shown,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueQuestionnaire:
    """A questionnaire that waits for an answer."""

    id: UUID
    name: str
    closes_on: date | None
    is_begun: bool
    has_words: bool


class AskedQuestionnaire:
    """One questionnaire of the patient: what it asks, and what stands on it so far."""

    def __init__(self, patient: Patient, row: Any) -> None:
        """Take a row of ``found_questionnaires``."""
        self.patient = patient
        self.row = row

    @property
    def name(self) -> str:
        """What the clinic calls it."""
        return self.row.label or self.instrument.edition

    @cached_property
    def instrument(self) -> Instrument:
        """What it asks."""
        return instrument_named(_instrument_of(self.row))

    @cached_property
    def response(self) -> QuestionnaireResponse | None:
        """What was answered so far."""
        if self.row.response_id is None:
            return None
        return visible_response(self.patient.user, self.row.response_id)

    def wording(self, wording_id: UUID | None = None) -> InstrumentWording | None:
        """Return the words that were shown: the named, those of before, the newest."""
        if wording_id is None and self.response and self.response.wording:
            wording_id = self.response.wording.public_id
        return wording_shown(
            self.patient,
            key=self.row.instrument_key,
            version=self.row.instrument_version,
            wording_id=wording_id,
        )

    def words(self, wording: InstrumentWording) -> Wording:
        """Return the words of each item."""
        return parse_wording(wording.document, instrument=self.instrument)

    def why_not(self, *, now: datetime) -> Any:
        """Return why it cannot be filled now; ``None`` if it can."""
        row, today = self.row, day_in(self.patient.time_zone, now)
        if row.voided_at or (row.cancelled_at and not row.response_id):
            return _("Your clinic does not ask for it any more.")
        if row.response_completed_at:
            return _("You have answered it. Thank you.")
        if row.opens_on and today < row.opens_on:
            return _("It is too early for it. We show it on the first page in time.")
        if row.closes_on and today > row.closes_on:
            return _("It is closed now. That is all right: there is nothing to do.")
        if self.response and self.response.entered_by_id != self.patient.user_id:
            return _("Your physiotherapist has begun it with you and will finish it.")
        return None


def questionnaires_due(
    patient: Patient, *, now: datetime
) -> tuple[DueQuestionnaire, ...]:
    """Return what waits for an answer today, what closes first before the rest."""
    query = QuestionnaireQuery(patient=patient.public_id)
    rows: list[Any] = list(
        due_questionnaires(found_questionnaires(patient.user, query), now=now).order_by(
            F("closes_on").asc(nulls_last=True), "received_at", "pk"
        )
    )
    instruments = instruments_named(_instrument_of(row) for row in rows)
    return tuple(
        DueQuestionnaire(
            id=row.public_id,
            name=row.label or instruments[_instrument_of(row)].edition,
            closes_on=row.closes_on,
            is_begun=row.response_id is not None,
            has_words=row.has_wording,
        )
        for row in rows
    )


def own_questionnaire(patient: Patient, questionnaire_id: str) -> AskedQuestionnaire:
    """Return one of the patient's own.

    Raises:
        NotThereError: There is none of this id among them.
    """
    query = QuestionnaireQuery(patient=patient.public_id)
    try:
        wanted = UUID(questionnaire_id)
    except ValueError:
        raise _not_there() from None
    row = found_questionnaires(patient.user, query).filter(public_id=wanted).first()
    if row is None:
        raise _not_there()
    return AskedQuestionnaire(patient, row)


def own_response(patient: Patient, response_id: str) -> AskedQuestionnaire:
    """Return the questionnaire of one of the patient's own completed responses.

    Raises:
        NotThereError: There is none of this id among them.
    """
    query = ResponseQuery(patient=patient.public_id)
    try:
        wanted = UUID(response_id)
    except ValueError:
        raise _not_there() from None
    rows = found_responses(patient.user, query).filter(completed_at__isnull=False)
    found = rows.filter(public_id=wanted).first()
    if found is None:
        raise _not_there()
    row = QuestionnaireQuery(patient=patient.public_id)
    asked: Any = found_questionnaires(patient.user, row).get(pk=found.questionnaire_id)
    # The one that is looked at, which may be one that was taken out.
    asked.response_id = found.public_id
    return AskedQuestionnaire(patient, asked)


def _not_there() -> NotThereError:
    return NotThereError(str(_("You have no such questionnaire.")))


def _instrument_of(row: Any) -> tuple[int, str, int]:
    return row.clinic_id, row.instrument_key, row.instrument_version
