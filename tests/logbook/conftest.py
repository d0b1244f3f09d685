"""The time at which the logbook's tests take place."""

import pytest

from apps.common import clock

from .builders import at

# Thursday noon in Stockholm, three days after the sessions of the builders.
THURSDAY_NOON = at("2026-03-05T12:00:00+01:00")


@pytest.fixture(autouse=True)
def it_is(monkeypatch):
    """Stop the clock; call it with an ISO text to put it elsewhere."""

    def move_to(text):
        monkeypatch.setattr(clock, "now", lambda: at(text))

    move_to(THURSDAY_NOON.isoformat())
    return move_to
