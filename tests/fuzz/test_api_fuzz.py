"""The product's own document, drawn from at random: no defect, no broken promise."""

import secrets
from typing import Any

import pytest

from .api import Fuzzer, load_schema, operations

pytestmark = pytest.mark.requirement("M5")

SEED = 1
PEOPLE = ("therapist", "owner", "manager", "nobody")
# What is the manager's alone is seen by the honest requests; more in the long run.
AT_MOST = {"therapist": 2, "owner": 2, "manager": 1, "nobody": 2}
NOBODY_MAY: set[str] = set()
"""Operations whose success no request of ours can reach; each would need a reason."""


@pytest.fixture(scope="module")
def schema() -> Any:
    """Return the document with this process behind it."""
    return load_schema()


@pytest.mark.parametrize("person", PEOPLE)
def test_every_operation_keeps_to_the_document(schema, scene, person):
    fuzzer = Fuzzer(schema, scene, person=person)

    for operation in operations(schema):
        fuzzer.run_honest(operation)
        fuzzer.run_edges(operation, at_most=AT_MOST[person], seed=SEED)
        if person == "therapist" and operation.body:
            fuzzer.run_drawn(operation, at_most=2, seed=SEED)

    assert_kept(fuzzer)
    assert len(fuzzer.tallies) == len(operations(schema))


def test_somebody_may_do_each_operation(schema, scene):
    allowed = {
        label
        for person in PEOPLE
        for label in Fuzzer(schema, scene, person=person).should_reach()
    }

    assert {each.label for each in operations(schema)} - allowed == NOBODY_MAY


@pytest.mark.long
@pytest.mark.parametrize("person", PEOPLE)
def test_every_operation_keeps_to_the_document_for_long(schema, scene, person):
    seed = secrets.randbelow(2**32)
    print(f"seed {seed}")
    fuzzer = Fuzzer(schema, scene, person=person)

    for operation in operations(schema):
        fuzzer.run_honest(operation)
        fuzzer.run_edges(operation, at_most=8, seed=seed)
        fuzzer.run_drawn(operation, at_most=5, seed=seed)

    assert_kept(fuzzer)


def assert_kept(fuzzer: Fuzzer) -> None:
    """Print what was reached and fail with everything that was wrong.

    What was done is what the table of permissions lets the person do: an operation
    that never succeeds would never have its success looked at.
    """
    print(fuzzer.table())
    assert not fuzzer.failures, "\n\n".join(
        f"{what}\n{how}" for what, how in fuzzer.failures.items()
    )
    assert fuzzer.reached() == fuzzer.should_reach()
