"""Whatever is thrown at a route: a refusal of our own shape, and nothing is written."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from random import Random

import pytest
from django.db import transaction

from tests.contracts.permission_table import Line
from tests.walls.ledger import TABLES, contents

from . import fields, knocks
from .api import rolled_back
from .knocks import LINES, ROUTES, WITH_BODY, Knock, honest
from .rows import FuzzScene
from .values import HOSTILE_VALUES

pytestmark = [
    pytest.mark.requirement("M5"),
]

Thrower = Callable[[Line, FuzzScene], Iterator[Knock]]
SEED = 1


def bodies(line: Line, scene: FuzzScene) -> Iterator[Knock]:
    if line.method in WITH_BODY:
        needs_words = line.body is not None and line.body(scene.scene) != {}
        for knock in knocks.hostile_bodies(honest(line, scene)):
            # Where nothing needs to be said, saying nothing is no offence.
            if knock.body or needs_words:
                yield knock


def headers(line: Line, scene: FuzzScene) -> Iterator[Knock]:
    yield from knocks.hostile_headers(honest(line, scene))


def methods(line: Line, scene: FuzzScene) -> Iterator[Knock]:
    yield from knocks.hostile_methods(honest(line, scene))


def paths(line: Line, scene: FuzzScene) -> Iterator[Knock]:
    yield from knocks.hostile_paths(honest(line, scene))


def queries(line: Line, scene: FuzzScene) -> Iterator[Knock]:
    if line.method == "GET":
        shape = ROUTES[line.route].view.query_shape
        names = [each.alias or name for name, each in shape.model_fields.items()]
        yield from knocks.hostile_queries(honest(line, scene), names=names)


KINDS = (bodies, headers, methods, paths, queries)


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


def test_the_hostile_values_meet_every_route_and_every_kind_of_field(scene):
    found = fields.places(scene)
    few, many = fields.two_a_route(found), fields.one_of_each(found)

    assert {each.value for each in few} == set(HOSTILE_VALUES)
    assert {each.place.line for each in few} == {each.line for each in found}
    assert {(each.place.kind, each.value) for each in many} == set(
        product(fields.KINDS, HOSTILE_VALUES)
    )
    assert {each.place for each in many} == set(found)


def test_every_hostile_value_in_a_field_is_refused_or_taken_as_it_is(scene):
    throw_swaps(fields.two_a_route(fields.places(scene)), scene)


@pytest.mark.long
def test_every_hostile_value_in_every_kind_of_field_is_too(scene):
    throw_swaps(fields.one_of_each(fields.places(scene)), scene)


def throw_swaps(swaps: list[fields.Swap], scene: FuzzScene) -> None:
    """Throw the values at their routes, one route after another."""
    by_line = defaultdict(list)
    for swap in swaps:
        by_line[str(swap.place.line)].append(swap)
    with rolled_back():
        for same in by_line.values():
            throw(same[0].place.line, [each.of(scene) for each in same], scene)


def throw_at_every_route(
    thrower: Thrower, scene: FuzzScene, *, at_most: int, seed: int
) -> None:
    """Throw so many at each line of the table, drawn by ``seed``."""
    random = Random(seed)
    with rolled_back():
        for line in LINES:
            thrown = list(thrower(line, scene))
            throw(line, random.sample(thrown, min(at_most, len(thrown))), scene)


def throw(line: Line, thrown: Iterable[Knock], scene: FuzzScene) -> None:
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
