"""What the detector said, as rows: new verdicts supersede, unchanged ones stay."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from apps.clinical.flare.verdicts import (
    SEVERITY_RANK,
    AlertEvent,
    AlertStatus,
    Pattern,
    SessionVerdict,
)
from apps.clinics.models import Patient

from . import queries
from .history import PatientRecord
from .models import Verdict, VerdictAlertStatus
from .patient_rows import PatientRows
from .policies import PolicyInForce

SAME_NAMES: Final = (
    "inputs_digest",
    "med_mm",
    "ref_mm",
    "sig_mm",
    "immediate_mm",
    "d24_mm",
    "d48_mm",
    "response_mm",
    "likely_doms",
    "novel",
    "confounded",
    "usable",
)
REMARKS: Final = (
    "pre_mm",
    "post_mm",
    "h24_mm",
    "h48_mm",
    "rise_mm",
    "only_trained",
    "mixed_scales",
    "flare_at_h24",
    "flare_at_h48",
    "extra_analgesic",
    "sleep_h24",
    "t2_severity",
    "trend_mm",
    "dq_with_value",
    "about",
    "is_final",
    "recalled",
    "red_flags_asked",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is new in the verdicts on one patient's sessions.

    ``written`` names the sessions with a new verdict; ``ended`` holds the keys of the
    verdicts that these, or a void, have superseded.
    """

    fresh: tuple[Verdict, ...]
    written: frozenset[str]
    ended: tuple[int, ...]


def compare_verdicts(
    verdicts: tuple[SessionVerdict, ...],
    *,
    rows: PatientRows,
    record: PatientRecord,
    in_force: PolicyInForce,
    now: datetime,
) -> Kept:
    """Return the verdicts whose inputs or policy are new, and what they replace.

    The verdict on a session that is void now is superseded by nothing. Call it, and
    ``store_verdicts`` after it, under the patient's lock.
    """
    current = {row.session_id: row for row in rows.verdicts}
    new = [
        verdict
        for verdict in verdicts
        if not _is_kept(verdict, current, record=record, in_force=in_force)
    ]
    fresh = tuple(
        _row(verdict, patient=rows.patient, record=record, in_force=in_force, now=now)
        for verdict in new
    )
    living = {row.pk for row in record.rows.values()}
    ended = {row.session_id for row in fresh} | (current.keys() - living)
    return Kept(
        fresh=fresh,
        written=frozenset(verdict.session_key for verdict in new),
        ended=tuple(current[pk].pk for pk in ended if pk in current),
    )


def store_verdicts(kept: Iterable[Kept], *, now: datetime) -> None:
    """Write what is new, of any number of patients."""
    kept = list(kept)
    ended = [pk for each in kept for pk in each.ended]
    if ended:
        Verdict.objects.filter(pk__in=ended).update(superseded_at=now)
    Verdict.objects.bulk_create(row for each in kept for row in each.fresh)


def _is_kept(
    verdict: SessionVerdict,
    current: Mapping[int, queries.CurrentVerdict],
    *,
    record: PatientRecord,
    in_force: PolicyInForce,
) -> bool:
    row = current.get(record.rows[verdict.session_key].pk)
    return row is not None and (row.policy_id, row.inputs_digest) == (
        in_force.row.pk,
        verdict.inputs_digest,
    )


def _row(
    verdict: SessionVerdict,
    *,
    patient: Patient,
    record: PatientRecord,
    in_force: PolicyInForce,
    now: datetime,
) -> Verdict:
    return Verdict(
        clinic_id=patient.clinic_id,
        patient=patient,
        session_id=record.rows[verdict.session_key].pk,
        policy=in_force.row,
        judged_at=now,
        tiers=[tier.value for tier in verdict.tiers],
        alert_status=_status(verdict, is_live=in_force.is_live),
        severity=_severity(verdict.events),
        pattern=pattern_content(verdict.pattern),
        remarks=_remarks(verdict, novelty=record.novelty[verdict.session_key]),
        **{name: getattr(verdict, name) for name in SAME_NAMES},
    )


def pattern_content(pattern: Pattern | None) -> dict[str, Any] | None:
    """Return the numbers behind T4 as plain JSON."""
    if pattern is None:
        return None
    return {
        "n": pattern.n,
        "mean_mm": pattern.mean_mm,
        "z": pattern.z,
        "at_least_10": pattern.at_least_10,
        "n24": pattern.n24,
        "n48": pattern.n48,
        "sessions": list(pattern.session_keys),
    }


def _status(verdict: SessionVerdict, *, is_live: bool) -> str:
    if verdict.alert_status == AlertStatus.NONE or is_live:
        return verdict.alert_status.value
    return VerdictAlertStatus.SHADOW


def _severity(events: tuple[AlertEvent, ...]) -> str:
    severities = (event.severity for event in events)
    gravest = max(severities, key=SEVERITY_RANK.__getitem__, default=None)
    return "" if gravest is None else gravest.value


def _remarks(verdict: SessionVerdict, *, novelty: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(verdict, name) for name in REMARKS} | {
        "h24_answered": verdict.h24_mm is not None,
        "novel_because": list(novelty),
        "events": [
            {
                "family": event.family.value,
                "status": event.status.value,
                "kind": event.kind.value,
                "severity": event.severity.value,
            }
            for event in verdict.events
        ],
    }
