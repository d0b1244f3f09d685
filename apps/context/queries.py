"""Reads owned by context."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.clinical.surroundings import TOLD_FROM_GRADE, days_to_offer
from apps.clinics.models import Patient
from apps.common.errors import NotThereError
from apps.common.shapes import DayRange
from apps.common.zones import FURTHEST_FROM_UTC, day_in
from apps.logbook.models import HeldSession
from apps.programmes.models import Programme

from .entry import (
    AdverseEventQuery,
    AdverseEventRegisterQuery,
    AgreementQuery,
    CoInterventionQuery,
    FlarePlanQuery,
    PhenotypeQuery,
    RecordQuery,
)
from .models import (
    AdverseEvent,
    Agreement,
    CoIntervention,
    CoInterventionKind,
    FlarePlan,
    Party,
    Phenotype,
)

Record = TypeVar("Record", bound=Any)

BESIDE: Final[dict[type, tuple[str, ...]]] = {
    Agreement: ("exercise", "programme"),
    AdverseEvent: ("session",),
}
"""What an answer shows besides the people."""
NEW_DRUG, DOSE_CHANGE = "new_drug", "dose_change"
TAKEN = (CoInterventionKind.DRUG, CoInterventionKind.INJECTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionToMark:
    """A session around a new drug or dose, and the confounder that is not ticked."""

    session: UUID
    started_at: datetime
    confounder: str
    changed_on: date


def visible_record(model: type[Record], user: Any, record_id: UUID) -> Record:
    """Return a record that the user may read, with all it shows.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    rows = with_details(model.objects.visible_to(user))
    record: Record | None = rows.filter(public_id=record_id).first()
    if record is None:
        raise NotThereError("There is no such record, or you may not see it.")
    return record


def with_details(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return records with their people and what they point at."""
    return rows.select_related("patient", "entered_by", *BESIDE.get(rows.model, ()))


def found_agreements(user: Any, query: AgreementQuery) -> QuerySet[Agreement]:
    """Return the agreements that the user may read and asked for.

    With ``current``: the newest for each exercise and phase, whatever it says.
    """
    rows = _of(Agreement, user, query)
    if query.current:
        about = ("patient", "exercise", "programme", "phase")
        rows = rows.filter(pk__in=_newest(rows, about, day="agreed_on"))
    if query.exercise:
        rows = rows.filter(exercise__public_id=query.exercise)
    if query.preference:
        rows = rows.filter(preference=query.preference)
    return _within(rows, query, day="agreed_on")


def found_flare_plans(user: Any, query: FlarePlanQuery) -> QuerySet[FlarePlan]:
    """Return the flare plans that the user may read and asked for.

    With ``current``: the newest of each patient that the therapist agreed to.
    """
    rows = _of(FlarePlan, user, query)
    if query.current:
        agreed = rows.filter(agreed_by__contains=[Party.THERAPIST])
        rows = rows.filter(pk__in=_newest(agreed, ("patient",), day="agreed_on"))
    return _within(rows, query, day="agreed_on")


def flare_plans_of(patient: Patient) -> tuple[FlarePlan | None, FlarePlan | None]:
    """Return the flare plan that holds, and what the patient proposed after it."""
    rows = FlarePlan.objects.filter(patient=patient, voided_at__isnull=True)
    newest_first = list(rows.order_by("-agreed_on", "-pk"))
    agreed = next(
        (row for row in newest_first if Party.THERAPIST in row.agreed_by), None
    )
    # By when it came, whichever day it names: a later plan has taken it up.
    own = [
        row
        for row in newest_first
        if row.entered_by_id == patient.user_id and (not agreed or row.pk > agreed.pk)
    ]
    return agreed, own[0] if own else None


def found_phenotypes(user: Any, query: PhenotypeQuery) -> QuerySet[Phenotype]:
    """Return the phenotype records that the user may read and asked for.

    With ``current``: of the newest of each patient, those that say what was asked.
    """
    rows = _of(Phenotype, user, query)
    if query.current:
        rows = rows.filter(pk__in=_newest(rows, ("patient",), day="assessed_on"))
    for name in ("mechanism", "modulation", "sensitisation", "fear_of_movement"):
        wanted = getattr(query, name)
        if wanted is not None:
            rows = rows.filter(**{name: wanted})
    return _within(rows, query, day="assessed_on")


def found_co_interventions(
    user: Any, query: CoInterventionQuery
) -> QuerySet[CoIntervention]:
    """Return the co-interventions that the user may read and asked for."""
    rows = _of(CoIntervention, user, query)
    if query.kind:
        rows = rows.filter(kind=query.kind)
    return rows.filter(
        _going_on("first_day", "last_day", first=query.from_, last=query.to)
    )


def found_adverse_events(user: Any, query: AdverseEventQuery) -> QuerySet[AdverseEvent]:
    """Return the adverse events that the user may read and asked for."""
    rows = _of(AdverseEvent, user, query)
    if query.grade is not None:
        rows = rows.filter(grade__gte=query.grade)
    if query.serious is not None:
        rows = rows.filter(serious=query.serious)
    return _within(rows, query, day="began_on")


def registered_events(
    clinic_id: int, query: AdverseEventRegisterQuery
) -> QuerySet[AdverseEvent]:
    """Return the grave adverse events of a clinic, void ones left out.

    For its managers, in the shape that holds no free text: it opens no chart.
    """
    rows: QuerySet[AdverseEvent] = AdverseEvent.objects.filter(
        Q(serious=True) | Q(grade__gte=TOLD_FROM_GRADE),
        clinic=clinic_id,
        voided_at__isnull=True,
    )
    if query.grade is not None:
        rows = rows.filter(grade__gte=query.grade)
    return _within(rows.select_related("patient"), query, day="began_on")


def co_interventions_between(
    patient_id: int, *, first: date, last: date
) -> QuerySet[CoIntervention]:
    """Return what went on beside the exercise of a patient, longest first."""
    rows: QuerySet[CoIntervention] = CoIntervention.objects.filter(
        _going_on("first_day", "last_day", first=first, last=last),
        patient=patient_id,
        voided_at__isnull=True,
    )
    return rows.order_by("first_day", "id")


def adverse_events_between(
    patient_id: int, *, first: date, last: date
) -> QuerySet[AdverseEvent]:
    """Return the adverse events of a patient that went on in these days."""
    rows: QuerySet[AdverseEvent] = AdverseEvent.objects.filter(
        _going_on("began_on", "ended_on", first=first, last=last),
        patient=patient_id,
        voided_at__isnull=True,
    )
    return rows.order_by("began_on", "id")


def programme_of(patient_id: int, *, programme_id: UUID) -> Programme | None:
    """Return a programme of the patient, with its template."""
    rows = Programme.objects.filter(patient=patient_id, public_id=programme_id)
    found: Programme | None = rows.select_related("template").first()
    return found


def session_of(patient_id: int, *, session_id: UUID) -> HeldSession | None:
    """Return a session of the patient that is not void."""
    rows = HeldSession.objects.filter(
        patient=patient_id, public_id=session_id, voided_at__isnull=True
    )
    found: HeldSession | None = rows.first()
    return found


def sessions_to_mark(record: CoIntervention) -> list[SessionToMark]:
    """Return the sessions around a new drug or dose that do not say so yet.

    For a person to look at, oldest first, each confounder once a session.
    """
    changes = [] if record.voided_at else list(_changes_of(record))
    if not changes:
        return []
    found: dict[tuple[UUID, str], SessionToMark] = {}
    for session in _sessions_around(record, [day for day, _ in changes]):
        held_on = day_in(session.time_zone, session.started_at)
        for changed_on, confounder in changes:
            first, last = days_to_offer(changed_on)
            if first <= held_on <= last and confounder not in session.confounders:
                found.setdefault(
                    (session.public_id, confounder),
                    SessionToMark(
                        session=session.public_id,
                        started_at=session.started_at,
                        confounder=confounder,
                        changed_on=changed_on,
                    ),
                )
    return list(found.values())


def _changes_of(record: CoIntervention) -> Iterator[tuple[date, str]]:
    if record.kind not in TAKEN:
        return
    if record.first_day is not None:
        yield record.first_day, NEW_DRUG
    for change in record.dose_changes:
        yield date.fromisoformat(change["day"]), DOSE_CHANGE
    # An injection is over at once; to stop a medicine is to change its dose.
    if record.last_day is not None and record.kind == CoInterventionKind.DRUG:
        yield record.last_day, DOSE_CHANGE


def _sessions_around(
    record: CoIntervention, changed_on: Sequence[date]
) -> QuerySet[HeldSession]:
    near = Q()
    for day in changed_on:
        first, last = days_to_offer(day)
        near |= Q(
            started_at__gte=datetime.combine(first, time.min, UTC) - FURTHEST_FROM_UTC,
            started_at__lte=datetime.combine(last, time.max, UTC) + FURTHEST_FROM_UTC,
        )
    rows: QuerySet[HeldSession] = HeldSession.objects.filter(
        near, clinic=record.clinic_id, patient=record.patient_id, voided_at__isnull=True
    )
    return rows.only("public_id", "started_at", "time_zone", "confounders").order_by(
        "started_at", "pk"
    )


def _of(model: type[Record], user: Any, query: RecordQuery) -> QuerySet[Record]:
    rows = with_details(model.objects.visible_to(user))
    if query.patient:
        rows = rows.filter(patient__public_id=query.patient)
    return rows


def _newest(
    rows: QuerySet[Record], about: tuple[str, ...], *, day: str
) -> QuerySet[Any, Any]:
    standing = rows.filter(voided_at__isnull=True)
    return standing.order_by(*about, f"-{day}", "-pk").distinct(*about).values("pk")


def _within(rows: QuerySet[Record], days: DayRange, *, day: str) -> QuerySet[Record]:
    if days.from_ is not None:
        rows = rows.filter(**{f"{day}__gte": days.from_})
    if days.to is not None:
        rows = rows.filter(**{f"{day}__lte": days.to})
    return rows


def _going_on(begins: str, ends: str, *, first: date | None, last: date | None) -> Q:
    """Return the condition of what went on in these days; without an end it goes on."""
    wanted = Q()
    if last is not None:
        wanted &= Q(**{f"{begins}__lte": last}) | Q(**{f"{begins}__isnull": True})
    if first is not None:
        wanted &= Q(**{f"{ends}__gte": first}) | Q(**{f"{ends}__isnull": True})
    return wanted
