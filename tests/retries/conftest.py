"""The people of the running stack, made once for all of these tests."""

import pytest

from .gym import Gym


@pytest.fixture(scope="session")
def gym(live_stack):
    """Return a clinic of its own in the running stack."""
    return Gym(live_stack, patients=64)
