"""Each row of the load table, from rows of the database to the row that is asked."""

from datetime import timedelta
from decimal import Decimal

import pytest

from .gym import DAY, HOUR, closed, make_gym, start_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("D3")]


def test_two_repetitions_over_in_two_sessions_raise_by_one_step():
    gym = make_gym()
    for number in range(1, 6):
        gym.hold(number, 22, 22)
    gym.think(closed(5))

    found = gym.proposal()

    assert (found.rule, found.action) == (13, "raise")
    assert (found.from_kg, found.to_kg) == (Decimal("40.00"), Decimal("42.50"))
    assert str(found.change_pct) == "6.3"
    assert gym.kg() == "40.00"
