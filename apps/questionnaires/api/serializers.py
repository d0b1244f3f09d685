"""What the API tells about instruments, wordings and questionnaires."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from apps.clinical.questionnaires.instrument import Instrument, Item
from apps.clinical.questionnaires.wording import parse_wording
from apps.common.shapes import Answer
from apps.questionnaires.instruments import (
    instruments_named,
    needs_wording,
    shipped_id,
)
from apps.questionnaires.models import InstrumentWording, OwnInstrument


class ItemAnswer(Answer):
    """One thing that is asked; ``options`` are printed codes, else a line."""

    code: str
    section: str
    kind: str
    may_be_left_out: bool
    options: list[str]
    minimum: int | float
    maximum: int | float
    step: int | float | None


class ScoreRuleAnswer(Answer):
    """One score that the instrument gives."""

    code: str
    role: str
    minimum: int | float
    maximum: int | float
    decimals: int
    direction: str
    loinc: str | None


class ItemWordsAnswer(Answer):
    """The words of one item; ``options`` and ``anchors`` by code or number."""

    text: str
    options: dict[str, str]
    anchors: dict[str, str]


class ShownWordingAnswer(Answer):
    """A clinic's wording in force, as a form shows it."""

    id: UUID
    clinic: UUID
    language: str
    wording_version: str
    items: dict[str, ItemWordsAnswer]


class InstrumentAnswer(Answer):
    """One version of an instrument: structure without a word of its wording.

    ``wordings`` are those that the reader's clinics imported and that are in force.
    """

    id: UUID
    key: str
    version: int
    edition: str
    shipped: bool
    recall_days: int | None
    licence_holder: str | None
    licence_terms: str
    needs_wording: bool
    items: list[ItemAnswer]
    scores: list[ScoreRuleAnswer]
    wordings: list[ShownWordingAnswer]


class WordingAnswer(Answer):
    """A clinic's wording; of one instrument and language the newest is in force.

    ``differing_items``: their options score otherwise than in the instrument's file.
    """

    id: UUID
    instrument: str
    instrument_version: int
    language: str
    wording_version: str
    revision: int
    in_force: bool
    licence_statement: str
    licensed_on: date
    reversed_items: list[str] | None
    direction: str | None
    differing_items: list[str]
    imported_at: datetime
    imported_by: UUID


class QuestionnaireAnswer(Answer):
    """An instrument that a patient is asked to fill.

    ``status``: open, begun (half filled), completed, cancelled (its programme asks no
    more) or void. ``response`` is the one that counts. Days are in the patient's zone,
    the first and the last are inside. ``programme``: a schedule asks for it there.
    ``has_wording``: the clinic has words for the patient's language.
    """

    id: UUID
    version: int
    patient: UUID
    instrument: str
    instrument_version: int
    label: str
    week: int | None
    opens_on: date | None
    due_on: date | None
    closes_on: date | None
    programme: UUID | None
    has_wording: bool
    status: str
    response: UUID | None
    assigned_at: datetime
    assigned_by: UUID
    recorded_at: datetime
    voided_at: datetime | None
    void_reason: str | None


def instrument_answer(
    instrument: Instrument,
    *,
    row: OwnInstrument | None,
    wordings: Iterable[InstrumentWording] = (),
) -> InstrumentAnswer:
    """Return an instrument (``row`` None: shipped) with its wordings as it goes out."""
    return InstrumentAnswer(
        id=row.public_id if row else shipped_id(instrument.key, instrument.version),
        key=instrument.key,
        version=instrument.version,
        edition=instrument.edition,
        shipped=row is None,
        recall_days=instrument.recall.days,
        licence_holder=instrument.licence.holder,
        licence_terms=instrument.licence.terms,
        needs_wording=needs_wording(instrument),
        items=[_item_answer(item) for item in instrument.items],
        scores=[
            ScoreRuleAnswer(
                code=rule.code,
                role=rule.role,
                minimum=_number(rule.minimum),
                maximum=_number(rule.maximum),
                decimals=rule.decimals,
                direction=rule.direction,
                loinc=rule.loinc,
            )
            for rule in instrument.scores
        ],
        wordings=[_shown_wording(each) for each in wordings],
    )


def wording_answers(rows: Iterable[InstrumentWording]) -> Iterator[WordingAnswer]:
    """Return wordings (with ``in_force``) as they go out; one query for all."""
    found = list(rows)
    instruments = instruments_named(map(_instrument_name, found))
    for row in found:
        yield _wording_answer(row, instruments[_instrument_name(row)])


def questionnaire_answer(row: Any) -> QuestionnaireAnswer:
    """Return a questionnaire (of ``queries.with_state``) as it goes out."""
    return QuestionnaireAnswer(
        id=row.public_id,
        version=row.version,
        patient=row.patient.public_id,
        instrument=row.instrument_key,
        instrument_version=row.instrument_version,
        label=row.label,
        week=row.week,
        opens_on=row.opens_on,
        due_on=row.due_on,
        closes_on=row.closes_on,
        programme=row.programme.public_id if row.programme else None,
        has_wording=row.has_wording,
        status=_status(row),
        response=row.response_id,
        assigned_at=row.received_at,
        assigned_by=row.entered_by.public_id,
        recorded_at=row.recorded_at,
        voided_at=row.voided_at,
        void_reason=row.void_reason or None,
    )


def _status(row: Any) -> str:
    if row.voided_at is not None:
        return "void"
    if row.response_id is None:
        return "open" if row.cancelled_at is None else "cancelled"
    return "begun" if row.response_completed_at is None else "completed"


def _item_answer(item: Item) -> ItemAnswer:
    return ItemAnswer(
        code=item.code,
        section=item.section,
        kind=item.kind,
        may_be_left_out=item.may_be_left_out,
        options=[option.code for option in item.options],
        minimum=_number(item.minimum),
        maximum=_number(item.maximum),
        step=None if item.step is None else _number(item.step),
    )


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _shown_wording(row: InstrumentWording) -> ShownWordingAnswer:
    """Return the words alone: how options score is not for who fills the form."""
    return ShownWordingAnswer(
        id=row.public_id,
        clinic=row.clinic.public_id,
        language=row.language,
        wording_version=row.edition,
        items={
            code: ItemWordsAnswer(
                text=words["text"],
                options={
                    option: each["text"]
                    for option, each in words.get("options", {}).items()
                },
                anchors=words.get("anchors", {}),
            )
            for code, words in row.document["items"].items()
        },
    )


def _instrument_name(row: InstrumentWording) -> tuple[int, str, int]:
    return row.clinic_id, row.instrument_key, row.instrument_version


def _wording_answer(row: Any, instrument: Instrument) -> WordingAnswer:
    wording = parse_wording(row.document, instrument=instrument)
    reversed_items = wording.reversed_items
    return WordingAnswer(
        id=row.public_id,
        instrument=row.instrument_key,
        instrument_version=row.instrument_version,
        language=row.language,
        wording_version=row.edition,
        revision=row.revision,
        in_force=row.in_force,
        licence_statement=row.licence_statement,
        licensed_on=row.licensed_on,
        reversed_items=None if reversed_items is None else sorted(reversed_items),
        direction=wording.direction,
        differing_items=list(wording.differing_items),
        imported_at=row.imported_at,
        imported_by=row.imported_by.public_id,
    )
