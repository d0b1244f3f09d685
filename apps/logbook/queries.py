"""Reads owned by logbook."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from apps.accounts.models import User
from apps.clinical.check_in_windows import SPANS
from apps.clinical.check_in_windows import Moment as WindowMoment
from apps.clinics.models import Membership, Patient
from apps.common.errors import NotThereError
from apps.common.statements import Compiled
from apps.common.zones import within_days
from apps.programmes.models import PlannedSession, Prescription

from .entry import CheckInsQuery, SessionsQuery
from .models import CheckIn, ExerciseEntry, HeldSession, Moment, SetEntry

# The name of HeldSession's attribute, which is no column.
NEXT_START: Final = "next_started_at"
PRESCRIBED: Final = "prescribed_exercise_ids"


def visible_session(user: Any, session_id: UUID) -> HeldSession:
    """Return a session in full if the user may read it.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    rows = HeldSession.objects.visible_to(user).filter(public_id=session_id)
    session: HeldSession | None = sessions_in_full(rows).first()
    if session is None:
        raise NotThereError("There is no such session, or you may not see it.")
    return session


def visible_check_in(user: Any, check_in_id: UUID) -> CheckIn:
    """Return a check-in in full if the user may read it.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    rows = CheckIn.objects.visible_to(user).filter(public_id=check_in_id)
    check_in: CheckIn | None = check_ins_in_full(rows).first()
    if check_in is None:
        raise NotThereError("There is no such check-in, or you may not see it.")
    return check_in


def sessions_in_full(rows: QuerySet[HeldSession]) -> QuerySet[HeldSession]:
    """Load everything that an answer about a session shows, in five queries."""
    return (
        rows.annotate(**{NEXT_START: _next_start()})
        .select_related("patient", "planned_session", "supervised_by", "entered_by")
        .prefetch_related(
            _entries(),
            Prefetch(
                "check_ins",
                CheckIn.objects.select_related(
                    "planned_session", "entered_by"
                ).order_by("answered_at", "pk"),
            ),
        )
    )


def check_ins_in_full(rows: QuerySet[CheckIn]) -> QuerySet[CheckIn]:
    """Load everything that an answer about a check-in shows, in one query."""
    return rows.select_related("patient", "session", "planned_session", "entered_by")


def found_sessions(user: Any, query: SessionsQuery) -> QuerySet[HeldSession]:
    """Return the sessions that the user may read and asked for, in full."""
    rows: QuerySet[HeldSession] = HeldSession.objects.visible_to(user)
    if query.patient is not None:
        rows = rows.filter(patient__public_id=query.patient)
    days = within_days(rows, column="started_at", zone_column="time_zone", days=query)
    return sessions_in_full(days)


def found_check_ins(user: Any, query: CheckInsQuery) -> QuerySet[CheckIn]:
    """Return the check-ins that the user may read and asked for, in full."""
    rows: QuerySet[CheckIn] = CheckIn.objects.visible_to(user)
    if query.patient is not None:
        rows = rows.filter(patient__public_id=query.patient)
    if query.session is not None:
        rows = rows.filter(session__public_id=query.session)
    if query.from_ is not None:
        rows = rows.filter(day__gte=query.from_)
    if query.to is not None:
        rows = rows.filter(day__lte=query.to)
    return check_ins_in_full(rows)


def sessions_near(
    patient: Patient, *, at: datetime, public_id: UUID | None, slot_id: UUID | None
) -> list[HeldSession]:
    """Return in one query what a new session at ``at`` may touch.

    That is the session of this id (void or not), the one that fills the slot, and the
    neighbours on both sides.
    """
    return _sessions_near(
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        at=at,
        public_id=public_id,
        slot_id=slot_id,
    )


@Compiled
def _sessions_near(
    *,
    clinic_id: int,
    patient_id: int,
    at: datetime,
    public_id: UUID | None,
    slot_id: UUID | None,
) -> QuerySet[HeldSession]:
    living = HeldSession.objects.filter(
        clinic=clinic_id, patient=patient_id, voided_at__isnull=True
    )
    before = living.filter(started_at__lte=at).order_by("-started_at", "-pk")
    after = living.filter(started_at__gt=at).order_by("started_at", "pk")
    wanted = Q(pk=Subquery(before.values("pk")[:1]))
    wanted |= Q(pk=Subquery(after.values("pk")[:1]))
    if public_id is not None:
        wanted |= Q(public_id=public_id)
    if slot_id is not None:
        wanted |= Q(planned_session__public_id=slot_id, voided_at__isnull=True)
    rows = HeldSession.objects.filter(wanted, patient=patient_id)
    return rows.select_related("planned_session")


def check_ins_near(
    patient: Patient,
    *,
    ids: Iterable[UUID],
    started_at: datetime,
    slot: PlannedSession | None,
    earlier: HeldSession | None = None,
    own: HeldSession | None = None,
) -> list[CheckIn]:
    """Return in one query the check-ins that a new or moved session may touch.

    Those of these ids, those sent ahead of it, those of the earlier session that were
    answered after this one started, and its ``own``.
    """
    span = SPANS[WindowMoment.PRE]
    return _check_ins_near(
        patient_id=patient.pk,
        ids=list(ids),
        started_at=started_at,
        opens_at=started_at + span.opens,
        closes_at=started_at + span.closes,
        slot_id=slot.pk if slot else None,
        earlier_id=earlier.pk if earlier else None,
        own_id=own.pk if own else None,
    )


@Compiled
def _check_ins_near(
    *,
    patient_id: int,
    ids: list[UUID],
    started_at: datetime,
    opens_at: datetime,
    closes_at: datetime,
    slot_id: int | None,
    earlier_id: int | None,
    own_id: int | None,
) -> QuerySet[CheckIn]:
    ahead = Q(planned_session__isnull=True, answered_at__range=(opens_at, closes_at))
    if slot_id is not None:
        ahead |= Q(planned_session=slot_id)
    wanted = Q(public_id__any_of=ids)
    wanted |= ahead & Q(moment=Moment.PRE, session=None, voided_at=None)
    if earlier_id is not None:
        wanted |= Q(session=earlier_id, answered_at__gt=started_at, voided_at=None)
    if own_id is not None:
        wanted |= Q(session=own_id)
    rows = CheckIn.objects.filter(wanted, patient=patient_id)
    return check_ins_in_full(rows).order_by("answered_at", "pk")


def check_in_of(patient: Patient, *, check_in_id: UUID) -> CheckIn | None:
    """Return the patient's check-in of this public id in full, void or not."""
    rows = CheckIn.objects.filter(patient=patient, public_id=check_in_id)
    check_in: CheckIn | None = check_ins_in_full(rows).first()
    return check_in


def session_with_check_ins(patient: Patient, *, session_id: UUID) -> HeldSession | None:
    """Return the patient's session of this public id, void or not."""
    rows = HeldSession.objects.filter(patient=patient, public_id=session_id)
    session: HeldSession | None = _with_check_ins(rows).first()
    return session


def sessions_to_follow_up(
    patient: Patient, *, since: datetime
) -> QuerySet[HeldSession]:
    """Return the patient's sessions that ended after ``since``, void ones left out.

    Each has ``next_started_at`` and its check-ins.
    """
    rows = _living_sessions(patient).filter(ended_at__gt=since)
    return _with_check_ins(rows).order_by("started_at", "pk")


def sessions_awaiting_pre(
    patient: Patient, *, answered_at: datetime, slot: PlannedSession | None
) -> list[HeldSession]:
    """Return the sessions that a ``pre`` without a session may have gone ahead of.

    The one of its slot; without a slot those in whose window before it lies.
    """
    rows = _living_sessions(patient)
    if slot is not None:
        return list(_with_check_ins(rows.filter(planned_session=slot)))
    span = SPANS[WindowMoment.PRE]
    starts = (answered_at - span.closes, answered_at - span.opens)
    return list(_with_check_ins(rows.filter(started_at__range=starts)))


def sessions_in_slot(slot: PlannedSession) -> list[HeldSession]:
    """Return the session that fills a slot, in a list, if there is one."""
    rows = HeldSession.objects.filter(planned_session=slot, voided_at__isnull=True)
    return list(rows.select_related("planned_session"))


def sessions_touched_by(
    session: HeldSession, *, starts: Iterable[datetime]
) -> list[HeldSession]:
    """Return the session, and those just before each of its places, if not void.

    Each has ``next_started_at`` and its check-ins: their windows may have changed.
    """
    wanted = Q(pk=session.pk)
    others = _living_sessions(session.patient).exclude(pk=session.pk)
    for start in starts:
        before = others.filter(started_at__lte=start).order_by("-started_at", "-pk")
        wanted |= Q(pk=Subquery(before.values("pk")[:1]))
    return list(_with_check_ins(_living_sessions(session.patient).filter(wanted)))


def next_start_after(session: HeldSession) -> datetime | None:
    """Return when the next session that is not void started."""
    later = HeldSession.objects.filter(
        Q(started_at__gt=session.started_at)
        | Q(started_at=session.started_at, pk__gt=session.pk),
        clinic=session.clinic_id,
        patient=session.patient_id,
        voided_at__isnull=True,
    )
    return (
        later.order_by("started_at", "pk").values_list("started_at", flat=True).first()
    )


def planned_session_of(patient: Patient, *, slot_id: UUID) -> PlannedSession | None:
    """Return the patient's planned session of this public id."""
    found = _planned_sessions(patient_id=patient.pk, slot_id=slot_id)
    return found[0] if found else None


@Compiled
def _planned_sessions(*, patient_id: int, slot_id: UUID) -> QuerySet[PlannedSession]:
    rows = PlannedSession.objects.filter(patient=patient_id, public_id=slot_id)
    prescribed = ArraySubquery(_prescribed(OuterRef("programme")))
    return rows.annotate(**{PRESCRIBED: prescribed})


def prescribed_exercises(slot: PlannedSession) -> set[int]:
    """Return the keys of the exercises of the programme that a slot is part of."""
    # planned_session_of has brought them along.
    brought: list[int] | None = getattr(slot, PRESCRIBED, None)
    return set(_prescribed(slot.programme_id) if brought is None else brought)


def member_of_staff(clinic_id: int, *, user_id: UUID, now: datetime) -> User | None:
    """Return the person of this public id if they work in the clinic now."""
    working = Membership.objects.active_at(now).filter(clinic_id=clinic_id)
    return User.objects.filter(
        public_id=user_id, is_active=True, pk__in=working.values("user")
    ).first()


def _prescribed(programme_id: int | OuterRef) -> QuerySet[Prescription, int]:
    rows = Prescription.objects.filter(programme_id=programme_id)
    return rows.values_list("exercise_id", flat=True)


def _living_sessions(patient: Patient) -> QuerySet[HeldSession]:
    return HeldSession.objects.filter(
        clinic=patient.clinic_id, patient=patient, voided_at__isnull=True
    )


def _with_check_ins(rows: QuerySet[HeldSession]) -> QuerySet[HeldSession]:
    return rows.annotate(**{NEXT_START: _next_start()}).prefetch_related("check_ins")


def _entries() -> "Prefetch[str]":
    return Prefetch(
        "exercise_entries",
        # Exercises not by a join: a page of sessions names the same few many times.
        ExerciseEntry.objects.prefetch_related(
            "exercise", Prefetch("sets", SetEntry.objects.order_by("position"))
        ).order_by("position"),
    )


def _next_start() -> Subquery:
    later = HeldSession.objects.filter(
        Q(started_at__gt=OuterRef("started_at"))
        | Q(started_at=OuterRef("started_at"), pk__gt=OuterRef("pk")),
        clinic=OuterRef("clinic"),
        patient=OuterRef("patient"),
        voided_at__isnull=True,
    )
    return Subquery(later.order_by("started_at", "pk").values("started_at")[:1])
