"""What the detector reads: ratings, sessions, a patient's history, closings.

Only what counts is handed in: void ratings and void sessions are left out, a
corrected rating comes with its current content, and its earlier contents beside it.
Windows are applied here.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from ..check_in_windows import Moment, in_utc, require_aware
from ..errors import ClinicalInputError
from ..scales import PainScale, require_pain_mm, require_ten_point

INFECTION: Final = "infection"
INJURY: Final = "injury"
# [D] these two also keep the pre value out of the resting values
CONFOUNDERS_OF_REST: Final = frozenset({INFECTION, INJURY})


class Location(StrEnum):
    """Where it hurts after a session."""

    ONLY_TRAINED = "only_trained"
    USUAL = "usual"
    BOTH = "both"
    NEW_PLACE = "new_place"


class FlareAnswer(StrEnum):
    """The answer to the flare question."""

    YES = "yes"
    NO = "no"
    NOT_SURE = "not_sure"


class Analgesic(StrEnum):
    """What was taken for pain in the last 24 h."""

    NONE = "none"
    USUAL = "usual"
    EXTRA = "extra"


class Family(StrEnum):
    """The four kinds of alert that live side by side."""

    FLARE = "flare"
    PATTERN = "pattern"
    TREND = "trend"
    DATA = "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One non-void check-in; every answer but its times may be missing.

    Args:
        key: Stable name of the rating; decides between two of the same instant.
        answered_at: The instant that the answer is about.
        received_at: When the server got it.
        recorded_at: When the person wrote it down.
        day: The patient's local day of `answered_at`.
        sleep: 0 (worst) to 10.
        red_flags: None if the screen was not asked, () if none was answered yes.
    """

    key: str
    moment: Moment
    answered_at: datetime
    received_at: datetime
    recorded_at: datetime
    day: date
    pain_mm: int | None = None
    scale: PainScale = PainScale.VAS
    location: Location | None = None
    flare: FlareAnswer | None = None
    analgesic: Analgesic | None = None
    sleep: int | None = None
    red_flags: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse a naive instant and an answer that its scale cannot give."""
        _keep_in_utc(self, "answered_at", "received_at", "recorded_at")
        if self.pain_mm is not None:
            require_pain_mm(self.pain_mm, scale=self.scale)
        if self.sleep is not None:
            require_ten_point(self.sleep, name="sleep")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One session that was held, in full or in part, in any setting.

    Args:
        key: Stable name; orders two sessions of the same start.
        day: The local day of the session; silence and pauses count in days.
        novel: New exercise, phase, explosive work, or one of the first.
        confounders: What else explains pain, such as `infection`.
        ratings: Around this session, in any order, in or out of window.
    """

    key: str
    day: date
    started_at: datetime
    ended_at: datetime
    novel: bool = False
    confounders: frozenset[str] = frozenset()
    ratings: tuple[Rating, ...] = ()

    def __post_init__(self) -> None:
        """Refuse naive instants and a session that ends before it starts."""
        _keep_in_utc(self, "started_at", "ended_at")
        if self.ended_at < self.started_at:
            raise ClinicalInputError(
                f"Session {self.key} must not end before it starts, "
                f"got {self.ended_at!r} for a start at {self.started_at!r}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRating:
    """What a rating said until a correction replaced it.

    Args:
        rating: With the instant since when the server had this content.
        session_key: Of the session that it was about; None for a run-in rating.
        replaced_at: When a correction ended it.
    """

    rating: Rating
    session_key: str | None
    replaced_at: datetime

    def __post_init__(self) -> None:
        """Refuse a naive instant."""
        require_aware("replaced_at", self.replaced_at)

    def is_current_at(self, instant: datetime) -> bool:
        """Tell whether the server held this content at an instant."""
        return self.rating.received_at <= instant < self.replaced_at


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientHistory:
    """Everything about one patient that the detector may use, in any order.

    Args:
        earlier: What corrected ratings said before, only to tell what was known
            when. No verdict uses it.
    """

    run_in: tuple[Rating, ...] = ()
    diary: tuple[Rating, ...] = ()
    sessions: tuple[Session, ...] = ()
    earlier: tuple[EarlierRating, ...] = ()

    def __post_init__(self) -> None:
        """Refuse two sessions or two ratings of one name.

        Raises:
            ClinicalInputError: A key appears twice.
        """
        _require_distinct("session", [session.key for session in self.sessions])
        _require_distinct("rating", [rating.key for rating in self.ratings()])

    def ratings(self) -> tuple[Rating, ...]:
        """Return every rating of the patient."""
        around = (rating for session in self.sessions for rating in session.ratings)
        return (*self.run_in, *self.diary, *around)

    def known_at(
        self, instant: datetime, *, received_by: datetime | None = None
    ) -> "PatientHistory":
        """Return the history as the server knew it at an instant.

        Args:
            received_by: Leave out ratings that came after this, if it is earlier.
        """
        require_aware("instant", instant)
        limit = instant if received_by is None else min(instant, received_by)
        return PatientHistory(
            run_in=self._as_of(self.run_in, limit, session_key=None),
            diary=_received_by(self.diary, limit),
            sessions=tuple(
                replace(
                    session,
                    ratings=self._as_of(
                        session.ratings, limit, session_key=session.key
                    ),
                )
                for session in self.sessions
                if session.started_at <= instant
            ),
        )

    def _as_of(
        self, ratings: tuple[Rating, ...], limit: datetime, *, session_key: str | None
    ) -> tuple[Rating, ...]:
        before = (
            one.rating
            for one in self.earlier
            if one.session_key == session_key and one.is_current_at(limit)
        )
        return (*_received_by(ratings, limit), *before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A therapist's resolution of one alert.

    Family, session and generation together name the alert (see `AlertState`).

    Args:
        judged_until: When the newest rating came that the alert had been judged
            with. What came later the therapist cannot have seen; None: all that had
            come by the closing.
        session_keys: All sessions that the alert named.
        alerted_on: The day of the session with which a pattern or trend was told.
    """

    family: Family
    opened_by: str
    closed_at: datetime
    generation: int = 1
    judged_until: datetime | None = None
    session_keys: tuple[str, ...] = ()
    alerted_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse a naive instant."""
        require_aware("closed_at", self.closed_at)
        require_aware("judged_until", self.judged_until or self.closed_at)

    @property
    def seen_until(self) -> datetime:
        """Return when the last rating came that the therapist can have seen."""
        if self.judged_until is None:
            return self.closed_at
        return min(self.judged_until, self.closed_at)


def _keep_in_utc(record: Rating | Session, *names: str) -> None:
    for name in names:
        object.__setattr__(record, name, in_utc(name, getattr(record, name)))


def _received_by(ratings: tuple[Rating, ...], instant: datetime) -> tuple[Rating, ...]:
    return tuple(rating for rating in ratings if rating.received_at <= instant)


def _require_distinct(thing: str, keys: list[str]) -> None:
    doubles = sorted({key for key in keys if keys.count(key) > 1})
    if doubles:
        raise ClinicalInputError(
            f"Each {thing} key must be unique in a history, got {', '.join(doubles)} "
            f"more than once."
        )
