"""A filled form as a FHIR R4 QuestionnaireResponse, and back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from apps.clinical.questionnaires.instrument import Instrument, Item, ItemKind
from apps.clinical.questionnaires.reading import exact_number, refused

from .questionnaires import is_whole, sections
from .terms import (
    as_number,
    canonical,
    code_of,
    option_system,
    require_fields,
    require_list,
)

FIELDS: Final = frozenset(
    {
        "resourceType", "id", "meta", "identifier", "questionnaire", "status",
        "subject", "authored", "author", "source", "item", "language", "text",
        "basedOn", "partOf", "encounter",
    }
)  # fmt: skip
COMPLETE: Final = {"completed": True, "amended": True, "in-progress": False}
UUIDS: Final = "urn:ietf:rfc:3986"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """What stands on a form, beside what is known of it; times are UTC instants."""

    response_id: UUID
    patient_id: UUID
    version: int
    answers: Mapping[str, object]
    completed_at: datetime | None
    recorded_at: datetime
    is_void: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResponse:
    """What a QuestionnaireResponse says; ``patient`` and ``authored`` as written."""

    answers: dict[str, Any]
    is_complete: bool
    authored: Any
    patient: str | None


def response_of(form: FilledForm, *, instrument: Instrument) -> dict[str, Any]:
    """Return the QuestionnaireResponse of a form; unanswered items are absent."""
    groups = []
    for link_id, items in sections(instrument):
        answered = [
            {"linkId": item.code, "answer": [_answer(item, given, instrument)]}
            for item in items
            if (given := form.answers.get(item.code)) is not None
        ]
        if answered:
            groups.append({"linkId": link_id, "item": answered})
    authored = form.completed_at or form.recorded_at
    return {
        "resourceType": "QuestionnaireResponse",
        "id": str(form.response_id),
        "meta": {"versionId": str(form.version)},
        "identifier": {"system": UUIDS, "value": f"urn:uuid:{form.response_id}"},
        "questionnaire": f"{canonical(instrument.key)}|{instrument.version}",
        "status": _status(form),
        "subject": {"reference": f"Patient/{form.patient_id}"},
        "authored": authored.isoformat(),
    } | ({"item": groups} if groups else {})


def read_response(resource: object, *, instrument: Instrument) -> ReadResponse:
    """Return the answers of a QuestionnaireResponse to this instrument.

    Whether they lie on the form's lines is for the scoring to say.

    Raises:
        QuestionnaireDataError: The first thing that cannot be carried, with its place.
    """
    root = require_fields("", resource, known=FIELDS)
    if root.get("resourceType") != "QuestionnaireResponse":
        detail = "must be a QuestionnaireResponse of FHIR R4."
        raise refused("/resourceType", rule="resource_type", detail=detail)
    status = root.get("status")
    if not isinstance(status, str) or status not in COMPLETE:
        detail = f"must be one of {', '.join(COMPLETE)}."
        raise refused("/status", rule="status", detail=detail)
    _require_instrument(root.get("questionnaire"), instrument=instrument)
    return ReadResponse(
        answers=_answers(root, instrument=instrument),
        is_complete=COMPLETE[status],
        authored=root.get("authored"),
        patient=_patient(root.get("subject")),
    )


def _status(form: FilledForm) -> str:
    if form.is_void:
        return "entered-in-error"
    if form.completed_at is None:
        return "in-progress"
    return "completed" if form.version == 1 else "amended"


def _answer(item: Item, given: object, instrument: Instrument) -> dict[str, Any]:
    if item.kind == ItemKind.OPTIONS:
        system = option_system(instrument.key)
        return {"valueCoding": {"system": system, "code": str(given)}}
    number = exact_number(given)
    if number is None:
        raise refused(f"/{item.code}", rule="number", detail="is no number.")
    kind = "valueInteger" if is_whole(item) else "valueDecimal"
    return {kind: as_number(number)}


def _require_instrument(told: object, *, instrument: Instrument) -> None:
    """Refuse a response to something else; one that does not say to what is taken."""
    if told is None:
        return
    ours = canonical(instrument.key)
    if told not in (ours, f"{ours}|{instrument.version}"):
        detail = f"answers {told!r:.80}, not {ours}|{instrument.version}."
        raise refused("/questionnaire", rule="another_instrument", detail=detail)


def _patient(subject: object) -> str | None:
    if subject is None:
        return None
    told = subject.get("reference") if isinstance(subject, Mapping) else None
    if not isinstance(told, str):
        detail = "must be a reference to a Patient."
        raise refused("/subject", rule="reference", detail=detail)
    return told


def _answers(root: Mapping[str, Any], *, instrument: Instrument) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for where, entry in _entries("", root, depth=0):
        item = instrument.item(code_of(str(entry.get("linkId"))))
        if item is None:
            detail = f"{instrument.key} has no such item."
            raise refused(f"{where}/linkId", rule="unknown_item", detail=detail)
        if item.code in found:
            raise refused(where, rule="twice", detail="is answered twice.")
        given = require_list(f"{where}/answer", entry["answer"])
        if len(given) > 1:
            detail = "an item is answered once here."
            raise refused(f"{where}/answer/1", rule="repeats", detail=detail)
        found[item.code] = _value(f"{where}/answer/0", given[0], item=item)
    return found


def _entries(
    where: str, holder: Mapping[str, Any], *, depth: int
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every answered item with its place, at the top or in a group."""
    if "item" not in holder:
        return
    for index, each in enumerate(require_list(f"{where}/item", holder["item"])):
        place = f"{where}/item/{index}"
        entry = require_fields(
            place, each, known={"id", "linkId", "text", "definition", "item", "answer"}
        )
        if "answer" in entry:
            yield place, entry
        if "item" in entry and (depth or "answer" in entry):
            detail = "items stand in a group, and no deeper."
            raise refused(place, rule="nested_too_deep", detail=detail)
        yield from _entries(place, entry, depth=depth + 1)


def _value(where: str, answer: object, *, item: Item) -> Any:
    known = {"id", "valueCoding", "valueInteger", "valueDecimal"}
    values = require_fields(where, answer, known=known)
    if item.kind == ItemKind.OPTIONS:
        coding = values.get("valueCoding")
        code = coding.get("code") if isinstance(coding, Mapping) else None
        code = values.get("valueInteger") if coding is None else code
        if isinstance(code, bool) or not isinstance(code, str | int):
            detail = "needs the code of an option."
            raise refused(where, rule="no_code", detail=detail)
        return code
    number = values.get("valueInteger", values.get("valueDecimal"))
    if exact_number(number) is None or isinstance(number, str):
        detail = "needs valueInteger or valueDecimal."
        raise refused(where, rule="number", detail=detail)
    return number
