"""One patient's rows as the plain values that the detector reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.clinical.check_in_windows import Moment
from apps.clinical.flare.inputs import (
    Analgesic,
    EarlierRating,
    FlareAnswer,
    Location,
    PatientHistory,
    Rating,
    Session,
)
from apps.clinical.novelty import DoneExercise, DoneSession, novelties
from apps.clinical.phases import week_of
from apps.clinical.scales import PainScale
from apps.clinics.models import Snapshot
from apps.logbook.judged_rows import JudgedCheckIn, JudgedSession, Work
from apps.logbook.models import DiaryRating
from apps.programmes.models import PhaseInForce, Programme

from .moves import Move, moves_of, since_it_counts
from .patient_rows import PatientRows, grouped, local_day

LOCATIONS: Final = {
    "only_trained": Location.ONLY_TRAINED,
    "usual": Location.USUAL,
    "both": Location.BOTH,
    "new": Location.NEW_PLACE,
}
FLARE_ANSWERS: Final = {
    "yes": FlareAnswer.YES,
    "no": FlareAnswer.NO,
    "unsure": FlareAnswer.NOT_SURE,
}
# What of a check-in can change a verdict. A correction of anything else is no news.
JUDGED_FIELDS: Final = (
    "session",
    "moment",
    "scale",
    "pain_mm",
    "location",
    "flare",
    "analgesic",
    "sleep",
)
NOON: Final = time(12)

Corrections = Mapping[UUID, Sequence[Snapshot]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRecord:
    """A patient's history for the detector, and the rows that it came from.

    Keys are the sessions' public ids as text. ``novelty`` says why a session was new.
    """

    history: PatientHistory
    rows: Mapping[str, JudgedSession]
    novelty: Mapping[str, tuple[str, ...]]

    @property
    def newest_arrival(self) -> datetime | None:
        """When the newest of the values came; None without any."""
        arrivals = (rating.received_at for rating in self.history.ratings())
        return max(arrivals, default=None)


def record_of(rows: PatientRows) -> PatientRecord:
    """Return everything about one patient that the detector may use.

    Void sessions and check-ins are left out; windows are the detector's business.
    """
    sessions, novelty = rows.sessions, _novelty(rows)
    check_ins, corrections = rows.check_ins_by_session, rows.corrections
    moves = moves_of(rows)
    around = [each for row in sessions for each in check_ins.get(row.pk, ())]
    return PatientRecord(
        history=PatientHistory(
            run_in=_ratings(rows.run_in, corrections),
            earlier=tuple(
                before
                for check_in in (*rows.run_in, *around)
                for before in _before_corrections(check_in, corrections)
            ),
            diary=_diary(rows),
            sessions=tuple(
                _session(
                    row,
                    check_ins=check_ins.get(row.pk, ()),
                    novel=bool(why),
                    corrections=corrections,
                    moves=moves,
                )
                for row, why in zip(sessions, novelty, strict=True)
            ),
        ),
        rows={str(row.public_id): row for row in sessions},
        novelty={
            str(row.public_id): why for row, why in zip(sessions, novelty, strict=True)
        },
    )


def _session(
    row: JudgedSession,
    *,
    check_ins: Iterable[JudgedCheckIn],
    novel: bool,
    corrections: Corrections,
    moves: Sequence[Move],
) -> Session:
    ratings = _ratings(check_ins, corrections)
    return Session(
        key=str(row.public_id),
        day=local_day(row),
        started_at=row.started_at,
        ended_at=row.ended_at,
        novel=novel,
        confounders=frozenset(row.confounders),
        ratings=tuple(
            since_it_counts(each, session=row, moves=moves) for each in ratings
        ),
    )


def _ratings(
    check_ins: Iterable[JudgedCheckIn], corrections: Corrections
) -> tuple[Rating, ...]:
    return tuple(_rating(each, corrections) for each in check_ins)


def _rating(check_in: JudgedCheckIn, corrections: Corrections) -> Rating:
    flags = check_in.red_flags
    return Rating(
        key=str(check_in.public_id),
        moment=Moment(check_in.moment),
        answered_at=check_in.answered_at,
        received_at=_known_since(check_in, corrections),
        recorded_at=check_in.recorded_at,
        day=check_in.day,
        pain_mm=check_in.pain_mm,
        scale=PainScale(check_in.scale),
        location=LOCATIONS.get(check_in.location),
        flare=FLARE_ANSWERS.get(check_in.flare),
        analgesic=Analgesic(check_in.analgesic) if check_in.analgesic else None,
        sleep=check_in.sleep,
        red_flags=None if flags is None else tuple(flags),
    )


def _known_since(check_in: JudgedCheckIn, corrections: Corrections) -> datetime:
    """Return when what a verdict uses of a check-in came, in its current content.

    A corrected value is news on the day of its correction: a therapist who closed an
    alert before had not seen it, and no mail goes out for an old session.
    """
    earlier = corrections.get(check_in.public_id)
    if not earlier:
        return check_in.received_at
    current = _judged(_content(check_in))
    for snapshot in reversed(earlier):
        if _judged(snapshot.content) != current:
            return snapshot.replaced_at
    return check_in.received_at


def _before_corrections(
    check_in: JudgedCheckIn, corrections: Corrections
) -> Iterable[EarlierRating]:
    """Return what a check-in said before what it says now, where it was judged."""
    earlier = corrections.get(check_in.public_id)
    if not earlier:
        return
    current = _rating(check_in, corrections)
    since = check_in.received_at
    for snapshot in earlier:
        content, moment = snapshot.content, Moment(snapshot.content["moment"])
        is_judged = content.get("session") or moment == Moment.RUN_IN
        if is_judged and snapshot.replaced_at <= current.received_at:
            yield EarlierRating(
                rating=_as_it_was(current, content=content, since=since),
                session_key=content.get("session"),
                replaced_at=snapshot.replaced_at,
            )
        since = snapshot.replaced_at


def _as_it_was(
    current: Rating, *, content: Mapping[str, Any], since: datetime
) -> Rating:
    analgesic = content.get("analgesic")
    return replace(
        current,
        moment=Moment(content["moment"]),
        answered_at=datetime.fromisoformat(content["answered_at"]),
        received_at=since,
        pain_mm=content.get("pain_mm"),
        scale=PainScale(content["scale"]),
        location=LOCATIONS.get(content.get("location") or ""),
        flare=FLARE_ANSWERS.get(content.get("flare") or ""),
        analgesic=Analgesic(analgesic) if analgesic else None,
        sleep=content.get("sleep"),
    )


def _content(check_in: JudgedCheckIn) -> dict[str, Any]:
    content = {name: getattr(check_in, name) for name in JUDGED_FIELDS[1:]}
    session_id = check_in.session_public_id
    return content | {
        "session": str(session_id) if session_id else None,
        "answered_at": check_in.answered_at.isoformat(),
    }


def _judged(content: Mapping[str, Any]) -> tuple[Any, ...]:
    answered_at = datetime.fromisoformat(content["answered_at"])
    # An answer not given is null in one place and empty in the other.
    return (answered_at, *(_given(content.get(name)) for name in JUDGED_FIELDS))


def _given(value: Any) -> Any:
    return None if value == "" else value


def _diary(rows: PatientRows) -> tuple[Rating, ...]:
    zone = ZoneInfo(rows.patient.time_zone)
    return tuple(_diary_rating(each, zone=zone) for each in _best_kept(rows.diary))


def _best_kept(ratings: Iterable[DiaryRating]) -> list[DiaryRating]:
    """Return the ratings of one region: that with most days, of equals the first.

    A knee and a back are two levels; taking the latest of either would make a
    variation that nobody feels.
    """
    by_region: dict[str, list[DiaryRating]] = {}
    for each in ratings:
        by_region.setdefault(each.region, []).append(each)

    def days(region: str) -> int:
        return len({each.day for each in by_region[region]})

    best = min(by_region, key=lambda region: (-days(region), region), default=None)
    return by_region[best] if best is not None else []


def _diary_rating(row: DiaryRating, *, zone: ZoneInfo) -> Rating:
    # A diary without stamps tells days only: noon stands for the day.
    felt_at = row.stamped_at or datetime.combine(row.day, NOON, tzinfo=zone)
    return Rating(
        key=f"diary-{row.pk:012}",
        moment=Moment.DIARY,
        answered_at=felt_at,
        received_at=row.imported_at,
        recorded_at=felt_at,
        day=row.day,
        pain_mm=row.pain_mm,
    )


def _novelty(rows: PatientRows) -> tuple[tuple[str, ...], ...]:
    phases = grouped(rows.phases, by=lambda phase: phase.programme_id)
    work = grouped(rows.work, by=lambda each: each.session_id)
    known: dict[int | None, Programme] = {one.pk: one for one in rows.programmes}
    return novelties(
        [
            DoneSession(
                day=local_day(row),
                programme=str(row.programme_id) if row.programme_id else None,
                phase=_phase(phases.get(row.programme_id, ()), on=local_day(row)),
                explosive_level=_explosive_level(
                    known.get(row.programme_id), on=local_day(row)
                ),
                exercises=_done(work.get(row.pk, ())),
            )
            for row in rows.sessions
        ]
    )


def _done(work: Iterable[Work]) -> tuple[DoneExercise, ...]:
    return tuple(
        DoneExercise(
            exercise=str(each.exercise_id),
            explosive=each.explosive,
            says_novel=each.novel,
        )
        for each in work
    )


def _phase(phases: Iterable[PhaseInForce], *, on: date) -> int | None:
    position = None
    for phase in phases:
        if phase.in_force_from <= on:
            position = phase.position
    return position


def _explosive_level(programme: Programme | None, *, on: date) -> int:
    """Return the level of explosive work that the template asks for on a day."""
    if programme is None:
        return 1
    week = week_of(on, starts_on=programme.starts_on)
    steps = programme.template.content.get("explosive") or []
    levels = (step["level"] for step in steps if step["from_week"] <= week)
    return max(levels, default=1)
