"""Reads owned by flares."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet

from apps.clinical.check_in_windows import SPANS, Moment
from apps.clinical.flare.inputs import Closing, Family
from apps.clinics.models import Clinic, Patient, RecordKind, Snapshot
from apps.common.errors import NotThereError
from apps.inbox.models import Alert, AlertKind
from apps.logbook.models import CheckIn, HeldSession, JudgementDue
from apps.programmes.models import PhaseInForce, Programme

from .models import UNFINISHED, DetectorPolicy, PolicyReplay, ReplayStatus, Verdict

FAMILIES = tuple(family.value for family in Family)
# Kinds that are not told again for some days.
TOLD_WITH_PAUSE = (AlertKind.HYPERALGESIA, AlertKind.RISING_PAIN)


def visible_session(user: Any, session_id: UUID) -> HeldSession:
    """Return a session that the user may read, with its patient.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    session: HeldSession | None = (
        HeldSession.objects.visible_to(user)
        .select_related("patient")
        .filter(public_id=session_id)
        .first()
    )
    if session is None:
        raise NotThereError("There is no such session, or you may not see it.")
    return session


def current_verdict(session: HeldSession) -> Verdict:
    """Return the verdict on a session that is not superseded.

    Raises:
        NotThereError: There is none yet, or there was nothing to judge.
    """
    verdict: Verdict | None = verdicts_of(session).filter(superseded_at=None).first()
    if verdict is None or not verdict.says_something:
        raise NotThereError("This session cannot be judged yet.")
    return verdict


def verdicts_of(session: HeldSession) -> QuerySet[Verdict]:
    """Return all verdicts on a session with their policies, superseded ones too."""
    return Verdict.objects.filter(session=session).select_related("policy")


class CurrentVerdict(NamedTuple):
    """What made the current verdict on a session."""

    pk: int
    patient_id: int
    session_id: int
    policy_id: int
    inputs_digest: str


def current_verdicts(patients: Sequence[Patient]) -> list[CurrentVerdict]:
    """Return the current verdicts of patients."""
    rows = Verdict.objects.filter(patient__in=patients, superseded_at=None)
    return [CurrentVerdict(*row) for row in rows.values_list(*CurrentVerdict._fields)]


def snapshots_of(patients: Sequence[Patient]) -> QuerySet[Snapshot]:
    """Return the earlier versions of patients' records, in order for each."""
    rows = Snapshot.objects.filter(patient__in=patients)
    return rows.order_by("record_id", "version")


def alerts_of(patients: Sequence[Patient]) -> QuerySet[Alert]:
    """Return all alerts of patients."""
    return Alert.objects.filter(patient__in=patients).select_related("patient")


def programmes_of(patients: Sequence[Patient]) -> QuerySet[Programme]:
    """Return the programmes of patients with their templates."""
    return Programme.objects.filter(patient__in=patients).select_related("template")


def phases_of(patients: Sequence[Patient]) -> QuerySet[PhaseInForce]:
    """Return the phases of patients' programmes in the order of their days."""
    rows = PhaseInForce.objects.filter(programme__patient__in=patients)
    return rows.select_related("programme").order_by("in_force_from", "pk")


def closings_of(alerts: Iterable[Alert]) -> tuple[Closing, ...]:
    """Return the resolutions of the alerts that the detector had opened."""
    return tuple(
        _closing(alert, closed_at=alert.resolved_at)
        for alert in detector_alerts(alerts).values()
        if alert.resolved_at is not None
    )


def detector_alerts(alerts: Iterable[Alert]) -> dict[str, Alert]:
    """Return the alerts that the detector had opened, by origin."""
    return {
        alert.origin_key: alert
        for alert in alerts
        if alert.origin_key.partition(":")[0] in FAMILIES
    }


def _closing(alert: Alert, *, closed_at: datetime) -> Closing:
    parts = alert.origin_key.split(":")
    is_paused = alert.kind in TOLD_WITH_PAUSE
    told_on = alert.evidence.get("alerted_on") if is_paused else None
    return Closing(
        family=Family(parts[0]),
        opened_by=parts[1],
        generation=int(parts[2]) if len(parts) > 2 else 1,
        closed_at=closed_at,
        judged_until=alert.judged_until,
        session_keys=tuple(alert.evidence.get("sessions", ())),
        alerted_on=date.fromisoformat(told_on) if told_on else None,
    )


def patients_with_verdicts(clinic: Clinic) -> list[tuple[Patient, datetime]]:
    """Return the patients of a clinic with the start of their first judged session."""
    patients = Patient.objects.filter(clinic=clinic)
    firsts = dict(
        Verdict.objects.filter(clinic=clinic, superseded_at=None)
        .values_list("patient")
        .annotate(first=Min("session__started_at"))
    )
    return [
        (patient, firsts[patient.pk])
        for patient in patients.filter(pk__in=firsts).order_by("pk")
    ]


def ever_told_a_red_flag() -> Q:
    """Return which patients of work rows ever told a red flag in a check-in."""
    theirs = {"clinic": OuterRef("clinic"), "patient": OuterRef("patient")}
    told = CheckIn.objects.filter(**theirs, red_flags__len__gt=0)
    told_once = Snapshot.objects.filter(
        **theirs, kind=RecordKind.CHECK_IN, content__red_flags__0__isnull=False
    )
    return Exists(told) | Exists(told_once)


def sessions_with_missed_closing(
    *, now: datetime, ended_since: datetime
) -> QuerySet[HeldSession]:
    """Return sessions whose window closed unanswered and that nobody judged since.

    Those of a patient who is due already are left out. Call it in a transaction that
    sees all clinics.
    """
    h24, h48 = SPANS[Moment.H24].closes, SPANS[Moment.H48].closes
    current = Verdict.objects.filter(session=OuterRef("pk"), superseded_at=None)
    unheard_24 = current.filter(
        remarks__h24_answered=False, judged_at__lt=OuterRef("ended_at") + h24
    )
    unheard_48 = current.filter(
        remarks__is_final=False, judged_at__lt=OuterRef("ended_at") + h48
    )
    due = JudgementDue.objects.filter(patient=OuterRef("patient"))
    return HeldSession.objects.filter(
        Q(ended_at__lte=now - h24) & (~Exists(current) | Exists(unheard_24))
        | Q(ended_at__lte=now - h48) & Exists(unheard_48),
        ~Exists(due),
        voided_at__isnull=True,
        ended_at__gt=ended_since,
    ).order_by("patient", "started_at")


def shipped_policy(*, key: str, version: int) -> DetectorPolicy | None:
    """Return a version that comes with the program, if it is stored."""
    return DetectorPolicy.objects.filter(clinic=None, key=key, version=version).first()


def policies_of(clinic: Clinic) -> QuerySet[DetectorPolicy]:
    """Return the shipped policies and the clinic's own, with who drafted them."""
    rows = DetectorPolicy.objects.filter(Q(clinic=None) | Q(clinic=clinic))
    return rows.select_related("based_on", "drafted_by")


def policy_in(clinic: Clinic, policy_id: UUID) -> DetectorPolicy:
    """Return a policy that the clinic may judge by.

    Raises:
        NotThereError: There is none, or it is another clinic's.
    """
    policy = policies_of(clinic).filter(public_id=policy_id).first()
    if policy is None:
        raise NotThereError("There is no such policy.")
    return policy


def own_policy(clinic: Clinic, policy_id: UUID) -> DetectorPolicy | None:
    """Return a policy that the clinic has drafted."""
    return policies_of(clinic).filter(clinic=clinic, public_id=policy_id).first()


def newest_own_version(clinic: Clinic) -> int:
    """Return the number of the clinic's newest own version; 0 without any."""
    newest = DetectorPolicy.objects.filter(clinic=clinic).aggregate(Max("version"))
    return newest["version__max"] or 0


def has_been_replayed(policy: DetectorPolicy, *, clinic: Clinic) -> bool:
    """Tell whether the clinic's past was judged by the policy, to the end.

    A replay that saw no session is one of a clinic that has none.
    """
    done = PolicyReplay.objects.filter(
        clinic=clinic, policy=policy, status=ReplayStatus.DONE
    )
    if done.filter(counts__sessions__gt=0).exists():
        return True
    has_past = HeldSession.objects.filter(clinic=clinic, voided_at__isnull=True)
    return done.exists() and not has_past.exists()


def newest_replay(
    clinic: Clinic, policy: DetectorPolicy, *, lock: bool = False
) -> PolicyReplay:
    """Return the replay of a policy that was asked for last.

    Raises:
        NotThereError: Nobody has asked for one.
    """
    replays = _replays().filter(clinic=clinic, policy=policy).order_by("-pk")
    if lock:
        replays = replays.select_for_update(of=("self",))
    replay = replays.first()
    if replay is None:
        raise NotThereError("This policy was not replayed here. POST asks for it.")
    return replay


def unfinished_replay(clinic: Clinic) -> PolicyReplay | None:
    """Return the replay of the clinic that waits or runs."""
    return _replays().filter(clinic=clinic, status__in=UNFINISHED).first()


def waiting_replays(*, now: datetime) -> list[tuple[int, int]]:
    """Return the replays to go on with by key and clinic, who waits longest first.

    Call it in a transaction that sees all clinics.
    """
    waiting = PolicyReplay.objects.filter(status__in=UNFINISHED, due_at__lte=now)
    return list(waiting.order_by("due_at", "pk").values_list("pk", "clinic_id"))


def claimed_replay(replay_id: int, *, now: datetime) -> PolicyReplay | None:
    """Return a replay to go on with, locked; None if another worker has it."""
    return (
        _replays()
        .select_for_update(skip_locked=True, of=("self",))
        .filter(pk=replay_id, status__in=UNFINISHED, due_at__lte=now)
        .first()
    )


def held_up_replays() -> int:
    """Return how many replays wait because a worker failed with them.

    Call it in a transaction that sees all clinics.
    """
    waiting = PolicyReplay.objects.filter(status__in=UNFINISHED, attempts__gt=0)
    return waiting.count()


def patients_at(clinic_id: int, now: datetime) -> QuerySet[Patient]:
    """Return the patients whom the clinic had at that time."""
    return Patient.objects.filter(clinic=clinic_id, created_at__lte=now)


def patients_after(
    key: int, *, clinic_id: int, now: datetime, limit: int
) -> list[Patient]:
    """Return the next patients in the order of their keys."""
    return list(patients_at(clinic_id, now).filter(pk__gt=key).order_by("pk")[:limit])


def _replays() -> QuerySet[PolicyReplay]:
    return PolicyReplay.objects.select_related("policy", "in_force")
