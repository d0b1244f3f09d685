from datetime import UTC, datetime, timedelta

import pytest

from apps.common import clock

NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
DST_NIGHT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def right_clock(time_machine, monkeypatch):
    """Stop the machine's clock at NOW, and undo any shift afterwards."""
    time_machine.move_to(NOW, tick=False)
    monkeypatch.setattr(clock, "_shift", timedelta(0))
    return time_machine


def test_now_is_an_instant_in_utc():
    assert clock.now() == NOW
    assert clock.now().utcoffset() == timedelta(0)


def test_start_at_moves_the_clock_and_lets_it_run_on(right_clock):
    clock.start_at(DST_NIGHT)
    right_clock.move_to(NOW + timedelta(minutes=5), tick=False)

    assert clock.now() == DST_NIGHT + timedelta(minutes=5)


def test_a_moved_clock_is_put_back_after_a_failure_too():
    def fail():
        with clock.moved_to(DST_NIGHT):
            assert clock.now() == DST_NIGHT
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert clock.now() == NOW
    assert not clock.is_moved()
