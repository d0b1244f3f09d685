"""What is out of its window, or void with its session, is no reason for any load."""

from datetime import timedelta

import pytest

from .gym import HOUR, closed, make_gym, start_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("D3")]
WINDOW_AFTER = timedelta(minutes=60)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("late", "during_mm"),
    [
        pytest.param(-SECOND, [55, 95], id="inside"),
        pytest.param(timedelta(), [55, 95], id="on the edge"),
        pytest.param(SECOND, [55], id="too late"),
    ],
)
def test_the_worst_pain_told_afterwards_counts_in_its_window(late, during_mm):
    gym = make_gym()
    session = gym.hold(1)
    told_at = start_of(1) + HOUR + WINDOW_AFTER + late
    gym.rate("post", 52, session=session, at=told_at, worst_pain_mm=95)

    gym.think(closed(1))

    [seen] = gym.proposal().inputs["sessions"]
    assert seen["during_mm"] == during_mm


@pytest.mark.parametrize(
    ("name", "void", "counts"),
    [("confidence", 2, 8), ("red_flags", ["fever"], None)],
)
def test_a_void_session_takes_the_answers_before_it_along(name, void, counts):
    # The alert about a warning sign stays until somebody resolves it: no "none" counts.
    gym = make_gym()
    gym.hold(1, told={"confidence": 8, "red_flags": []})
    mistaken = gym.hold(2, told={name: void})

    gym.void(mistaken, now=closed(2))
    gym.think(closed(2))

    assert gym.proposal().inputs["situation"][name] == counts
