"""Which numbers of the load table a clinic may write into rules of its own.

The table takes any number above 0. What a source gives may only be made more careful
than it is shipped; what is a decision of this product may move both ways, but never so
far that a person is raised by what nobody here would call green.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final

from apps.clinical.progression.policy import UPWARDS, LoadPolicy

SHIPPED: Final[Mapping[str, int]] = asdict(LoadPolicy())


class Unit(StrEnum):
    """What a number of the load table counts."""

    MM = "mm"
    MMHG = "mmHg"
    DAYS = "days"
    POINTS = "of 10"
    REPETITIONS = "repetitions"
    SESSIONS = "sessions"
    PERCENT = "%"


@dataclass(frozen=True, slots=True)
class Limits:
    """Unit and mark of a number, and between which two it may lie, both included."""

    unit: Unit
    mark: str
    least: int
    most: int


LIMITS: Final[Mapping[str, Limits]] = {
    "absolute_zones_up_to_mm": Limits(Unit.MM, "D", 1, 50),
    "absolute_green_up_to_mm": Limits(Unit.MM, "K", 1, 20),
    "absolute_amber_up_to_mm": Limits(Unit.MM, "K", 2, 50),
    "rise_green_up_to_mm": Limits(Unit.MM, "D", 1, 20),
    "rise_amber_up_to_mm": Limits(Unit.MM, "D", 2, 30),
    "settled_below_mm": Limits(Unit.MM, "D", 1, 20),
    "soreness_below_mm": Limits(Unit.MM, "D", 1, 50),
    "systolic_up_to_mmhg": Limits(Unit.MMHG, "S1", 100, 160),
    "diastolic_up_to_mmhg": Limits(Unit.MMHG, "S1", 60, 90),
    "break_from_days": Limits(Unit.DAYS, "D", 2, 14),
    "long_break_from_days": Limits(Unit.DAYS, "D", 3, 28),
    "restart_after_days": Limits(Unit.DAYS, "D", 4, 56),
    "confidence_hold_below": Limits(Unit.POINTS, "D", 3, 9),
    "confidence_raise_from": Limits(Unit.POINTS, "D", 5, 10),
    "over_target_reps": Limits(Unit.REPETITIONS, "O:24", 2, 10),
    "over_target_sessions": Limits(Unit.SESSIONS, "O:24", 2, 5),
    "raise_min_pct": Limits(Unit.PERCENT, "O:23", 1, 2),
    "raise_max_pct": Limits(Unit.PERCENT, "O:23", 2, 10),
    "reps_first": Limits(Unit.REPETITIONS, "D", 3, 20),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one number, as ``code`` and as a sentence."""

    name: str
    code: str
    detail: str


def faults_of(changes: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Return everything that is wrong with changes to the shipped numbers.

    Orders are looked at once every number can be, and told at what was changed.
    """
    single = tuple(
        fault for name, value in changes.items() for fault in _single(name, value)
    )
    return single or tuple(_order(changes))


def _single(name: str, value: object) -> Iterator[Fault]:
    limits = LIMITS.get(name)
    if limits is None:
        # Of a name that goes on and on, the start says what was meant.
        similar = get_close_matches(name[:100], LIMITS, n=1)
        hint = f" Did you mean {similar[0]}?" if similar else ""
        yield Fault(name, "unknown_field", f"The load table has no such number.{hint}")
    elif not isinstance(value, int) or isinstance(value, bool):
        yield Fault(name, "invalid", "Write a whole number.")
    elif not limits.least <= value <= limits.most:
        code = "min_value" if value < limits.least else "max_value"
        detail = f"Must lie in {limits.least} to {limits.most} ({limits.unit})."
        yield Fault(name, code, detail)


def _order(changes: Mapping[str, int]) -> Iterator[Fault]:
    whole = {**SHIPPED, **changes}
    for lower, upper in UPWARDS:
        if whole[lower] >= whole[upper]:
            # The shipped numbers stand in order, so one of the two was changed.
            changed = upper if upper in changes else lower
            yield Fault(
                changed,
                "wrong_order",
                f"{lower} ({whole[lower]}) must be below {upper} ({whole[upper]}). "
                "Change both.",
            )
