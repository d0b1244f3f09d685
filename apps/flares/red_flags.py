"""Red flags act once each, from any check-in, whatever becomes of it later."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from apps.inbox.models import AlertKind, Severity
from apps.inbox.services import Finding, open_or_update_alert

from .patient_rows import PatientRows

WHEN: Final = {
    "run_in": "before the programme",
    "pre": "before a session",
    "during": "during a session",
    "post": "right after a session",
    "h24": "on the day after a session",
    "h48": "two days after a session",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Red flags that one version of a check-in was the first to tell."""

    origin_key: str
    check_in: UUID
    moment: str
    answered_at: str
    flags: tuple[str, ...]


def report_red_flags(*, rows: PatientRows, now: datetime) -> int:
    """Open an alert for each red flag not yet told, and return how many there were.

    Live in every clinic, also while its policy runs in shadow. The mail goes out at
    once, however late the check-in came. Safe to repeat.
    """
    told = {alert.origin_key for alert in rows.alerts}
    fresh = [report for report in _reports(rows) if report.origin_key not in told]
    for report in fresh:
        open_or_update_alert(
            patient=rows.patient, finding=_finding(report), tells=True, now=now
        )
    return len(fresh)


def _reports(rows: PatientRows) -> list[Report]:
    """Return all reports of a patient, also those of flags taken back later."""
    versions: dict[UUID, list[Mapping[str, Any]]] = {
        record_id: [{"version": one.version, **one.content} for one in snapshots]
        for record_id, snapshots in rows.corrections.items()
    }
    for check_in in rows.red_flags:
        versions.setdefault(check_in.public_id, []).append(
            {
                "version": check_in.version,
                "moment": check_in.moment,
                "answered_at": check_in.answered_at.isoformat(),
                "red_flags": check_in.red_flags,
            }
        )
    return [
        report
        for check_in_id, contents in versions.items()
        for report in _reports_of(check_in_id, contents)
    ]


def _reports_of(
    check_in_id: UUID, versions: Iterable[Mapping[str, Any]]
) -> Iterable[Report]:
    told: set[str] = set()
    for content in versions:
        flags = sorted(set(content["red_flags"] or ()) - told)
        if not flags:
            continue
        later = f":{content['version']}" if told else ""
        told.update(flags)
        yield Report(
            origin_key=f"{AlertKind.RED_FLAG}:{check_in_id}{later}",
            check_in=check_in_id,
            moment=content["moment"],
            answered_at=content["answered_at"],
            flags=tuple(flags),
        )


def _finding(report: Report) -> Finding:
    words = ", ".join(flag.replace("_", " ") for flag in report.flags)
    return Finding(
        origin_key=report.origin_key,
        kind=AlertKind.RED_FLAG,
        severity=Severity.HIGH,
        sentence=f"Red flag {WHEN[report.moment]}: {words}.",
        evidence={
            "check_in": str(report.check_in),
            "moment": report.moment,
            "answered_at": report.answered_at,
            "red_flags": list(report.flags),
        },
    )
