"""The product's own document, drawn from at random: no defect, no broken promise."""

import secrets
from typing import Any

import pytest

from .api import Fuzzer, load_schema, operations

pytestmark = pytest.mark.requirement("M5")

SEED = 1


@pytest.fixture(scope="module")
def schema() -> Any:
    """Return the document with this process behind it."""
    return load_schema()


@pytest.mark.parametrize("person", ["therapist", "owner", "nobody"])
def test_every_operation_keeps_to_the_document(schema, scene, person):
    fuzzer = Fuzzer(schema, scene, person=person)

    for operation in operations(schema):
        fuzzer.run_edges(operation, at_most=2, seed=SEED)
        if person == "therapist" and operation.body:
            fuzzer.run_drawn(operation, at_most=2, seed=SEED)

    assert_kept(fuzzer)
    assert len(fuzzer.tallies) == len(operations(schema))


@pytest.mark.long
@pytest.mark.parametrize("person", ["therapist", "owner", "manager"])
def test_every_operation_keeps_to_the_document_for_long(schema, scene, person):
    seed = secrets.randbelow(2**32)
    print(f"seed {seed}")
    fuzzer = Fuzzer(schema, scene, person=person)

    for operation in operations(schema):
        fuzzer.run_edges(operation, at_most=8, seed=seed)
        fuzzer.run_drawn(operation, at_most=5, seed=seed)

    assert_kept(fuzzer)
    # Of the patient and the manager many operations are none of the business.
    least = {"therapist": 0.6, "owner": 0.3, "manager": 0.2}[person]
    assert len(fuzzer.reached()) >= least * len(operations(schema))


def assert_kept(fuzzer: Fuzzer) -> None:
    """Print what was reached and fail with everything that was wrong."""
    print(fuzzer.table())
    assert not fuzzer.failures, "\n\n".join(
        f"{what}\n{how}" for what, how in fuzzer.failures.items()
    )
