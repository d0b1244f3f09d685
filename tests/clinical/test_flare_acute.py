"""T1, T2 and T3 at and around every threshold."""

from datetime import timedelta

import pytest

from apps.clinical.flare.acute import is_clear_rise, is_sustained
from apps.clinical.flare.baseline import Baseline
from apps.clinical.flare.inputs import Analgesic, FlareAnswer, Location
from apps.clinical.flare.readings import read_sessions

from .flare_builders import LATER, POLICY, end_of, judge, newest, visit

pytestmark = pytest.mark.requirement("F1")

YES = {"flare": FlareAnswer.YES}
NO = {"flare": FlareAnswer.NO}
NOT_SURE = {"flare": FlareAnswer.NOT_SURE}
EXTRA = {"analgesic": Analgesic.EXTRA}
SORE = {"location": Location.ONLY_TRAINED}
WIDE = (20, 80, 20, 80, 20, 80)  # usual variation 33.8 mm with a pre of 50
HOUR = timedelta(hours=1)


def level(ref_mm, sig_mm):
    return Baseline(med_mm=ref_mm, ref_mm=ref_mm, sig_mm=sig_mm)


def tiers(*, now=LATER, rest=(50,) * 6, pre=50, **session):
    """Return the tiers of a first session whose reference is 50 mm."""
    return newest(visit(1, pre=pre, **session), now=now, rest=rest).tiers


@pytest.mark.parametrize(
    ("rise_mm", "ref_mm", "sig_mm", "holds"),
    [
        pytest.param(19.99, 10, 6, False, id="below 20 mm"),
        pytest.param(20, 10, 6, True, id="20 mm"),
        pytest.param(20.01, 10, 6, True, id="above 20 mm"),
        pytest.param(29.99, 10, 20, False, id="below 1.5 variations"),
        pytest.param(30, 10, 20, True, id="1.5 variations"),
        pytest.param(30.01, 10, 20, True, id="above 1.5 variations"),
        pytest.param(20.99, 70, 6, False, id="below 30 %"),
        pytest.param(21, 70, 6, True, id="30 %"),
        pytest.param(21.01, 70, 6, True, id="above 30 %"),
        pytest.param(None, 10, 6, False, id="no follow-up"),
        pytest.param(50, None, 6, False, id="no reference"),
    ],
)
def test_is_clear_rise_needs_all_three(rise_mm, ref_mm, sig_mm, holds):
    assert (
        is_clear_rise(rise_mm, baseline=level(ref_mm, sig_mm), policy=POLICY) is holds
    )


@pytest.mark.parametrize(("h24", "holds"), [(69, False), (70, True), (71, True)])
def test_t1_holds_at_once_from_20_mm(h24, holds):
    found = tiers(h24=h24, now=end_of(1) + 25 * HOUR)

    assert found == (("T1",) if holds else ())


def test_t1_takes_the_higher_follow_up():
    assert "T1" in tiers(h24=55, h48=70)


@pytest.mark.parametrize(
    ("answers_h24", "answers_h48", "holds"),
    [
        (YES, None, True),
        (None, YES, True),
        (NO, NOT_SURE, False),
        (NOT_SURE, None, False),
    ],
)
def test_t1_holds_when_the_person_calls_it_a_flare(answers_h24, answers_h48, holds):
    found = tiers(h24=50, h48=50, answers_h24=answers_h24, answers_h48=answers_h48)

    assert found == (("T1",) if holds else ())


def test_t1_by_the_question_needs_no_pain_value_and_no_reference():
    assert tiers(answers_h24=YES, pre=None, rest=()) == ("T1",)


def test_without_reference_a_high_value_alone_says_nothing():
    assert tiers(h24=100, h48=100, pre=None, rest=()) == ()
    assert tiers(h24=100, answers_h24=YES, pre=None, rest=()) == ("T1",)


def test_without_reference_two_answers_make_t2():
    verdict = newest(
        visit(1, h24=60, h48=60, answers_h24=YES, answers_h48=YES), rest=()
    )

    assert (verdict.tiers, verdict.t2_severity) == (("T1", "T2"), "moderate")


def test_two_answers_make_t2_without_any_value():
    verdict = newest(visit(1, answers_h24=YES, answers_h48=YES), rest=())

    assert (verdict.tiers, verdict.t2_severity) == (("T1", "T2"), "moderate")


@pytest.mark.parametrize(
    ("h24", "found"),
    [
        pytest.param(75, (), id="rise 25 looks like soreness"),
        pytest.param(79, (), id="rise 29 looks like soreness"),
        pytest.param(80, ("T1", "T2"), id="rise 30 does not"),
        pytest.param(82, ("T1", "T2"), id="rise 32 does not"),
    ],
)
def test_soreness_after_a_novel_session_is_no_flare(h24, found):
    assert tiers(h24=h24, novel=True, answers_h24=SORE) == found


def test_a_yes_makes_t1_in_spite_of_soreness_but_never_t2():
    found = tiers(
        h24=75,
        h48=75,
        novel=True,
        answers_h24=SORE | YES | EXTRA,
        answers_h48=SORE | YES,
    )

    assert found == ("T1",)


@pytest.mark.parametrize(
    ("h24", "h48", "holds"),
    [
        pytest.param(69, 65, False, id="next day below 20"),
        pytest.param(70, 65, True, id="next day 20"),
        pytest.param(71, 65, True, id="next day above 20"),
        pytest.param(75, 59, False, id="two days below 10"),
        pytest.param(75, 60, True, id="two days 10"),
        pytest.param(75, 61, True, id="two days above 10"),
        pytest.param(75, None, True, id="two days missing"),
        pytest.param(None, 69, False, id="only two days, below 20"),
        pytest.param(None, 70, True, id="only two days, 20"),
        pytest.param(55, 75, False, id="a late rise alone"),
    ],
)
def test_t2_needs_a_rise_that_lasts(h24, h48, holds):
    assert ("T2" in tiers(h24=h24, h48=h48)) is holds


@pytest.mark.parametrize("name", ["h24", "h48"])
@pytest.mark.parametrize(
    ("rest", "holds"),
    [((50,) * 6, True), (WIDE, False)],
)
def test_t2_needs_one_and_a_half_variations(name, rest, holds):
    found = tiers(rest=rest, **{name: 85})

    assert ("T2" in found) is holds


def test_t2_does_not_ask_for_thirty_percent():
    # reference 80: a rise of 20 is 25 %
    assert tiers(rest=(80,) * 6, pre=80, h24=100, h48=95) == ("T2",)


@pytest.mark.parametrize(
    ("hours", "holds"),
    [
        pytest.param(25, False, id="h48 not yet open"),
        pytest.param(59.9, False, id="h48 still open"),
        pytest.param(60, True, id="h48 closed"),
    ],
)
def test_t2_waits_for_the_two_day_value(hours, holds):
    assert ("T2" in tiers(h24=75, now=end_of(1) + hours * HOUR)) is holds


def test_t2_waits_no_longer_when_the_two_day_value_is_there():
    assert "T2" in tiers(h24=75, h48=65, now=end_of(1) + 48 * HOUR)


def test_t2_from_two_days_alone_needs_the_next_day_closed():
    assert tiers(h48=75, now=end_of(1) + 30 * HOUR) == ("T1",)
    assert tiers(h48=75, now=end_of(1) + 36 * HOUR) == ("T1", "T2")


@pytest.mark.parametrize(
    ("pre", "h24", "found"),
    [
        pytest.param(40, 79, ("T1",), id="rise 39"),
        pytest.param(40, 80, ("T1", "T2"), id="rise 40"),
        pytest.param(40, 81, ("T1", "T2"), id="rise 41"),
        pytest.param(65, 89, ("T1",), id="level 89"),
        pytest.param(65, 90, ("T1", "T2"), id="level 90"),
        pytest.param(65, 91, ("T1", "T2"), id="level 91"),
        pytest.param(85, 100, (), id="level 100 without T1"),
    ],
)
def test_t2_fires_at_once_when_nobody_should_wait(pre, h24, found):
    verdict = newest(
        visit(1, pre=pre, h24=h24), rest=(pre,) * 6, now=end_of(1) + 25 * HOUR
    )

    assert verdict.tiers == found
    assert verdict.t2_severity == ("high" if "T2" in found else None)


@pytest.mark.parametrize(
    ("answers_h24", "answers_h48", "holds"),
    [(YES, YES, True), (YES, NO, False), (NO, YES, False), (YES, None, False)],
)
def test_t2_holds_when_both_days_are_called_a_flare(answers_h24, answers_h48, holds):
    found = tiers(h24=52, h48=52, answers_h24=answers_h24, answers_h48=answers_h48)

    assert ("T2" in found) is holds


@pytest.mark.parametrize(
    ("h24", "answers_h24", "answers_h48", "holds"),
    [
        pytest.param(59, YES | EXTRA, None, False, id="rise 9"),
        pytest.param(60, YES | EXTRA, None, True, id="rise 10"),
        pytest.param(61, YES | EXTRA, None, True, id="rise 11"),
        pytest.param(60, YES, EXTRA, True, id="medicine on the second day"),
        pytest.param(60, EXTRA, YES, True, id="yes on the second day"),
        pytest.param(60, YES, None, False, id="no extra medicine"),
        pytest.param(
            60, YES | {"analgesic": Analgesic.USUAL}, None, False, id="usual medicine"
        ),
        pytest.param(60, EXTRA, None, False, id="no yes"),
        pytest.param(None, YES | EXTRA, None, False, id="no value"),
    ],
)
def test_t2_holds_with_a_yes_and_extra_medicine(h24, answers_h24, answers_h48, holds):
    found = tiers(h24=h24, answers_h24=answers_h24, answers_h48=answers_h48)

    assert ("T2" in found) is holds


def test_t2_with_medicine_waits_for_the_two_day_value():
    assert tiers(h24=60, answers_h24=YES | EXTRA, now=end_of(1) + 25 * HOUR) == ("T1",)


@pytest.mark.parametrize(
    ("h24", "answers_h24", "severity"),
    [
        pytest.param(75, {}, "moderate", id="plain"),
        pytest.param(89, {}, "moderate", id="rise 39"),
        pytest.param(75, EXTRA | {"sleep": 4}, "moderate", id="sleep 4"),
        pytest.param(75, EXTRA | {"sleep": 3}, "high", id="sleep 3"),
        pytest.param(75, EXTRA | {"sleep": 2}, "high", id="sleep 2"),
        pytest.param(75, {"sleep": 2}, "moderate", id="bad sleep alone"),
        pytest.param(75, EXTRA, "moderate", id="medicine alone"),
        pytest.param(90, {}, "high", id="rise 40 and level 90"),
    ],
)
def test_t2_severity(h24, answers_h24, severity):
    verdict = newest(visit(1, pre=50, h24=h24, h48=65, answers_h24=answers_h24))

    assert verdict.t2_severity == severity


def test_t2_severity_counts_medicine_of_either_day():
    verdict = newest(
        visit(1, pre=50, h24=75, h48=65, answers_h24={"sleep": 1}, answers_h48=EXTRA)
    )

    assert verdict.t2_severity == "high"
    assert (verdict.extra_analgesic, verdict.sleep_h24) == (True, 1)


@pytest.mark.parametrize(
    ("second", "third", "holds"),
    [
        pytest.param(70, 70, True, id="both 20 above"),
        pytest.param(69, 70, False, id="the first below"),
        pytest.param(70, 69, False, id="the second below"),
        pytest.param(71, 71, True, id="both more"),
        pytest.param(None, 70, False, id="the first missing"),
        pytest.param(70, None, False, id="the second missing"),
    ],
)
def test_t3_needs_both_next_values_raised(second, third, holds):
    verdict = newest(
        visit(1, pre=50, h24=75, h48=55), visit(2, pre=second), visit(3, pre=third)
    )

    assert ("T3" in verdict.tiers) is holds
    assert verdict.about == ("s01" if holds else None)


@pytest.mark.parametrize(("pre", "holds"), [(79, False), (80, True), (81, True)])
def test_t3_needs_one_and_a_half_variations(pre, holds):
    following = read_sessions([visit(1, pre=pre), visit(2, pre=pre)], now=LATER)

    assert (
        is_sustained(level(50, 20), following=tuple(following), policy=POLICY) is holds
    )


def test_t3_needs_a_reference():
    visits = (
        visit(1, h24=90, answers_h24=YES),
        visit(2, pre=95),
        visit(3, pre=95),
    )

    assert "T3" not in newest(*visits, rest=()).tiers


def test_t3_needs_a_flare_before():
    assert newest(visit(1, pre=50), visit(2, pre=90), visit(3, pre=90)).about is None


def test_t3_is_not_of_soreness_even_with_a_yes():
    sore = visit(1, pre=50, h24=75, h48=55, novel=True, answers_h24=SORE | YES)

    judgement = judge(sore, visit(2, pre=90), visit(3, pre=90))

    assert judgement.verdicts[0].tiers == ("T1",)
    assert "T3" not in judgement.verdicts[2].tiers


def test_t3_may_follow_a_t2_without_t1():
    visits = (visit(1, pre=80, h24=100, h48=95), visit(2, pre=100), visit(3, pre=100))

    judgement = judge(*visits, rest=(80,) * 6)

    assert judgement.verdicts[0].tiers == ("T2",)
    assert judgement.verdicts[2].about == "s01"
