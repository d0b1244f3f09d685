"""The inbox kept equal to the reasons to alert. Nobody gets a mail."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from apps.clinical.adherence import sentences
from apps.clinical.adherence.course import Adherence, AlertReason, Window
from apps.inbox.models import Alert, AlertKind, Severity
from apps.inbox.services import Finding, close_itself, open_or_update_alert
from apps.programmes.models import Programme

from .queries import ORIGIN, RUNNING

Alerts = Mapping[tuple[str, str], Sequence[Alert]]


def sync_alerts(
    programme: Programme,
    *,
    adherence: Adherence,
    told: Collection[str],
    known: Alerts,
    now: datetime,
) -> list[str]:
    """Open, update and close a programme's alerts; return of which they stand open.

    A reason opens one alert when it begins, whatever a person made of that one, and
    another only when it begins again. Nothing is asked of an ended programme. Safe to
    repeat.

    Args:
        told: The reasons that this returned the last time.
        known: All alerts about adherence of the patient.
    """
    holds = adherence.reasons if programme.status in RUNNING else ()
    for reason in AlertReason:
        alerts = known.get((str(programme.public_id), reason.value), ())
        if reason in holds:
            begins = reason.value not in told or not alerts
            number = len(alerts) + 1 if begins else len(alerts)
            open_or_update_alert(
                patient=programme.patient,
                finding=_finding(programme, reason, adherence, number=number),
                tells=False,
                now=now,
            )
        elif alerts:
            close_itself(alert=alerts[-1], now=now)
    return [reason.value for reason in holds]


def _finding(
    programme: Programme, reason: AlertReason, adherence: Adherence, *, number: int
) -> Finding:
    figures = adherence.windows[Window.FOUR_WEEKS]
    misses = adherence.misses_in_a_row
    sentence = sentences.alert(reason, figures=figures, misses=misses)
    evidence: dict[str, Any] = {
        "programme": str(programme.public_id),
        "window": Window.FOUR_WEEKS.value,
        "due": figures.due,
        "attended": figures.attended,
        "excused": figures.excused,
        "excused_pain_flare": figures.excused_pain_flare,
        "missed": figures.missed,
        "misses_in_a_row": misses,
        "dose": _text(figures.dose.rounded),
        "dose_when_attended": _text(figures.dose_when_attended.rounded),
        "key": sentence.key,
        "params": dict(sentence.params),
    }
    return Finding(
        origin_key=f"{ORIGIN}:{reason.value}:{programme.public_id}:{number}",
        kind=AlertKind(reason.value),
        severity=Severity.LOW,
        sentence=sentence.text,
        evidence=evidence,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
