"""A laboratory: a clinic that has decided its settings, and its people."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from apps.pain_tests.models import FunctionTest, P50Order, PainTest
from tests.factories import measuring
from tests.factories.people import (
    api_client,
    enter_also,
    make_assessor,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)

NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
PAIN = "/api/v1/pain-tests/"
ORDERS = f"{PAIN}p50-orders/"
SETTINGS = f"{PAIN}settings/"
FUNCTION = "/api/v1/function-tests/"


class Laboratory:
    """A patient, who treats them, who tests them, and requests about them."""

    def __init__(self, *, decided: bool = True):
        self.clinic = make_clinic()
        self.therapist = make_therapist(self.clinic)
        self.manager = make_manager(self.clinic)
        self.assessor = make_assessor(self.clinic)
        self.patient = make_patient(self.clinic, therapist=self.therapist)
        self.client = api_client(self.assessor)
        if decided:
            measuring.make_settings(self.clinic, by=self.manager, now=NOW)

    def order(self) -> str:
        enter_also(self.clinic)
        made = measuring.make_order(self.patient, by=self.assessor, now=NOW)
        return str(made.public_id)

    def visit(self, **measured: Any) -> dict[str, Any]:
        return measuring.ready_body(self.patient, **measured)

    def post(self, body: dict[str, Any], *, to: str = PAIN, by=None):
        return (by or self.client).post(to, body, format="json")

    def recorded(self, **measured: Any) -> dict[str, Any]:
        answer = self.post(self.visit(**measured))
        assert answer.status_code == 201, answer.content
        return answer.json()

    def patch(self, at: str, *, version: int = 1, by=None, **fields: Any):
        body = {"correction_reason": "typo"} | fields
        headers = {"If-Match": f'"{version}"'}
        return (by or self.client).patch(at, body, format="json", headers=headers)

    def stored(self, model=PainTest):
        enter_also(self.clinic)
        return list(model.objects.order_by("pk"))

    def counts(self) -> list[int]:
        return [len(self.stored(each)) for each in (PainTest, P50Order, FunctionTest)]


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lab() -> Laboratory:
    return Laboratory()


@pytest.fixture
def undecided() -> Laboratory:
    return Laboratory(decided=False)


def faults(answer) -> list[tuple[str, str]]:
    """Return where and by which rule an entry was refused."""
    assert answer.status_code == 400, answer.content
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


def reasons(answer: dict[str, Any], kind: str = "refusals") -> list[str]:
    """Return the keys of the remarks of an answer."""
    return [each["key"] for each in answer[kind]]
