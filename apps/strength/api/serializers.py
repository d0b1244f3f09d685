"""What the API tells about 1RM tests."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.common.loads import load_answer
from apps.common.shapes import Answer, LoadAnswer
from apps.strength.models import OneRepMaxTest, Trial
from apps.strength.queries import previous_tests
from apps.strength.results import change_since


class TrialAnswer(Answer):
    """One attempt."""

    load: LoadAnswer
    reps: int
    success: bool
    rpe: int | None
    pain_before_mm: int | None
    pain_after_mm: int | None


class OneRepMaxTestAnswer(Answer):
    """A test with its result.

    ``change_percent`` and ``beyond_noise`` compare with the valid test before it. They
    are null for a first test, after another method or equation, and with low
    confidence. A change that is not beyond noise may be chance.
    """

    id: UUID
    version: int
    patient: UUID
    exercise: UUID
    side: str | None
    tested_at: datetime
    recorded_at: datetime
    received_at: datetime
    method: str
    equation: str | None
    machine: str
    tester: UUID | None
    analgesic_hours: str | None
    trials: list[TrialAnswer]
    one_rep_max: LoadAnswer
    confidence: str
    change_percent: str | None
    beyond_noise: bool | None
    entered_by: UUID
    voided_at: datetime | None
    void_reason: str | None


def one_rep_max_answers(
    tests: Iterable[OneRepMaxTest],
) -> Iterator[OneRepMaxTestAnswer]:
    """Return tests (of ``queries.with_details``) as they go out; one query for all."""
    rows = list(tests)
    previous = previous_tests(rows)
    for row in rows:
        yield _test_answer(row, previous.get(row.pk))


def one_rep_max_answer(test: OneRepMaxTest) -> OneRepMaxTestAnswer:
    """Return one test (of ``queries.with_details``) as it goes out."""
    return next(one_rep_max_answers([test]))


def one_rep_max_content(test: OneRepMaxTest) -> dict[str, Any]:
    """Return one test as the JSON that its snapshot keeps."""
    return one_rep_max_answer(test).model_dump(mode="json")


def _test_answer(
    test: OneRepMaxTest, previous: OneRepMaxTest | None
) -> OneRepMaxTestAnswer:
    change = change_since(test, previous)
    trials = sorted(test.trials.all(), key=lambda trial: trial.position)
    return OneRepMaxTestAnswer(
        id=test.public_id,
        version=test.version,
        patient=test.patient.public_id,
        exercise=test.exercise.public_id,
        side=test.side or None,
        tested_at=test.tested_at,
        recorded_at=test.recorded_at,
        received_at=test.received_at,
        method=test.method,
        equation=test.equation or None,
        machine=test.machine,
        tester=test.tester.public_id if test.tester else None,
        analgesic_hours=_text(test.analgesic_hours),
        trials=[_trial_answer(trial) for trial in trials],
        one_rep_max=load_answer(
            value=test.one_rep_max_value, unit=test.unit, kg=test.one_rep_max_kg
        ),
        confidence=test.confidence,
        change_percent=_text(change.percent),
        beyond_noise=change.beyond_noise,
        entered_by=test.entered_by.public_id,
        voided_at=test.voided_at,
        void_reason=test.void_reason or None,
    )


def _trial_answer(trial: Trial) -> TrialAnswer:
    return TrialAnswer(
        load=load_answer(
            value=trial.load_value, unit=trial.load_unit, kg=trial.load_kg
        ),
        reps=trial.reps,
        success=trial.success,
        rpe=trial.rpe,
        pain_before_mm=trial.pain_before_mm,
        pain_after_mm=trial.pain_after_mm,
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
