"""The scene that the tests of the walls play on."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.contracts.scene import NOW, Scene, make_scene

from .ledger import Ledger, rolled_back


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker) -> Iterator[Scene]:
    """Return one scene for a whole module, whose tests roll back what they do."""
    with (
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        rolled_back(),
    ):
        yield make_scene()


@pytest.fixture(scope="module")
def ledger(scene: Scene) -> Ledger:
    """Return what the tables hold before each test."""
    return Ledger()
