"""Tests of function: what a body can do, with unit, side and the best of the trials.

What a test needs is a row of `TESTS`. All ranges catch slips of the keyboard alone
[D]. A trial that was not done has no value, never 0; not to rise once in 30 s is 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..errors import ClinicalInputError
from .numbers import require_within
from .ppt import Side
from .remarks import Measure, Remark, Value, remark

MOVEMENT_MAX: Final = 80  # [D] characters


class FunctionTestKind(StrEnum):
    """What was tested."""

    SIX_MINUTE_WALK = "six_minute_walk"
    GRIP_FORCE = "grip_force"
    CHAIR_STAND_30_S = "chair_stand_30_s"
    CHAIR_STAND_5_TIMES = "chair_stand_5_times"
    KNEE_EXTENSION_FORCE = "knee_extension_force"
    ELBOW_FLEXION_FORCE = "elbow_flexion_force"
    RANGE_OF_MOTION = "range_of_motion"


class Best(StrEnum):
    """Which trial is the result."""

    HIGHEST = "highest"
    LOWEST = "lowest"


class Sides(StrEnum):
    """Whether a side is told."""

    NEVER = "never"
    ALWAYS = "always"
    IF_ANY = "if_any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """What a test of one kind needs.

    Args:
        trials: Planned; more are refused.
        minimum: In `unit`; the ends of the range are inside.
        counted: Values are whole numbers.
        needs_movement: The joint and movement must be named.
    """

    words: str
    unit: str
    sides: Sides
    trials: int
    best: Best
    minimum: float
    maximum: float
    counted: bool = False
    needs_movement: bool = False


# The tests and that force is isometric: outcomes of Larsson 2015 [O:6]. Units, how
# many trials, the best as the result and both chair stands: [D], after common use
# [K]; the sources seen state none of it [U].
TESTS: Final[Mapping[FunctionTestKind, Specification]] = {
    FunctionTestKind.SIX_MINUTE_WALK: Specification(
        words="6-minute walk",
        unit="m",
        sides=Sides.NEVER,
        trials=1,
        best=Best.HIGHEST,
        minimum=1,
        maximum=1200,
    ),
    FunctionTestKind.GRIP_FORCE: Specification(
        words="hand-grip force",
        unit="N",
        sides=Sides.ALWAYS,
        trials=3,
        best=Best.HIGHEST,
        minimum=1,
        maximum=1000,
    ),
    FunctionTestKind.CHAIR_STAND_30_S: Specification(
        words="chair stand in 30 s",
        unit="stands",
        sides=Sides.NEVER,
        trials=1,
        best=Best.HIGHEST,
        minimum=0,
        maximum=60,
        counted=True,
    ),
    FunctionTestKind.CHAIR_STAND_5_TIMES: Specification(
        words="chair stand five times",
        unit="s",
        sides=Sides.NEVER,
        trials=1,
        best=Best.LOWEST,
        minimum=2,
        maximum=300,
    ),
    FunctionTestKind.KNEE_EXTENSION_FORCE: Specification(
        words="isometric knee-extension force",
        unit="N",
        sides=Sides.ALWAYS,
        trials=3,
        best=Best.HIGHEST,
        minimum=1,
        maximum=2000,
    ),
    FunctionTestKind.ELBOW_FLEXION_FORCE: Specification(
        words="isometric elbow-flexion force",
        unit="N",
        sides=Sides.ALWAYS,
        trials=3,
        best=Best.HIGHEST,
        minimum=1,
        maximum=1000,
    ),
    # Below 0 where a joint does not reach its neutral position.
    FunctionTestKind.RANGE_OF_MOTION: Specification(
        words="range of motion",
        unit="degrees",
        sides=Sides.IF_ANY,
        trials=3,
        best=Best.HIGHEST,
        minimum=-90,
        maximum=210,
        needs_movement=True,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionTest:
    """One test as it was done.

    Args:
        unit: As entered; it must be the unit of the test, nothing is converted.
        trials: In the order done; None where one gave no value.
        movement: Joint and movement of a range of motion, such as "shoulder
            flexion"; None for other tests.
    """

    kind: FunctionTestKind
    unit: str
    trials: tuple[float | None, ...]
    side: Side | None = None
    movement: str | None = None

    def __post_init__(self) -> None:
        """Refuse what the test cannot give.

        Raises:
            ClinicalInputError: An unknown kind, another unit, a side or movement
                that is missing or out of place, too many trials, or a value
                outside of the range of the test.
        """
        if self.kind not in TESTS:
            raise ClinicalInputError(
                f"kind must be one of {', '.join(FunctionTestKind)}, got {self.kind!r}."
            )
        needs = TESTS[self.kind]
        if self.unit != needs.unit:
            raise ClinicalInputError(
                f"The {needs.words} must be entered in {needs.unit}, "
                f"got {self.unit!r}. Convert it, and note the instrument."
            )
        _require_side(self.side, needs=needs)
        _require_movement(self.movement, needs=needs)
        _require_trials(self.trials, needs=needs)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionResult:
    """The best of the trials, in the unit of the test; None with a refusal."""

    best: float | None
    unit: str
    refusals: tuple[Remark, ...]
    deviations: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionChange:
    """How a later test differs from an earlier one.

    Args:
        difference: Later minus earlier, in the unit of the test.
        is_better: None when nothing changed.
    """

    difference: float
    is_better: bool | None


def function_result(test: FunctionTest) -> FunctionResult:
    """Return the best of the trials that gave a value.

    One is enough; fewer than planned are marked [D].
    """
    needs = TESTS[test.kind]
    values = [value for value in test.trials if value is not None]
    if not values:
        return FunctionResult(
            best=None,
            unit=needs.unit,
            refusals=(_remark("no_trial", needs=needs, present=0),),
            deviations=(),
        )
    is_complete = len(values) == needs.trials
    return FunctionResult(
        best=max(values) if needs.best == Best.HIGHEST else min(values),
        unit=needs.unit,
        refusals=(),
        deviations=(
            ()
            if is_complete
            else (_remark("trials_missing", needs=needs, present=len(values)),)
        ),
    )


def function_change(
    *, earlier: FunctionTest, later: FunctionTest
) -> FunctionChange | None:
    """Return how a test changed; None when one of the two has no value.

    Raises:
        ClinicalInputError: The tests differ in kind, side or movement.
    """
    for name, one, other in (
        ("kind", earlier.kind, later.kind),
        ("side", earlier.side, later.side),
        ("movement", earlier.movement, later.movement),
    ):
        if one != other:
            raise ClinicalInputError(
                f"Only tests of the same {name} compare, got {one!r} and {other!r}."
            )
    before, after = function_result(earlier).best, function_result(later).best
    if before is None or after is None:
        return None
    is_higher_better = TESTS[later.kind].best == Best.HIGHEST
    return FunctionChange(
        difference=after - before,
        is_better=None if after == before else (after > before) == is_higher_better,
    )


def _require_side(side: Side | None, *, needs: Specification) -> None:
    if side is not None and side not in set(Side):
        raise ClinicalInputError(f"side must be left or right, got {side!r}.")
    if side is None and needs.sides == Sides.ALWAYS:
        raise ClinicalInputError(
            f"The {needs.words} must have a side. Enter left or right."
        )
    if side is not None and needs.sides == Sides.NEVER:
        raise ClinicalInputError(f"The {needs.words} has no side, got {side!r}.")


def _require_movement(movement: str | None, *, needs: Specification) -> None:
    if movement is None:
        if needs.needs_movement:
            raise ClinicalInputError(
                f"The {needs.words} must name joint and movement, such as shoulder "
                f"flexion."
            )
        return
    if not needs.needs_movement:
        raise ClinicalInputError(
            f"The {needs.words} has no movement, got {movement!r}."
        )
    if not movement.strip() or len(movement) > MOVEMENT_MAX:
        raise ClinicalInputError(
            f"movement must have 1 to {MOVEMENT_MAX} characters, got {movement!r}."
        )


def _require_trials(trials: Sequence[float | None], *, needs: Specification) -> None:
    if len(trials) > needs.trials:
        raise ClinicalInputError(
            f"The {needs.words} must have at most {needs.trials} trials, "
            f"got {len(trials)}."
        )
    for index, value in enumerate(trials):
        if value is None:
            continue
        name = f"trials[{index}]"
        require_within(
            name, value, minimum=needs.minimum, maximum=needs.maximum, unit=needs.unit
        )
        if needs.counted and value != int(value):
            raise ClinicalInputError(
                f"{name} must be a whole number of {needs.unit}, got {value!r}."
            )


def _remark(code: str, *, needs: Specification, present: int) -> Remark:
    params: dict[str, Value] = {
        "test": needs.words,
        "trials": needs.trials,
        "present": present,
    }
    return remark(Measure.FUNCTION, code, where="trials", params=params)
