"""Group x time, as SPSS prints it and as the trial printed it."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from apps.clinical.errors import ClinicalInputError
from apps.studies.statistics.anova import (
    mixed_anova,
    p_of_f,
    paired_t,
    partial_eta_squared,
)
from apps.studies.statistics.display import Reason, ShownP, shown_p

pytestmark = pytest.mark.requirement("L2")

PRE_FM = [282, 52, 201, 152, 157, 169, 79]
POST_FM = [285, 45, 185, 152, 179, 173, 113]
PRE_HC = [316, 278, 529, 344, 309]
POST_HC = [336, 304, 593, 383, 321]

quick = settings(deadline=None, max_examples=60)


def anova(pre_a, post_a, pre_b, post_b):
    return mixed_anova(pre_a=pre_a, post_a=post_a, pre_b=pre_b, post_b=post_b)


def trial_like():
    return anova(PRE_FM, POST_FM, PRE_HC, POST_HC)


@pytest.mark.parametrize(
    ("effect", "f", "p", "eta"),
    [
        pytest.param("group", 16.2862, 0.002378, 0.61957, id="group"),
        # Weighted by n it would be 9.9190, p 0.010343: another question.
        pytest.param("time", 12.3524, 0.005589, 0.55262, id="time, unweighted"),
        pytest.param("interaction", 6.0279, 0.033955, 0.37609, id="group x time"),
    ],
)
def test_mixed_anova_is_that_of_spss(effect, f, p, eta):
    found = getattr(trial_like(), effect)

    assert found.f == pytest.approx(f, abs=5e-5)
    assert found.p == pytest.approx(p, abs=5e-7)
    assert found.partial_eta_squared == pytest.approx(eta, abs=5e-6)
    assert (found.df_error, found.smallest_n, found.reason) == (10, 5, None)


def test_mixed_anova_of_five_in_a_group_shows_no_p():
    result = trial_like()

    assert (result.n_a, result.n_b) == (7, 5)
    assert result.time.shown_p == ShownP(text=None, reason=Reason.TOO_FEW)


def test_mixed_anova_of_six_in_both_groups_shows_p():
    result = anova(PRE_FM, POST_FM, [*PRE_HC, 290], [*POST_HC, 300])

    # Changes of b: 20, 26, 64, 39, 12, 10. Squares 1741.4286 + 2063.5 over 11:
    # F = (5.7143 + 28.5)^2 / (345.9026 * (1/7 + 1/6)).
    assert result.time.smallest_n == 6
    assert result.time.f == pytest.approx(10.9337, abs=5e-4)
    assert result.time.shown_p == ShownP(text="0.007")


def test_mixed_anova_drops_incomplete_pairs_and_tells_how_many():
    result = anova(
        [*PRE_FM, 100, None],
        [*POST_FM, None, None],
        [None, *PRE_HC],
        [300, *POST_HC],
    )

    assert (result.n_a, result.dropped_a) == (7, 2)
    assert (result.n_b, result.dropped_b) == (5, 1)
    assert result.time.f == pytest.approx(12.3524, abs=5e-5)


@pytest.mark.parametrize(
    ("f", "df_error", "p", "printed"),
    [
        pytest.param(7.64, 96, 0.0068, "0.007", id="7.64"),
        pytest.param(0.12, 96, 0.7298, "0.730", id="0.12"),
        pytest.param(0.49, 96, 0.4856, "0.486", id="0.49"),
        pytest.param(1.15, 96, 0.2862, "0.286", id="1.15, printed 0.28"),
        pytest.param(2.48, 96, 0.1186, "0.119", id="2.48"),
        pytest.param(14.3, 35, 0.0006, "<0.001", id="14.3, printed 0.001"),
        pytest.param(12.8, 35, 0.0010, "0.001", id="12.8"),
        pytest.param(0.21, 35, 0.6496, "0.650", id="0.21"),
    ],
)
def test_p_of_f_is_what_the_trial_printed(f, df_error, p, printed):
    found = p_of_f(f, df_error=df_error)

    assert found == pytest.approx(p, abs=5e-5)
    assert shown_p(found, smallest_n=39).text == printed


def test_partial_eta_squared_is_the_share_of_the_variance():
    assert partial_eta_squared(7.64, df_error=96) == pytest.approx(0.0737, abs=5e-5)
    assert partial_eta_squared(0.0, df_error=96) == 0.0


def test_mixed_anova_without_a_change_says_so():
    result = anova([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], [4] * 6, [4] * 6)

    assert (result.time.f, result.time.p) == (None, 1.0)
    assert result.time.partial_eta_squared is None
    assert result.time.reason is Reason.NO_CHANGE
    assert result.time.shown_p == ShownP(text="1.000", reason=Reason.NO_CHANGE)
    assert (result.interaction.f, result.interaction.p) == (None, 1.0)
    assert result.interaction.reason is Reason.NO_DIFFERENCE
    # Means 3.5 and 4, squares 17.5 and 0: F = 0.25 / (1.75 * (1/6 + 1/6)).
    assert result.group.f == pytest.approx(0.428571, abs=1e-6)
    assert result.group.reason is None


def test_mixed_anova_of_the_same_change_in_everybody_has_no_test_of_time():
    result = anova([0.1, 0.2, 5], [0.3, 0.4, 5.2], [1, 2], [1.2, 2.2])

    assert (result.time.f, result.time.p) == (None, None)
    assert result.time.partial_eta_squared is None
    assert result.time.reason is Reason.NO_SPREAD
    assert result.interaction.reason is Reason.NO_DIFFERENCE


def test_mixed_anova_of_opposite_changes_sees_no_change_but_a_difference():
    result = anova([1, 2], [3, 4], [5, 6], [3, 4])

    assert (result.time.p, result.time.reason) == (1.0, Reason.NO_CHANGE)
    assert (result.interaction.p, result.interaction.reason) == (
        None,
        Reason.NO_SPREAD,
    )


@pytest.mark.parametrize(
    ("pre_a", "pre_b"), [pytest.param([1], [2, 2]), pytest.param([2, 2], [1])]
)
def test_mixed_anova_of_groups_without_spread_has_no_test(pre_a, pre_b):
    result = anova(pre_a, [5] * len(pre_a), pre_b, [7] * len(pre_b))

    assert (result.group.p, result.group.reason) == (None, Reason.NO_SPREAD)
    assert (result.time.p, result.time.reason) == (None, Reason.NO_SPREAD)


def test_mixed_anova_of_equal_persons_sees_no_difference_of_the_groups():
    result = anova([1, 3], [3, 1], [2, 0], [2, 4])

    assert (result.group.p, result.group.reason) == (1.0, Reason.NO_DIFFERENCE)


@pytest.mark.parametrize(
    "swap", [pytest.param(False, id="in a"), pytest.param(True, id="in b")]
)
def test_mixed_anova_needs_spread_in_one_group_only(swap):
    same, other = ([1, 2], [3, 4]), ([1, 2, 3], [3, 4, 6])
    groups = (*other, *same) if swap else (*same, *other)

    # Changes 2, 2 and 2, 2, 3: means 2 and 7/3, squares 2/3 over 3 degrees of freedom:
    # F = (1/3)^2 / (2/9 * 5/6) = 0.6.
    assert anova(*groups).interaction.f == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("pre_a", "pre_b", "df_error"),
    [
        pytest.param([], [], 0, id="nobody"),
        pytest.param([], [1, 2, 3], 1, id="nobody in a"),
        pytest.param([1, 2, 3], [], 1, id="nobody in b"),
        pytest.param([1], [2], 0, id="one in each"),
        pytest.param([None, 1], [2, None], 0, id="one complete pair in each"),
    ],
)
def test_mixed_anova_of_too_few_has_no_test(pre_a, pre_b, df_error):
    result = anova(pre_a, pre_a, pre_b, pre_b)

    for effect in (result.group, result.time, result.interaction):
        assert (effect.f, effect.p, effect.partial_eta_squared) == (None, None, None)
        assert effect.reason is Reason.TOO_FEW
        assert effect.df_error == df_error


def test_mixed_anova_of_three_persons_has_one_degree_of_freedom():
    result = anova([1, 2], [2, 5], [4], [5])

    # Changes 1, 3 and 1: squares 2, df 1; sum 3 and difference 1.
    assert result.time.df_error == 1
    assert result.time.f == pytest.approx(3.0)
    assert result.interaction.f == pytest.approx(1 / 3)
    assert result.time.p == pytest.approx(1 / 3)  # arctangent of 1 / sqrt(3)


@pytest.mark.parametrize("group", ["a", "b"])
def test_mixed_anova_refuses_a_group_of_other_persons(group):
    values = {name: [1, 2] for name in ("pre_a", "post_a", "pre_b", "post_b")}

    with pytest.raises(ClinicalInputError) as refusal:
        mixed_anova(**(values | {f"post_{group}": [1]}))

    assert str(refusal.value) == (
        f"pre_{group} and post_{group} must hold the same persons, got 2 and 1 entries."
    )


@pytest.mark.parametrize("which", ["pre_a", "post_a", "pre_b", "post_b"])
def test_mixed_anova_refuses_what_is_no_measurement(which):
    values = {name: [1, 2] for name in ("pre_a", "post_a", "pre_b", "post_b")}

    with pytest.raises(ClinicalInputError, match=rf"^{which}\[1\] must be a finite"):
        mixed_anova(**(values | {which: [1, float("nan")]}))


def test_mixed_anova_says_what_it_is():
    assert trial_like().method == (
        "Mixed analysis of variance, 2 groups x 2 times, sums of squares of type III; "
        "TIME from the unweighted means of the groups; complete pairs only"
    )


def test_paired_t_tests_the_mean_change():
    # Changes 3, -7, -16, 0, 22, 4, 34: mean 40/7, SD 17.0363, t = 5.7143 / 6.4391.
    result = paired_t(pre=[*PRE_FM, None], post=[*POST_FM, 1])

    assert (result.n, result.dropped, result.reason) == (7, 1, None)
    assert result.t == pytest.approx(0.88743, abs=5e-6)
    assert result.p == pytest.approx(0.40901, abs=5e-6)
    assert result.shown_p == ShownP(text="0.409")
    assert result.method == "Paired t-test, two-sided"


@pytest.mark.parametrize(
    ("pre", "post", "p", "reason"),
    [
        pytest.param([], [], None, Reason.TOO_FEW, id="nobody"),
        pytest.param([1], [2], None, Reason.TOO_FEW, id="one"),
        pytest.param([1, 2], [1, 2], 1.0, Reason.NO_CHANGE, id="no change"),
        pytest.param([0.1, 0.2], [0.3, 0.4], None, Reason.NO_SPREAD, id="all alike"),
    ],
)
def test_paired_t_tells_why_there_is_no_test(pre, post, p, reason):
    result = paired_t(pre=pre, post=post)

    assert (result.n, result.t, result.p) == (len(pre), None, p)
    assert result.reason is reason


def test_paired_t_without_a_change_says_so():
    shown = paired_t(pre=[1] * 6, post=[1] * 6).shown_p

    assert shown == ShownP(text="1.000", reason=Reason.NO_CHANGE)


def test_paired_t_of_five_shows_no_p():
    five = paired_t(pre=[1, 2, 3, 4, 5], post=[1, 2, 3, 4, 6])

    assert five.p == pytest.approx(0.3739, abs=5e-5)
    assert five.shown_p == ShownP(text=None, reason=Reason.TOO_FEW)


def whole_numbers(size):
    return st.lists(st.integers(0, 100), min_size=size, max_size=size)


@quick
@given(st.data(), st.integers(2, 8), st.integers(2, 8))
def test_mixed_anova_agrees_with_the_tests_it_is_made_of(data, n_a, n_b):
    pre_a, post_a = data.draw(whole_numbers(n_a)), data.draw(whole_numbers(n_a))
    pre_b, post_b = data.draw(whole_numbers(n_b)), data.draw(whole_numbers(n_b))
    d_a = [after - before for before, after in zip(pre_a, post_a, strict=True)]
    d_b = [after - before for before, after in zip(pre_b, post_b, strict=True)]
    m_a = [before + after for before, after in zip(pre_a, post_a, strict=True)]
    m_b = [before + after for before, after in zip(pre_b, post_b, strict=True)]
    assume(len({*d_a}) > 1 and len({*m_a}) > 1)

    result = anova(pre_a, post_a, pre_b, post_b)

    assert result.interaction.f == pytest.approx(
        stats.ttest_ind(d_a, d_b).statistic ** 2
    )
    assert result.interaction.p == pytest.approx(stats.ttest_ind(d_a, d_b).pvalue)
    assert result.group.f == pytest.approx(stats.f_oneway(m_a, m_b).statistic)
    # The unweighted TIME is the difference between a and the mirrored b.
    mirrored = [-change for change in d_b]
    assert result.time.p == pytest.approx(stats.ttest_ind(d_a, mirrored).pvalue)


@quick
@given(st.data(), st.integers(2, 6))
def test_mixed_anova_of_equal_groups_does_not_care_which_is_first(data, n):
    drawn = [data.draw(whole_numbers(n)) for _ in range(4)]
    pre_a, post_a, pre_b, post_b = drawn

    result, swapped = anova(*drawn), anova(pre_b, post_b, pre_a, post_a)

    for effect in ("group", "time", "interaction"):
        one, other = getattr(result, effect), getattr(swapped, effect)
        assert one.reason is other.reason
        assert one.p == pytest.approx(other.p)
