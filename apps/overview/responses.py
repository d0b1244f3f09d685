"""How one patient's pain answered their sessions: rows as the pure rule reads them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db.models import F

from apps.clinical.response_profile import (
    Profile,
    SessionAnswer,
    kind_of_session,
    response_profile,
    share_of_session,
)
from apps.clinical.scales import PainScale
from apps.clinics.models import Patient
from apps.common.shapes import DayRange
from apps.common.zones import within_days
from apps.logbook.models import CheckIn, ExerciseEntry, HeldSession, Moment, SetEntry
from apps.strength.models import OneRepMaxTest

PERCENT = 100


def profile_of(patient: Patient, *, days: DayRange) -> Profile:
    """Return the profile of the sessions of some days, in a fixed number of queries.

    Days are those of the zone that the patient lived by at each session. Sessions and
    values that are void do not count, nor a value out of its window.
    """
    rows = HeldSession.objects.filter(patient=patient, voided_at__isnull=True)
    sessions = list(
        within_days(
            rows, column="started_at", zone_column="time_zone", days=days
        ).order_by("started_at", "pk")
    )
    pain = _pain_around(sessions)
    modalities = _modalities(sessions)
    shares = _shares(patient, sessions)
    return response_profile(
        SessionAnswer(
            kind=kind_of_session(modalities[row.pk]),
            percent_1rm=share_of_session(shares[row.pk]),
            confounded=bool(row.confounders),
            pre_mm=_value(pain[row.pk], Moment.PRE),
            post_mm=_value(pain[row.pk], Moment.POST),
            pre_scale=_scale(pain[row.pk], Moment.PRE),
            post_scale=_scale(pain[row.pk], Moment.POST),
        )
        for row in sessions
    )


def _value(pain: Mapping[str, CheckIn], moment: Moment) -> int | None:
    return pain[moment].pain_mm if moment in pain else None


def _scale(pain: Mapping[str, CheckIn], moment: Moment) -> PainScale:
    return PainScale(pain[moment].scale) if moment in pain else PainScale.VAS


def _pain_around(
    sessions: Sequence[HeldSession],
) -> dict[int | None, dict[str, CheckIn]]:
    found: dict[int | None, dict[str, CheckIn]] = defaultdict(dict)
    for row in CheckIn.objects.filter(
        session__in=sessions,
        moment__in=(Moment.PRE, Moment.POST),
        in_window=True,
        voided_at__isnull=True,
        pain_mm__isnull=False,
    ):
        found[row.session_id][row.moment] = row
    return found


def _modalities(sessions: Sequence[HeldSession]) -> dict[int, list[str]]:
    done = ExerciseEntry.objects.filter(session__in=sessions, skipped_reason="")
    found: dict[int, list[str]] = defaultdict(list)
    for session_id, modality in done.values_list("session_id", "exercise__modality"):
        found[session_id].append(modality)
    return found


def _shares(
    patient: Patient, sessions: Sequence[HeldSession]
) -> dict[int, list[Decimal | None]]:
    """Return each set's load as a percentage of the newest 1RM at its session."""
    tests = (
        OneRepMaxTest.objects.filter(patient=patient, voided_at__isnull=True)
        .order_by("-tested_at", "-pk")
        .values_list("exercise_id", "side", "tested_at", "one_rep_max_kg")
    )
    newest_first = defaultdict(list)
    for exercise_id, side, tested_at, one_rep_max_kg in tests:
        newest_first[exercise_id, side].append((tested_at, one_rep_max_kg))
    entries = ExerciseEntry.objects.filter(session__in=sessions)
    sets = SetEntry.objects.filter(
        exercise_entry__in=entries, load_kg__gt=0
    ).values_list(
        F("exercise_entry__session_id"),
        F("exercise_entry__session__started_at"),
        F("exercise_entry__exercise_id"),
        F("exercise_entry__side"),
        "load_kg",
    )
    found: dict[int, list[Decimal | None]] = defaultdict(list)
    for session_id, started_at, exercise_id, side, load_kg in sets:
        held = (
            PERCENT * load_kg / one_rep_max_kg
            for tested_at, one_rep_max_kg in newest_first[exercise_id, side]
            if tested_at <= started_at
        )
        found[session_id].append(next(held, None))
    return found
