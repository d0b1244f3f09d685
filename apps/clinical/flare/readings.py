"""Which of a session's ratings count, and what they say together.

A pain value of H24 or H48 is the one nearest to its target; pre and post are the
latest in their window. Of the other answers the most serious in the window
counts: a person who said "yes" once is heard.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..check_in_windows import (
    FOLLOW_UP_TARGETS,
    Moment,
    Window,
    is_in_window,
    is_recalled,
    nearest,
    window_of,
)
from ..scales import PainScale
from .inputs import Analgesic, FlareAnswer, Location, Rating, Session

JUDGED_MOMENTS = (Moment.PRE, Moment.POST, Moment.H24, Moment.H48)
FOLLOW_UP_MOMENTS = (Moment.H24, Moment.H48)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """One session with the ratings that lie in their windows.

    `in_window` is ordered by time. The four pain values are None when missing,
    which never means "no pain".
    """

    session: Session
    h24_window: Window
    h48_window: Window
    h24_closed: bool
    h48_closed: bool
    in_window: tuple[Rating, ...]
    pre_mm: int | None
    post_mm: int | None
    h24_mm: int | None
    h48_mm: int | None
    scales: tuple[PainScale, ...]

    @property
    def is_settled(self) -> bool:
        """Tell whether the two-day value has come or cannot come any more."""
        return self.h48_mm is not None or self.h48_closed

    @property
    def has_follow_up(self) -> bool:
        """Tell whether a next-day or two-day value exists."""
        return self.h24_mm is not None or self.h48_mm is not None

    @property
    def counts_for_gaps(self) -> bool:
        """Tell whether a missing follow-up may be held against the patient.

        Not when the next session cut both windows short and no value came before.
        """
        expected = self.h24_window.expected or self.h48_window.expected
        return self.h48_closed and (expected or self.has_follow_up)

    @property
    def level_mm(self) -> int | None:
        """Return the higher of the two follow-up values."""
        follow_ups = [x for x in (self.h24_mm, self.h48_mm) if x is not None]
        return max(follow_ups, default=None)

    @property
    def is_only_trained(self) -> bool:
        """Tell whether every place named afterwards is the trained muscles."""
        places = {
            rating.location
            for rating in self.at(*FOLLOW_UP_MOMENTS)
            if rating.location is not None
        }
        return places == {Location.ONLY_TRAINED}

    @property
    def has_extra_analgesic(self) -> bool:
        """Tell whether extra pain medicine was taken after the session."""
        return any(
            rating.analgesic == Analgesic.EXTRA
            for rating in self.at(*FOLLOW_UP_MOMENTS)
        )

    @property
    def sleep_h24(self) -> int | None:
        """Return the worst sleep, 0-10, told on the next day."""
        answers = [
            rating.sleep for rating in self.at(Moment.H24) if rating.sleep is not None
        ]
        return min(answers, default=None)

    @property
    def is_recalled(self) -> bool:
        """Tell whether a value in use was written down more than 12 h later."""
        return any(
            is_recalled(answered_at=rating.answered_at, recorded_at=rating.recorded_at)
            for rating in self.in_window
        )

    @property
    def latest_received_at(self) -> datetime | None:
        """Return when the last value in use arrived."""
        return max((rating.received_at for rating in self.in_window), default=None)

    @property
    def red_flags_asked(self) -> bool:
        """Tell whether any check-in of the session had the red-flag screen."""
        return any(rating.red_flags is not None for rating in self.session.ratings)

    def at(self, *moments: Moment) -> tuple[Rating, ...]:
        """Return the ratings in their window at these moments."""
        return tuple(rating for rating in self.in_window if rating.moment in moments)

    def says_flare(self, moment: Moment) -> bool:
        """Tell whether the flare question was answered "yes" at a moment."""
        return any(rating.flare == FlareAnswer.YES for rating in self.at(moment))

    def may_mail(self, *, within_days: int) -> bool:
        """Tell whether the values in use arrived early enough for a message."""
        latest = self.latest_received_at
        limit = self.session.ended_at + timedelta(days=within_days)
        return latest is not None and latest <= limit


def in_order(sessions: Iterable[Session]) -> tuple[Session, ...]:
    """Return the sessions by start, then key."""
    return tuple(sorted(sessions, key=lambda s: (s.started_at, s.key)))


def read_sessions(
    sessions: Iterable[Session], *, now: datetime
) -> tuple[Readings, ...]:
    """Return what counts of each session, in order, as windows stand at `now`."""
    ordered = in_order(sessions)
    nexts = [*(session.started_at for session in ordered[1:]), None]
    return tuple(
        _read(session, next_started_at=next_started_at, now=now)
        # Not strict: without a session there is no last one to end with None.
        for session, next_started_at in zip(ordered, nexts, strict=False)
    )


def _read(
    session: Session, *, next_started_at: datetime | None, now: datetime
) -> Readings:
    windows = {
        moment: window_of(
            moment,
            started_at=session.started_at,
            ended_at=session.ended_at,
            next_started_at=next_started_at,
        )
        for moment in JUDGED_MOMENTS
    }
    inside = _ratings_inside(session.ratings, windows=windows)
    rated = tuple(rating for rating in inside if rating.pain_mm is not None)
    chosen = {moment: _chosen(moment, session, rated) for moment in JUDGED_MOMENTS}
    return Readings(
        session=session,
        h24_window=windows[Moment.H24],
        h48_window=windows[Moment.H48],
        h24_closed=windows[Moment.H24].is_closed(now=now),
        h48_closed=windows[Moment.H48].is_closed(now=now),
        in_window=inside,
        pre_mm=_pain_mm(chosen[Moment.PRE]),
        post_mm=_pain_mm(chosen[Moment.POST]),
        h24_mm=_pain_mm(chosen[Moment.H24]),
        h48_mm=_pain_mm(chosen[Moment.H48]),
        scales=tuple(rating.scale for rating in rated if rating in chosen.values()),
    )


def _ratings_inside(
    ratings: Iterable[Rating], *, windows: dict[Moment, Window]
) -> tuple[Rating, ...]:
    inside = (
        rating
        for rating in ratings
        if rating.moment in windows
        and is_in_window(rating.answered_at, window=windows[rating.moment])
    )
    return tuple(sorted(inside, key=lambda r: (r.answered_at, r.key)))


def _chosen(moment: Moment, session: Session, rated: Sequence[Rating]) -> Rating | None:
    candidates = [rating for rating in reversed(rated) if rating.moment == moment]
    if moment in FOLLOW_UP_TARGETS:
        return nearest(
            candidates,
            target=session.ended_at + FOLLOW_UP_TARGETS[moment],
            answered_at=lambda rating: rating.answered_at,
        )
    return candidates[0] if candidates else None


def _pain_mm(rating: Rating | None) -> int | None:
    return None if rating is None else rating.pain_mm
