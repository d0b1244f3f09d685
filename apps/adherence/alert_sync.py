"""The inbox kept equal to the reasons to alert. Nobody gets a mail."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from apps.clinical.adherence import sentences
from apps.clinical.adherence.course import AlertReason
from apps.clinical.adherence.figures import INTERRUPTED_FROM_MISSES
from apps.inbox.models import Alert, AlertKind, Severity
from apps.inbox.services import Finding, close_itself, open_or_update_alert

from .models import AdherenceSnapshot
from .queries import ORIGIN
from .snapshot_rows import figures_of_row

Alerts = Mapping[tuple[str, str], Sequence[Alert]]


def sync_alerts(
    row: AdherenceSnapshot,
    *,
    told: Collection[str],
    known: Alerts,
    now: datetime,
) -> None:
    """Open, update and close a programme's alerts.

    A reason opens one alert when it begins, whatever a person made of that one, and
    another only when it begins again, or when missed sessions become an interruption
    after somebody has resolved them. Safe to repeat.

    Args:
        row: Of the last four weeks, with patient and programme.
        told: The reasons of the row when this was done the last time.
        known: All alerts about adherence of the patient.
    """
    for reason in AlertReason:
        alerts = known.get((str(row.programme.public_id), reason.value), ())
        if reason.value in row.reasons:
            begins = (
                reason.value not in told
                or not alerts
                or _interrupts(row, since=alerts[-1])
            )
            number = len(alerts) + 1 if begins else len(alerts)
            open_or_update_alert(
                patient=row.patient,
                finding=_finding(row, reason, number=number),
                tells=False,
                now=now,
            )
        elif alerts:
            close_itself(alert=alerts[-1], now=now)


def _interrupts(row: AdherenceSnapshot, *, since: Alert) -> bool:
    """Tell whether what somebody has resolved became an interruption since."""
    return (
        since.kind == AlertKind.MISSED_SESSIONS
        and since.is_resolved_by_person
        and since.evidence["misses_in_a_row"] < INTERRUPTED_FROM_MISSES
        and row.misses_in_a_row >= INTERRUPTED_FROM_MISSES
    )


def _finding(row: AdherenceSnapshot, reason: AlertReason, *, number: int) -> Finding:
    programme = str(row.programme.public_id)
    sentence = sentences.alert(
        reason, figures=figures_of_row(row), misses=row.misses_in_a_row
    )
    evidence: dict[str, Any] = {
        "programme": programme,
        "window": row.window,
        "due": row.due,
        "attended": row.attended,
        "excused": row.excused,
        "excused_pain_flare": row.excused_pain_flare,
        "missed": row.missed,
        "misses_in_a_row": row.misses_in_a_row,
        "dose": _text(row.dose),
        "dose_when_attended": _text(row.dose_when_attended),
        "key": sentence.key,
        "params": dict(sentence.params),
    }
    return Finding(
        origin_key=f"{ORIGIN}:{reason.value}:{programme}:{number}",
        kind=AlertKind(reason.value),
        severity=Severity.LOW,
        sentence=sentence.text,
        evidence=evidence,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
