"""What changed between two forms, and whether it is a clear change."""

from dataclasses import replace
from fractions import Fraction

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.questionnaires.answers import ClinicSettings
from apps.clinical.questionnaires.change import (
    NotCompared,
    ThresholdVerdict,
    Trend,
    change,
)
from apps.clinical.questionnaires.instrument import Direction, Unit
from apps.clinical.questionnaires.library import shipped_instrument
from apps.clinical.questionnaires.parsing import parse_instrument
from apps.clinical.questionnaires.scoring import NoScore, score

from .questionnaire_builders import made_up, made_up_instrument, numbered, scored

pytestmark = pytest.mark.requirement("E2")


def first_of(instrument, before, after):
    return change(instrument, before, after)[0]


def made_up_change(before, after):
    instrument = made_up_instrument()
    return change(instrument, score(instrument, before), score(instrument, after))


def met(one):
    return {each.code: each.is_met for each in one.thresholds}


def unknown(one):
    return {each.code: each.why_unknown for each in one.thresholds}


def between(key, before, after, *, code="total"):
    instrument = shipped_instrument(key)
    changes = change(instrument, scored(key, before), scored(key, after))
    return next(each for each in changes if each.code == code)


@pytest.mark.parametrize(
    ("after", "difference", "trend", "is_met"),
    [
        pytest.param("5.25", "2.25", Trend.BETTER, False, id="below"),
        pytest.param("5", "2.5", Trend.BETTER, True, id="on"),
        pytest.param("4.75", "2.75", Trend.BETTER, True, id="above"),
        pytest.param("7.5", "0", Trend.SAME, False, id="none"),
        pytest.param("9", "-1.5", Trend.WORSE, False, id="a little worse"),
    ],
)
def test_change_in_points_reaches_its_threshold(after, difference, trend, is_met):
    first = made_up_change({"a1": "high", "a2": "7.5"}, {"a1": "high", "a2": after})[0]

    assert (first.code, first.difference) == ("first", Fraction(difference))
    assert (first.trend, first.why_none) == (trend, None)
    assert met(first)["clear"] is is_met
    assert first.thresholds[0] == ThresholdVerdict(
        code="clear",
        unit=Unit.POINTS,
        at_least=Fraction("2.5"),
        population="nobody",
        mark="D",
        is_met=is_met,
        why_unknown=None,
    )


def test_change_for_the_worse_reaches_a_threshold_too():
    first = made_up_change({"a1": "high", "a2": 5}, {"a1": "high", "a2": "7.5"})[0]

    assert (first.difference, first.trend) == (Fraction("-2.5"), Trend.WORSE)
    assert met(first) == {"clear": True, "clear_share": True}


@pytest.mark.parametrize(
    ("after", "difference", "is_met"),
    [
        pytest.param("3.25", "1.75", False, id="17.5 %"),
        pytest.param("3", "2", True, id="20 %"),
        pytest.param("2.75", "2.25", True, id="22.5 %"),
    ],
)
def test_change_in_percent_is_of_the_score_before(after, difference, is_met):
    # 5 + 10 - 5 = 10 before: a fifth of it is 2.
    first = made_up_change({"a1": "high", "a2": 5}, {"a1": "high", "a2": after})[0]

    assert first.difference == Fraction(difference)
    assert met(first)["clear_share"] is is_met


def test_a_percentage_needs_something_above_zero_before():
    pain = between("peg", numbered("0,0,0"), numbered("3,3,3"))

    assert (pain.difference, pain.trend) == (3, Trend.WORSE)
    assert met(pain) == {"about_30_percent": None}
    assert unknown(pain) == {"about_30_percent": NotCompared.BASELINE_NOT_ABOVE_ZERO}


def test_a_percentage_of_a_score_of_one_is_told():
    # 30 % of 1 is 0.3, a third of a point on the mean of three items.
    pain = between("peg", numbered("1,1,1"), numbered("1,1,2"))

    assert (pain.difference, met(pain)) == (
        Fraction(1, 3),
        {"about_30_percent": True},
    )


@pytest.mark.parametrize("prorated", ["before", "after"])
def test_a_prorated_score_meets_no_threshold(prorated):
    forms = {"before": {"a1": "low", "a2": 9}, "after": {"a1": "high", "a2": 1}}
    del forms[prorated]["a2"]

    first = made_up_change(forms["before"], forms["after"])[0]

    assert first.difference is not None
    assert first.trend == Trend.BETTER
    assert met(first) == {"clear": None, "clear_share": None}
    assert set(unknown(first).values()) == {NotCompared.NOT_COMPLETE}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({}, {"a1": "low", "a2": 9}, id="none before"),
        pytest.param({"a1": "low", "a2": 9}, {}, id="none after"),
        pytest.param({}, {}, id="neither"),
    ],
)
def test_without_a_score_there_is_no_difference(before, after):
    first = made_up_change(before, after)[0]

    assert (first.difference, first.trend) == (None, None)
    assert first.why_none == NotCompared.NO_SCORE
    assert met(first) == {"clear": None, "clear_share": None}
    assert set(unknown(first).values()) == {NotCompared.NO_SCORE}


def test_two_versions_are_not_subtracted():
    old = parse_instrument(made_up() | {"version": 2})
    new = made_up_instrument()
    form = {"a1": "low", "a2": 9, "a3": 1, "a4": 1}

    changes = change(new, score(old, form), score(new, form))

    assert [each.code for each in changes] == ["first", "second", "both"]
    assert {each.difference for each in changes} == {None}
    assert {each.why_none for each in changes} == {NotCompared.ANOTHER_VERSION}


def test_a_score_that_one_version_lacks_is_told_without_a_number():
    document = made_up() | {"version": 2}
    document["scores"] = document["scores"][:2]
    old, new = parse_instrument(document), made_up_instrument()

    changes = change(new, score(old, {}), score(new, {}))
    without = replace(score(new, {}), scores=())

    assert [each.code for each in changes] == ["first", "second", "both"]
    assert {each.why_none for each in changes} == {NotCompared.ANOTHER_VERSION}
    for before, after in ((score(new, {}), without), (without, score(new, {}))):
        found = change(new, before, after)
        assert {each.why_none for each in found} == {NotCompared.NO_SCORE}


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"reversed_items": frozenset({"q1"})}, id="other reversals"),
        pytest.param({"reversed_items": frozenset()}, id="the same"),
    ],
)
def test_forms_scored_by_different_reversals_are_not_subtracted(settings):
    before = scored(
        "ears",
        numbered("1 1 1 1 1 1"),
        settings=ClinicSettings(reversed_items=frozenset()),
    )
    after = scored("ears", numbered("2 2 2 2 2 2"), settings=ClinicSettings(**settings))

    total = first_of(shipped_instrument("ears"), before, after)

    is_same = not settings["reversed_items"]
    assert total.difference == (6 if is_same else None)
    assert total.why_none == (None if is_same else NotCompared.ANOTHER_SCORING)
    assert total.trend == (Trend.BETTER if is_same else None)


def test_forms_scored_by_different_option_scores_are_not_subtracted():
    instrument = made_up_instrument()
    form = {"a1": "low", "a2": 9}
    turned = {"a1": {"low": Fraction(5), "mid": Fraction(2), "high": Fraction(0)}}

    after = score(
        instrument, form, clinic_settings=ClinicSettings(option_scores=turned)
    )

    first = first_of(instrument, score(instrument, form), after)
    assert first.why_none == NotCompared.ANOTHER_SCORING


def test_another_direction_alone_changes_no_number():
    instrument = shipped_instrument("pgic")
    better = ClinicSettings(direction=Direction.HIGHER_BETTER)

    total = first_of(
        instrument,
        scored("pgic", {"q1": 2}),
        scored("pgic", {"q1": 3}, settings=better),
    )

    assert (total.difference, total.trend) == (1, Trend.BETTER)


def test_there_is_no_trend_where_the_direction_is_open():
    total = between("pgic", {"q1": 2}, {"q1": 3})

    assert (total.difference, total.trend, total.why_none) == (1, None, None)


def test_the_words_that_are_stored():
    assert " ".join(Trend) == "better worse same"
    assert " ".join(NotCompared) == (
        "another_version another_scoring no_score not_complete baseline_not_above_zero"
    )
    assert " ".join(NoScore) == "too_few_answers refused"


def test_scores_of_another_instrument_are_refused():
    peg = scored("peg", numbered("1 1 1"))
    pgic = scored("pgic", {"q1": 1})

    for before, after in ((peg, pgic), (pgic, peg), (pgic, pgic)):
        with pytest.raises(ClinicalInputError) as refused:
            change(shipped_instrument("peg"), before, after)
        assert str(refused.value) == (
            f"Both scores must be of peg, got {before.instrument_key} and "
            f"{after.instrument_key}."
        )


def test_the_scores_after_must_be_of_the_given_version():
    old = score(parse_instrument(made_up() | {"version": 2}), {})

    with pytest.raises(ClinicalInputError) as refused:
        change(made_up_instrument(), old, old)

    assert str(refused.value) == ("after must be scored with made_up version 3, got 2.")


@pytest.mark.parametrize(
    ("key", "before", "after", "verdicts"),
    [
        ("tsk11", 14, 17, {"mcid": False, "sem": True}),
        ("tsk11", 14, 18, {"mcid": True, "sem": True}),
        ("tsk11", 14, 16, {"mcid": False, "sem": False}),
        ("pseq", 20, 25, {"mic": False, "mic_high": False, "mdc95": False}),
        ("pseq", 20, 26, {"mic": True, "mic_high": False, "mdc95": False}),
        ("pseq", 20, 28, {"mic": True, "mic_high": False, "mdc95": False}),
        ("pseq", 20, 29, {"mic": True, "mic_high": True, "mdc95": False}),
        ("pseq", 20, 31, {"mic": True, "mic_high": True, "mdc95": False}),
        ("pseq", 20, 32, {"mic": True, "mic_high": True, "mdc95": True}),
    ],
)
def test_thresholds_of_a_total(key, before, after, verdicts):
    found = between(key, spread(key, points=before), spread(key, points=after))

    assert found.difference == after - before
    assert met(found) == verdicts


def spread(key, *, points):
    """Return a full form with so many points, first items first."""
    answers = {}
    items = shipped_instrument(key).items
    left = points - sum(item.minimum for item in items)
    for item in items:
        more = min(left, item.maximum - item.minimum)
        answers[item.code] = int(item.minimum + more)
        left -= more
    return answers


@pytest.mark.parametrize(
    ("code", "items", "more", "verdicts"),
    [
        ("anxiety", ["q7"], 1, {"mcid_copd": False, "mcid_cvd": False}),
        ("anxiety", ["q7"], 2, {"mcid_copd": True, "mcid_cvd": True}),
        ("depression", ["q2"], 1, {"mcid_copd": False, "mcid_cvd": False}),
        ("depression", ["q2"], 2, {"mcid_copd": True, "mcid_cvd": True}),
    ],
)
def test_hads_thresholds(code, items, more, verdicts):
    before = dict.fromkeys((f"q{n}" for n in range(1, 15)), 0)

    found = between("hads", before, before | dict.fromkeys(items, more), code=code)

    assert (found.difference, met(found)) == (more, verdicts)


def test_tsk_17_changes_clearly_by_4():
    before = dict.fromkeys((f"q{n}" for n in range(1, 18)), 2)

    three = between("tsk17", before, before | {"q1": 4, "q2": 3})
    four = between("tsk17", before, before | {"q1": 4, "q2": 4})

    assert (met(three), met(four)) == ({"mcid": False}, {"mcid": True})


@pytest.mark.parametrize(
    ("code", "items", "below", "above"),
    [
        ("physical_activity", ["q2"], 3, 4),
        ("work", ["q6"], 5, 6),
    ],
)
def test_fabq_changes_beyond_its_error(code, items, below, above):
    before = dict.fromkeys((f"q{n}" for n in range(1, 17)), 0)

    less = between("fabq", before, before | {items[0]: below}, code=code)
    more = between("fabq", before, before | {items[0]: above}, code=code)

    assert (met(less), met(more)) == ({"mdc95": False}, {"mdc95": True})


@pytest.mark.parametrize(
    ("points", "is_met"), [(56.5, False), (57, True), (57.5, True), (43, True)]
)
def test_fiq_changes_clearly_by_14_percent(points, is_met):
    # Parts 2 to 4 take nothing; 50 before, and 14 % of it is 7.
    def form(total):
        marks = {"q1a": 0, "q2": 7, "q3": 0}
        left = total
        for number in range(4, 11):
            marks[f"q{number}"] = min(10, left)
            left -= marks[f"q{number}"]
        return marks

    found = between("fiq", form(50), form(points))

    assert met(found) == {"mcid": is_met}


def test_bpi_thresholds_are_told_with_their_mark():
    low = numbered("5 5 5 5", prefix="s") | numbered("5 " * 7, prefix="i")
    high = low | numbered("6 6 6 6", prefix="s")

    found = between("bpi_sf", low, high, code="severity")

    assert met(found) == {"about_1_point": True, "about_30_percent": False}
    assert {each.mark for each in found.thresholds} == {"K"}
