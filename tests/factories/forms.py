"""Questionnaires of a test: made-up words, assignments and filled forms."""

from typing import Any

from apps.accounts.models import User
from apps.clinical.questionnaires.instrument import Instrument
from apps.clinical.questionnaires.library import shipped_instrument
from apps.clinics.models import Clinic, Patient
from apps.questionnaires import services
from apps.questionnaires.entry import (
    InstrumentImport,
    QuestionnaireEntry,
    ResponseEntry,
    ScheduleEntry,
    WordingImport,
)
from apps.questionnaires.models import InstrumentWording, Questionnaire

PEG = {"q1": 6, "q2": 7, "q3": 5}
"""Answers to the PEG that give 6.0."""
LINE = {"instrument": "peg", "anchor": "start", "weeks": 0}
"""A line of a schedule: the PEG as a baseline."""


def wording_document(key: str, **fields: Any) -> dict[str, Any]:
    """Return a wording of nobody's words, as a clinic's file would be."""
    instrument = shipped_instrument(key)
    document = {
        "instrument": key,
        "instrument_version": instrument.version,
        "language": "en",
        "version": "2.0",
        "licence_statement": "Nobody's words, free for tests.",
        "licensed_on": "2026-01-15",
        "items": _items(instrument),
    }
    if instrument.undirected_items:
        document["reversed_items"] = []
    if instrument.asks_direction:
        document["direction"] = "higher_better"
    return document | fields


def _items(instrument: Instrument) -> dict[str, Any]:
    items = {}
    for item in instrument.items:
        words: dict[str, Any] = {"text": f"Words of {item.code}"}
        if item.options:
            words["options"] = {
                option.code: {"text": f"Words of {option.code}"}
                | (
                    {"score": str(option.score)}
                    if instrument.needs_option_scores
                    else {}
                )
                for option in item.options
            }
        items[item.code] = words
    return items


def own_document(**fields: Any) -> dict[str, Any]:
    """Return an instrument of two lines, as a clinic would write its own."""
    line = {"section": "day", "kind": "scale", "minimum": 0, "maximum": 10, "step": 1}
    total = {
        "code": "total",
        "role": "total",
        "of": ["a1", "a2"],
        "combine": "sum",
        "mark": "D",
        "min_answered": 1,
        "min_answered_mark": "D",
        "minimum": 0,
        "maximum": 20,
        "decimals": 1,
        "direction": "higher_worse",
        "bands": [
            {
                "code": "level",
                "population": "nobody",
                "mark": "D",
                "steps": [{"code": "low"}, {"code": "high", "at_least": 10}],
            }
        ],
    }
    document = {
        "key": "our_own",
        "version": 1,
        "edition": "Our own",
        "recall": {"days": 1, "mark": "D"},
        "licence": {
            "holder": "The clinic",
            "terms": "Ours.",
            "mark": "D",
            "wording_included": False,
        },
        "items": [{"code": "a1"} | line, {"code": "a2"} | line],
        "scores": [total],
    }
    return document | fields


def import_wording(
    clinic: Clinic, key: str, *, by: User, now: Any, **fields: Any
) -> InstrumentWording:
    """Put a wording of nobody's words in force."""
    entry = WordingImport(
        licence_confirmed=True, document=wording_document(key, **fields)
    )
    return services.import_wording(entry=entry, clinic=clinic, by=by, now=now).row


def import_own_instrument(clinic: Clinic, *, by: User, now: Any, **fields: Any):
    """Give the clinic an instrument of its own."""
    entry = InstrumentImport(document=own_document(**fields))
    return services.import_instrument(entry=entry, clinic=clinic, by=by, now=now).row


def assign(
    patient: Patient, *, by: User, now: Any, instrument: str = "peg", **fields: Any
) -> Questionnaire:
    """Ask the patient to fill an instrument."""
    entry = QuestionnaireEntry(
        patient=patient.public_id, instrument=instrument, **fields
    )
    return services.assign_questionnaire(entry=entry, by=by, now=now).questionnaire


def fill(
    questionnaire: Questionnaire,
    *,
    by: User,
    now: Any,
    answers: dict[str, Any] = PEG,
    **fields: Any,
):
    """Return the complete response of this moment."""
    entry = ResponseEntry.parse(
        {
            "questionnaire": questionnaire.public_id,
            "answers": answers,
            "completed_at": now,
        }
        | fields
    )
    return services.record_response(entry=entry, by=by, now=now).response


def set_schedule(clinic: Clinic, *, by: User, now: Any):
    """Ask the PEG as a baseline in every programme."""
    entry = ScheduleEntry.parse({"lines": [LINE]})
    return services.set_schedule(entry=entry, clinic=clinic, by=by, now=now).schedule


def fhir_resource(**fields: Any) -> dict[str, Any]:
    """Return a Questionnaire of another system: two options and a line of 0 to 10."""
    ordinal = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
    line = "http://hl7.org/fhir/StructureDefinition"
    resource = {
        "resourceType": "Questionnaire",
        "url": "https://elsewhere.example/Questionnaire/tiredness",
        "version": "3",
        "title": "Tiredness",
        "status": "active",
        "item": [
            {
                "linkId": "1.1",
                "type": "choice",
                "answerOption": [
                    {
                        "valueCoding": {
                            "extension": [{"url": ordinal, "valueDecimal": points}],
                            "code": code,
                        }
                    }
                    for code, points in (("never", 0), ("often", 2))
                ],
            },
            {
                "linkId": "1.2",
                "type": "integer",
                "extension": [
                    {"url": f"{line}/minValue", "valueInteger": 0},
                    {"url": f"{line}/maxValue", "valueInteger": 10},
                ],
            },
        ],
    }
    return resource | fields


def fhir_form(*, completed: str, **fields: Any) -> dict[str, Any]:
    """Return a filled PEG of another system, with the answers of ``PEG``."""
    form = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "authored": completed,
        "item": [
            {"linkId": code, "answer": [{"valueInteger": number}]}
            for code, number in PEG.items()
        ],
    }
    return form | fields
