"""Reads owned by questionnaires."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    CharField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)

from apps.clinical.questionnaires.instrument import Instrument
from apps.clinical.questionnaires.library import (
    shipped_document,
    shipped_instruments,
)
from apps.clinical.questionnaires.parsing import parse_instrument
from apps.clinics.models import Membership, Patient, Role
from apps.common import clock
from apps.common.errors import NotAllowedError, NotThereError
from apps.common.zones import day_in

from .entry import QuestionnaireQuery, ResponseQuery, WordingQuery
from .instruments import shipped_id
from .models import (
    InstrumentWording,
    OwnInstrument,
    Questionnaire,
    QuestionnaireResponse,
    QuestionnaireSchedule,
)

NOT_VOID = Q(voided_at__isnull=True)
STATUSES = {
    "void": Q(voided_at__isnull=False),
    "open": NOT_VOID & Q(response_id__isnull=True, cancelled_at__isnull=True),
    "cancelled": NOT_VOID & Q(response_id__isnull=True, cancelled_at__isnull=False),
    "begun": NOT_VOID
    & Q(response_id__isnull=False, response_completed_at__isnull=True),
    "completed": NOT_VOID & Q(response_completed_at__isnull=False),
}
"""Which rows of ``with_state`` have each status of a questionnaire."""
READERS = (Role.THERAPIST, Role.MANAGER)
"""Who of the staff reads a clinic's licensed words."""


def instrument_of(row: OwnInstrument) -> Instrument:
    """Return the instrument that a clinic's row describes."""
    return parse_instrument(row.document)


def readable_instruments(
    user: Any, *, key: str | None
) -> Iterator[tuple[OwnInstrument | None, Instrument]]:
    """Return what is shipped, then what the user's clinics own, by key and version.

    Each with its row, None for what is shipped.
    """
    for (each, _), instrument in sorted(shipped_instruments().items()):
        if key in (None, each):
            yield None, instrument
    rows = OwnInstrument.objects.readable_by(user).order_by("key", "version", "pk")
    for row in rows.filter(key=key) if key else rows:
        yield row, instrument_of(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportableInstrument:
    """The document of an instrument, and words where they are the clinic's own."""

    document: Mapping[str, Any]
    words: Mapping[str, Any] | None


def exportable_instrument(
    user: Any, instrument_id: UUID, *, language: str | None
) -> ExportableInstrument:
    """Return a shipped instrument or one of the user's clinics, for staff.

    Raises:
        NotThereError: There is none.
        NotAllowedError: The user is not a therapist or manager where it is used.
    """
    working = Membership.objects.active_at(clock.now()).filter(
        user=user, role__in=READERS
    )
    own = OwnInstrument.objects.readable_by(user)
    row: Any = own.filter(public_id=instrument_id).first()
    shipped = next(
        (each for each in shipped_instruments() if shipped_id(*each) == instrument_id),
        None,
    )
    if row is None and shipped is None:
        raise NotThereError("There is no such instrument, or you may not see it.")
    if row is not None:
        working = working.filter(clinic=row.clinic_id)
    if not working.exists():
        raise NotAllowedError("Only therapists and managers export instruments.")
    if shipped is not None:
        return ExportableInstrument(document=shipped_document(*shipped), words=None)
    words = _own_words(row, language=language)
    return ExportableInstrument(document=row.document, words=words)


def _own_words(row: OwnInstrument, *, language: str | None) -> Mapping[str, Any] | None:
    if language is None:
        return None
    wording = InstrumentWording.objects.filter(
        clinic=row.clinic_id,
        instrument_key=row.key,
        instrument_version=row.version,
        language=language,
    )
    newest = wording.order_by("-revision").first()
    if newest is None:
        raise NotThereError(f"The clinic has no words of it in {language!r}.")
    words: Mapping[str, Any] = newest.document["items"]
    return words


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


def wording_shown(
    patient: Patient, *, key: str, version: int, wording_id: UUID | None
) -> InstrumentWording | None:
    """Return the wording that a form names, else the one in force."""
    if wording_id is not None:
        named: InstrumentWording | None = InstrumentWording.objects.filter(
            clinic=patient.clinic_id,
            instrument_key=key,
            instrument_version=version,
            public_id=wording_id,
        ).first()
        if named is not None:
            return named
    return wording_for(patient, key=key, version=version)


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
    if query.status is None:
        return rows
    if query.status == "due":
        return due_questionnaires(rows, now=clock.now())
    return rows.filter(STATUSES[query.status])


def due_questionnaires(rows: QuerySet[Any], *, now: datetime) -> QuerySet[Any]:
    """Limit ``with_state`` to what waits for an answer on this day of each patient.

    One query finds the zones; the days are reckoned here, by our own zones.
    """
    waiting = rows.filter(STATUSES["open"] | STATUSES["begun"])
    by_zone = waiting.order_by().values_list("patient__time_zone", flat=True)
    # Without a zone there is no row; an empty Q would mean all of them.
    is_open = Q(pk__in=[])
    for zone in by_zone.distinct():
        today = day_in(zone, now)
        is_open |= (
            Q(patient__time_zone=zone)
            & (Q(opens_on__isnull=True) | Q(opens_on__lte=today))
            & (Q(closes_on__isnull=True) | Q(closes_on__gte=today))
        )
    return waiting.filter(is_open)


def with_state(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return questionnaires with their people and the response that counts.

    ``has_wording``: the clinic has words in force for the patient's language, or a
    relative of it.
    """
    counting = QuestionnaireResponse.objects.filter(
        questionnaire=OuterRef("pk"), voided_at__isnull=True
    )
    words = InstrumentWording.objects.filter(
        clinic=OuterRef("clinic"),
        instrument_key=OuterRef("instrument_key"),
        instrument_version=OuterRef("instrument_version"),
    ).annotate(primary=_primary(F("language")))
    people = ("patient__clinic", "entered_by", "programme")
    return rows.select_related(*people).annotate(
        response_id=Subquery(counting.values("public_id")[:1]),
        response_completed_at=Subquery(counting.values("completed_at")[:1]),
        has_wording=Exists(
            words.filter(primary=_primary(OuterRef("patient__language")))
        ),
    )


def schedules_in_force(
    rows: QuerySet[QuestionnaireSchedule],
) -> QuerySet[QuestionnaireSchedule]:
    """Limit to the newest version of each clinic and template."""
    newer = QuestionnaireSchedule.objects.filter(
        clinic=OuterRef("clinic"),
        template_key=OuterRef("template_key"),
        version__gt=OuterRef("version"),
    )
    return rows.filter(~Exists(newer)).select_related("clinic", "set_by")


def readable_schedules(
    user: Any, *, template: str | None
) -> QuerySet[QuestionnaireSchedule]:
    """Return the schedules in force of the user's clinics."""
    rows = schedules_in_force(QuestionnaireSchedule.objects.readable_by(user))
    return rows.filter(template_key=template) if template else rows


def newest_schedule(*, clinic_id: int, template: str) -> QuestionnaireSchedule | None:
    """Return the schedule in force of one template, empty for all others."""
    rows = QuestionnaireSchedule.objects.filter(clinic=clinic_id, template_key=template)
    return schedules_in_force(rows).first()


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


def _primary(language: Any) -> Func:
    return Func(
        language, Value("-"), Value(1), function="split_part", output_field=CharField()
    )


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
