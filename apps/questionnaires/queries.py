"""Reads owned by questionnaires."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from apps.clinical.questionnaires.instrument import Instrument
from apps.clinical.questionnaires.library import shipped_instruments
from apps.clinical.questionnaires.parsing import parse_instrument
from apps.clinics.models import Membership, Patient, Role
from apps.common import clock
from apps.common.errors import NotThereError

from .entry import QuestionnaireQuery, ResponseQuery, WordingQuery
from .models import (
    InstrumentWording,
    OwnInstrument,
    Questionnaire,
    QuestionnaireResponse,
)

READERS = (Role.THERAPIST, Role.MANAGER)
"""Who of the staff reads a clinic's licensed words."""


def instrument_of(row: OwnInstrument) -> Instrument:
    """Return the instrument that a clinic's row describes."""
    return parse_instrument(row.document)


def readable_instruments(
    user: Any, *, key: str | None
) -> Iterator[tuple[int | None, Instrument]]:
    """Return what is shipped, then what the user's clinics own, by key and version.

    Each with the key of its clinic, None for what is shipped.
    """
    for (each, _), instrument in sorted(shipped_instruments().items()):
        if key in (None, each):
            yield None, instrument
    rows = OwnInstrument.objects.readable_by(user).order_by("key", "version", "pk")
    for row in rows.filter(key=key) if key else rows:
        yield row.clinic_id, instrument_of(row)


def readable_wordings(user: Any, *, query: WordingQuery) -> QuerySet[InstrumentWording]:
    """Return the wordings of clinics whose therapist or manager the user is."""
    working = Membership.objects.active_at(clock.now()).filter(
        user=user, role__in=READERS
    )
    rows = _with_force(
        InstrumentWording.objects.filter(clinic__in=working.values("clinic"))
    )
    if query.instrument:
        rows = rows.filter(instrument_key=query.instrument)
    return rows.select_related("imported_by")


def shown_wordings(user: Any, *, language: str | None) -> list[InstrumentWording]:
    """Return the wordings in force of clinics that the user treats in or is treated in.

    Whoever only assesses or leads a trial there gets none.
    """
    working = Membership.objects.active_at(clock.now()).filter(
        user=user, role__in=READERS
    )
    treated = Patient.objects.filter(user=user)
    rows = InstrumentWording.objects.filter(
        Q(clinic__in=working.values("clinic")) | Q(clinic__in=treated.values("clinic"))
    )
    if language:
        rows = rows.filter(language=language)
    return list(_newest(rows).select_related("clinic"))


def wording_for(
    patient: Patient, *, key: str, version: int
) -> InstrumentWording | None:
    """Return the wording in force for a patient's language, None without one.

    The language itself comes before a relative of it ("sv" before "sv-SE").
    """
    wanted = patient.language
    primary = wanted.partition("-")[0]
    rows = InstrumentWording.objects.filter(
        clinic=patient.clinic_id, instrument_key=key, instrument_version=version
    )
    found = [
        each for each in _newest(rows) if each.language.partition("-")[0] == primary
    ]
    same = (each for each in found if each.language == wanted)
    return next(same, found[0] if found else None)


def visible_questionnaire(user: Any, questionnaire_id: UUID) -> Questionnaire:
    """Return a questionnaire of a patient whom the user may read.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    rows = with_state(Questionnaire.objects.visible_to(user))
    found: Questionnaire | None = rows.filter(public_id=questionnaire_id).first()
    if found is None:
        raise NotThereError("There is no such questionnaire, or you may not see it.")
    return found


def found_questionnaires(
    user: Any, query: QuestionnaireQuery
) -> QuerySet[Questionnaire]:
    """Return the questionnaires that the user may read and asked for."""
    rows: QuerySet[Any] = with_state(Questionnaire.objects.visible_to(user))
    if query.patient:
        rows = rows.filter(patient__public_id=query.patient)
    if query.status == "void":
        return rows.filter(voided_at__isnull=False)
    if query.status:
        rows = rows.filter(voided_at__isnull=True)
        rows = rows.filter(
            response_id__isnull=query.status == "open",
            response_completed_at__isnull=query.status != "completed",
        )
    return rows


def with_state(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return questionnaires with their people and the response that counts."""
    counting = QuestionnaireResponse.objects.filter(
        questionnaire=OuterRef("pk"), voided_at__isnull=True
    )
    return rows.select_related("patient__clinic", "entered_by").annotate(
        response_id=Subquery(counting.values("public_id")[:1]),
        response_completed_at=Subquery(counting.values("completed_at")[:1]),
    )


def visible_response(user: Any, response_id: UUID) -> QuestionnaireResponse:
    """Return a response of a patient whom the user may read, with all it shows.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    rows = with_details(QuestionnaireResponse.objects.visible_to(user))
    found: QuestionnaireResponse | None = rows.filter(public_id=response_id).first()
    if found is None:
        raise NotThereError("There is no such response, or you may not see it.")
    return found


def found_responses(user: Any, query: ResponseQuery) -> QuerySet[QuestionnaireResponse]:
    """Return the responses that the user may read and asked for.

    Raises:
        NotThereError: The questionnaire asked for is not theirs to see.
    """
    rows = with_details(QuestionnaireResponse.objects.visible_to(user))
    if query.patient:
        rows = rows.filter(patient__public_id=query.patient)
    if query.questionnaire:
        rows = rows.filter(
            questionnaire=visible_questionnaire(user, query.questionnaire)
        )
    if query.instrument:
        rows = rows.filter(instrument_key=query.instrument)
    return rows


def with_details(
    rows: QuerySet[QuestionnaireResponse],
) -> QuerySet[QuestionnaireResponse]:
    """Return responses with people, scores and the key of the response before each."""
    people = ("patient__clinic", "questionnaire", "entered_by", "wording")
    return (
        rows.select_related(*people)
        .defer("wording__document")
        .prefetch_related("scores")
        .annotate(previous_id=Subquery(_response_before().values("pk")[:1]))
    )


def previous_responses(
    responses: Iterable[Any],
) -> dict[int, QuestionnaireResponse]:
    """Return the response before each of ``responses`` (``with_details``) by its key.

    It is the same patient's latest earlier one of the same instrument that is complete
    and not void.
    """
    wanted = {each.pk: each.previous_id for each in responses if each.previous_id}
    rows = QuestionnaireResponse.objects.select_related("wording")
    found = (
        rows.defer("wording__document")
        .prefetch_related("scores")
        .in_bulk(set(wanted.values()))
    )
    return {pk: found[previous_id] for pk, previous_id in wanted.items()}


def _response_before() -> QuerySet[QuestionnaireResponse]:
    earlier = Q(completed_at__lt=OuterRef("completed_at")) | Q(
        completed_at=OuterRef("completed_at"), pk__lt=OuterRef("pk")
    )
    rows: QuerySet[QuestionnaireResponse] = QuestionnaireResponse.objects.filter(
        earlier,
        clinic=OuterRef("clinic"),
        patient=OuterRef("patient"),
        instrument_key=OuterRef("instrument_key"),
        voided_at__isnull=True,
    )
    return rows.order_by(F("completed_at").desc(), F("pk").desc())


def _newest(rows: QuerySet[InstrumentWording]) -> QuerySet[InstrumentWording]:
    one_form = ("clinic", "instrument_key", "instrument_version", "language")
    return rows.order_by(*one_form, "-revision").distinct(*one_form)


def _with_force(rows: QuerySet[InstrumentWording]) -> QuerySet[InstrumentWording]:
    newer = InstrumentWording.objects.filter(
        clinic=OuterRef("clinic"),
        instrument_key=OuterRef("instrument_key"),
        instrument_version=OuterRef("instrument_version"),
        language=OuterRef("language"),
        revision__gt=OuterRef("revision"),
    )
    return rows.annotate(in_force=~Exists(newer))
