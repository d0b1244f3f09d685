"""What must come before the first load, explosive work and intervals."""

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.intensity.gates import (
    HIIT_GREEN_WEEKS,
    TRIAL_EXPLOSIVE_STEPS,
    WORDS,
    Closed,
    ExplosiveStep,
    IntroductoryMeeting,
    OpenAlerts,
    Tolerance,
    explosive_gate,
    first_load_gate,
    hiit_gate,
)

pytestmark = pytest.mark.requirement("B6")

GREEN = [True, True]


def alerts(**values):
    """Return that nothing is open, but for what is told."""
    return OpenAlerts(**{"flare": False, "pattern": False, "red_flag": False} | values)


@pytest.mark.parametrize(
    ("weeks", "reasons"),
    [
        pytest.param([GREEN] * 3, ("too_few_weeks",), id="three green weeks"),
        pytest.param([GREEN] * 4, (), id="four green weeks"),
        pytest.param([GREEN] * 5, (), id="five green weeks"),
        pytest.param([], ("too_few_weeks",), id="no week"),
        pytest.param([[False], *[GREEN] * 4], (), id="not green five weeks ago"),
        pytest.param(
            [[True, False], *[GREEN] * 3], ("week_not_green",), id="four weeks ago"
        ),
        pytest.param(
            [*[GREEN] * 3, [True, False]], ("week_not_green",), id="not green last week"
        ),
        pytest.param([*[GREEN] * 3, [True, None]], (), id="one of two is known"),
        pytest.param(
            [*[GREEN] * 3, [None, None]], ("week_unknown",), id="nothing is known"
        ),
        pytest.param([*[GREEN] * 3, []], ("week_unknown",), id="a week off"),
        pytest.param(
            [[False], []],
            ("too_few_weeks", "week_not_green", "week_unknown"),
            id="all at once",
        ),
    ],
)
def test_hiit_gate_wants_four_green_weeks_in_a_row(weeks, reasons):
    gate = hiit_gate(green_by_week=weeks, alerts=alerts(), pem=False)

    assert gate.reasons == reasons
    assert gate.is_open is (not reasons)
    assert HIIT_GREEN_WEEKS == 4


@pytest.mark.parametrize(
    ("pem", "reasons"), [(True, ("pem",)), (None, ("pem_unknown",)), (False, ())]
)
def test_gates_are_closed_by_malaise_and_by_not_having_asked(pem, reasons):
    hiit = hiit_gate(green_by_week=[GREEN] * 4, alerts=alerts(), pem=pem)
    explosive = explosive_gate(week=5, alerts=alerts(), pem=pem)

    assert hiit.reasons == explosive.reasons == reasons


@pytest.mark.parametrize(
    ("week", "level", "reasons"),
    [
        (1, None, ("not_yet",)),
        (4, None, ("not_yet",)),
        (5, 1, ()),
        (7, 1, ()),
        (8, 2, ()),
        (15, 2, ()),
    ],
)
def test_explosive_gate_follows_the_weeks_of_the_trial(week, level, reasons):
    gate = explosive_gate(week=week, alerts=alerts(), pem=False)

    assert (gate.level, gate.reasons, gate.is_open) == (level, reasons, not reasons)


@pytest.mark.parametrize(
    ("found", "reasons"),
    [
        ({"flare": True}, ("flare_open",)),
        ({"flare": None}, ("flare_unknown",)),
        ({"pattern": True}, ("pattern_open",)),
        ({"pattern": None}, ("pattern_unknown",)),
        ({"red_flag": True}, ("red_flag_open",)),
        ({"red_flag": None}, ("red_flag_unknown",)),
        (
            {"flare": True, "pattern": True, "red_flag": True},
            ("red_flag_open", "flare_open", "pattern_open"),
        ),
    ],
)
def test_gates_of_harder_work_are_closed_by_open_alerts(found, reasons):
    explosive = explosive_gate(week=8, alerts=alerts(**found), pem=False)
    hiit = hiit_gate(green_by_week=[GREEN] * 4, alerts=alerts(**found), pem=False)

    assert explosive.reasons == hiit.reasons == reasons
    assert explosive.level == 2
    assert (explosive.is_open, hiit.is_open) == (False, False)


def test_explosive_gate_takes_the_steps_of_any_template_in_any_order():
    steps = (ExplosiveStep(from_week=6, level=3), ExplosiveStep(from_week=2, level=1))

    levels = [
        explosive_gate(
            week=week,
            alerts=alerts(),
            pem=False,
            steps=steps,
        ).level
        for week in (1, 2, 5, 6, 9)
    ]

    assert levels == [None, 1, 1, 3, 3]


def test_explosive_steps_are_those_of_the_trial():
    assert [(step.from_week, step.level) for step in TRIAL_EXPLOSIVE_STEPS] == [
        (5, 1),
        (8, 2),
    ]


@pytest.mark.parametrize("name", ["from_week", "level"])
def test_explosive_step_refuses_to_count_from_zero(name):
    with pytest.raises(ClinicalInputError) as refusal:
        ExplosiveStep(**({"from_week": 1, "level": 1} | {name: 0}))

    assert str(refusal.value) == f"{name} must be at least 1, got 0."


def meeting(**changed):
    done = {
        "instructed": True,
        "adjusted": True,
        "one_rep_max_known": True,
        "tolerance": Tolerance.TOLERATED,
    }
    return IntroductoryMeeting(**(done | changed))


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        pytest.param({}, (), id="all done"),
        pytest.param({"tolerance": Tolerance.TOLERATED_ADJUSTED}, (), id="adjusted"),
        pytest.param({"instructed": False}, ("not_instructed",), id="not shown"),
        pytest.param({"instructed": None}, ("not_instructed",), id="not recorded"),
        pytest.param({"adjusted": False}, ("not_adjusted",), id="not adjusted"),
        pytest.param({"adjusted": None}, ("not_adjusted",), id="adjusting unknown"),
        pytest.param({"one_rep_max_known": False}, ("no_one_rep_max",), id="no 1RM"),
        pytest.param({"one_rep_max_known": None}, ("no_one_rep_max",), id="unknown"),
        pytest.param({"tolerance": None}, ("no_tolerance_test",), id="not tried"),
        pytest.param(
            {"tolerance": Tolerance.NOT_TOLERATED}, ("not_tolerated",), id="not borne"
        ),
        pytest.param(
            dict.fromkeys(("instructed", "adjusted", "one_rep_max_known", "tolerance")),
            ("not_instructed", "not_adjusted", "no_one_rep_max", "no_tolerance_test"),
            id="nothing done",
        ),
    ],
)
def test_first_load_gate_wants_the_whole_meeting(changed, reasons):
    gate = first_load_gate(meeting(**changed), is_loaded_by_one_rep_max=True)

    assert gate.reasons == reasons
    assert gate.is_open is (not reasons)


def test_first_load_gate_wants_a_meeting():
    gate = first_load_gate(None, is_loaded_by_one_rep_max=False)

    assert gate.reasons == ("no_meeting",)


@pytest.mark.parametrize("known", [False, None])
def test_first_load_gate_wants_a_1rm_only_where_the_load_stands_on_it(known):
    gate = first_load_gate(
        meeting(one_rep_max_known=known), is_loaded_by_one_rep_max=False
    )

    assert gate.is_open


def test_every_closed_gate_has_words():
    assert WORDS == {
        Closed.PEM: "Symptoms get worse for days after small efforts (PEM): "
        "a therapist decides and signs.",
        Closed.PEM_UNKNOWN: "Ask first whether symptoms get worse for days after "
        "small efforts (PEM).",
        Closed.TOO_FEW_WEEKS: "Fewer than 4 weeks of training so far.",
        Closed.WEEK_NOT_GREEN: "In the last 4 weeks a session was not green.",
        Closed.WEEK_UNKNOWN: "In the last 4 weeks a week has no session known to be "
        "green.",
        Closed.RED_FLAG_OPEN: "A warning sign is unresolved: look at it first.",
        Closed.RED_FLAG_UNKNOWN: "It is not known whether a warning sign is "
        "unresolved.",
        Closed.FLARE_OPEN: "A flare is open: no explosive work and no intervals.",
        Closed.FLARE_UNKNOWN: "It is not known whether a flare is open.",
        Closed.PATTERN_OPEN: "The pattern of the last sessions suggests that exercise "
        "makes pain worse: hold everything and talk with the patient.",
        Closed.PATTERN_UNKNOWN: "It is not known whether the pattern alert is open.",
        Closed.NOT_YET: "The template brings it in a later week.",
        Closed.NO_MEETING: "The introductory meeting comes before the first load.",
        Closed.NOT_INSTRUCTED: "The exercises were not shown yet.",
        Closed.NOT_ADJUSTED: "The exercises were not adjusted to the person yet.",
        Closed.NO_ONE_REP_MAX: "There is no 1RM yet: test before the first load.",
        Closed.NO_TOLERANCE_TEST: "The exercises were not tried for tolerance yet.",
        Closed.NOT_TOLERATED: "The exercises were not tolerated: adjust them and try "
        "again.",
    }
    assert set(WORDS) == set(Closed)
