"""Which numbers a clinic may write into a policy of its own.

The detector takes any number above 0. A person who writes 200 for 20, or an alert
that needs less than the watch before it, should hear so before anybody is judged by it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final

from apps.clinical.flare.policy import DetectorPolicy

SHIPPED: Final = DetectorPolicy()
NAMES: Final = ("key", "version")
# Turns a spread into a standard deviation: mathematics, and no clinic's choice.
FIXED: Final = frozenset({"mad_factor"})


class Unit(StrEnum):
    """What a number of a policy counts."""

    MM = "mm"
    DAYS = "days"
    SESSIONS = "sessions"
    VALUES = "values"
    POINTS = "of 10"
    TIMES_USUAL = "times the usual variation"
    SHARE = "share"
    WEIGHT = "weight"


@dataclass(frozen=True, slots=True)
class Limits:
    """The unit of a number, and between which two it makes sense, both included."""

    unit: Unit
    least: float
    most: float


# [D] Pain ends at 100 mm, a share at 1; a window of a year looks at another life.
BY_ENDING: Final[Mapping[str, Limits]] = {
    "_mm": Limits(Unit.MM, 1, 100),
    "_days": Limits(Unit.DAYS, 1, 365),
    "_sessions": Limits(Unit.SESSIONS, 1, 50),
    "_variations": Limits(Unit.TIMES_USUAL, 0.1, 10),
    "_z": Limits(Unit.TIMES_USUAL, 0.1, 10),
    "_rises": Limits(Unit.SESSIONS, 1, 50),
    "_values": Limits(Unit.VALUES, 1, 100),
    "_share": Limits(Unit.SHARE, 0.01, 1),
    "_weight": Limits(Unit.WEIGHT, 0.01, 10),
}
BY_NAME: Final[Mapping[str, Limits]] = {
    # Longer ago, diaries are not read.
    "diary_days": Limits(Unit.DAYS, 1, 28),
    "history_max": Limits(Unit.VALUES, 1, 100),
    "reference_min_history": Limits(Unit.VALUES, 1, 100),
    "reference_pre_weight": Limits(Unit.SHARE, 0.01, 1),
    "variation_prior_weight": Limits(Unit.VALUES, 1, 100),
    "mad_factor": Limits(Unit.WEIGHT, 0.01, 10),
    "t2_high_sleep_max": Limits(Unit.POINTS, 1, 10),
    "t4_watch_min_sessions": Limits(Unit.SESSIONS, 1, 50),
    "t5_half": Limits(Unit.VALUES, 1, 50),
    "dq_min_with_value": Limits(Unit.SESSIONS, 1, 50),
}
# The first of a pair is at most the second, or a rule could never hold, or would hold
# before the weaker one below it.
ORDERED: Final = (
    ("reference_values", "history_max"),
    ("reference_min_history", "history_max"),
    ("variation_min_values", "history_max"),
    ("t2_still_mm", "t2_rise_mm"),
    ("t2_medicated_rise_mm", "t2_rise_mm"),
    ("t2_rise_mm", "t2_immediate_rise_mm"),
    ("t4_watch_min_sessions", "t4_alert_min_sessions"),
    ("t4_alert_min_sessions", "t4_sessions"),
    ("t4_watch_mean_mm", "t4_alert_mean_mm"),
    ("t4_alert_mean_mm", "t4_high_mean_mm"),
    ("t4_high_mean_mm", "t4_clip_mm"),
    ("t4_each_mm", "t4_clip_mm"),
    ("t4_watch_z", "t4_alert_z"),
    ("t4_watch_rises", "t4_alert_rises"),
    ("t4_alert_rises", "t4_sessions"),
    ("t5_gate_mm", "t5_alert_mm"),
    ("t5_gate_variations", "t5_alert_variations"),
    ("dq_min_with_value", "dq_sessions"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one number, as ``code`` and as a sentence."""

    name: str
    code: str
    detail: str


def number_names() -> list[str]:
    """Return the names of a policy's numbers, in the order of the rules."""
    return [each.name for each in fields(DetectorPolicy) if each.name not in NAMES]


def limits_of(name: str) -> Limits:
    """Return the limits of a number of a policy."""
    found = BY_NAME.get(name)
    return found or next(
        limits for ending, limits in BY_ENDING.items() if name.endswith(ending)
    )


def faults_of(
    changes: Mapping[str, Any], *, base: Mapping[str, Any]
) -> tuple[Fault, ...]:
    """Return everything that is wrong with changes to a policy's numbers.

    Orders are looked at once every number can be, and told at what was changed.

    Args:
        base: The whole policy that is changed.
    """
    single = tuple(_single(changes.items()))
    return single or tuple(_order(changes, whole={**base, **changes}))


def _single(changes: Iterable[tuple[str, Any]]) -> Iterator[Fault]:
    known = number_names()
    for name, value in changes:
        if name not in known:
            # Of a name that goes on and on, the start says what was meant.
            similar = get_close_matches(name[:100], known, n=1)
            hint = f" Did you mean {similar[0]}?" if similar else ""
            yield Fault(
                name, "unknown_field", f"A policy has no number of this name.{hint}"
            )
        elif name in FIXED:
            yield Fault(name, "fixed", "This is a constant of mathematics: leave it.")
        elif detail := _wrong_kind(name, value):
            yield Fault(name, "invalid", detail)
        else:
            yield from _out_of_limits(name, value)


def _out_of_limits(name: str, value: float) -> Iterator[Fault]:
    limits = limits_of(name)
    if not limits.least <= value <= limits.most:
        code = "min_value" if value < limits.least else "max_value"
        detail = f"Must lie in {limits.least:g} to {limits.most:g} ({limits.unit})."
        yield Fault(name, code, detail)


def _wrong_kind(name: str, value: object) -> str:
    is_whole = isinstance(getattr(SHIPPED, name), int)
    allowed = (int,) if is_whole else (int, float)
    if isinstance(value, allowed) and not isinstance(value, bool):
        return ""
    return "Write a whole number." if is_whole else "Write a number."


def _order(changes: Mapping[str, Any], *, whole: Mapping[str, Any]) -> Iterator[Fault]:
    for smaller, larger in ORDERED:
        changed = larger if larger in changes else smaller
        if changed in changes and whole[smaller] > whole[larger]:
            yield Fault(
                changed,
                "wrong_order",
                f"{smaller} ({whole[smaller]:g}) must be at most {larger} "
                f"({whole[larger]:g}). Change both.",
            )
