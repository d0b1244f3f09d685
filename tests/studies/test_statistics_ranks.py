"""Wilcoxon and Mann-Whitney as SPSS prints them."""

from statistics import NormalDist

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from apps.clinical.errors import ClinicalInputError
from apps.studies.statistics.display import Reason, ShownP
from apps.studies.statistics.ranks import rank_sum, signed_rank

pytestmark = pytest.mark.requirement("L2")

PRE = [54, 33, 70, 61, 48, 40, 75, 22, 58, 66]
POST = [31, 33, 58, 61, 30, 45, 60, 20, 40, 50]
A = [7, 5, 8, 9, 7, 6, 10, 5]
B = [1, 0, 3, 2, 5, 1, 0, 4, 3]

scores = st.lists(st.integers(0, 20), min_size=1, max_size=15)
quick = settings(deadline=None, max_examples=60)


def test_signed_rank_is_that_of_spss():
    result = signed_rank(pre=PRE, post=POST)

    assert (result.n, result.dropped, result.n_used) == (10, 0, 8)
    assert (result.t_plus, result.t_minus, result.w) == (2.0, 34.0, 2.0)
    assert result.z == pytest.approx(-2.2432, abs=5e-5)
    # Not 0.023438 (exact), 0.023906 (Pratt) or 0.029773 (with continuity).
    assert result.p == pytest.approx(0.024884, abs=5e-7)
    assert result.reason is None
    assert result.shown_p == ShownP(text="0.025")


def test_signed_rank_of_rises_has_a_negative_z_too():
    result = signed_rank(pre=POST, post=PRE)

    assert (result.t_plus, result.t_minus, result.w) == (34.0, 2.0, 2.0)
    assert result.z == pytest.approx(-2.2432, abs=5e-5)
    assert result.p == pytest.approx(0.024884, abs=5e-7)


def test_signed_rank_drops_who_lacks_a_value():
    result = signed_rank(pre=[None, *PRE, 50, None], post=[1, *POST, None, None])

    assert (result.n, result.dropped, result.n_used) == (10, 3, 8)
    assert result.p == pytest.approx(0.024884, abs=5e-7)


def test_signed_rank_without_a_change_says_so():
    result = signed_rank(pre=PRE, post=PRE)

    assert (result.n, result.n_used, result.z, result.p) == (10, 0, None, 1.0)
    assert (result.t_plus, result.t_minus, result.w) == (0.0, 0.0, 0.0)
    assert result.reason is Reason.NO_CHANGE
    assert result.shown_p == ShownP(text="1.000", reason=Reason.NO_CHANGE)


@pytest.mark.parametrize(
    ("pre", "post", "dropped"),
    [
        pytest.param([], [], 0, id="nobody"),
        pytest.param([5, None], [None, 5], 2, id="no complete pair"),
    ],
)
def test_signed_rank_without_a_pair_has_no_p(pre, post, dropped):
    result = signed_rank(pre=pre, post=post)

    assert (result.n, result.dropped, result.n_used) == (0, dropped, 0)
    assert (result.z, result.p, result.reason) == (None, None, Reason.TOO_FEW)
    assert result.shown_p == ShownP(text=None, reason=Reason.TOO_FEW)


@pytest.mark.parametrize(
    ("n", "shown"),
    [
        pytest.param(5, ShownP(text=None, reason=Reason.TOO_FEW), id="five"),
        # All six fall alike: T+ 0, z = -10.5 / sqrt(22.75 - 210 / 48) = -2.4495.
        pytest.param(6, ShownP(text="0.014"), id="six"),
    ],
)
def test_signed_rank_shows_p_from_six_pairs_on(n, shown):
    assert signed_rank(pre=[9] * n, post=[4] * n).shown_p == shown


def test_signed_rank_takes_equal_decimals_as_ties():
    # The changes are 0.2, 0.2 and -0.2 to a person; not to a computer.
    result = signed_rank(pre=[0.1, 0.2, 0.7], post=[0.3, 0.4, 0.5])

    assert (result.t_plus, result.t_minus) == (4.0, 2.0)


def test_signed_rank_refuses_sequences_of_other_persons():
    with pytest.raises(ClinicalInputError) as refusal:
        signed_rank(pre=[1, 2, 3], post=[1, 2])

    assert str(refusal.value) == (
        "pre and post must hold the same persons, got 3 and 2 entries."
    )


@pytest.mark.parametrize(("broken", "intact"), [("pre", "post"), ("post", "pre")])
def test_signed_rank_refuses_what_is_no_measurement(broken, intact):
    with pytest.raises(ClinicalInputError, match=rf"^{broken}\[1\] must be a finite"):
        signed_rank(**{broken: [1, float("nan")], intact: [1, 2]})


def test_signed_rank_says_which_test_it_is():
    assert signed_rank(pre=PRE, post=POST).method == (
        "Wilcoxon signed rank test, two-sided; zero differences dropped, mid-ranks, "
        "normal approximation corrected for ties, no continuity correction"
    )


def test_rank_sum_is_that_of_spss():
    result = rank_sum(a=A, b=B)

    assert (result.n_a, result.n_b, result.missing_a, result.missing_b) == (8, 9, 0, 0)
    assert (result.u_a, result.u_b, result.u) == (71.0, 1.0, 1.0)
    assert result.z == pytest.approx(3.3845, abs=5e-5)
    # Not 0.000849, which the correction for continuity gives.
    assert result.p == pytest.approx(0.000713, abs=5e-7)
    assert result.reason is None
    assert result.shown_p == ShownP(text="<0.001")


def test_rank_sum_of_the_lower_group_has_a_negative_z():
    result = rank_sum(a=B, b=A)

    assert (result.n_a, result.n_b) == (9, 8)
    assert (result.u_a, result.u_b, result.u) == (1.0, 71.0, 1.0)
    assert result.z == pytest.approx(-3.3845, abs=5e-5)
    assert result.p == pytest.approx(0.000713, abs=5e-7)


def test_rank_sum_counts_what_is_missing():
    result = rank_sum(a=[None, *A], b=[*B, None, None])

    assert (result.n_a, result.n_b, result.missing_a, result.missing_b) == (8, 9, 1, 2)
    assert (result.u_a, result.u_b) == (71.0, 1.0)


def test_rank_sum_of_equal_values_says_so():
    result = rank_sum(a=[3] * 6, b=[3] * 7)

    assert (result.u_a, result.u_b, result.z, result.p) == (21.0, 21.0, None, 1.0)
    assert result.reason is Reason.NO_DIFFERENCE
    assert result.shown_p == ShownP(text="1.000", reason=Reason.NO_DIFFERENCE)


@pytest.mark.parametrize(
    ("a", "b"), [pytest.param([], [1, 2], id="a"), pytest.param([1, 2], [], id="b")]
)
def test_rank_sum_with_an_empty_group_has_no_p(a, b):
    result = rank_sum(a=a, b=b)

    assert (result.n_a, result.n_b) == (len(a), len(b))
    assert (result.u_a, result.u_b, result.z, result.p) == (0.0, 0.0, None, None)
    assert result.reason is Reason.TOO_FEW


@pytest.mark.parametrize(
    ("n_a", "n_b", "text"),
    [
        pytest.param(5, 9, None, id="five in a"),
        pytest.param(9, 5, None, id="five in b"),
        # U 0, z = -18 / sqrt(36 / 12 * (13 - 420 / 132)) = -3.3166.
        pytest.param(6, 6, "<0.001", id="six in both"),
    ],
)
def test_rank_sum_shows_p_from_six_in_both_groups_on(n_a, n_b, text):
    assert rank_sum(a=[1] * n_a, b=[2] * n_b).shown_p.text == text


def test_rank_sum_of_small_groups_without_ties_is_not_the_exact_test():
    # U 0, z = -18 / sqrt(39); the exact test would give 0.002165.
    result = rank_sum(a=[1, 2, 3, 4, 5, 6], b=[7, 8, 9, 10, 11, 12])

    assert result.z == pytest.approx(-2.88231, abs=5e-6)
    assert result.p == pytest.approx(0.003948, abs=5e-7)


@pytest.mark.parametrize(("broken", "intact"), [("a", "b"), ("b", "a")])
def test_rank_sum_refuses_what_is_no_measurement(broken, intact):
    with pytest.raises(ClinicalInputError, match=rf"^{broken}\[0\] must be a finite"):
        rank_sum(**{broken: [float("inf")], intact: [1, 2]})


def test_rank_sum_says_which_test_it_is():
    assert rank_sum(a=A, b=B).method == (
        "Mann-Whitney U test, two-sided; mid-ranks, normal approximation corrected "
        "for ties, no continuity correction"
    )


@quick
@given(scores, st.randoms())
def test_signed_rank_does_not_hang_on_the_order_or_the_unit(pre, chance):
    post = [chance.randint(0, 20) for _ in pre]
    order = list(range(len(pre)))
    chance.shuffle(order)
    result = signed_rank(pre=pre, post=post)

    moved = signed_rank(
        pre=[10 * pre[i] + 5 for i in order], post=[10 * post[i] + 5 for i in order]
    )

    assert (moved.t_plus, moved.t_minus) == (result.t_plus, result.t_minus)
    assert moved.p == pytest.approx(result.p)
    assert result.t_plus + result.t_minus == result.n_used * (result.n_used + 1) / 2


@quick
@given(scores, scores)
def test_rank_sum_z_and_p_tell_the_same(a, b):
    assume(len({*a, *b}) > 1)
    result, swapped = rank_sum(a=a, b=b), rank_sum(a=b, b=a)

    # The two-sided tail of a normal distribution.
    assert 2 * NormalDist().cdf(-abs(result.z)) == pytest.approx(result.p, rel=1e-9)
    assert result.u_a + result.u_b == len(a) * len(b)
    assert (swapped.u_a, swapped.p) == (result.u_b, pytest.approx(result.p))
    assert swapped.z == pytest.approx(-result.z)
