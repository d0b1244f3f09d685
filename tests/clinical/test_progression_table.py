"""The load table: every row, its limits, its order, and the numbers of the text."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from apps.clinical.flare.inputs import Location
from apps.clinical.flare.verdicts import Kind
from apps.clinical.progression.conditions import Condition, facts_of
from apps.clinical.progression.cuts import Cut, CutKind, cut_of
from apps.clinical.progression.inputs import (
    Decided,
    Deload,
    DetectorState,
    PatternState,
)
from apps.clinical.progression.policy import LoadPolicy
from apps.clinical.progression.proposals import Pass, draft
from apps.clinical.progression.table import BARRIERS, FLARE, GREEN, LOAD_TABLE, RED

from .progression_builders import (
    FIRST,
    NEXT,
    PHASE_1,
    PHASE_2,
    drafted,
    exercise,
    flare,
    kg,
    machine,
    over,
    plan,
    session,
    situation,
    told,
    with_newest,
)

pytestmark = pytest.mark.requirement("D3")

# number, name, conditions of each line, action, key, cut, other cut, sets; then
# p: read before a session, d: therapist decides, b: blocks, u: urgent, x: no
# explosive work, g: nothing in the way of a raise.
TABLE = """
1 red_flag red_flag no_training load.red_flag 0 0 0 pdux
2 postpone high_blood_pressure|acute_illness no_training load.postpone 0 0 0 pdx
0 pem pem_or_not_asked hold load.pem 0 0 - pdb
3 flare flare_open reduce load.flare 20 10 1 x
4 pattern pattern_alert hold load.pattern 0 0 - db
5 restart restart_break restart load.restart 30 0 - p
6 long_break long_break reduce load.long_break 20 0 1 p
7 break break reduce load.break 10 0 - p
10 soreness soreness hold load.soreness 0 0 - -
8 red red_zone|not_settled reduce load.red 10 0 - -
9 rising rising_weekly hold load.rising 0 0 - -
11 amber amber_or_red|not_settled|below_target|low_confidence|\
left_out|broken_off|says_flare hold load.amber 0 0 - p
12 watch met_target+pattern_watch hold load.watch 0 0 - d
16 way_back deloaded+green_twice_since+GREEN raise load.way_back 0 0 - g
13 over_target over_target+GREEN raise load.raise 0 0 - g
14 next_phase phase_weeks_done+all_green_twice+GREEN next_phase load.next_phase 0 0 - g
15 same - hold load.same 0 0 - -
"""


def as_text(row):
    green = "+".join(GREEN)
    lines = "|".join("+".join(line) for line in row.lines) or "-"
    marks = {
        "p": row.at_pre,
        "d": row.decides,
        "b": row.blocks,
        "u": row.urgent,
        "x": not row.explosive,
        "g": row.unless == BARRIERS,
    }
    sets = "-" if row.sets is None else row.sets
    flags = "".join(mark for mark, is_set in marks.items() if is_set) or "-"
    return (
        f"{row.number} {row.name} {lines.replace(green, 'GREEN')} {row.action} "
        f"{row.explanation} {row.cut_pct} {row.other_cut_pct} {sets} {flags}"
    )


def test_the_table_as_it_is_written():
    written = [
        " ".join(
            [*line.split()[:-1], "".join(sorted(line.split()[-1], key="pdbuxg-".index))]
        )
        for line in TABLE.strip().splitlines()
    ]

    assert [as_text(row) for row in LOAD_TABLE] == written
    assert [row.number for row in LOAD_TABLE if row.at_pre] == [1, 2, 0, 5, 6, 7, 11]
    assert {row.number: row.scope for row in LOAD_TABLE if row.scope != "all"} == {
        3: "flare_region",
        8: "done_that_day",
    }
    assert [row.number for row in LOAD_TABLE if row.retest_within_days == 14] == [5]
    assert GREEN == ("follow_up_green", "during_green", "confident")
    assert (
        *("red_flag", "flare_open", "pattern_alert", "pattern_watch"),
        *("restart_break", "long_break", "break", "soreness"),
        *("rising_weekly", "below_target"),
        *("left_out", "broken_off", "says_flare"),
    ) == BARRIERS


# rows 1 and 2: no training


@pytest.mark.requirement("E1")
def test_row_1_a_red_flag_stops_everything():
    proposal = draft(over(red_flags=("chest_pain",), pem=True))

    assert told(proposal) == (1, "no_training", 40.0)
    assert (proposal.sets, proposal.is_urgent, proposal.therapist_decides) == (
        0,
        True,
        True,
    )
    assert not proposal.explosive_allowed
    assert not proposal.is_blocked
    assert proposal.explanation.text == (
        "No training: a warning sign was answered yes. Somebody must look at it now."
    )


@pytest.mark.parametrize(
    ("values", "row"),
    [
        ({"systolic_mmhg": 160, "diastolic_mmhg": 90}, 13),
        ({"systolic_mmhg": 161, "diastolic_mmhg": 80}, 2),
        ({"systolic_mmhg": 120, "diastolic_mmhg": 91}, 2),
        ({"systolic_mmhg": 161}, 2),
        ({"diastolic_mmhg": 91}, 2),
        ({}, 13),
        ({"acute_illness": True}, 2),
        ({"acute_illness": None}, 13),
    ],
)
def test_row_2_blood_pressure_or_illness(values, row):
    assert draft(over(**values)).row == row


def test_row_2_says_why():
    pressure = draft(over(systolic_mmhg=170, acute_illness=True))
    illness = draft(over(acute_illness=True, pem=None))

    assert pressure.explanation.text == (
        "Postpone the session: blood pressure was 170/-. The therapist decides."
    )
    assert pressure.explanation.params == {"systolic": 170, "diastolic": "-"}
    both = draft(over(systolic_mmhg=150, diastolic_mmhg=95))
    assert both.explanation.params == {"systolic": 150, "diastolic": 95}
    assert illness.explanation.text == (
        "Postpone the session: acute illness. The therapist decides."
    )
    assert (illness.sets, illness.therapist_decides, illness.is_urgent) == (
        0,
        True,
        False,
    )


# PEM


@pytest.mark.requirement("B7")
@pytest.mark.parametrize(
    ("pem", "key"), [(True, "load.pem"), (None, "load.pem_not_asked")]
)
def test_pem_and_not_having_asked_block_every_proposal(pem, key):
    proposal = draft(over(pem=pem, detector=flare()))

    assert told(proposal) == (0, "hold", 40.0)
    assert (proposal.is_blocked, proposal.therapist_decides) == (True, True)
    assert proposal.explanation.key == key
    assert proposal.explanation.text.startswith("No proposal: ")


# row 3: an open flare


@pytest.mark.parametrize("kind", [Kind.ACUTE_FLARE, Kind.SUSTAINED_FLARE])
def test_row_3_vector_of_the_text(kind):
    proposal = draft(over(load="42.5", detector=flare(kind)))

    assert told(proposal) == (3, "reduce", 32.5)
    assert (proposal.sets, proposal.explosive_allowed) == (1, False)
    assert proposal.change_pct == Decimal("-23.5")
    assert (proposal.phase_change, proposal.therapist_decides) == (0, False)
    assert proposal.explanation.text.startswith("A flare is open: 20 % less")


def test_row_3_is_not_for_a_possible_flare():
    assert draft(over(detector=flare(Kind.POSSIBLE_FLARE))).row == 13


def test_row_3_other_regions_are_cut_by_ten_percent_with_all_sets():
    proposal = draft(over(load="42.5", detector=flare(regions=frozenset({"arms"}))))

    assert told(proposal) == (3, "reduce", 37.5)
    assert (proposal.sets, proposal.explosive_allowed) == (2, False)
    assert proposal.explanation.text.startswith(
        "A flare is open: 10 % less than at its start for the other regions"
    )


def test_row_3_regions_of_the_flare():
    state = flare(regions=frozenset({"arms", "legs"}))

    assert draft(over(load="42.5", detector=state)).next_load_kg == kg("32.5")


@pytest.mark.parametrize(
    ("now", "start", "expected"),
    [
        pytest.param("37.5", "42.5", 32.5, id="from the load at its start"),
        pytest.param("42.5", "40", 30.0, id="the start was lower"),
        pytest.param("32.5", "42.5", 32.5, id="as low already"),
        pytest.param("30", "42.5", 30.0, id="lower already"),
    ],
)
def test_row_3_counts_from_the_start_of_the_episode(now, start, expected):
    state = flare(load_at_start_kg=kg(start))

    assert told(draft(over(load=now, detector=state))) == (3, "reduce", expected)


def test_row_3_cuts_once_an_episode():
    decided = Decided(row=3, about="episode", load_before_kg=kg("42.5"))
    again = draft(over(load="42.5", detector=flare(), decided=(decided,)))
    of_another = replace(decided, about="earlier")

    assert told(again) == (3, "reduce", 42.5)
    assert (again.sets, again.change_pct) == (1, 0)
    assert again.explanation.key == "load.flare_again"
    assert told(draft(over(load="42.5", detector=flare(), decided=(of_another,)))) == (
        3,
        "reduce",
        32.5,
    )


def test_row_3_again_in_another_region_only_holds():
    decided = Decided(row=3, about="episode", load_before_kg=kg("42.5"))
    state = flare(regions=frozenset({"arms"}))

    assert drafted(over(load="37.5", detector=state, decided=(decided,))) == (
        3,
        "hold",
        37.5,
    )


# row 4


def test_row_4_holds_everything_until_a_therapist_has_looked():
    state = DetectorState(is_judged=True, pattern=PatternState.ALERT)
    proposal = draft(over(detector=state))

    assert told(proposal) == (4, "hold", 40.0)
    assert (proposal.is_blocked, proposal.therapist_decides) == (True, True)
    assert proposal.explanation.key == "load.pattern"


# rows 5 to 7: breaks


def after_break(days, **values):
    case = over(**({"missed_slot": True} | values))
    return replace(case, on=case.newest.day + timedelta(days=days))


@pytest.mark.parametrize(
    ("days", "row", "load", "sets"),
    [
        (7, 13, 45.0, 2),
        (8, 7, 37.5, 2),
        (14, 7, 37.5, 2),
        (15, 6, 32.5, 1),
        (28, 6, 32.5, 1),
        (29, 5, 27.5, 2),
    ],
)
def test_rows_5_to_7_by_days_off(days, row, load, sets):
    proposal = draft(after_break(days, load="42.5"))

    assert (proposal.row, float(proposal.next_load_kg), proposal.sets) == (
        row,
        load,
        sets,
    )


@pytest.mark.parametrize("days", [8, 15, 29])
@pytest.mark.parametrize(("missed", "rows"), [(False, {13, 14}), (None, {15})])
def test_rows_5_to_7_need_a_missed_slot(days, missed, rows):
    assert draft(after_break(days, missed_slot=missed)).row in rows


def test_rows_6_and_7_say_how_many_days():
    assert draft(after_break(9)).explanation.text == (
        "9 days without a session: 10 % less."
    )
    assert draft(after_break(20)).explanation.text == (
        "20 days without a session: 20 % less, and one set in the first session."
    )


def test_row_5_restarts_a_phase_earlier_with_a_new_1rm():
    in_second = plan(
        load_kg="47.5", phase=PHASE_2, previous_phase=PHASE_1, one_rep_max_kg="75"
    )
    proposal = draft(after_break(29, plan=in_second))

    # 47.5 - 30 % is 33.25, floored 32.5; phase 1 is 40 % of 75 = 30.
    assert told(proposal) == (5, "restart", 30.0)
    assert (proposal.phase_change, proposal.retest_within_days) == (-1, 14)
    assert (proposal.reps_min, proposal.reps_max) == (15, 20)
    assert proposal.explanation.text == (
        "29 days without a session: start again with at least 30 % less and a new "
        "1RM within 14 days."
    )


@pytest.mark.parametrize("one_rep_max", [None, "100"])
def test_row_5_is_at_least_thirty_percent_less(one_rep_max):
    in_second = plan(
        load_kg="47.5",
        phase=PHASE_2,
        previous_phase=PHASE_1,
        one_rep_max_kg=one_rep_max,
    )

    assert drafted(after_break(29, plan=in_second)) == (5, "restart", 32.5)


def test_only_a_restart_leaves_the_phase():
    in_second = plan(load_kg="42.5", phase=PHASE_2, previous_phase=PHASE_1)
    proposal = draft(after_break(9, plan=in_second))

    assert told(proposal) == (7, "reduce", 37.5)
    assert (proposal.phase_change, proposal.reps_min, proposal.reps_max) == (0, 12, 15)


def test_row_5_in_the_first_phase_stays_in_it():
    proposal = draft(after_break(29))

    assert (proposal.phase_change, proposal.next_load_kg) == (0, kg("27.5"))
    assert (proposal.reps_min, proposal.reps_max) == (15, 20)


@pytest.mark.parametrize(
    ("decided", "days", "outcome"),
    [
        pytest.param(7, 14, (7, "hold", 37.5), id="not twice"),
        pytest.param(7, 16, (6, "reduce", 32.5), id="from the load before"),
        pytest.param(8, 10, (7, "reduce", 32.5), id="another reason comes on top"),
    ],
)
def test_breaks_cut_once_from_the_load_before(decided, days, outcome):
    done = Decided(row=decided, about="s2", load_before_kg=kg("42.5"))
    case = after_break(days, load="37.5", decided=(done,))

    assert drafted(case) == outcome


def test_a_break_that_was_decided_on_says_so():
    done = Decided(row=5, about="s2", load_before_kg=kg("42.5"))
    proposal = draft(after_break(30, load="42.5", decided=(done,)))

    assert told(proposal) == (5, "hold", 42.5)
    assert (proposal.retest_within_days, proposal.phase_change) == (None, 0)
    assert proposal.explanation.text.startswith("30 days without a session. The load")


def test_a_decision_of_an_earlier_session_does_not_count():
    done = Decided(row=7, about="s1", load_before_kg=kg("60"))

    assert drafted(after_break(9, load="42.5", decided=(done,))) == (7, "reduce", 37.5)


# rows 10 and 8


SORE = {"novel": True, "places": (Location.ONLY_TRAINED,), "h24_mm": 75}


def test_row_10_stands_before_row_8():
    proposal = draft(with_newest(over(), **SORE))

    assert told(proposal) == (10, "hold", 40.0)
    assert (proposal.sets, proposal.therapist_decides) == (2, False)
    assert proposal.explanation.text.endswith("passes. No reduction.")


@pytest.mark.parametrize(
    ("values", "row"),
    [
        pytest.param({"during_mm": (70,)}, 11, id="during, amber"),
        pytest.param({"during_mm": (71,)}, 8, id="during, red"),
        pytest.param({"h24_mm": 70}, 11, id="next day, amber"),
        pytest.param({"h24_mm": 71}, 8, id="next day, red"),
        pytest.param({"h48_mm": 59}, 13, id="settled"),
        pytest.param({"h48_mm": 60}, 8, id="not settled"),
        pytest.param({"during_mm": (), "h24_mm": 71}, 8, id="one known red"),
        pytest.param(SORE | {"h24_mm": 80}, 8, id="too much for soreness"),
        pytest.param(SORE | {"places": ()}, 8, id="soreness not known"),
        pytest.param(SORE | {"novel": None, "h24_mm": 52}, 15, id="green, not known"),
    ],
)
def test_rows_8_and_11_need_a_known_yes(values, row):
    assert draft(with_newest(over(), **values)).row == row


def red(**values):
    return with_newest(over(load="42.5", **values), h24_mm=80)


def test_row_8_reduces_what_was_done_that_day():
    proposal = draft(red())

    assert told(proposal) == (8, "reduce", 37.5)
    assert (proposal.sets, proposal.phase_change) == (2, 0)
    assert proposal.explanation.text.startswith("Pain rose clearly with the last")


def test_row_8_holds_what_was_not_done_that_day():
    case = with_newest(red(), exercises=(exercise(15, name="biceps_curl"),))

    assert drafted(case) == (8, "hold", 42.5)
    assert draft(case).explanation.key == "load.red_other"


def test_row_8_cuts_once_a_session():
    done = Decided(row=8, about="s2", load_before_kg=kg("47.5"))
    proposal = draft(red(decided=(done,)))

    assert told(proposal) == (8, "hold", 42.5)
    assert proposal.explanation.key == "load.red_again"


def test_a_cut_below_the_smallest_load_asks():
    case = replace(red(), plan=plan(load_kg="5", steps=machine("5")))
    proposal = draft(case)

    assert told(proposal) == (8, "reduce", 5.0)
    assert proposal.therapist_decides
    assert [note.text for note in proposal.notes] == [
        "The machine has no smaller load than 5 kg."
    ]


def test_without_kilograms_a_cut_leaves_the_load_to_the_therapist():
    proposal = draft(replace(red(), plan=plan(load_kg=None)))

    assert told(proposal) == (8, "reduce", None)
    assert (proposal.change_pct, proposal.therapist_decides) == (None, True)
    assert [(note.key, note.params) for note in proposal.notes] == [
        ("load.note_no_load", {})
    ]


def test_without_kilograms_a_cut_that_was_decided_on_asks_nobody():
    done = Decided(row=8, about="s2", load_before_kg=None)
    proposal = draft(replace(red(decided=(done,)), plan=plan(load_kg=None)))

    assert told(proposal) == (8, "hold", None)
    assert (proposal.therapist_decides, proposal.notes) == (False, ())


def test_cut_of_keeps_the_load_of_what_was_not_done_that_day():
    case = with_newest(red(), exercises=(exercise(15, name="biceps_curl"),))

    assert cut_of(RED, situation=case) == Cut(
        kind=CutKind.OTHER, cut_pct=0, load_kg=kg("42.5"), in_scope=False
    )


def test_cut_of_tells_the_percentage_without_kilograms():
    case = replace(red(), plan=plan(load_kg=None))

    assert cut_of(RED, situation=case) == Cut(
        kind=CutKind.CUT, cut_pct=10, load_kg=None, in_scope=True
    )


@pytest.mark.parametrize(
    ("row", "cut_pct", "load"), [(FLARE, 20, "32.5"), (RED, 10, "37.5")]
)
def test_cut_of_takes_what_is_not_known_for_its_own(row, cut_pct, load):
    # Neither a flare nor a session: no region, nothing done, no load of before.
    unknown = replace(over(load="42.5"), sessions=())

    assert cut_of(row, situation=unknown) == Cut(
        kind=CutKind.CUT, cut_pct=cut_pct, load_kg=kg(load), in_scope=True
    )


# rows 9, 11, 12


def test_row_9_holds_while_the_usual_level_rises():
    state = DetectorState(is_judged=True, rising=True)

    assert drafted(over(detector=state)) == (9, "hold", 40.0)
    assert draft(with_newest(over(detector=state), h24_mm=71)).row == 8


@pytest.mark.parametrize(
    ("case", "key"),
    [
        (with_newest(over(), h24_mm=65), "load.amber"),
        (over(confidence=4), "load.low_confidence"),
        (situation(reps=(14, 22)), "load.below_target"),
        (situation(reps=(14, 22), confidence=4), "load.below_target"),
        (with_newest(situation(reps=(14, 22)), h24_mm=65), "load.amber"),
        (with_newest(over(), broken_off=True), "load.broken_off"),
        (with_newest(over(), says_flare=True), "load.says_flare"),
    ],
)
def test_row_11_says_why_it_holds(case, key):
    proposal = draft(case)

    assert told(proposal) == (11, "hold", 40.0)
    assert proposal.explanation.key == key
    assert not proposal.therapist_decides


def test_row_11_holds_where_it_was_left_out_because_of_pain_until_it_is_done_again():
    fine, other = exercise(20, 22), exercise(10, name="biceps_curl")
    nothing = exercise()
    left = replace(nothing, left_out_for_pain=True)
    rest_left = replace(fine, left_out_for_pain=True)
    before = (session(1, fine), session(2, fine))
    for newest, row in (
        ([session(3, left)], 11),
        ([session(3, rest_left)], 11),
        # For another reason it says nothing; in a session without it neither.
        ([session(3, nothing)], 13),
        ([session(3, left), session(4, other)], 11),
        ([session(3, left), session(4, fine)], 13),
    ):
        assert (
            draft(situation(*before, *newest, on=NEXT + timedelta(days=7))).row == row
        )


@pytest.mark.parametrize(("asked", "row"), [(None, 13), (1, 13), (2, 13), (3, 11)])
def test_row_11_holds_where_a_set_was_not_done(asked, row):
    fine = exercise(20, 22)
    newest = session(2, replace(fine, sets_asked=asked))

    assert draft(situation(session(1, fine), newest)).row == row


def test_row_11_below_counts_the_last_two_sessions_of_the_exercise():
    weak, fine = exercise(15, 14), exercise(15, 15)
    other = exercise(10, name="biceps_curl")

    assert draft(situation(session(1, weak), session(2, fine))).row == 11
    assert draft(
        situation(session(1, weak), session(2, fine), session(3, other, fine))
    ).row == (15)
    assert draft(
        situation(session(1, weak), session(2, fine), session(3, other))
    ).row == (11)


def test_row_11_confidence_is_told():
    assert draft(over(confidence=4)).explanation.text == (
        "Hold: the confidence to manage this load is 4 of 10."
    )


def test_row_12_asks_while_a_pattern_may_be_forming():
    state = DetectorState(is_judged=True, pattern=PatternState.WATCH)
    proposal = draft(over(detector=state))

    assert told(proposal) == (12, "hold", 40.0)
    assert proposal.therapist_decides


def test_row_12_needs_the_target_met_and_a_watch_never_raises():
    state = DetectorState(is_judged=True, pattern=PatternState.WATCH)

    assert draft(situation(reps=(None, 22), detector=state)).row == 15


# row 13


@pytest.mark.parametrize(
    ("load", "increment", "expected", "change"),
    [("40", "2.5", 42.5, "6.3"), ("60", "5", 65.0, "8.3"), ("25", "2.5", 27.5, "10.0")],
)
def test_row_13_vectors_that_raise(load, increment, expected, change):
    case = over(load=load, plan=plan(load_kg=load, steps=machine(increment)))
    proposal = draft(case)

    assert told(proposal) == (13, "raise", expected)
    assert proposal.change_pct == Decimal(change)
    assert (proposal.reps_min, proposal.reps_max, proposal.sets) == (15, 20, 2)
    assert (proposal.therapist_decides, proposal.notes) == (False, ())
    assert proposal.offered_load_kg is None


@pytest.mark.parametrize(
    ("load", "increment", "step"),
    [("20", "2.5", "22.5"), ("12.5", "2.5", "15"), ("5", "1", "6")],
)
def test_row_13_vectors_with_repetitions_first(load, increment, step):
    in_force = plan(load_kg=load, steps=machine(increment))
    proposal = draft(over(load=load, plan=in_force))

    assert told(proposal) == (13, "raise", float(load))
    assert (proposal.reps_min, proposal.reps_max) == (15, 24)
    assert (proposal.offered_load_kg, proposal.therapist_decides) == (None, False)
    assert proposal.explanation.text == (
        "The last set was at least 2 repetitions over the target in 2 sessions, "
        f"and pain stayed green. The next step, {step} kg, is more than 10 %: first "
        f"up to 24 repetitions with {load} kg."
    )


@pytest.mark.parametrize(
    ("reps", "offered"), [((20, 23), None), ((20, 24), "22.5"), ((20, 25), "22.5")]
)
def test_row_13_offers_the_large_step_after_the_repetitions(reps, offered):
    proposal = draft(situation(load="20", reps=reps))

    assert told(proposal) == (13, "raise", 20.0)
    assert proposal.offered_load_kg == kg(offered)
    assert proposal.therapist_decides == (offered is not None)
    if offered:
        assert (proposal.reps_min, proposal.reps_max) == (15, 20)
        assert (proposal.offered_reps_min, proposal.offered_reps_max) == (15, 15)
        assert proposal.explanation.key == "load.raise_step"


@pytest.mark.parametrize(
    ("first", "second", "row"),
    [
        ((20, 22), (20, 22), 13),
        ((20, 21), (20, 22), 15),
        ((20, 22), (20, 21), 15),
        ((22, 20), (22, 20), 15),
        ((20, 22), (20, None), 15),
    ],
)
def test_row_13_two_over_in_the_last_set_of_two_sessions(first, second, row):
    case = situation(session(1, exercise(*first)), session(2, exercise(*second)))

    assert draft(case).row == row


def test_row_13_one_session_is_not_enough():
    assert draft(situation(session(1, exercise(20, 22)))).row == 15


@pytest.mark.parametrize("load", ["37.5", "42.5", None])
def test_row_13_only_at_the_load_in_force(load):
    case = situation(
        session(1, exercise(20, 22)), session(2, exercise(20, 22, load=load))
    )

    assert draft(case).row == 15


def test_row_13_counts_the_target_of_that_day():
    done = exercise(16, 17, low=12, high=15)
    earlier = exercise(16, 17, low=15, high=20)

    assert draft(situation(session(1, done), session(2, done))).row == 13
    assert draft(situation(session(1, earlier), session(2, done))).row == 15


@pytest.mark.parametrize(
    ("confidence", "row", "asks"),
    [(4, 11, False), (5, 13, True), (6, 13, True), (7, 13, False), (None, 15, False)],
)
def test_row_13_by_confidence(confidence, row, asks):
    proposal = draft(over(confidence=confidence))

    assert (proposal.row, proposal.therapist_decides) == (row, asks)
    texts = [note.text for note in proposal.notes]
    ask = f"Confidence is {confidence} of 10: ask before raising."
    assert texts == ([ask] if asks else [])


def test_row_13_without_kilograms_is_one_step_harder():
    done = exercise(20, 22, load=None)
    case = situation(session(1, done), session(2, done), plan=plan(load_kg=None))
    proposal = draft(case)

    assert told(proposal) == (13, "raise", None)
    assert proposal.therapist_decides
    assert proposal.explanation.key == "load.raise_level"
    assert [(note.key, note.params) for note in proposal.notes] == [
        ("load.note_no_load", {})
    ]


def test_row_13_with_sets_of_unknown_load_says_that_something_is_not_known():
    done = exercise(20, 22, load=None)
    proposal = draft(situation(session(1, done), session(2, done)))

    assert (proposal.row, proposal.explanation.key) == (15, "load.same_unknown")


def test_row_13_tells_both_loads():
    assert draft(over()).explanation.text == (
        "The last set was at least 2 repetitions over the target in 2 sessions, and "
        "pain stayed green: from 40 to 42.5 kg."
    )


def test_row_13_without_a_range_offers_the_step_at_once():
    uncounted = replace(PHASE_1, reps_min=None, reps_max=None)
    in_force = plan(load_kg="20", phase=uncounted)
    proposal = draft(over(load="20", plan=in_force))

    assert (proposal.offered_load_kg, proposal.offered_reps_min) == (kg("22.5"), None)


def test_nothing_is_over_a_target_that_is_not_there():
    done = exercise(20, 22, low=None, high=None)

    assert draft(situation(session(1, done), session(2, done))).row == 15


# row 14


def phase_due(load="40", reps=(15, 15), **values):
    weeks_later = FIRST - timedelta(weeks=1)
    usual = {"phase_started_on": weeks_later, "load_kg": load, "one_rep_max_kg": "83"}
    return situation(load=load, reps=reps, plan=plan(**(usual | values)))


@pytest.mark.parametrize(("days", "row"), [(13, 15), (14, 14), (15, 14)])
def test_row_14_when_the_weeks_of_the_phase_are_done(days, row):
    case = phase_due(phase_started_on=NEXT - timedelta(days=days))

    assert draft(case).row == row


@pytest.mark.parametrize(
    ("in_force", "one_rep_max", "load", "offered"),
    [
        pytest.param("40", "83", 40.0, None, id="never below the load in force"),
        pytest.param("40", "85", 42.5, None, id="the load of the phase"),
        pytest.param("40", "100", 42.5, "50", id="ten percent at most"),
        pytest.param("20", "50", 20.0, "25", id="one step is too much"),
        pytest.param("45", "83", 45.0, None, id="beyond it already"),
    ],
)
def test_row_14_load_of_the_next_phase(in_force, one_rep_max, load, offered):
    proposal = draft(phase_due(load=in_force, one_rep_max_kg=one_rep_max))

    assert told(proposal) == (14, "next_phase", load)
    assert (proposal.reps_min, proposal.reps_max) == (12, 15)
    assert proposal.phase_change == 1
    assert proposal.offered_load_kg == kg(offered)
    assert proposal.therapist_decides == (offered is not None)
    if offered:
        assert (proposal.offered_reps_min, proposal.offered_reps_max) == (12, 15)
        assert proposal.notes[0].text == (
            f"{offered} kg would be more than 10 % at once: only if the therapist "
            "says so."
        )


def test_row_14_says_which_phase():
    proposal = draft(phase_due(one_rep_max_kg="85"))

    assert proposal.explanation.text == (
        "The weeks of the phase are done and the last two sessions were green: phase "
        "2 with 42.5 kg."
    )
    assert proposal.notes == ()


@pytest.mark.parametrize("missing", [{"load_kg": None}, {"one_rep_max_kg": None}])
def test_row_14_without_a_load_of_the_phase_asks(missing):
    proposal = draft(phase_due(**missing))

    assert (proposal.row, proposal.action) == (14, "next_phase")
    assert proposal.next_load_kg == (None if "load_kg" in missing else 40)
    assert proposal.therapist_decides
    assert proposal.phase_change == 1
    assert (proposal.reps_min, proposal.reps_max) == (12, 15)
    assert proposal.explanation.key == "load.next_phase_only"
    assert [(note.key, note.params) for note in proposal.notes] == [
        ("load.note_no_load", {})
    ]


@pytest.mark.parametrize("missing", [{"next_phase": None}, {"phase_started_on": None}])
def test_row_14_needs_a_next_phase_and_the_start_of_this_one(missing):
    assert draft(phase_due(**missing)).row == 15


def with_first(case, **values):
    first = replace(case.sessions[0], **values)
    return replace(case, sessions=(first, case.sessions[1]))


@pytest.mark.parametrize(
    "first",
    [
        pytest.param({"h24_mm": 61}, id="amber next day"),
        pytest.param({"during_mm": (61,)}, id="amber during"),
        pytest.param({"during_mm": ()}, id="unknown"),
        pytest.param({"exercises": ()}, id="nothing done"),
        pytest.param(
            {"exercises": (exercise(15, 15), exercise(name="rowing"))}, id="skipped"
        ),
        pytest.param(
            {"exercises": (exercise(15, 15), exercise(14, name="rowing"))},
            id="another exercise below its target",
        ),
    ],
)
def test_row_14_needs_all_exercises_green_in_both_sessions(first):
    assert draft(phase_due()).row == 14
    assert draft(with_first(phase_due(), **first)).row == 15


def test_row_14_an_exercise_without_a_target_is_no_obstacle():
    held = exercise(30, name="plank", load=None, low=None, high=None)

    assert draft(with_first(phase_due(), exercises=(exercise(15, 15), held))).row == (
        14
    )


def test_row_14_first_session_settles_by_the_pre_of_the_second():
    def case(pre_mm):
        return with_newest(
            with_first(phase_due(), h48_mm=None),
            pre_mm=pre_mm,
            during_mm=(pre_mm,),
        )

    assert [draft(case(pre)).row for pre in (59, 60)] == [14, 15]


def test_row_13_stands_before_row_14():
    assert draft(phase_due(reps=(20, 22))).row == 13


# row 16: the way back


def deloaded(*sessions, load="32.5", **values):
    done = exercise(15, 15, load=load)
    deload = Deload(
        row=3, from_load_kg=kg("42.5"), after_session="s1", **values.pop("cut", {})
    )
    sessions = sessions or (session(1), session(2, done), session(3, done))
    return situation(*sessions, load=load, deload=deload, **values)


def test_row_16_two_green_sessions_lead_back_in_two_steps():
    first = draft(deloaded())
    halfway = (
        session(1),
        session(2, exercise(15, 15, load="32.5")),
        session(3, exercise(15, 15, load="37.5")),
    )
    second = draft(deloaded(*halfway, load="37.5", cut={"steps_taken": 1}))

    assert told(first) == (16, "raise", 37.5)
    assert told(second) == (16, "raise", 42.5)
    assert first.explanation.text == (
        "Two green sessions in a row since the load was lowered: back towards "
        "42.5 kg, now 37.5 kg."
    )
    for step in (first, second):
        assert step.therapist_decides
        assert step.notes[0].text.startswith("This is more than 10 % at once")


def test_row_16_a_small_step_back_needs_no_second_look():
    proposal = draft(deloaded(load="40"))

    assert told(proposal) == (16, "raise", 42.5)
    assert (proposal.therapist_decides, proposal.notes) == (False, ())


def test_row_16_stands_before_row_13():
    done = exercise(22, 22, load="32.5")

    assert draft(deloaded(session(1), session(2, done), session(3, done))).row == 16


@pytest.mark.parametrize(
    ("second", "third"),
    [
        pytest.param({"h24_mm": 61}, {}, id="first not green"),
        pytest.param({"during_mm": ()}, {}, id="first not known"),
        pytest.param(
            {"exercises": (exercise(14, load="32.5"),)}, {}, id="below the target"
        ),
        pytest.param(
            {}, {"exercises": (exercise(15, load="30"),)}, id="not the load in force"
        ),
        pytest.param(
            {"exercises": (exercise(15, name="rowing"),)}, {}, id="not done twice"
        ),
    ],
)
def test_row_16_needs_two_green_sessions_at_the_lower_load(second, third):
    done = (exercise(15, 15, load="32.5"),)
    base = {"exercises": done}
    sessions = [
        replace(session(number), **(base | values))
        for number, values in ((2, second), (3, third))
    ]

    assert draft(deloaded(session(1), *sessions)).row != 16


def test_row_16_sessions_before_the_cut_do_not_count():
    done = exercise(15, 15, load="32.5")
    case = deloaded(session(1, done), session(2, done))
    from_the_start = replace(case, deload=replace(case.deload, after_session=None))

    assert draft(case).row == 15
    assert draft(from_the_start).row == 16


def test_row_16_is_over_when_the_earlier_load_is_reached():
    assert draft(deloaded(load="42.5")).row == 15
    assert draft(deloaded(load="45")).row == 15


def test_row_16_asks_where_confidence_is_low():
    proposal = draft(deloaded(load="40", confidence=5))

    assert proposal.therapist_decides
    assert [note.key for note in proposal.notes] == ["load.note_ask"]


# row 15 and what is unknown


NOT_JUDGED = {"detector": DetectorState()}


@pytest.mark.parametrize(
    ("case", "text"),
    [
        (situation(), "Same load."),
        (
            with_newest(over(), h24_mm=None, h48_mm=None),
            "Same load: no next-day value.",
        ),
        (
            with_newest(situation(), h24_mm=None, h48_mm=None),
            "Same load: no next-day value.",
        ),
        (
            with_newest(over(confidence=None), during_mm=()),
            "Same load: no value of the worst pain during the session.",
        ),
        (
            over(confidence=None, red_flags=None),
            "Same load: confidence has not been asked.",
        ),
        (
            over(red_flags=None, **NOT_JUDGED),
            "Same load: warning signs have not been asked about.",
        ),
        (over(**NOT_JUDGED), "Same load: the last session has not been judged yet."),
        (
            with_newest(over(), novel=None, places=(Location.ONLY_TRAINED,)),
            "Same load: too little is known to propose more.",
        ),
        (situation(confidence=None, red_flags=None), "Same load."),
    ],
)
def test_row_15_names_what_was_missing(case, text):
    proposal = draft(case)

    assert (proposal.row, proposal.action, proposal.next_load_kg) == (15, "hold", 40)
    assert proposal.explanation.text == text


def test_before_the_first_session_the_load_stays():
    case = replace(over(), sessions=())

    assert drafted(case) == (15, "hold", 40.0)
    assert draft(case).explanation.key == "load.same_no_follow_up"


@pytest.mark.parametrize(
    ("case", "unknowns"),
    [
        (over(), ()),
        (over(acute_illness=None), ("acute_illness",)),
        (over(red_flags=None), ("red_flag",)),
        (over(confidence=None), ("low_confidence", "confident")),
        (situation(confidence=None), ("low_confidence",)),
        (over(red_flags=None, pem=True), ("red_flag",)),
        (with_newest(over(), h48_mm=None), ("not_settled",)),
        (
            over(**NOT_JUDGED),
            ("flare_open", "pattern_alert", "rising_weekly", "pattern_watch"),
        ),
    ],
)
def test_unknowns_are_those_that_could_have_led_elsewhere(case, unknowns):
    assert draft(case).unknowns == unknowns


def test_an_alert_that_is_open_counts_even_before_the_session_is_judged():
    state = replace(flare(), is_judged=False)

    assert draft(over(detector=state)).row == 3


def test_the_table_and_its_version_are_named():
    proposal = draft(over())

    assert (proposal.table_key, proposal.table_version) == ("load_table", 1)
    assert (proposal.made, proposal.name) == (Pass.DRAFT, "over_target")
    assert (proposal.exercise, proposal.load_in_force_kg) == ("leg_press", 40)
    assert (proposal.retest_within_days, proposal.explosive_allowed) == (None, True)


def truth(condition, case):
    return facts_of(case, policy=LoadPolicy()).truth(condition)


def test_without_sessions_nobody_knows_whether_a_target_was_met():
    nothing = replace(situation(), sessions=())

    assert truth(Condition.BELOW_TARGET, nothing) == "unknown"
    assert truth(Condition.MET_TARGET, nothing) == "unknown"
    assert truth(Condition.BELOW_TARGET, situation()) == "no"


def test_green_twice_needs_two_sessions():
    case = situation()

    assert truth(Condition.ALL_GREEN_TWICE, case) == "yes"
    once = replace(case, sessions=case.sessions[1:])
    assert truth(Condition.ALL_GREEN_TWICE, once) == "no"
    assert truth(Condition.ALL_GREEN_TWICE, replace(case, sessions=())) == "no"
