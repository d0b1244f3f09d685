"""Fixture: one patient with everything, for all that is thrown at the API."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.contracts.scene import NOW

from .api import connection_kept, rolled_back
from .rows import FuzzScene, make_fuzz_scene


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker) -> Iterator[FuzzScene]:
    """Return a scene of which nothing remains; each request is rolled back."""
    with (
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        connection_kept(),
        rolled_back(),
    ):
        yield make_fuzz_scene()
