"""The figures of adherence, from rows."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from apps.clinical.adherence import figures as rules
from apps.clinical.adherence.figures import (
    DoseWeight,
    Share,
    figures_of,
    misses_in_a_row,
)
from apps.clinical.adherence.inputs import ExcuseReason
from apps.clinical.adherence.outcomes import CheckInOutcome, Result, slot_outcomes
from apps.clinical.check_in_windows import Moment
from apps.clinical.errors import ClinicalInputError

from .adherence_builders import (
    LATER,
    at,
    course,
    done,
    excuse,
    figures,
    leg_press,
    outcome,
    session,
    slot,
    with_kg,
)

pytestmark = pytest.mark.requirement("G1")

# The worked example of the clinical text: done and prescribed kg of eight slots.
EXAMPLE = (
    with_kg(1, 2400, 2400),
    with_kg(2, 2160, 2400),
    with_kg(3, 0, 2400, Result.EXCUSED),
    with_kg(4, 2400, 2400),
    with_kg(5, 0, 2600, Result.MISSED),
    with_kg(6, 1950, 2600),
    with_kg(7, 0, 2600, Result.CANCELLED),
    with_kg(8, 2600, 2600),
)


def share(part, whole):
    return Share(part=Fraction(part), whole=Fraction(whole))


def rows(letters):
    """Return one slot a letter: held, partial, missed, excused, cancelled, ..."""
    words = {
        "h": Result.HELD,
        "p": Result.PARTIAL,
        "m": Result.MISSED,
        "e": Result.EXCUSED,
        "c": Result.CANCELLED,
        "z": Result.PAUSED,
        "o": Result.OPEN,
    }
    return [
        outcome(number, words[letter]) for number, letter in enumerate(letters, start=1)
    ]


# the worked example


def test_figures_of_the_worked_example():
    found = figures_of(EXAMPLE)

    assert (found.due, found.attended, found.excused, found.cancelled) == (7, 5, 1, 1)
    assert found.attendance == share(5, 7)
    assert found.attendance_without_excused == share(5, 6)
    assert found.dose == share(11510, 17400)
    assert found.dose_when_attended == share(11510, 12400)
    assert found.dose_weight == DoseWeight.KG
    shown = [
        str(each.percent)
        for each in (
            found.attendance,
            found.attendance_without_excused,
            found.dose,
            found.dose_when_attended,
        )
    ]
    assert shown == ["71.4", "83.3", "66.1", "92.8"]


def test_figures_of_the_worked_example_from_its_sets():
    # 24 x 100 kg or 26 x 100 kg planned; done is given in repetitions of 100 kg.
    planned = {24: [1, 2, 3, 4], 26: [5, 6, 7, 8]}
    slots = [
        slot(
            number,
            plan=(leg_press(sets=1, amount=Decimal(reps), load_kg=Decimal(100)),),
            excuse=excuse() if number == 3 else None,
            cancelled=number == 7,
        )
        for reps, numbers in planned.items()
        for number in numbers
    ]
    lifted = {1: (24, 100), 2: (24, 90), 4: (24, 100), 6: (26, 75), 8: (26, 100)}
    sessions = [
        session(number, of=number, exercises=(done(each),))
        for number, each in lifted.items()
    ]
    one = course(slots=tuple(slots), sessions=tuple(sessions))

    found = figures_of(slot_outcomes(one, now=LATER))

    assert found.attendance == share(5, 7)
    assert found.attendance_without_excused == share(5, 6)
    assert found.dose == share(11510, 17400)
    assert found.dose_when_attended == share(11510, 12400)
    assert found.intensity == share(3, 5)
    assert found.dose_modified == 2


# counts


def test_figures_of_nothing_have_no_ratio():
    found = figures_of([])

    assert (found.due, found.attended, found.missed, found.longest_row) == (0, 0, 0, 0)
    for each in (
        found.attendance,
        found.attendance_without_excused,
        found.held_share,
        found.dose,
        found.dose_when_attended,
        found.intensity,
        found.time,
        found.kinds,
        found.diary,
    ):
        assert each == share(0, 0)
        assert (each.ratio, each.rounded, each.percent) == (None, None, None)
    assert found.dose_weight is None


def test_figures_count_each_result():
    found = figures_of(rows("hhhppmmmmecczzzooooo"))

    assert (found.due, found.attended, found.held, found.partial) == (10, 5, 3, 2)
    assert (found.missed, found.excused) == (4, 1)
    assert (found.cancelled, found.paused) == (2, 3)
    assert found.attendance == share(5, 10)
    assert found.held_share == share(3, 10)
    assert found.attendance_without_excused == share(5, 9)


def test_figures_give_a_pain_flare_its_own_column():
    found = figures_of(
        [
            outcome(1, Result.EXCUSED, excuse_reason=ExcuseReason.PAIN_FLARE),
            outcome(
                2,
                Result.EXCUSED,
                excuse_reason=ExcuseReason.PAIN_FLARE,
                excused_late=True,
            ),
            outcome(3, Result.EXCUSED, excuse_reason=ExcuseReason.ILLNESS),
            outcome(4, Result.HELD),
        ]
    )

    assert (found.excused, found.excused_pain_flare, found.excused_late) == (3, 2, 1)
    assert found.attendance == share(1, 4)
    assert found.attendance_without_excused == share(1, 1)


# dose


def test_dose_is_weighted_by_kg_so_that_a_larger_session_counts_more():
    found = figures_of([with_kg(1, 100, 100), with_kg(2, 0, 300, Result.MISSED)])

    assert found.dose == share(100, 400)
    assert found.dose_when_attended == share(100, 100)


def test_dose_is_weighted_by_sets_as_soon_as_one_session_has_no_kg():
    found = figures_of(
        [
            with_kg(1, 100, 100, planned_sets=3),
            with_kg(2, 0, 900, Result.MISSED, planned_sets=4),
            outcome(3, dose=Decimal("0.5"), planned_sets=2),
        ]
    )

    assert found.dose_weight == DoseWeight.SETS
    assert found.dose == share(4, 9)
    assert found.dose_when_attended == share(4, 5)


def test_dose_is_weighted_alike_in_both_figures():
    found = figures_of(
        [
            with_kg(1, 100, 100, planned_sets=3),
            outcome(2, Result.MISSED, dose=Fraction(0), planned_sets=2),
        ]
    )

    assert found.dose == share(3, 5)
    assert found.dose_when_attended == share(3, 3)


def test_dose_leaves_out_what_is_not_known_and_says_how_much():
    found = figures_of(
        [
            with_kg(1, 50, 100),
            outcome(2, Result.HELD),
            outcome(3, Result.MISSED),
            outcome(4, Result.EXCUSED),
            outcome(5, Result.CANCELLED),
        ]
    )

    assert found.dose == share(50, 100)
    assert found.dose_weight == DoseWeight.KG
    assert found.without_known_dose == 3
    assert found.attended_without_known_dose == 1


def test_dose_does_not_ask_cancelled_sessions_for_their_weight():
    found = figures_of(
        [
            with_kg(1, 50, 100),
            outcome(2, Result.CANCELLED, dose=Fraction(0), planned_sets=5),
            outcome(3, Result.OPEN, dose=Fraction(1), planned_sets=5),
        ]
    )

    assert (found.dose_weight, found.dose) == (DoseWeight.KG, share(50, 100))


def test_dose_modified_counts_attended_sessions_with_less_than_the_plan():
    found = figures_of(
        [
            with_kg(1, 100, 100),
            with_kg(2, 99, 100),
            with_kg(3, 0, 100, Result.PARTIAL),
            with_kg(4, 0, 100, Result.MISSED),
            outcome(5),
        ]
    )

    assert found.dose_modified == 2


# the other shares


def test_intensity_is_over_attended_sessions():
    found = figures_of(
        [
            outcome(1, sets_on_plan=3, sets_judged=4),
            outcome(2, Result.PARTIAL, sets_on_plan=0, sets_judged=2),
            outcome(3, Result.OPEN, sets_on_plan=5, sets_judged=5),
        ]
    )

    assert found.intensity == share(3, 6)


def test_time_and_kinds_are_over_due_sessions():
    half = {"seconds_planned": 3600, "exercises_planned": 6}
    found = figures_of(
        [
            outcome(1, seconds_done=1800, exercises_done=4, **half),
            outcome(2, Result.MISSED, **half),
            outcome(3, Result.CANCELLED, **half),
        ]
    )

    assert found.time == share(1800, 7200)
    assert found.kinds == share(4, 12)


def test_diary_is_counted_by_moment():
    def entry(moment, in_window):
        return CheckInOutcome(
            moment=moment, closed_at=at(1), week=1, in_window=in_window
        )

    found = figures_of(
        [],
        check_ins=[
            entry(Moment.PRE, True),
            entry(Moment.PRE, True),
            entry(Moment.H24, True),
            entry(Moment.H24, False),
            entry(Moment.H48, False),
        ],
    )

    assert found.diary == share(3, 5)
    assert found.diary_by_moment == {
        Moment.PRE: share(2, 2),
        Moment.POST: share(0, 0),
        Moment.H24: share(1, 2),
        Moment.H48: share(0, 1),
    }


# misses in a row


@pytest.mark.parametrize(
    ("letters", "now", "longest"),
    [
        ("", 0, 0),
        ("h", 0, 0),
        ("m", 1, 1),
        ("hmm", 2, 2),
        ("mmh", 0, 2),
        ("mmp", 0, 2),
        ("mmmhm", 1, 3),
        ("mhmm", 2, 2),
        ("mem", 2, 2),
        ("mcm", 2, 2),
        ("mzm", 2, 2),
        ("mmo", 2, 2),
        ("hee", 0, 0),
    ],
)
def test_misses_in_a_row_are_ended_by_coming_alone(letters, now, longest):
    assert misses_in_a_row(rows(letters)) == now
    assert figures_of(rows(letters)).longest_row == longest


def test_misses_in_a_row_go_by_time_whatever_the_order_of_rows():
    assert misses_in_a_row(reversed(rows("hmm"))) == 2
    assert misses_in_a_row(reversed(rows("mmh"))) == 0
    at_once = [
        replace(outcome(1), key="b"),
        replace(outcome(1, Result.MISSED), key="a"),
    ]
    assert misses_in_a_row(at_once) == 0


# shares


@pytest.mark.parametrize(
    ("part", "whole", "rounded", "percent"),
    [
        (5, 7, "0.7143", "71.4"),
        (1, 3, "0.3333", "33.3"),
        (2, 3, "0.6667", "66.7"),
        (0, 3, "0.0000", "0.0"),
        (3, 3, "1.0000", "100.0"),
        (1, 20000, "0.0001", "0.0"),
        (9999, 200000000, "0.0000", "0.0"),
        (1, 2000, "0.0005", "0.1"),
        (999, 2000000, "0.0005", "0.0"),
    ],
)
def test_a_share_is_shown_half_up(part, whole, rounded, percent):
    found = share(part, whole)

    assert found.ratio == Fraction(part, whole)
    assert (str(found.rounded), str(found.percent)) == (rounded, percent)


@pytest.mark.parametrize(("part", "whole"), [(-1, 2), (3, 2)])
def test_a_share_refuses_a_part_outside_its_whole(part, whole):
    with pytest.raises(ClinicalInputError) as refusal:
        share(part, whole)

    assert str(refusal.value) == (
        f"part must lie from 0 to the whole of {whole}, got {part}."
    )


def test_figures_builder_is_what_the_judgements_are_tested_with():
    found = figures(attended=3, missed=2, excused=1)

    assert (found.attended, found.missed, found.excused) == (3, 2, 1)


def test_what_other_groups_had_is_as_printed():
    assert [
        str(getattr(rules, f"BENCHMARK_{name}"))
        for name in (
            "ATTENDANCE",
            "DOSE",
            "ANY_MISS",
            "INTERRUPTION",
            "DOSE_MODIFIED",
            "COMPLIANCE_FM_STRENGTH",
        )
    ] == ["0.79", "0.77", "0.87", "0.51", "0.85", "0.81"]
    assert " ".join(DoseWeight) == "kg sets"
