"""The inbox kept equal to what the detector says about a patient's alerts."""

from datetime import datetime
from typing import Final

from apps.clinical.flare.inputs import Family
from apps.clinical.flare.verdicts import AlertState, ClosedBy, Kind, Tier
from apps.clinics.models import Patient
from apps.inbox.models import Alert
from apps.inbox.services import (
    close_itself,
    mark_no_longer_holds,
    open_or_update_alert,
)

from . import queries
from .findings import Course, deciding_step, finding_of, origin_of
from .patient_rows import PatientRows
from .verdict_rows import Kept

# What a session itself must say for a mail about an alert of this kind.
SPEAKS_BY: Final = {
    Kind.ACUTE_FLARE: {Tier.T2, Tier.T3},
    Kind.SUSTAINED_FLARE: {Tier.T2, Tier.T3},
    Kind.HYPERALGESIA: {Tier.T4_ALERT},
}
# Of alerts that arise together, the one that says most gets the mail of the day.
FAMILY_ORDER: Final = (Family.PATTERN, Family.FLARE, Family.TREND, Family.DATA)


def sync_alerts(
    states: tuple[AlertState, ...],
    *,
    rows: PatientRows,
    course: Course,
    kept: Kept,
    now: datetime,
) -> None:
    """Open, raise, close and correct the patient's alerts. Safe to repeat.

    An alert of the inbox that no longer arises stays and says so. One that is over
    and was never in the inbox comes in only if a session of it is judged anew: what
    ended before the clinic signed its policy is nobody's work. Call it under the
    patient's lock, only where the policy is live.
    """
    patient, known = rows.patient, queries.detector_alerts(rows.alerts)
    if not states and not known:
        return
    arising = {origin_of(state): state for state in states}
    for origin, alert in known.items():
        if origin not in arising:
            mark_no_longer_holds(alert=alert, now=now)
    for state in sorted(states, key=lambda one: FAMILY_ORDER.index(one.family)):
        if _concerns(state, alert=known.get(origin_of(state)), kept=kept):
            _sync_one(state, patient=patient, course=course, kept=kept, now=now)


def _concerns(state: AlertState, *, alert: Alert | None, kept: Kept) -> bool:
    if state.closed_by == ClosedBy.THERAPIST:
        return False
    if alert is not None and alert.is_resolved_by_person:
        return False
    is_new = not kept.written.isdisjoint(state.session_keys)
    if state.is_open:
        return is_new or alert is None or _differs(state, alert)
    return is_new or (alert is not None and alert.closed_itself_at is None)


def _differs(state: AlertState, alert: Alert) -> bool:
    return (
        alert.kind != state.kind
        or alert.no_longer_holds
        or alert.closed_itself_at is not None
    )


def _sync_one(
    state: AlertState,
    *,
    patient: Patient,
    course: Course,
    kept: Kept,
    now: datetime,
) -> None:
    alert = open_or_update_alert(
        patient=patient,
        finding=finding_of(state, course=course),
        tells=state.is_open and _may_mail(state, course=course, kept=kept),
        now=now,
    )
    if not state.is_open:
        close_itself(alert=alert, now=now)


def _may_mail(state: AlertState, *, course: Course, kept: Kept) -> bool:
    """Tell whether a session since the deciding step is fresh and says enough.

    A late entry never sends a mail for an old session. An alert that arose from old
    sessions gets its mail when a fresh session says the same.
    """
    keys = list(dict.fromkeys(state.session_keys))
    since = keys[keys.index(deciding_step(state).session_key) :]
    fresh = (course.verdict(key) for key in since if key in kept.written)
    wanted = SPEAKS_BY.get(state.kind, set())
    return any(one.mail_allowed and wanted & set(one.tiers) for one in fresh)
