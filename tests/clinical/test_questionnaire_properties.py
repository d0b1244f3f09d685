"""What holds for every shipped instrument, whatever a person answers."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.clinical.questionnaires.answers import ClinicSettings
from apps.clinical.questionnaires.change import change
from apps.clinical.questionnaires.instrument import Direction
from apps.clinical.questionnaires.library import shipped_instruments
from apps.clinical.questionnaires.scoring import score

pytestmark = pytest.mark.requirement("E2")

INSTRUMENTS = list(shipped_instruments().values())
KEYS = [each.key for each in INSTRUMENTS]

# Judging takes as long as the machine is busy.
quick = settings(deadline=None, max_examples=30)


def answer_of(item):
    """Return a strategy for an answer that the item can hold."""
    if item.options:
        return st.sampled_from([each.code for each in item.options])
    steps = int((item.maximum - item.minimum) / item.step)
    return st.integers(0, steps).map(
        lambda step: float(item.minimum + step * item.step)
    )


def full_forms(instrument):
    return st.fixed_dictionaries(
        {each.code: answer_of(each) for each in instrument.items}
    )


def clinic(instrument):
    """Return settings that leave nothing open."""
    reversals = st.sets(st.sampled_from(sorted(instrument.undirected_items) or ["q1"]))
    return reversals.map(
        lambda codes: ClinicSettings(
            reversed_items=frozenset(codes & instrument.undirected_items)
        )
    )


@st.composite
def filled(draw, *, may_miss=False):
    """Return an instrument with one form of it and a clinic's settings."""
    instrument = draw(st.sampled_from(INSTRUMENTS))
    form = draw(full_forms(instrument))
    if may_miss:
        left = draw(st.sets(st.sampled_from(sorted(form))))
        form = {code: None if code in left else each for code, each in form.items()}
    return instrument, form, draw(clinic(instrument))


def scores_of(instrument, form, clinic_settings):
    return score(instrument, form, clinic_settings=clinic_settings)


@quick
@given(filled(may_miss=True))
def test_a_score_lies_in_its_range(case):
    instrument, form, clinic_settings = case

    result = scores_of(instrument, form, clinic_settings)

    assert result.refusals == ()
    for rule, each in zip(instrument.scores, result.scores, strict=True):
        if each.value is not None:
            assert rule.minimum <= each.value <= rule.maximum
            assert len(each.bands) == len(rule.bands)
            assert abs(Fraction(each.rounded) - each.value) <= Fraction(
                1, 2 * 10**rule.decimals
            )
        assert (each.value is None) == (each.answered < rule.min_answered)


@quick
@given(filled(may_miss=True), st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(case, random):
    instrument, form, clinic_settings = case
    shuffled = list(form.items())
    random.shuffle(shuffled)

    again = scores_of(instrument, dict(shuffled), clinic_settings)

    assert again == scores_of(instrument, form, clinic_settings)


@quick
@given(filled(may_miss=True), st.data())
def test_one_more_point_never_lowers_a_score(case, data):
    instrument, form, clinic_settings = case
    open_items = clinic_settings.reversed_items
    items = [
        each
        for each in instrument.items
        if form[each.code] is not None
        and not each.is_reversed
        and each.code not in open_items
        and all(option.score is not None for option in each.options)
    ]
    if not items:
        return
    item = data.draw(st.sampled_from(items))
    codes = [option.code for option in item.options]
    if codes:
        higher = codes[min(codes.index(form[item.code]) + 1, len(codes) - 1)]
    else:
        higher = min(float(item.maximum), form[item.code] + float(item.step))

    before = scores_of(instrument, form, clinic_settings)
    after = scores_of(instrument, form | {item.code: higher}, clinic_settings)

    for low, high in zip(before.scores, after.scores, strict=True):
        assert (low.value is None) == (high.value is None)
        assert low.value is None or low.value <= high.value


@quick
@given(filled())
def test_a_full_form_is_complete_and_nothing_is_prorated(case):
    instrument, form, clinic_settings = case

    result = scores_of(instrument, form, clinic_settings)

    assert result.missing_items == ()
    for each in result.scores:
        assert each.is_complete
        assert each.answered == each.parts


def points_of(item, answer, clinic_settings):
    """Return the points of one answer, counted without the engine."""
    if item.options:
        return item.option(answer).score
    turned = item.is_reversed or item.code in clinic_settings.reversed_items
    number = Fraction(answer)
    return item.minimum + item.maximum - number if turned else number


@quick
@given(filled(may_miss=True))
def test_a_missing_answer_is_never_a_zero_but_the_mean_of_the_rest(case):
    instrument, form, clinic_settings = case
    result = scores_of(instrument, form, clinic_settings)
    points = {
        item.code: points_of(item, form[item.code], clinic_settings)
        for item in instrument.items
        if form[item.code] is not None
    }

    for rule in instrument.scores:
        there = [points[code] for code in rule.of if code in points]
        found = result.score(rule.code)
        if found.value is not None and instrument.item(rule.of[0]):
            times = len(rule.of) if rule.combine == "sum" else 1
            assert found.value == sum(there) * rule.factor * times / len(there)
            assert found.answered == len(there)


@quick
@given(filled())
def test_a_full_form_is_its_plain_sum(case):
    instrument, form, clinic_settings = case
    result = scores_of(instrument, form, clinic_settings)

    for rule in instrument.scores:
        items = [instrument.item(code) for code in rule.of]
        if None not in items and rule.combine == "sum":
            total = sum(
                points_of(item, form[item.code], clinic_settings) for item in items
            )
            assert result.score(rule.code).value == total * rule.factor


@quick
@given(filled(may_miss=True))
def test_a_form_compared_with_itself_has_not_changed(case):
    instrument, form, clinic_settings = case
    one = scores_of(instrument, form, clinic_settings)

    for each in change(instrument, one, one):
        assert each.difference in (0, None)
        assert all(verdict.is_met in (False, None) for verdict in each.thresholds)


@quick
@given(filled(may_miss=True), st.data())
def test_a_change_back_is_the_same_change_the_other_way(case, data):
    instrument, form, clinic_settings = case
    other = data.draw(full_forms(instrument))
    one = scores_of(instrument, form, clinic_settings)
    two = scores_of(instrument, other, clinic_settings)
    opposite = {"better": "worse", "worse": "better", "same": "same", None: None}

    there, back = change(instrument, one, two), change(instrument, two, one)

    for first, second in zip(there, back, strict=True):
        assert first.why_none == second.why_none
        if first.difference is not None:
            assert first.difference == -second.difference
        assert first.trend == opposite[second.trend]


@quick
@given(
    filled(),
    st.data(),
    st.one_of(st.booleans(), st.text(max_size=5), st.floats(), st.lists(st.integers())),
)
def test_any_odd_answer_is_scored_or_refused_but_never_breaks(case, data, odd):
    instrument, form, clinic_settings = case
    item = data.draw(st.sampled_from(instrument.items))

    result = scores_of(instrument, form | {item.code: odd}, clinic_settings)

    if result.refusals:
        assert [each.where for each in result.refusals] == [item.code]
        assert {each.value for each in result.scores} == {None}


@pytest.mark.parametrize("key", KEYS)
def test_the_best_and_the_worst_form_reach_the_ends_of_the_range(key):
    instrument = shipped_instruments()[key, 1]
    forms = ({}, {})
    for item in instrument.items:
        ends = (item.minimum, item.maximum)
        if item.options:
            points = [option.score for option in item.options]
            if None in points:
                continue
            ends = tuple(
                next(each.code for each in item.options if each.score == wanted)
                for wanted in (min(points), max(points))
            )
        elif item.is_reversed:
            ends = ends[::-1]
        for form, end in zip(forms, ends, strict=True):
            form[item.code] = end if item.options else float(end)
    none_turned = ClinicSettings(
        reversed_items=frozenset() if instrument.undirected_items else None,
        direction=Direction.HIGHER_WORSE if instrument.asks_direction else None,
    )

    low, high = (scores_of(instrument, form, none_turned) for form in forms)

    assert [each.value for each in low.scores] == [
        rule.minimum for rule in instrument.scores
    ]
    assert [each.value for each in high.scores] == [
        rule.maximum for rule in instrument.scores
    ]
