"""The ward of each test of questionnaires."""

import pytest

from .ward import Ward


@pytest.fixture
def ward(db):
    return Ward()
