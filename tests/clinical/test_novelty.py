"""Which sessions of a patient were new to the body."""

from datetime import date, timedelta

import pytest

from apps.clinical.novelty import DoneExercise, DoneSession, novelties

pytestmark = pytest.mark.requirement("F1")

FIRST = date(2026, 3, 2)
LEG_PRESS = DoneExercise(exercise="leg-press")
ROW = DoneExercise(exercise="row")


def session(number, *, exercises=(LEG_PRESS,), day=None, **more):
    fields = {"programme": "p", "phase": 1} | more
    return DoneSession(
        day=day or FIRST + timedelta(days=3 * (number - 1)),
        exercises=exercises,
        **fields,
    )


def course(length, **more):
    return [session(number, **more) for number in range(1, length + 1)]


def last(*sessions):
    return novelties(sessions)[-1]


def test_novelties_of_nobody_is_nothing():
    assert novelties([]) == ()


def test_novelties_names_the_first_three_sessions_of_a_programme():
    assert [bool(one) for one in novelties(course(4))] == [True, True, True, False]


def test_novelties_counts_each_programme_anew():
    second = session(5, programme="q", phase=None)

    assert last(*course(4), second) == ("first_sessions",)


@pytest.mark.parametrize(
    ("days_off", "expected"),
    [(27, ()), (28, ()), (29, ("after_pause",))],
)
def test_novelties_names_the_first_session_after_more_than_28_days(days_off, expected):
    back = session(5, day=FIRST + timedelta(days=9 + days_off))

    assert last(*course(4), back) == expected


def test_novelties_names_the_first_session_of_each_phase_once():
    sessions = [*course(4), session(5, phase=2), session(6, phase=2)]
    again = [session(7, phase=1), session(8, phase=2)]

    assert novelties([*sessions, *again])[4:] == (("new_phase",), (), (), ())


def test_novelties_names_a_new_exercise_also_in_an_unplanned_session():
    unplanned = session(5, exercises=(LEG_PRESS, ROW))

    assert last(*course(4), unplanned) == ("new_exercise",)


def test_novelties_knows_an_exercise_of_an_earlier_programme():
    later = [session(number, programme="q", phase=None) for number in range(5, 9)]

    assert last(*course(4), *later) == ()


def test_novelties_names_the_first_session_of_each_explosive_level():
    jump = (DoneExercise(exercise="leg-press", explosive=True),)
    sessions = [
        *course(4),
        session(5, exercises=jump),
        session(6, exercises=jump),
        session(7, exercises=jump, explosive_level=2),
        session(8, exercises=jump, explosive_level=2),
        session(9, exercises=jump, explosive_level=1),
    ]

    found = novelties(sessions)[4:]

    assert found == (("explosive_work",), (), ("explosive_work",), (), ())


def test_novelties_names_explosive_work_in_the_very_first_session():
    jump = (DoneExercise(exercise="leg-press", explosive=True),)

    assert novelties([session(1, exercises=jump)]) == (
        ("explosive_work", "first_sessions", "new_exercise", "new_phase"),
    )


def test_novelties_follows_a_therapist_who_calls_an_exercise_novel():
    other_grip = (DoneExercise(exercise="leg-press", says_novel=True),)

    assert last(*course(4), session(5, exercises=other_grip)) == ("therapist",)


def test_novelties_follows_a_therapist_who_calls_everything_known():
    known = (DoneExercise(exercise="leg-press", says_novel=False),)

    assert last(session(1, exercises=known)) == ()


def test_novelties_leaves_only_the_known_exercise_out_of_the_rules():
    known_row = DoneExercise(exercise="row", says_novel=False, explosive=True)
    curl = DoneExercise(exercise="curl")

    with_row = session(5, exercises=(LEG_PRESS, known_row))
    with_both = session(5, exercises=(curl, known_row))

    assert last(*course(4), with_row) == ()
    assert last(*course(4), with_both) == ("new_exercise",)


def test_novelties_does_not_change_what_came_before():
    sessions = course(8)
    sessions[5] = session(6, exercises=(ROW,))

    whole = novelties(sessions)

    for length in range(len(sessions)):
        assert novelties(sessions[:length]) == whole[:length]
