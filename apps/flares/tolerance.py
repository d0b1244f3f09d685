"""How exercise was borne, for the gates of harder work in the programmes below."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Max, Q

from apps.clinical.flare.facts import SessionFacts, facts_of
from apps.clinical.flare.readings import Readings
from apps.clinical.intensity.gates import OpenAlerts
from apps.clinical.progression.inputs import SessionDone
from apps.clinical.progression.policy import LoadPolicy
from apps.clinical.progression.truth import Truth
from apps.clinical.progression.zones import response_of
from apps.clinics.models import Patient
from apps.common.zones import day_in
from apps.inbox.models import Alert, AlertKind, AlertStatus
from apps.logbook.models import HeldSession, Moment
from apps.programmes.queries import rules_of
from apps.programmes.tolerance import GreenByWeek

from .history import record_of
from .patient_rows import rows_of
from .policies import policy_of

DAYS_A_WEEK: Final = 7
FLARES: Final = (AlertKind.ACUTE_FLARE, AlertKind.SUSTAINED_FLARE)
GREEN: Final = {Truth.YES: True, Truth.NO: False, Truth.UNKNOWN: None}


class DetectorsTolerance:
    """Tolerance as the detector's values and alerts tell it."""

    def green_by_week(self, patient: Patient, *, now: datetime) -> GreenByWeek:
        """Return weeks in a row up to now, oldest first: was each session green?

        The newest week ends today, so the first one may be short. Green is what the
        load table calls green: the worst pain during, and a follow-up.
        """
        facts = facts_of(
            record_of(rows_of(patient)).history,
            policy=policy_of(patient.clinic_id).numbers,
            now=now,
        )
        if not facts:
            return ()
        rules = rules_of(patient.clinic_id)
        worst_mm = _worst_mm(patient)
        today = day_in(patient.time_zone, now)
        weeks_back = [
            (today - each.readings.session.day).days // DAYS_A_WEEK for each in facts
        ]
        weeks: list[list[bool | None]] = [[] for _ in range(max(0, *weeks_back) + 1)]
        nexts = [*(each.readings for each in facts[1:]), None]
        for back, each, following in zip(weeks_back, facts, nexts, strict=True):
            # A session of a clock that runs ahead is one of today.
            weeks[-1 - max(0, back)].append(
                _is_green(
                    each, following=following, worst_mm=worst_mm, policy=rules.load
                )
            )
        return weeks

    def open_alerts(self, patient: Patient) -> OpenAlerts:
        """Return what is open. In shadow only red flags open an alert.

        As for the load table, a flare or a pattern that came to rest by itself, or
        that a correction took back, is over, whether or not somebody has looked.
        """
        goes_on = Q(closed_itself_at=None, no_longer_holds=False)
        kinds = set(
            Alert.objects.filter(
                goes_on | Q(kind=AlertKind.RED_FLAG),
                clinic=patient.clinic_id,
                patient=patient,
            )
            .exclude(status=AlertStatus.RESOLVED)
            .values_list("kind", flat=True)
        )
        return OpenAlerts(
            flare=not kinds.isdisjoint(FLARES),
            pattern=AlertKind.HYPERALGESIA in kinds,
            red_flag=AlertKind.RED_FLAG in kinds,
        )


def _is_green(
    facts: SessionFacts,
    *,
    following: Readings | None,
    worst_mm: Mapping[UUID, int | None],
    policy: LoadPolicy,
) -> bool | None:
    readings = facts.readings
    worst = worst_mm.get(UUID(facts.key))
    done = SessionDone(
        key=facts.key,
        day=readings.session.day,
        pre_mm=readings.pre_mm,
        during_mm=() if worst is None else (worst,),
        h24_mm=readings.h24_mm,
        h48_mm=readings.h48_mm,
        ref_mm=facts.baseline.ref_mm,
        usual_mm=facts.baseline.med_mm,
    )
    next_pre_mm = following.pre_mm if following else None
    response = response_of(done, next_pre_mm=next_pre_mm, policy=policy)
    return GREEN[response.green]


def _worst_mm(patient: Patient) -> dict[UUID, int | None]:
    """Return the worst pain told during each session, by its public id.

    As in the load table, a check-in right after it may tell the worst one too.
    """
    valid = Q(check_ins__voided_at__isnull=True)
    during = valid & Q(check_ins__moment=Moment.DURING)
    right_after = valid & Q(check_ins__moment=Moment.POST, check_ins__in_window=True)
    rows = HeldSession.objects.filter(
        clinic=patient.clinic_id, patient=patient, voided_at__isnull=True
    ).annotate(
        of_sets=Max("exercise_entries__sets__pain_mm"),
        told=Max("check_ins__pain_mm", filter=during),
        worst=Max("check_ins__worst_pain_mm", filter=during | right_after),
    )
    return {
        public_id: max((mm for mm in values if mm is not None), default=None)
        for public_id, *values in rows.values_list(
            "public_id", "of_sets", "told", "worst"
        )
    }
