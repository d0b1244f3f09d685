"""What several tests of the clinical rules stand on."""

import time

import pytest


@pytest.fixture
def far_from_greenwich(monkeypatch):
    """Let the server's own clock show the time of Tokyo."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
