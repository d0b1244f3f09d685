"""How a person's pain answers exercise: relief, no change or rise, with n.

A session counts by its pain right after minus right before. This is what a person
says around sessions. It is never computed from, compared with or added to a score
of exercise-induced hypoalgesia, which is a laboratory measure of something else.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from statistics import median
from typing import Final

from .errors import ClinicalInputError
from .proportions import Proportion, wilson_limits
from .scales import PainScale, require_pain_mm

# [D] one point of a 0-10 number, the smallest step that both scales can show. A
# minimal improvement is 1 point [O:29]; a worsening is felt from 7 to 8 mm [O:31].
CHANGE_FROM_MM: Final = 10
# [D] three weeks of two sessions; fewer make a share of anything
MIN_SESSIONS: Final = 6


class ExerciseKind(StrEnum):
    """What a session mainly was."""

    RESISTANCE = "resistance"
    AEROBIC = "aerobic"
    INTERVAL = "interval"
    AQUATIC = "aquatic"
    MIND_BODY = "mind_body"
    RELAXATION = "relaxation"
    OTHER = "other"


# [D] to hold still against a load trains strength; the last two are no dose of any
KIND_OF_MODALITY: Final[Mapping[str, ExerciseKind]] = {
    "resistance": ExerciseKind.RESISTANCE,
    "isometric": ExerciseKind.RESISTANCE,
    "aerobic": ExerciseKind.AEROBIC,
    "interval": ExerciseKind.INTERVAL,
    "aquatic": ExerciseKind.AQUATIC,
    "mind_body": ExerciseKind.MIND_BODY,
    "relaxation": ExerciseKind.RELAXATION,
    "motor_control": ExerciseKind.OTHER,
    "stretching": ExerciseKind.OTHER,
}


class LoadBand(StrEnum):
    """The load of a session as a share of the 1RM."""

    LIGHT = "light"
    MODERATE = "moderate"
    HEAVY = "heavy"
    NOT_KNOWN = "not_known"


# [D] the phases of the shipped programme fall into them: 40, then 50 and 60, then
# 70 and 80 %
MODERATE_FROM_PERCENT: Final = Decimal(50)
HEAVY_FROM_PERCENT: Final = Decimal(70)


class Answer(StrEnum):
    """How pain answered one session."""

    RELIEF = "relief"
    NO_CHANGE = "no_change"
    RISE = "rise"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRules:
    """What counts as a change, and from how many sessions on shares are told."""

    change_from_mm: int = CHANGE_FROM_MM
    min_sessions: int = MIN_SESSIONS

    def __post_init__(self) -> None:
        """Refuse rules that tell nothing.

        Raises:
            ClinicalInputError: A number that is not whole or below 1, or a change
                above 100 mm.
        """
        for name, value, maximum in (
            ("change_from_mm", self.change_from_mm, 100),
            ("min_sessions", self.min_sessions, 1000),
        ):
            is_whole = isinstance(value, int) and not isinstance(value, bool)
            if not is_whole or not 1 <= value <= maximum:
                raise ClinicalInputError(
                    f"{name} must be a whole number from 1 to {maximum}, got {value!r}."
                )


DEFAULT_RULES: Final = ProfileRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAnswer:
    """What one judged session adds to the profile.

    Args:
        kind: None if it is not known; counted as "other".
        percent_1rm: 40 means 40 %; None where the load is not a share of a 1RM.
        pre_mm: In its window; None if missing.
        post_mm: In its window; None if missing.
        confounded: Something else explains the pain, such as an infection.
    """

    kind: ExerciseKind | None
    percent_1rm: Decimal | None
    pre_mm: int | None
    post_mm: int | None
    pre_scale: PainScale = PainScale.VAS
    post_scale: PainScale = PainScale.VAS
    confounded: bool = False

    def __post_init__(self) -> None:
        """Refuse what no session has.

        Raises:
            ClinicalInputError: A pain value off its scale, an unknown kind, or a
                share of the 1RM that is not finite or not above 0.
        """
        if self.kind is not None and self.kind not in set(ExerciseKind):
            raise ClinicalInputError(
                f"kind must be one of {', '.join(ExerciseKind)}, got {self.kind!r}."
            )
        if self.percent_1rm is not None:
            load_band(self.percent_1rm)
        if self.pre_mm is not None:
            require_pain_mm(self.pre_mm, scale=self.pre_scale)
        if self.post_mm is not None:
            require_pain_mm(self.post_mm, scale=self.post_scale)

    @property
    def change_mm(self) -> int | None:
        """Return post minus pre; None if one is missing or the scale changed."""
        if self.pre_mm is None or self.post_mm is None:
            return None
        if self.pre_scale != self.post_scale:
            return None
        return self.post_mm - self.pre_mm


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How many sessions got one answer, of how many, and how strong it was.

    Args:
        proportion: With 95 % limits; None while it is too early.
        typical_mm: Median size of the change, above 0; None without one, and for
            "no change".
    """

    count: int
    n: int
    proportion: Proportion | None
    typical_mm: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    """The answers of a group of sessions; relief stands first.

    Args:
        n: Sessions that were counted.
        not_counted: Without both values, with a change of scale, or confounded.
        relief_possible: Of `n`, those that began with enough pain to fall by the
            smallest change.
        is_too_early: `n` is below the smallest number; only counts are told.
        rules: By which this was counted.
    """

    n: int
    not_counted: int
    relief_possible: int
    is_too_early: bool
    relief: Part
    no_change: Part
    rise: Part
    rules: ProfileRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The answers to one kind of exercise, or to one load band of it.

    Args:
        band: None for all loads of the kind together.
    """

    kind: ExerciseKind
    band: LoadBand | None
    responses: Responses


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One person's answers: all together, by kind, and by kind and load band."""

    overall: Responses
    by_kind: tuple[Group, ...]
    by_load: tuple[Group, ...]


def load_band(percent_1rm: Decimal | None) -> LoadBand:
    """Return the band of a share of the 1RM; each begins with its lower end.

    Raises:
        ClinicalInputError: A share that is not finite or not above 0.
    """
    if percent_1rm is None:
        return LoadBand.NOT_KNOWN
    if not percent_1rm.is_finite() or percent_1rm <= 0:
        raise ClinicalInputError(
            f"percent_1rm must be finite and above 0, got {percent_1rm}."
        )
    if percent_1rm < MODERATE_FROM_PERCENT:
        return LoadBand.LIGHT
    return LoadBand.MODERATE if percent_1rm < HEAVY_FROM_PERCENT else LoadBand.HEAVY


def kind_of_session(modalities: Iterable[str]) -> ExerciseKind | None:
    """Return the kind of most of the exercises that were done; None without any.

    Of equally many, the one that stands first in `ExerciseKind`.

    Args:
        modalities: One for each exercise that was done, as the catalogue names it.

    Raises:
        ClinicalInputError: A modality that the catalogue does not know.
    """
    counts: Counter[ExerciseKind] = Counter()
    for modality in modalities:
        if modality not in KIND_OF_MODALITY:
            raise ClinicalInputError(
                f"modality must be one of {', '.join(KIND_OF_MODALITY)}, "
                f"got {modality!r}."
            )
        counts[KIND_OF_MODALITY[modality]] += 1
    if not counts:
        return None
    return max(ExerciseKind, key=counts.__getitem__)


def share_of_session(shares: Iterable[Decimal | None]) -> Decimal | None:
    """Return the mean share of the 1RM over a session's sets with a weight.

    None unless the share of at least half of them is known: a few sets must not stand
    for the session.

    Args:
        shares: One for each such set, 40 meaning 40 %; None where no 1RM is known.

    Source:
        No source: ours [D].
    """
    given = list(shares)
    known = [share for share in given if share is not None]
    if not known or 2 * len(known) < len(given):
        return None
    return sum(known, Decimal(0)) / len(known)


def answer_of(change_mm: int, *, rules: ProfileRules = DEFAULT_RULES) -> Answer:
    """Return what a change of pain is; the smallest change is itself inside.

    Args:
        change_mm: After minus before, so that below 0 is less pain.
    """
    if change_mm <= -rules.change_from_mm:
        return Answer.RELIEF
    return Answer.RISE if change_mm >= rules.change_from_mm else Answer.NO_CHANGE


def response_profile(
    sessions: Iterable[SessionAnswer], *, rules: ProfileRules = DEFAULT_RULES
) -> Profile:
    """Return how one person's pain answered sessions.

    A session without both values, with another scale after than before, or with
    another explanation is told as not counted, never as "no change". Groups come in
    the order of `ExerciseKind` and `LoadBand`, those without sessions left out.

    Args:
        sessions: Of one person, in any order.

    Source:
        No source: what counts as relief and as rise is ours [D].
    """
    given = list(sessions)
    return Profile(
        overall=_responses(given, rules=rules),
        by_kind=tuple(
            Group(kind=kind, band=None, responses=_responses(found, rules=rules))
            for kind in ExerciseKind
            if (found := [one for one in given if _kind(one) == kind])
        ),
        by_load=tuple(
            Group(kind=kind, band=band, responses=_responses(found, rules=rules))
            for kind in ExerciseKind
            for band in LoadBand
            if (found := [one for one in given if _place(one) == (kind, band)])
        ),
    )


def _kind(session: SessionAnswer) -> ExerciseKind:
    return session.kind or ExerciseKind.OTHER


def _place(session: SessionAnswer) -> tuple[ExerciseKind, LoadBand]:
    return _kind(session), load_band(session.percent_1rm)


def _responses(sessions: Sequence[SessionAnswer], *, rules: ProfileRules) -> Responses:
    counted = [
        (one.pre_mm, one.change_mm)
        for one in sessions
        if one.pre_mm is not None and one.change_mm is not None and not one.confounded
    ]
    changes = [change_mm for _, change_mm in counted]
    return Responses(
        n=len(counted),
        not_counted=len(sessions) - len(counted),
        relief_possible=sum(pre_mm >= rules.change_from_mm for pre_mm, _ in counted),
        is_too_early=len(counted) < rules.min_sessions,
        relief=_part(Answer.RELIEF, changes, rules=rules),
        no_change=_part(Answer.NO_CHANGE, changes, rules=rules),
        rise=_part(Answer.RISE, changes, rules=rules),
        rules=rules,
    )


def _part(answer: Answer, changes: Sequence[int], *, rules: ProfileRules) -> Part:
    sizes = [
        abs(change) for change in changes if answer_of(change, rules=rules) == answer
    ]
    n = len(changes)
    has_size = bool(sizes) and answer != Answer.NO_CHANGE
    return Part(
        count=len(sizes),
        n=n,
        proportion=(
            None if n < rules.min_sessions else wilson_limits(successes=len(sizes), n=n)
        ),
        typical_mm=float(median(sizes)) if has_size else None,
    )
