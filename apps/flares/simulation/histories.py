"""What the product would hold about a synthetic patient: the detector's inputs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from apps.clinical.check_in_windows import Moment
from apps.clinical.flare.inputs import Location, PatientHistory, Rating, Session

from .assumptions import RUN_IN_DAYS
from .patients import SyntheticPatient, SyntheticSession

# Any day of any year would do: the detector counts differences alone.
FIRST_DAY: Final = date(2024, 1, 1) - timedelta(days=RUN_IN_DAYS)
RUN_IN_AT: Final = time(9, 0, tzinfo=UTC)
STARTS_AT: Final = time(10, 0, tzinfo=UTC)
LASTS: Final = timedelta(hours=1)
# When each value is written down and sent, counted from the end of a session.
ANSWERED_AFTER: Final = {
    Moment.PRE: -LASTS,
    Moment.POST: timedelta(0),
    Moment.H24: timedelta(hours=24),
    Moment.H48: timedelta(hours=48),
}


def history_of(patient: SyntheticPatient) -> PatientHistory:
    """Return the patient's run-in values and sessions, named by their position."""
    return PatientHistory(
        run_in=tuple(_run_in(patient)),
        sessions=tuple(
            _session(session, key=session_key(index))
            for index, session in enumerate(patient.sessions)
        ),
    )


def session_key(index: int) -> str:
    """Return the name of a session, from 0."""
    return f"{index:02}"


def session_index(key: str) -> int:
    """Return the position of the session of this name."""
    return int(key)


def starts_at(session: SyntheticSession) -> datetime:
    """Return when the session starts."""
    return datetime.combine(_date(session.day), STARTS_AT)


def _run_in(patient: SyntheticPatient) -> Iterator[Rating]:
    for day, pain_mm in enumerate(patient.run_in_mm):
        if pain_mm is not None:
            at = datetime.combine(_date(day), RUN_IN_AT)
            yield _rating(f"run_in-{day}", Moment.RUN_IN, at=at, pain_mm=pain_mm)


def _session(session: SyntheticSession, *, key: str) -> Session:
    return Session(
        key=key,
        day=_date(session.day),
        started_at=starts_at(session),
        ended_at=starts_at(session) + LASTS,
        novel=session.novel,
        ratings=tuple(_ratings(session, key=key)),
    )


def _ratings(session: SyntheticSession, *, key: str) -> Iterator[Rating]:
    ended_at = starts_at(session) + LASTS
    place = Location.ONLY_TRAINED if session.only_trained else Location.USUAL
    for moment, pain_mm, location in (
        (Moment.PRE, session.pre_mm, None),
        (Moment.POST, session.post_mm, None),
        (Moment.H24, session.h24_mm, place),
        (Moment.H48, session.h48_mm, place),
    ):
        if pain_mm is not None:
            yield _rating(
                f"{key}-{moment}",
                moment,
                at=ended_at + ANSWERED_AFTER[moment],
                pain_mm=pain_mm,
                location=location,
            )


def _rating(
    key: str,
    moment: Moment,
    *,
    at: datetime,
    pain_mm: int,
    location: Location | None = None,
) -> Rating:
    return Rating(
        key=key,
        moment=moment,
        answered_at=at,
        received_at=at,
        recorded_at=at,
        day=at.date(),
        pain_mm=pain_mm,
        location=location,
    )


def _date(day: int) -> date:
    return FIRST_DAY + timedelta(days=day)
