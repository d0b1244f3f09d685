"""Everything stored about patients that judging reads, each table read once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.clinics.models import Patient, RecordKind, Snapshot
from apps.inbox.models import Alert
from apps.logbook import judged_rows
from apps.logbook.judged_rows import JudgedCheckIn, JudgedSession, Work
from apps.logbook.models import DiaryRating, Moment
from apps.programmes.models import PhaseInForce, Programme

from . import queries

# Diary values count from 28 days before session 1; days and instants may differ.
DIARY_REACH: Final = timedelta(days=30)
Row = TypeVar("Row")


class _OfPatient(Protocol):
    @property
    def patient_id(self) -> int: ...


PatientsRow = TypeVar("PatientsRow", bound=_OfPatient)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRows:
    """The rows of one patient. Sessions and check-ins include void ones, in order."""

    patient: Patient
    all_sessions: Sequence[JudgedSession]
    all_check_ins: Sequence[JudgedCheckIn]
    snapshots: Sequence[Snapshot]
    alerts: Sequence[Alert]
    diary: Sequence[DiaryRating]
    work: Sequence[Work]
    programmes: Sequence[Programme]
    phases: Sequence[PhaseInForce]
    verdicts: Sequence[queries.CurrentVerdict]

    @property
    def sessions(self) -> list[JudgedSession]:
        """The sessions that are not void, oldest first."""
        return [row for row in self.all_sessions if row.voided_at is None]

    @property
    def run_in(self) -> list[JudgedCheckIn]:
        """The daily check-ins before the programme that are not void, oldest first."""
        return [
            row
            for row in self.all_check_ins
            if row.moment == Moment.RUN_IN and row.voided_at is None
        ]

    @property
    def check_ins_by_session(self) -> Mapping[int | None, Sequence[JudgedCheckIn]]:
        """The check-ins of each session that are not void, oldest first."""
        living = (row for row in self.all_check_ins if row.voided_at is None)
        return grouped(living, by=lambda row: row.session_id)

    @property
    def red_flags(self) -> list[JudgedCheckIn]:
        """The check-ins with a red flag: void, late and unattached ones too."""
        return [row for row in self.all_check_ins if row.red_flags]

    @property
    def corrections(self) -> Mapping[UUID, Sequence[Snapshot]]:
        """The earlier versions of each corrected check-in, oldest first."""
        of_check_ins = (
            row for row in self.snapshots if row.kind == RecordKind.CHECK_IN
        )
        return grouped(of_check_ins, by=lambda row: row.record_id)


def rows_of(patient: Patient) -> PatientRows:
    """Return what is stored about one patient."""
    [rows] = rows_of_many([patient])
    return rows


def rows_of_many(patients: Sequence[Patient]) -> list[PatientRows]:
    """Return what is stored about patients of one clinic: ten queries for all."""
    sessions = _by_patient(judged_rows.sessions_of(patients))
    check_ins = _by_patient(judged_rows.check_ins_of(patients))
    snapshots = _by_patient(queries.snapshots_of(patients))
    alerts = _by_patient(queries.alerts_of(patients))
    diary = _by_patient(judged_rows.diary_ratings_within(_diary_days(sessions)))
    work = _by_patient(judged_rows.work_of(patients))
    programmes = _by_patient(queries.programmes_of(patients))
    phases = grouped(
        queries.phases_of(patients), by=lambda row: row.programme.patient_id
    )
    verdicts = _by_patient(queries.current_verdicts(patients))
    return [
        PatientRows(
            patient=patient,
            all_sessions=sessions.get(patient.pk, ()),
            all_check_ins=check_ins.get(patient.pk, ()),
            snapshots=snapshots.get(patient.pk, ()),
            alerts=alerts.get(patient.pk, ()),
            diary=diary.get(patient.pk, ()),
            work=work.get(patient.pk, ()),
            programmes=programmes.get(patient.pk, ()),
            phases=phases.get(patient.pk, ()),
            verdicts=verdicts.get(patient.pk, ()),
        )
        for patient in patients
    ]


def local_day(row: JudgedSession) -> date:
    """Return the day of a session by the clock that the patient lived by then."""
    return row.started_at.astimezone(ZoneInfo(row.time_zone)).date()


def grouped(rows: Iterable[Row], *, by: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    """Return the rows by a key of each, in their order."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(by(row), []).append(row)
    return found


def _by_patient(rows: Iterable[PatientsRow]) -> dict[int, list[PatientsRow]]:
    return grouped(rows, by=lambda row: row.patient_id)


def _diary_days(
    sessions: Mapping[int, Sequence[JudgedSession]],
) -> dict[int, tuple[date, date]]:
    firsts = {
        patient_id: next((row for row in rows if row.voided_at is None), None)
        for patient_id, rows in sessions.items()
    }
    return {
        patient_id: (local_day(first) - DIARY_REACH, local_day(first))
        for patient_id, first in firsts.items()
        if first is not None
    }
