"""Whatever is thrown at a route: a refusal of our own shape, and nothing is written."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from random import Random

import pytest
from django.db import transaction

from tests.contracts.permission_table import Line
from tests.contracts.scene import Scene
from tests.walls.ledger import TABLES, contents

from . import knocks
from .api import rolled_back
from .knocks import LINES, ROUTES, WITH_BODY, Knock, honest

pytestmark = [
    pytest.mark.requirement("M5"),
]

Thrower = Callable[[Line, Scene], Iterator[Knock]]
SEED = 1


def bodies(line: Line, scene: Scene) -> Iterator[Knock]:
    if line.method in WITH_BODY:
        yield from knocks.hostile_bodies(honest(line, scene))


def fields(line: Line, scene: Scene) -> Iterator[Knock]:
    if line.body:
        yield from knocks.hostile_fields(honest(line, scene))


def headers(line: Line, scene: Scene) -> Iterator[Knock]:
    yield from knocks.hostile_headers(honest(line, scene))


def methods(line: Line, scene: Scene) -> Iterator[Knock]:
    yield from knocks.hostile_methods(honest(line, scene))


def paths(line: Line, scene: Scene) -> Iterator[Knock]:
    yield from knocks.hostile_paths(honest(line, scene))


def queries(line: Line, scene: Scene) -> Iterator[Knock]:
    if line.method == "GET":
        shape = ROUTES[line.route].view.query_shape
        names = [each.alias or name for name, each in shape.model_fields.items()]
        yield from knocks.hostile_queries(honest(line, scene), names=names)


KINDS = (bodies, fields, headers, methods, paths, queries)


@pytest.mark.parametrize("thrower", KINDS, ids=lambda each: each.__name__)
def test_a_few_at_every_route_are_refused_and_write_nothing(thrower, scene):
    throw_at_every_route(thrower, scene, at_most=2, seed=SEED)


def test_every_hostile_body_is_refused_and_writes_nothing(scene):
    [line] = [each for each in LINES if str(each) == "POST session-confounders"]

    with rolled_back():
        throw(line, list(bodies(line, scene)), scene)


@pytest.mark.long
@pytest.mark.parametrize("thrower", KINDS, ids=lambda each: each.__name__)
def test_many_at_every_route_are_refused_and_write_nothing(thrower, scene):
    seed = secrets.randbelow(2**32)
    print(f"seed {seed}")

    throw_at_every_route(thrower, scene, at_most=10, seed=seed)


def throw_at_every_route(
    thrower: Thrower, scene: Scene, *, at_most: int, seed: int
) -> None:
    """Throw so many at each line of the table, drawn by ``seed``."""
    random = Random(seed)
    with rolled_back():
        for line in LINES:
            thrown = list(thrower(line, scene))
            throw(line, random.sample(thrown, min(at_most, len(thrown))), scene)


def throw(line: Line, thrown: Iterable[Knock], scene: Scene) -> None:
    """Send them all; what is accepted is taken back, what is refused is looked at."""
    sign_in = knocks.someone_who_may(line, scene)
    before = contents(TABLES)
    complaints = []
    for knock in thrown:
        with transaction.atomic():
            response = knocks.send(knock, sign_in)
            transaction.set_rollback(response.status_code < 400)
        complaints.append(knocks.complaint(knock, response))
    after = contents(TABLES)

    assert [each for each in complaints if each] == []
    assert [table for table in before if before[table] != after[table]] == []
