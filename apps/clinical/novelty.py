"""Which sessions of a patient were new to the body: a course at a glance.

The rules for one session stand in `phases`; here they are asked along a patient's
sessions, and a therapist's word comes before them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .phases import novelty_of

THERAPIST = "therapist"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneExercise:
    """One exercise of a session that was really done.

    `says_novel` is a therapist's word on it, None when they said nothing.
    """

    exercise: str
    explosive: bool = False
    says_novel: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneSession:
    """What novelty depends on of one session.

    Args:
        day: The patient's local day.
        programme: Name of the programme; those outside of any count together.
        phase: Position of the phase in force on that day; None if not known.
        explosive_level: That the plan asks for on that day, from 1 when it tells none.
    """

    day: date
    programme: str | None = None
    phase: int | None = None
    explosive_level: int = 1
    exercises: tuple[DoneExercise, ...] = ()


def novelties(sessions: Sequence[DoneSession]) -> tuple[tuple[str, ...], ...]:
    """Return, for each session, why it was novel, in order; nothing if it was not.

    A therapist's word comes first: "novel" on any exercise makes the session novel;
    "not novel" takes that exercise out of the rules, and on every exercise it makes
    the session not novel.

    Args:
        sessions: All of one patient that count, oldest first, planned or not.
    """
    return tuple(
        _reasons(session, earlier=sessions[:index])
        for index, session in enumerate(sessions)
    )


def _reasons(
    session: DoneSession, *, earlier: Sequence[DoneSession]
) -> tuple[str, ...]:
    words = [one.says_novel for one in session.exercises]
    if True in words:
        return (THERAPIST,)
    if words and all(word is False for word in words):
        return ()
    of_programme = [one for one in earlier if one.programme == session.programme]
    found = novelty_of(
        session_number=len(of_programme) + 1,
        days_off=(session.day - earlier[-1].day).days if earlier else None,
        is_first_of_phase=_is_first_of_phase(session, of_programme=of_programme),
        is_first_explosive=_is_first_explosive(session, earlier=earlier),
        has_new_exercise=_has_new_exercise(session, earlier=earlier),
    )
    return tuple(sorted(found))


def _is_first_of_phase(
    session: DoneSession, *, of_programme: Sequence[DoneSession]
) -> bool:
    return session.phase is not None and all(
        one.phase != session.phase for one in of_programme
    )


def _is_first_explosive(
    session: DoneSession, *, earlier: Sequence[DoneSession]
) -> bool:
    before = max((_explosive_level(one) for one in earlier), default=0)
    return _explosive_level(session) > before


def _explosive_level(session: DoneSession) -> int:
    """Return the level of explosive work that was done, 0 for none."""
    is_done = any(
        one.explosive and one.says_novel is not False for one in session.exercises
    )
    return session.explosive_level if is_done else 0


def _has_new_exercise(session: DoneSession, *, earlier: Sequence[DoneSession]) -> bool:
    known = {exercise.exercise for one in earlier for exercise in one.exercises}
    return any(
        one.exercise not in known and one.says_novel is not False
        for one in session.exercises
    )
