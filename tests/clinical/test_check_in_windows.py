"""Windows of check-ins around a session."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.clinical.check_in_windows import (
    Moment,
    follow_ups,
    in_utc,
    is_in_window,
    is_recalled,
    nearest,
    window_of,
)
from apps.clinical.errors import ClinicalInputError

pytestmark = pytest.mark.requirement("E1")

STARTED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ENDED = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def window(moment, next_started_at=None):
    return window_of(
        moment, started_at=STARTED, ended_at=ENDED, next_started_at=next_started_at
    )


@pytest.mark.parametrize(
    ("moment", "opens", "closes"),
    [
        (Moment.PRE, "2026-03-02T08:30", "2026-03-02T10:10"),
        (Moment.POST, "2026-03-02T10:55", "2026-03-02T12:00"),
        (Moment.H24, "2026-03-03T05:00", "2026-03-03T23:00"),
        (Moment.H48, "2026-03-04T03:00", "2026-03-04T23:00"),
    ],
)
def test_window_of_hangs_on_the_session(moment, opens, closes):
    found = window(moment)

    opens_at, closes_at = (
        datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (opens, closes)
    )
    assert (found.opens_at, found.closes_at, found.expected) == (
        opens_at,
        closes_at,
        True,
    )
    assert [
        is_in_window(instant, window=found)
        for instant in (opens_at - SECOND, opens_at, closes_at, closes_at + SECOND)
    ] == [False, True, True, False]


def test_in_utc_does_not_depend_on_the_zone_of_the_server(far_from_greenwich):
    found = in_utc("now", datetime.fromisoformat("2026-03-02T12:00+02:00"))

    assert found.isoformat() == "2026-03-02T10:00:00+00:00"


@pytest.mark.parametrize("moment", [Moment.RUN_IN, Moment.DIARY, Moment.DURING])
def test_window_of_refuses_a_moment_without_one(moment):
    with pytest.raises(
        ClinicalInputError,
        match=(
            rf"^moment must be one of pre, post, h24, h48 to have a window, "
            rf"got {moment}\.$"
        ),
    ):
        window(moment)


@pytest.mark.parametrize(
    ("hours", "closes_after", "expected"),
    [
        pytest.param(59, 59, False, id="cut short"),
        pytest.param(60, 60, True, id="next session as it closes"),
        pytest.param(61, 60, True, id="next session later"),
        pytest.param(20, 20, False, id="never opens"),
    ],
)
def test_window_of_closes_early_at_the_next_session(hours, closes_after, expected):
    found = window(Moment.H48, ENDED + timedelta(hours=hours))

    assert found.closes_at == ENDED + timedelta(hours=closes_after)
    assert found.expected is expected


def test_window_that_never_opens_holds_nothing():
    found = window(Moment.H48, ENDED + timedelta(hours=20))

    for hours in (19, 20, 30, 45):
        assert not is_in_window(ENDED + timedelta(hours=hours), window=found)


@pytest.mark.parametrize(
    ("offset", "closed"), [(-SECOND, False), (timedelta(0), True), (SECOND, True)]
)
def test_window_is_closed_from_its_last_instant_on(offset, closed):
    found = window(Moment.H24)

    assert found.is_closed(now=found.closes_at + offset) is closed


def test_follow_ups_are_the_windows_of_both_days():
    found = follow_ups(started_at=STARTED, ended_at=ENDED)

    assert (found.h24, found.h48) == (window(Moment.H24), window(Moment.H48))


def test_follow_ups_close_early_at_the_next_session():
    next_started_at = ENDED + timedelta(hours=30)

    found = follow_ups(
        started_at=STARTED, ended_at=ENDED, next_started_at=next_started_at
    )

    assert (found.h24.closes_at, found.h24.expected) == (next_started_at, False)
    assert (found.h48.closes_at, found.h48.expected) == (next_started_at, False)


def test_window_of_refuses_naive_times():
    naive = datetime(2026, 3, 2, 10, 0)  # noqa: DTZ001

    with pytest.raises(ClinicalInputError, match="started_at must be a timezone"):
        window_of(Moment.PRE, started_at=naive, ended_at=ENDED)
    with pytest.raises(ClinicalInputError, match="ended_at must be a timezone"):
        window_of(Moment.PRE, started_at=STARTED, ended_at=naive)
    with pytest.raises(ClinicalInputError, match="next_started_at must be a timezone"):
        window(Moment.PRE, naive)
    with pytest.raises(ClinicalInputError, match="answered_at must be a timezone"):
        is_in_window(naive, window=window(Moment.PRE))
    with pytest.raises(ClinicalInputError, match="now must be a timezone"):
        window(Moment.PRE).is_closed(now=naive)


def test_window_of_refuses_a_session_that_ends_before_it_starts():
    with pytest.raises(
        ClinicalInputError,
        match=r"^ended_at must not lie before started_at, got .*10, 0.* for a start at",
    ):
        window_of(Moment.PRE, started_at=ENDED, ended_at=STARTED)


def test_window_of_takes_a_session_of_no_length():
    found = window_of(Moment.POST, started_at=STARTED, ended_at=STARTED)

    assert found.closes_at == STARTED + timedelta(hours=1)


@pytest.mark.parametrize(
    ("hours", "chosen"),
    [
        pytest.param([20, 25], 25, id="nearer"),
        pytest.param([22, 26], 26, id="as near: the later"),
        pytest.param([26, 22], 26, id="as near, other order"),
        pytest.param([30], 30, id="only one"),
        pytest.param([], None, id="none"),
    ],
)
def test_nearest_to_the_target_counts(hours, chosen):
    found = nearest(
        hours,
        target=ENDED + timedelta(hours=24),
        answered_at=lambda hour: ENDED + timedelta(hours=hour),
    )

    assert found == chosen


@pytest.mark.parametrize(
    ("late", "recalled"),
    [
        (timedelta(hours=12) - SECOND, False),
        (timedelta(hours=12), False),
        (timedelta(hours=12) + SECOND, True),
    ],
)
def test_is_recalled_after_more_than_twelve_hours(late, recalled):
    assert is_recalled(answered_at=ENDED, recorded_at=ENDED + late) is recalled


def test_is_recalled_refuses_naive_times():
    naive = datetime(2026, 3, 2, 10, 0)  # noqa: DTZ001

    with pytest.raises(ClinicalInputError, match=r"^answered_at must be a timezone"):
        is_recalled(answered_at=naive, recorded_at=ENDED)
    with pytest.raises(ClinicalInputError, match=r"^recorded_at must be a timezone"):
        is_recalled(answered_at=ENDED, recorded_at=naive)
