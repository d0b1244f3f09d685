"""Phases, weeks and novel sessions."""

from datetime import date
from decimal import Decimal

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.phases import (
    Phase,
    novelty_of,
    phase_of_week,
    require_phases_cover,
    week_of,
)

pytestmark = pytest.mark.requirement("B2", "B4")

SPANS = ((1, 2, 40, 15, 20), (3, 4, 50, 12, 15), (5, 8, 60, 10, 12))


def phases(*spans):
    return [
        Phase(
            position=position,
            first_week=first,
            last_week=last,
            percent_1rm=Decimal(percent),
            reps_min=reps_min,
            reps_max=reps_max,
        )
        for position, (first, last, percent, reps_min, reps_max) in enumerate(spans, 1)
    ]


def spanning(*weeks):
    return phases(*((first, last, 50, 8, 10) for first, last in weeks))


@pytest.mark.parametrize(
    ("week", "percent"), [(1, 40), (2, 40), (3, 50), (4, 50), (5, 60), (8, 60)]
)
def test_phase_of_week_finds_the_phase(week, percent):
    assert phase_of_week(phases(*SPANS), week=week).percent_1rm == percent


@pytest.mark.parametrize("week", [0, 9])
def test_phase_of_week_refuses_a_week_outside(week):
    with pytest.raises(ClinicalInputError, match=f"got week {week}"):
        phase_of_week(phases(*SPANS), week=week)


def test_require_phases_cover_accepts_a_whole_programme():
    require_phases_cover(phases(*SPANS), weeks=8)
    require_phases_cover(list(reversed(phases(*SPANS))), weeks=8)


@pytest.mark.parametrize(
    ("spans", "weeks", "message"),
    [
        pytest.param([], 1, "numbered 1, 2, 3", id="no phase"),
        pytest.param([(2, 3)], 3, "start in week 1", id="late start"),
        pytest.param([(1, 2), (4, 5)], 5, "start in week 3", id="gap"),
        pytest.param([(1, 3), (3, 5)], 5, "start in week 4", id="overlap"),
        pytest.param([(1, 2)], 3, "last week, 3, got week 2", id="too short"),
        pytest.param([(1, 4)], 3, "last week, 3, got week 4", id="too long"),
    ],
)
def test_require_phases_cover_refuses(spans, weeks, message):
    with pytest.raises(ClinicalInputError, match=message):
        require_phases_cover(spanning(*spans), weeks=weeks)


def test_require_phases_cover_refuses_doubled_positions():
    first, second = spanning((1, 2), (3, 4))

    with pytest.raises(ClinicalInputError, match=r"got \[1, 1, 2\]"):
        require_phases_cover([first, first, second], weeks=4)


def test_phase_may_have_neither_load_nor_repetitions():
    phase = Phase(position=1, first_week=1, last_week=4)

    assert (phase.percent_1rm, phase.reps_min, phase.reps_max) == (None, None, None)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"last_week": 1}, id="one week"),
        pytest.param({"reps_min": 15, "reps_max": 15}, id="one number"),
        pytest.param({"reps_min": 1, "reps_max": 1}, id="one repetition"),
        pytest.param({"percent_1rm": Decimal("0.5")}, id="half a percent"),
        pytest.param({"percent_1rm": Decimal(100)}, id="the whole 1RM"),
    ],
)
def test_phase_takes_its_limits_in(change):
    phase = Phase(**{"position": 1, "first_week": 1, "last_week": 4} | change)

    assert (
        change.items()
        <= {
            "last_week": phase.last_week,
            "reps_min": phase.reps_min,
            "reps_max": phase.reps_max,
            "percent_1rm": phase.percent_1rm,
        }.items()
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"first_week": 0}, "weeks of a phase"),
        ({"first_week": 5}, "weeks of a phase"),
        ({"reps_min": None}, "both bounds"),
        ({"reps_max": None}, "both bounds"),
        ({"reps_min": 21}, "repetitions of a phase"),
        ({"percent_1rm": Decimal(0)}, "above 0 and at most 100"),
        ({"percent_1rm": Decimal(101)}, "above 0 and at most 100"),
    ],
)
def test_phase_refuses_what_cannot_be_prescribed(change, message):
    values = {
        "position": 1,
        "first_week": 1,
        "last_week": 4,
        "percent_1rm": Decimal(40),
        "reps_min": 15,
        "reps_max": 20,
    }

    with pytest.raises(ClinicalInputError, match=message):
        Phase(**values | change)


@pytest.mark.parametrize(
    ("day", "week"),
    [
        ("2026-02-22", -1),
        ("2026-02-23", 0),
        ("2026-03-01", 0),
        ("2026-03-02", 1),
        ("2026-03-08", 1),
        ("2026-03-09", 2),
    ],
)
def test_week_of_counts_from_the_start(day, week):
    assert week_of(date.fromisoformat(day), starts_on=date(2026, 3, 2)) == week


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        pytest.param({}, set(), id="an ordinary session"),
        pytest.param({"session_number": 3}, {"first_sessions"}, id="the third"),
        pytest.param({"session_number": 1, "days_off": None}, {"first_sessions"}),
        pytest.param({"days_off": 28}, set(), id="28 days off"),
        pytest.param({"days_off": 29}, {"after_pause"}, id="29 days off"),
        pytest.param({"is_first_of_phase": True}, {"new_phase"}),
        pytest.param({"is_first_explosive": True}, {"explosive_work"}),
        pytest.param({"has_new_exercise": True}, {"new_exercise"}),
    ],
)
def test_novelty_of_gives_every_reason(change, reasons):
    plain = {
        "session_number": 4,
        "days_off": 3,
        "is_first_of_phase": False,
        "is_first_explosive": False,
        "has_new_exercise": False,
    }

    assert novelty_of(**plain | change) == reasons


def test_novelty_of_refuses_a_session_before_the_first():
    with pytest.raises(ClinicalInputError, match="session_number"):
        novelty_of(
            session_number=0,
            days_off=None,
            is_first_of_phase=False,
            is_first_explosive=False,
            has_new_exercise=False,
        )
