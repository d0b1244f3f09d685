"""EIH: the score, what marks it, and what refuses it."""

import math

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.pain_tests import eih
from apps.clinical.pain_tests.eih import (
    Direction,
    EihReading,
    EihTest,
    EndReason,
    direction_of,
    eih_result,
    eih_score,
)

pytestmark = pytest.mark.requirement("K1")


def series(*kpa):
    return tuple(
        EihReading(second=30 * place, kpa=value)
        for place, value in enumerate(kpa, start=1)
    )


def a_test(**changes):
    fields = {
        "baseline_kpa": (212, 220),
        "series": series(218, 231, 240, 236),
        "hold_s": 130,
        "end_reason": EndReason.COULD_NOT_HOLD,
    }
    return EihTest(**{**fields, **changes})


def test_the_procedure_is_told_in_numbers():
    assert (eih.READING_EVERY_S, eih.FIRST_READING_S, eih.HOLD_MAX_S) == (30, 30, 300)
    assert (eih.READINGS_MAX, eih.HOLD_MIN_S, eih.BASELINES) == (10, 30, 2)


def test_the_first_vector_is_inhibition():
    result = eih_result(a_test())

    assert result.score == pytest.approx(0.1132, abs=5e-5)
    assert result.direction == Direction.INHIBITION
    assert result.end_kpa == 236
    assert result.mean_baseline_score == pytest.approx(0.0926, abs=5e-5)
    assert result.peak_score == pytest.approx(0.1321, abs=5e-5)
    assert result.refusals == ()
    assert result.deviations == ()


def test_the_second_vector_is_facilitation():
    result = eih_result(
        a_test(baseline_kpa=(205,), series=series(178), hold_s=45, end_reason="pain")
    )

    assert result.score == pytest.approx(-0.1317, abs=5e-5)
    assert result.direction == Direction.FACILITATION
    assert result.mean_baseline_score is None
    assert result.peak_score == result.score


def test_the_score_is_the_change_as_a_share_of_the_first_baseline():
    assert eih_score(first_baseline_kpa=200, end_of_contraction_kpa=250) == 0.25
    assert eih_score(first_baseline_kpa=200, end_of_contraction_kpa=150) == -0.25
    assert eih_score(first_baseline_kpa=200, end_of_contraction_kpa=200) == 0


@pytest.mark.parametrize("name", ["first_baseline_kpa", "end_of_contraction_kpa"])
@pytest.mark.parametrize("kpa", [0, -5, math.nan, 2001])
def test_the_bare_score_refuses_an_impossible_threshold(name, kpa):
    values = {"first_baseline_kpa": 200, "end_of_contraction_kpa": 200, name: kpa}

    with pytest.raises(ClinicalInputError, match=f"^{name} must be a number from 1 to"):
        eih_score(**values)


def test_the_direction_is_the_sign_alone():
    assert direction_of(1e-12) == Direction.INHIBITION
    assert direction_of(0.0) == Direction.NO_CHANGE
    assert direction_of(-1e-12) == Direction.FACILITATION


@pytest.mark.parametrize("baseline", [(), (None, 220), (0, 220), (-4.5, 220)])
def test_without_a_first_baseline_above_zero_there_is_no_score(baseline):
    result = eih_result(a_test(baseline_kpa=baseline))

    assert result.score is None
    assert result.direction is None
    assert result.mean_baseline_score is None
    assert result.peak_score is None
    assert result.end_kpa == 236
    assert result.deviations == ()
    (refusal,) = result.refusals
    assert (refusal.measure, refusal.where) == ("eih_score", "eih.baseline_kpa[0]")
    assert refusal.key == "eih_score.no_first_baseline"
    assert refusal.params == {}
    assert refusal.reason == (
        "The first threshold at rest is missing or not above 0 kPa. The score is told "
        "as a share of it. Rest, and repeat the EIH test."
    )


@pytest.mark.parametrize("none", [(), series(None, None)])
def test_without_a_reading_there_is_no_score(none):
    result = eih_result(a_test(series=none, hold_s=75))

    assert (result.score, result.end_kpa) == (None, None)
    (refusal,) = result.refusals
    assert refusal.where == "eih.series"
    assert refusal.key == "eih_score.no_reading"
    assert refusal.reason == (
        "No threshold was taken during the contraction. The score needs the last one "
        "of them. Rest, and repeat the EIH test."
    )


def test_a_hold_below_thirty_seconds_gives_no_score():
    result = eih_result(a_test(series=(), hold_s=29.999))

    assert result.score is None
    (refusal,) = result.refusals
    assert refusal.where == "eih.hold_s"
    assert refusal.key == "eih_score.hold_too_short"
    assert refusal.reason == (
        "The contraction was held for 29.999 s. A score needs at least 30 s. Rest, and "
        "repeat the EIH test, or keep the record without a score."
    )


def test_a_hold_of_thirty_seconds_is_enough():
    assert eih_result(a_test(series=series(233.2), hold_s=30)).score == (
        pytest.approx(0.1)
    )


def test_every_reason_without_a_score_is_told():
    result = eih_result(a_test(baseline_kpa=(), series=(), hold_s=10))

    assert [one.key for one in result.refusals] == [
        "eih_score.no_first_baseline",
        "eih_score.hold_too_short",
    ]


def test_the_second_baseline_enters_the_exploratory_score_alone():
    missing = eih_result(a_test(baseline_kpa=(212, None)))
    zero = eih_result(a_test(baseline_kpa=(212, 0)))
    higher = eih_result(a_test(baseline_kpa=(212, 260)))

    assert missing.score == zero.score == higher.score
    assert (missing.mean_baseline_score, zero.mean_baseline_score) == (None, None)
    assert higher.mean_baseline_score == 0


def test_a_baseline_of_one_kilopascal_is_one():
    result = eih_result(a_test(baseline_kpa=(1, 1), series=series(2), hold_s=30))

    assert (result.score, result.mean_baseline_score) == (1, 1)


def test_a_hold_is_told_to_the_millisecond():
    long = eih_result(a_test(series=series(218, None), hold_s=60.0625))

    assert long.deviations[0].params == {"held": "60.063", "second": 30, "expected": 60}
    short = eih_result(a_test(series=(), hold_s=20.0625))
    assert short.refusals[0].params == {"held": "20.063", "minimum": 30}
    rest = eih_result(a_test(rest_since_mvc_s=99.0625))
    assert rest.deviations[0].params == {"rest": "99.063", "minimum": 600}


def test_the_last_reading_that_exists_is_used_and_its_gap_marked():
    result = eih_result(a_test(series=series(218, 231, 240, None)))

    assert result.end_kpa == 240
    assert result.score == pytest.approx(28 / 212)
    (mark,) = result.deviations
    assert (mark.measure, mark.where) == ("eih_score", "eih.series")
    assert mark.key == "eih_score.last_reading_missing"
    assert mark.reason == (
        "The contraction was held for 130 s, but the last threshold is of second 90; "
        "one of second 120 was due. The score uses what there is. Say so when visits "
        "are compared."
    )


@pytest.mark.parametrize(
    ("hold_s", "marks"), [(120, 0), (149.9, 0), (150, 1), (150.1, 1)]
)
def test_a_reading_is_due_every_thirty_seconds_of_the_hold(hold_s, marks):
    assert len(eih_result(a_test(hold_s=hold_s)).deviations) == marks


def test_a_gap_in_the_middle_is_no_mark():
    assert eih_result(a_test(series=series(218, None, None, 236))).deviations == ()


@pytest.mark.parametrize(("rest_s", "marks"), [(599.975, 1), (600, 0), (601, 0)])
def test_a_rest_below_ten_minutes_is_marked(rest_s, marks):
    result = eih_result(a_test(rest_since_mvc_s=rest_s))

    assert result.score is not None
    assert [one.reason for one in result.deviations] == marks * [
        (
            "There were 599.975 s between the MVC test and the EIH test. At least 600 "
            "s are planned. Say so when visits are compared."
        )
    ]
    assert {one.where for one in result.deviations} <= {"eih.rest_since_mvc_s"}
    assert {one.key for one in result.deviations} <= {"eih_score.short_rest"}


def test_the_order_of_entry_does_not_matter():
    turned = a_test(series=tuple(reversed(series(218, 231, 240, 236))))

    assert eih_result(turned) == eih_result(a_test())


def test_five_minutes_end_with_the_tenth_reading():
    full = a_test(
        series=series(*range(210, 310, 10)),
        hold_s=300,
        end_reason=EndReason.FIVE_MINUTES,
    )

    assert len(full.series) == 10
    assert eih_result(full).end_kpa == 300
    assert eih_result(full).deviations == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"baseline_kpa": (1, 2, 3)},
            (
                "baseline_kpa must have at most 2 readings, got 3. Enter the two taken "
                "before the contraction."
            ),
        ),
        (
            {"baseline_kpa": (212, 2001)},
            (
                "baseline_kpa[1] must be a number from 1 to 2000 kPa, got 2001. Check "
                "the entry; leave out what was not measured."
            ),
        ),
        (
            {"baseline_kpa": (0.5,)},
            (
                "baseline_kpa[0] must be a number from 1 to 2000 kPa, got 0.5. Check "
                "the entry; leave out what was not measured."
            ),
        ),
        (
            {"baseline_kpa": (-2000.5,)},
            (
                "baseline_kpa[0] must be a number from -2000 to 2000 kPa, got -2000.5. "
                "Check the entry; leave out what was not measured."
            ),
        ),
        (
            {"baseline_kpa": (math.nan,)},
            (
                "baseline_kpa[0] must be a number from -2000 to 2000 kPa, got nan. "
                "Check the entry; leave out what was not measured."
            ),
        ),
        (
            {"hold_s": -1},
            (
                "hold_s must be a number from 0 to 300 s, got -1. Check the entry; "
                "leave out what was not measured."
            ),
        ),
        (
            {"hold_s": 300.1},
            (
                "hold_s must be a number from 0 to 300 s, got 300.1. Check the entry; "
                "leave out what was not measured."
            ),
        ),
        (
            {"rest_since_mvc_s": -1},
            (
                "rest_since_mvc_s must be a number from 0 to 86400 s, got -1. Check "
                "the entry; leave out what was not measured."
            ),
        ),
        (
            {"rest_since_mvc_s": 86_401},
            (
                "rest_since_mvc_s must be a number from 0 to 86400 s, got 86401. Check "
                "the entry; leave out what was not measured."
            ),
        ),
        (
            {"end_reason": "bored"},
            (
                "end_reason must be one of could_not_hold, five_minutes, pain, "
                "stopped, got 'bored'."
            ),
        ),
        (
            {"end_reason": "five_minutes", "hold_s": 299},
            (
                "end_reason five_minutes needs a hold of 300 s, got 299 s. Choose why "
                "it ended earlier."
            ),
        ),
        (
            {"series": (*series(218, 231), *series(240))},
            "Each second must stand once in the series, got [30, 30, 60].",
        ),
        (
            {"hold_s": 89},
            (
                "A reading must be taken during the contraction, which was held for 89 "
                "s, got second 90. Check hold_s."
            ),
        ),
    ],
)
def test_what_cannot_have_happened_is_refused(changes, message):
    with pytest.raises(ClinicalInputError) as refused:
        a_test(**changes)

    assert str(refused.value) == message


def test_what_lies_on_the_bounds_is_taken():
    edge = a_test(baseline_kpa=(-2000, 2000), hold_s=120, rest_since_mvc_s=86_400)

    assert edge.hold_s == 120
    assert a_test(series=(), hold_s=0, rest_since_mvc_s=0).hold_s == 0


@pytest.mark.parametrize("second", [30, 300])
def test_a_second_of_the_series_is_taken(second):
    assert EihReading(second=second, kpa=None).second == second


@pytest.mark.parametrize("second", [0, 29, 301, 330, 30.0, True])
def test_a_second_outside_of_the_series_is_refused(second):
    with pytest.raises(ClinicalInputError) as refused:
        EihReading(second=second, kpa=200)

    assert str(refused.value) == (
        f"second must be a whole number from 30 to 300, got {second!r}."
    )


def test_a_second_between_two_readings_is_refused():
    with pytest.raises(ClinicalInputError) as refused:
        EihReading(second=45, kpa=200)

    assert str(refused.value) == (
        "second must be a multiple of 30, got 45. Enter when the reading was due."
    )


@pytest.mark.parametrize("kpa", [0, 2000.1, math.nan])
def test_a_reading_outside_of_the_range_is_refused(kpa):
    with pytest.raises(ClinicalInputError, match=r"^kpa must be a number from 1 to"):
        EihReading(second=30, kpa=kpa)
