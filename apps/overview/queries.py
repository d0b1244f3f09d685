"""Reads across the rooms below: who needs me, and one patient's time line."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)

from apps.clinical.check_in_windows import FOLLOW_UP_TARGETS, nearest
from apps.clinics import queries as clinics
from apps.clinics.models import Patient, Role
from apps.context import queries as context
from apps.context.models import AdverseEvent, CoIntervention
from apps.inbox.models import Alert, AlertKind, AlertStatus
from apps.logbook.models import CheckIn, ExerciseEntry, HeldSession, Moment, SetEntry
from apps.programmes.models import IntroductoryMeeting, Pause, PhaseInForce
from apps.programmes.queries import meetings_between
from apps.progression.models import LoadProposal
from apps.progression.queries import proposals_between
from apps.strength.models import OneRepMaxTest

# A grave alert that closed by itself stays until somebody has looked.
OPEN_ALERTS = Alert.objects.exclude(status=AlertStatus.RESOLVED)
SEVERITY_ORDER = ("high", "moderate", "low", "info")
# Of equal severity: what cannot wait, then what says most about the person.
KIND_ORDER = (
    AlertKind.RED_FLAG,
    AlertKind.SUSTAINED_FLARE,
    AlertKind.HYPERALGESIA,
    AlertKind.ACUTE_FLARE,
    AlertKind.RISING_PAIN,
    AlertKind.HYPERALGESIA_WATCH,
    AlertKind.LOW_DOSE,
    AlertKind.LOW_ADHERENCE,
    AlertKind.MISSED_SESSIONS,
    AlertKind.POSSIBLE_FLARE,
    AlertKind.NOT_JUDGEABLE,
)


def caseload(user: Any, *, now: datetime) -> QuerySet[Patient]:
    """Return the patients a member of staff answers for, with their open alerts.

    A therapist's are those in their care. A manager's are those whom nobody treats:
    somebody must find them a therapist.
    """
    managed = clinics.working_clinics(user, now=now).filter(role=Role.MANAGER)
    orphans = clinics.patients_without_therapist(now=now).filter(
        clinic__in=managed.order_by().values("clinic")
    )
    mine = Patient.objects.cared_for_by(user)
    return (
        Patient.objects.filter(Q(pk__in=mine.values("pk")) | Q(pk__in=orphans))
        .select_related("clinic")
        .prefetch_related(
            Prefetch(
                "alerts",
                queryset=OPEN_ALERTS.order_by("opened_at"),
                to_attr="open_alerts",
            )
        )
    )


def matching(
    patients: QuerySet[Patient],
    *,
    search: str,
    status: str | None,
    needs_attention: bool | None,
) -> QuerySet[Patient]:
    """Limit patients by every word of ``search``, by status and by open alerts."""
    for word in search.split():
        patients = patients.filter(
            Q(given_name__icontains=word)
            | Q(family_name__icontains=word)
            | Q(email__icontains=word)
        )
    if status is not None:
        patients = patients.filter(status=status)
    if needs_attention is not None:
        alerted = Exists(OPEN_ALERTS.filter(patient=OuterRef("pk")))
        patients = patients.filter(alerted if needs_attention else ~alerted)
    return patients


def by_urgency(patients: QuerySet[Patient]) -> QuerySet[Patient]:
    """Return alerted patients with ``urgency``, that of their gravest open alert."""
    gravest = OPEN_ALERTS.filter(patient=OuterRef("pk")).order_by("-urgency")
    return patients.annotate(urgency=Subquery(gravest.values("urgency")[:1]))


def first_concern(alerts: Iterable[Alert]) -> Alert | None:
    """Return what to look at first: still going on, then most severe, then newest.

    An alert that closed by itself comes after all that go on.
    """
    return min(
        alerts,
        key=lambda alert: (
            alert.closed_itself_at is not None,
            SEVERITY_ORDER.index(alert.severity),
            KIND_ORDER.index(alert.kind),
            -alert.opened_at.timestamp(),
        ),
        default=None,
    )


@dataclass(frozen=True, slots=True)
class SessionPoint:
    """One session on the time line; every pain value may be missing, never zero."""

    session: HeldSession
    before_mm: int | None
    during_mm: int | None
    after_mm: int | None
    h24_mm: int | None
    h48_mm: int | None


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Everything for the picture of one patient over a range of days."""

    sessions: list[SessionPoint]
    tests: list[OneRepMaxTest]
    proposals: list[LoadProposal]
    alerts: list[Alert]
    pauses: list[Pause]
    phases: list[PhaseInForce]
    meetings: list[IntroductoryMeeting]
    co_interventions: list[CoIntervention]
    adverse_events: list[AdverseEvent]


def time_line(patient: Patient, *, first_day: date, last_day: date) -> TimeLine:
    """Return one patient's time line in a fixed number of queries.

    Days are counted in the patient's zone; both are included.
    """
    zone = ZoneInfo(patient.time_zone)
    start = datetime.combine(first_day, time(), tzinfo=zone)
    end = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=zone)
    tests = (
        OneRepMaxTest.objects.filter(
            patient=patient,
            voided_at__isnull=True,
            tested_at__gte=start,
            tested_at__lt=end,
        )
        .select_related("exercise")
        .order_by("tested_at", "id")
    )
    alerts = Alert.objects.filter(
        patient=patient, opened_at__gte=start, opened_at__lt=end
    ).order_by("opened_at", "id")
    pauses = Pause.objects.filter(
        Q(paused_until__isnull=True) | Q(paused_until__gte=first_day),
        programme__patient=patient,
        paused_from__lte=last_day,
    ).order_by("paused_from", "id")
    phases = PhaseInForce.objects.filter(
        programme__patient=patient, in_force_from__range=(first_day, last_day)
    ).order_by("in_force_from", "id")
    return TimeLine(
        sessions=_session_points(patient, start=start, end=end),
        tests=list(tests),
        proposals=list(proposals_between(patient, start=start, end=end)),
        alerts=list(alerts),
        pauses=list(pauses),
        phases=list(phases),
        meetings=list(meetings_between(patient, start=start, end=end)),
        co_interventions=list(
            context.co_interventions_between(patient.pk, first=first_day, last=last_day)
        ),
        adverse_events=list(
            context.adverse_events_between(patient.pk, first=first_day, last=last_day)
        ),
    )


def points_of(sessions: Iterable[HeldSession]) -> list[SessionPoint]:
    """Return the points of sessions that are loaded in full, without a query."""
    return [
        _session_point(
            each,
            check_ins=[row for row in each.check_ins.all() if _counts(row)],
            during_mm=max(_pain_of_sets(each), default=None),
        )
        for each in sessions
    ]


def _counts(row: CheckIn) -> bool:
    is_said = row.pain_mm is not None and row.voided_at is None
    return is_said and row.in_window is True


def _pain_of_sets(session: HeldSession) -> list[int]:
    sets = (row for entry in session.exercise_entries.all() for row in entry.sets.all())
    return [row.pain_mm for row in sets if row.pain_mm is not None]


def _session_points(
    patient: Patient, *, start: datetime, end: datetime
) -> list[SessionPoint]:
    sessions = list(
        HeldSession.objects.filter(
            patient=patient,
            voided_at__isnull=True,
            started_at__gte=start,
            started_at__lt=end,
        ).order_by("started_at", "id")
    )
    check_ins: dict[int | None, list[CheckIn]] = defaultdict(list)
    for row in CheckIn.objects.filter(
        session__in=sessions,
        in_window=True,
        voided_at__isnull=True,
        pain_mm__isnull=False,
    ):
        check_ins[row.session_id].append(row)
    during = _worst_during(sessions)
    return [
        _session_point(each, check_ins=check_ins[each.pk], during_mm=during[each.pk])
        for each in sessions
    ]


def _session_point(
    session: HeldSession, *, check_ins: list[CheckIn], during_mm: int | None
) -> SessionPoint:
    by_moment: dict[str, list[CheckIn]] = defaultdict(list)
    for row in check_ins:
        by_moment[row.moment].append(row)

    def only(moment: str) -> int | None:
        return by_moment[moment][0].pain_mm if by_moment[moment] else None

    def follow_up(moment: Moment) -> int | None:
        target = session.ended_at + FOLLOW_UP_TARGETS[moment.value]  # type: ignore[index]
        row = nearest(
            by_moment[moment], target=target, answered_at=lambda row: row.answered_at
        )
        return row.pain_mm if row else None

    told = [row.pain_mm for row in by_moment[Moment.DURING]]
    felt = [value for value in [*told, during_mm] if value is not None]
    return SessionPoint(
        session=session,
        before_mm=only(Moment.PRE),
        during_mm=max(felt, default=None),
        after_mm=only(Moment.POST),
        h24_mm=follow_up(Moment.H24),
        h48_mm=follow_up(Moment.H48),
    )


def _worst_during(sessions: list[HeldSession]) -> dict[int, int | None]:
    entries = ExerciseEntry.objects.filter(session__in=sessions)
    rows = SetEntry.objects.filter(
        exercise_entry__in=entries, pain_mm__isnull=False
    ).values_list(F("exercise_entry__session_id"), "pain_mm")
    worst: dict[int, int | None] = defaultdict(lambda: None)
    for session_id, pain_mm in rows:
        worst[session_id] = max(pain_mm, worst[session_id] or 0)
    return worst
