"""Which numbers a clinic may write into rules of its own.

The core takes any number above 0. What a source gives may only be made more careful
than it is shipped; what is a decision of this product may move both ways, but never so
far that a person is raised by what nobody here would call green, or that nobody hears
of who stays away for months.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final

from apps.clinical.adherence import policy as adherence
from apps.clinical.progression import policy as progression


class Unit(StrEnum):
    """What a number counts."""

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


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one number, as ``code`` and as a sentence."""

    name: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class NumberTable:
    """The numbers of one policy of the core that a clinic may have otherwise.

    ``title`` begins a sentence; of a pair of ``upwards`` the first is below the second.
    """

    title: str
    shipped: Mapping[str, int]
    limits: Mapping[str, Limits]
    upwards: tuple[tuple[str, str], ...]

    def faults_of(self, changes: Mapping[str, Any]) -> tuple[Fault, ...]:
        """Return everything that is wrong with changes to the shipped numbers.

        Orders are looked at once every number can be, and told at what was changed.
        """
        single = tuple(
            fault
            for name, value in changes.items()
            for fault in _single(self, name, value)
        )
        return single or tuple(_order(self, changes))

    def own(self, numbers: Mapping[str, int]) -> dict[str, int]:
        """Return those of the numbers that are not the shipped ones."""
        return {
            name: value
            for name, value in numbers.items()
            if value != self.shipped[name]
        }


LOAD_LIMITS: Final[Mapping[str, Limits]] = {
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
# Below two misses there is no row of them, and below 7 days nobody is away.
ADHERENCE_LIMITS: Final[Mapping[str, Limits]] = {
    "green_from_pct": Limits(Unit.PERCENT, "D", 50, 100),
    "amber_from_pct": Limits(Unit.PERCENT, "D", 20, 95),
    "judged_from_due": Limits(Unit.SESSIONS, "D", 2, 12),
    "alert_from_misses": Limits(Unit.SESSIONS, "D", 2, 6),
    "comes_from_pct": Limits(Unit.PERCENT, "D", 50, 100),
    "low_dose_below_pct": Limits(Unit.PERCENT, "D", 20, 95),
    "dropped_out_after_days": Limits(Unit.DAYS, "D", 7, 365),
}
LOAD: Final = NumberTable(
    title="The load table",
    shipped=asdict(progression.LoadPolicy()),
    limits=LOAD_LIMITS,
    upwards=progression.UPWARDS,
)
ADHERENCE: Final = NumberTable(
    title="Adherence",
    shipped=asdict(adherence.SHIPPED),
    limits=ADHERENCE_LIMITS,
    upwards=adherence.UPWARDS,
)


def _single(table: NumberTable, name: str, value: object) -> Iterator[Fault]:
    limits = table.limits.get(name)
    if limits is None:
        # Of a name that goes on and on, the start says what was meant.
        similar = get_close_matches(name[:100], table.limits, n=1)
        hint = f" Did you mean {similar[0]}?" if similar else ""
        yield Fault(name, "unknown_field", f"{table.title} has no such number.{hint}")
    elif not isinstance(value, int) or isinstance(value, bool):
        yield Fault(name, "invalid", "Write a whole number.")
    elif not limits.least <= value <= limits.most:
        code = "min_value" if value < limits.least else "max_value"
        detail = f"Must lie in {limits.least} to {limits.most} ({limits.unit})."
        yield Fault(name, code, detail)


def _order(table: NumberTable, changes: Mapping[str, int]) -> Iterator[Fault]:
    whole = {**table.shipped, **changes}
    for lower, upper in table.upwards:
        if whole[lower] >= whole[upper]:
            # The shipped numbers stand in order, so one of the two was changed.
            changed = upper if upper in changes else lower
            yield Fault(
                changed,
                "wrong_order",
                f"{lower} ({whole[lower]}) must be below {upper} ({whole[upper]}). "
                "Change both.",
            )
