"""Persons whose pain fell by at least 30 % and by at least 50 %."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.clinical.errors import ClinicalInputError
from apps.studies.statistics.responders import responders

pytestmark = pytest.mark.requirement("L2")

pain = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=20)


def counts(pre, post):
    return [
        (one.reduction_pct, one.count, one.n) for one in responders(pre=pre, post=post)
    ]


@pytest.mark.parametrize(
    ("post", "at_least_30", "at_least_50"),
    [
        pytest.param(50, 0, 0, id="the same"),
        pytest.param(60, 0, 0, id="more"),
        pytest.param(36, 0, 0, id="28 %"),
        pytest.param(35, 1, 0, id="exactly 30 %"),
        pytest.param(34, 1, 0, id="32 %"),
        pytest.param(26, 1, 0, id="48 %"),
        pytest.param(25, 1, 1, id="exactly 50 %"),
        pytest.param(24, 1, 1, id="52 %"),
        pytest.param(0, 1, 1, id="gone"),
    ],
)
def test_responders_reach_their_threshold(post, at_least_30, at_least_50):
    assert counts([50], [post]) == [(30, at_least_30, 1), (50, at_least_50, 1)]


@pytest.mark.parametrize(("post", "count"), [(0.48, 1), (0.49, 1), (0.4900001, 0)])
def test_responders_reach_thirty_percent_of_a_decimal(post, count):
    assert counts([0.7], [post])[0] == (30, count, 1)


def test_responders_count_who_cannot_improve_and_who_is_missing():
    # Falls: 40 %, 60 %, 10 %; two without pain at the start; three incomplete.
    pre = [50, 50, 50, 0, 0, None, 40, None]
    post = [30, 20, 45, 0, 10, 20, None, None]

    first, second = responders(pre=pre, post=post)

    assert (first.count, first.n, first.without_pain, first.dropped) == (2, 3, 2, 3)
    assert (second.count, second.n, second.without_pain, second.dropped) == (1, 3, 2, 3)
    assert first.limits.share == pytest.approx(2 / 3)
    # Wilson for 2 of 3: 20.8 % to 93.9 %.
    assert (first.limits.low, first.limits.high) == pytest.approx(
        (0.2077, 0.9385), abs=5e-5
    )


@pytest.mark.parametrize(
    ("pre", "post", "without_pain"),
    [
        pytest.param([], [], 0, id="nobody"),
        pytest.param([0], [5], 1, id="nobody with pain"),
    ],
)
def test_responders_of_nobody_have_no_limits(pre, post, without_pain):
    for one in responders(pre=pre, post=post):
        assert (one.count, one.n, one.without_pain) == (0, 0, without_pain)
        assert one.limits is None


@pytest.mark.parametrize(
    ("pre", "post", "message"),
    [
        ([5, -0.5], [1, 1], "pre must hold pain of at least 0, got -0.5."),
        ([5, 5], [1, -3], "post must hold pain of at least 0, got -3."),
        ([5], [], "pre and post must hold the same persons, got 1 and 0 entries."),
    ],
)
def test_responders_refuse_what_is_no_pain(pre, post, message):
    with pytest.raises(ClinicalInputError) as refusal:
        responders(pre=pre, post=post)

    assert str(refusal.value) == message


@given(pain)
def test_responders_at_fifty_are_among_those_at_thirty(drawn):
    pre, post = [one for one, _ in drawn], [other for _, other in drawn]

    first, second = responders(pre=pre, post=post)

    assert 0 <= second.count <= first.count <= first.n
    assert first.n + first.without_pain == len(drawn)
    lower = responders(pre=pre, post=[max(0, value - 1) for value in post])
    assert [one.count for one in lower] >= [first.count, second.count]
