"""What goes out about sessions and check-ins, built from rows that are loaded already.

Services keep the same answers as earlier versions, so they stand below the API.
Instants are given in the patient's zone of the time of entry.
"""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.clinical.check_in_windows import follow_ups, is_recalled
from apps.common.loads import load_answer
from apps.common.shapes import Answer, LoadAnswer

from .models import CheckIn, ExerciseEntry, HeldSession, SetEntry


class SetAnswer(Answer):
    """One set."""

    reps: int | None
    load: LoadAnswer | None
    lever_level: int | None
    seconds: int | None
    rpe: int | None
    pain_mm: int | None


class ExerciseEntryAnswer(Answer):
    """One exercise of a session."""

    exercise: UUID
    side: str | None
    machine: str
    novel: bool | None
    novel_reason: str
    explosive: bool
    sets: list[SetAnswer] | None
    bout: dict[str, Any] | None
    skipped: bool
    skipped_reason: str | None


class CheckInAnswer(Answer):
    """One check-in.

    ``in_window`` is null while its session is not known. ``recalled`` means that it was
    written down more than 12 hours after it was felt.
    """

    id: UUID
    patient: UUID
    session: UUID | None
    planned_session: UUID | None
    moment: str
    answered_at: datetime
    recorded_at: datetime
    received_at: datetime
    day: str
    in_window: bool | None
    recalled: bool
    scale: str
    pain_mm: int | None
    worst_pain_mm: int | None
    movement_pain_mm: int | None
    fatigue_mm: int | None
    soreness_mm: int | None
    session_rpe: int | None
    sleep: int | None
    confidence: int | None
    location: str | None
    new_places: list[str]
    flare: str | None
    analgesic: str | None
    red_flags: list[str] | None
    blood_pressure: dict[str, Any] | None
    acute_illness: bool | None
    version: int
    entered_by: UUID
    clock_offset_s: int
    voided_at: datetime | None
    void_reason: str


class FollowUpAnswer(Answer):
    """When a value after the session counts; the next session closes it early."""

    moment: str
    opens_at: datetime
    closes_at: datetime


class SessionAnswer(Answer):
    """One session with everything in it."""

    id: UUID
    patient: UUID
    planned_session: UUID | None
    setting: str
    supervised_by: UUID | None
    started_at: datetime
    ended_at: datetime
    recorded_at: datetime
    received_at: datetime
    warm_up: dict[str, Any] | None
    stretched: bool | None
    blood_pressure: dict[str, Any] | None
    acute_illness: bool | None
    broken_off_because: str
    exercises: list[ExerciseEntryAnswer]
    check_ins: list[CheckInAnswer]
    confounders: list[str]
    note: str
    version: int
    status: str
    volume_kg: str
    entered_by: UUID
    clock_offset_s: int
    follow_ups: list[FollowUpAnswer]
    voided_at: datetime | None
    void_reason: str


def session_answers(sessions: list[HeldSession]) -> list[SessionAnswer]:
    """Return the answers for sessions loaded by ``queries.sessions_in_full``."""
    return [session_answer(session) for session in sessions]


def session_answer(session: HeldSession) -> SessionAnswer:
    """Return the answer for a session loaded by ``queries.sessions_in_full``."""
    zone = ZoneInfo(session.time_zone)
    return SessionAnswer(
        **_session_fields(session)
        | {
            "id": session.public_id,
            "patient": session.patient.public_id,
            "received_at": session.received_at.astimezone(zone),
            "exercises": [
                _exercise_answer(each) for each in session.exercise_entries.all()
            ],
            "check_ins": [
                check_in_answer(each, session=session)
                for each in session.check_ins.all()
            ],
            "version": session.version,
            "status": session.status,
            "volume_kg": f"{session.volume_kg:.2f}",
            "entered_by": session.entered_by.public_id,
            "clock_offset_s": session.clock_offset_s,
            "follow_ups": _follow_up_answers(session, zone=zone),
            "voided_at": _in_zone(session.voided_at, zone),
            "void_reason": session.void_reason,
        }
    )


def check_in_answers(check_ins: list[CheckIn]) -> list[CheckInAnswer]:
    """Return the answers for check-ins loaded by ``queries.check_ins_in_full``."""
    return [check_in_answer(each) for each in check_ins]


def check_in_answer(
    check_in: CheckIn, *, session: HeldSession | None = None
) -> CheckInAnswer:
    """Return the answer for a loaded check-in.

    ``session`` spares the look at the check-in's own when that is loaded already.
    """
    zone = ZoneInfo(check_in.time_zone)
    patient = session.patient if session else check_in.patient
    return CheckInAnswer(
        **check_in_content(check_in, session=session)
        | {
            "id": check_in.public_id,
            "patient": patient.public_id,
            "received_at": check_in.received_at.astimezone(zone),
            "day": check_in.day.isoformat(),
            "in_window": check_in.in_window,
            "recalled": is_recalled(
                answered_at=check_in.answered_at, recorded_at=check_in.recorded_at
            ),
            "version": check_in.version,
            "entered_by": check_in.entered_by.public_id,
            "clock_offset_s": check_in.clock_offset_s,
            "voided_at": _in_zone(check_in.voided_at, zone),
            "void_reason": check_in.void_reason,
        }
    )


def session_content(session: HeldSession) -> dict[str, Any]:
    """Return a session in the shape in which it is sent, without id and patient.

    Check-ins are left out: they are corrected by themselves.
    """
    return _session_fields(session) | {
        "exercises": [
            _exercise_content(each) for each in session.exercise_entries.all()
        ],
    }


def _session_fields(session: HeldSession) -> dict[str, Any]:
    zone = ZoneInfo(session.time_zone)
    slot, staff = session.planned_session, session.supervised_by
    return {
        "planned_session": slot.public_id if slot else None,
        "setting": session.setting,
        "supervised_by": staff.public_id if staff else None,
        "started_at": session.started_at.astimezone(zone),
        "ended_at": session.ended_at.astimezone(zone),
        "recorded_at": session.recorded_at.astimezone(zone),
        "warm_up": session.warm_up,
        "stretched": session.stretched,
        "blood_pressure": session.blood_pressure,
        "acute_illness": session.acute_illness,
        "broken_off_because": session.broken_off_because,
        "confounders": session.confounders,
        "note": session.note,
    }


def check_in_content(
    check_in: CheckIn, *, session: HeldSession | None = None
) -> dict[str, Any]:
    """Return a check-in in the shape in which it is sent, without id and patient."""
    zone = ZoneInfo(check_in.time_zone)
    held, slot = session or check_in.session, check_in.planned_session
    return {
        "session": held.public_id if held else None,
        "planned_session": slot.public_id if slot else None,
        "moment": check_in.moment,
        "answered_at": check_in.answered_at.astimezone(zone),
        "recorded_at": check_in.recorded_at.astimezone(zone),
        "scale": check_in.scale,
        "pain_mm": check_in.pain_mm,
        "worst_pain_mm": check_in.worst_pain_mm,
        "movement_pain_mm": check_in.movement_pain_mm,
        "fatigue_mm": check_in.fatigue_mm,
        "soreness_mm": check_in.soreness_mm,
        "session_rpe": check_in.session_rpe,
        "sleep": check_in.sleep,
        "confidence": check_in.confidence,
        "location": check_in.location or None,
        "new_places": check_in.new_places,
        "flare": check_in.flare or None,
        "analgesic": check_in.analgesic or None,
        "red_flags": check_in.red_flags,
        "blood_pressure": check_in.blood_pressure,
        "acute_illness": check_in.acute_illness,
    }


def _exercise_content(entry: ExerciseEntry) -> dict[str, Any]:
    sets = [_set_content(each) for each in entry.sets.all()]
    return _exercise_fields(entry) | {"sets": sets or None}


def _exercise_fields(entry: ExerciseEntry) -> dict[str, Any]:
    return {
        "exercise": entry.exercise.public_id,
        "side": entry.side or None,
        "machine": entry.machine,
        "novel": entry.novel,
        "novel_reason": entry.novel_reason,
        "explosive": entry.explosive,
        "bout": entry.bout,
        "skipped": bool(entry.skipped_reason),
        "skipped_reason": entry.skipped_reason or None,
    }


def _set_content(row: SetEntry) -> dict[str, Any]:
    load = None
    if row.load_value is not None:
        load = {"value": row.load_value, "unit": row.load_unit}
    return _set_fields(row) | {"load": load}


def _set_fields(row: SetEntry) -> dict[str, Any]:
    return {
        "reps": row.reps,
        "lever_level": row.lever_level,
        "seconds": row.seconds,
        "rpe": row.rpe,
        "pain_mm": row.pain_mm,
    }


def _exercise_answer(entry: ExerciseEntry) -> ExerciseEntryAnswer:
    sets = [_set_answer(each) for each in entry.sets.all()]
    return ExerciseEntryAnswer(**_exercise_fields(entry), sets=sets or None)


def _set_answer(row: SetEntry) -> SetAnswer:
    load = None
    if row.load_value is not None:
        load = load_answer(value=row.load_value, unit=row.load_unit, kg=row.load_kg)
    return SetAnswer(**_set_fields(row), load=load)


def _follow_up_answers(session: HeldSession, *, zone: ZoneInfo) -> list[FollowUpAnswer]:
    if session.voided_at:
        return []
    windows = follow_ups(
        started_at=session.started_at,
        ended_at=session.ended_at,
        next_started_at=session.next_started_at,
    )
    return [
        FollowUpAnswer(
            moment=moment,
            opens_at=window.opens_at.astimezone(zone),
            closes_at=window.closes_at.astimezone(zone),
        )
        for moment, window in (("h24", windows.h24), ("h48", windows.h48))
        # The next session may come before a window opens.
        if window.closes_at >= window.opens_at
    ]


def _in_zone(instant: datetime | None, zone: ZoneInfo) -> datetime | None:
    return instant.astimezone(zone) if instant else None
