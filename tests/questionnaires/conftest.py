"""The ward of each test."""

import pytest

from .ward import NOW, Ward


@pytest.fixture
def ward(time_machine, db):
    time_machine.move_to(NOW, tick=False)
    return Ward()
