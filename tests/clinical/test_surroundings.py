"""Which days a change of medicine may have touched."""

from datetime import date

import pytest

from apps.clinical import surroundings
from apps.clinical.surroundings import days_to_offer

pytestmark = pytest.mark.requirement("B9")


@pytest.mark.parametrize(
    ("changed_on", "first", "last"),
    [
        (date(2026, 3, 5), date(2026, 3, 3), date(2026, 3, 19)),
        (date(2026, 1, 1), date(2025, 12, 30), date(2026, 1, 15)),
        (date(2028, 2, 28), date(2028, 2, 26), date(2028, 3, 13)),
    ],
)
def test_a_change_touches_two_days_before_and_two_weeks_after(changed_on, first, last):
    assert days_to_offer(changed_on) == (first, last)


@pytest.mark.requirement("B8")
def test_the_numbers_of_widespread_pain_are_those_of_the_criteria():
    assert (surroundings.WPI_MAX, surroundings.SSS_MAX) == (19, 12)


@pytest.mark.requirement("E5")
def test_grades_go_from_mild_to_fatal():
    assert (surroundings.GRADE_MIN, surroundings.GRADE_MAX) == (1, 5)
    assert surroundings.SERIOUS_FROM_GRADE == 4
    assert surroundings.TOLD_FROM_GRADE == 3
