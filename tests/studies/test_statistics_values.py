"""Complete pairs and what is computed of each."""

from decimal import Decimal

import pytest

from apps.studies.statistics.values import has_spread, measured, pairs

pytestmark = pytest.mark.requirement("L2")


def test_pairs_keep_the_order_and_lose_the_dust():
    given = pairs(
        pre=[0.1, None, 54, Decimal("0.2")], post=[0.3, 1, 31, Decimal("0.4")]
    )

    assert (given.n, given.dropped) == (3, 1)
    assert list(given.pre) == [0.1, 54.0, 0.2]
    assert list(given.post) == [0.3, 31.0, 0.4]
    assert list(given.differences) == [0.2, -23.0, 0.2]
    assert list(given.means) == [0.2, 42.5, 0.3]


def test_measured_counts_what_is_missing():
    given = measured([None, 3, Decimal("2.5"), None], name="values")

    assert (list(given.values), given.n, given.missing) == ([3.0, 2.5], 2, 2)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], False), ([1], False), ([1, 1], False), ([1, 2], True), ([1, 1, 2], True)],
)
def test_has_spread_needs_two_values_that_differ(values, expected):
    assert has_spread(measured(values, name="values").values) is expected
