"""The thresholds of the load table; the cuts stand in the table itself."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from ..errors import ClinicalInputError

TABLE_KEY: Final = "load_table"
TABLE_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPolicy:
    """Every threshold of the load table; the defaults belong to version 1.

    Pain in mm, blood pressure in mmHg, confidence 0-10, all inclusive on the side
    that the name says.

    Source:
        Two repetitions over the target in two sessions: NSCA [O:24]; 2-10 % a
        raise: ACSM [O:23]; the absolute zones: pain-monitoring model [K]; the
        exclusion limits of blood pressure: the trial [S1]. The rest is ours [D].
    """

    absolute_zones_up_to_mm: int = 20  # [D] usual level; higher: relative zones
    absolute_green_up_to_mm: int = 20  # [K] worst pain during the session
    absolute_amber_up_to_mm: int = 50  # [K]
    rise_green_up_to_mm: int = 10  # [D] during the session, and next day
    rise_amber_up_to_mm: int = 20  # [D]
    settled_below_mm: int = 10  # [D] over the reference after two days
    soreness_below_mm: int = 30  # [D] the detector's filter for muscle soreness
    systolic_up_to_mmhg: int = 160  # [S1] higher: postpone
    diastolic_up_to_mmhg: int = 90  # [S1]
    break_from_days: int = 8  # [D] row 7
    long_break_from_days: int = 15  # [D] row 6
    restart_after_days: int = 28  # [D] row 5: more than this
    confidence_hold_below: int = 5  # [D]
    confidence_raise_from: int = 7  # [D] from 5 to 6: ask
    over_target_reps: int = 2  # [O:24]
    over_target_sessions: int = 2  # [O:24]
    raise_min_pct: int = 2  # [O:23]
    raise_max_pct: int = 10  # [O:23]
    reps_first: int = 4  # [D] over the target, before a step above 10 %

    def __post_init__(self) -> None:
        """Refuse numbers that no row can work with.

        Raises:
            ClinicalInputError: Not a whole number above 0, or zones, breaks,
                confidence or raises whose bounds run backwards.
        """
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
                raise ClinicalInputError(
                    f"{field.name} must be a whole number above 0, got {value!r}."
                )
        for lower, upper in UPWARDS:
            low, high = getattr(self, lower), getattr(self, upper)
            if low >= high:
                raise ClinicalInputError(
                    f"{lower} must be below {upper}, got {low} and {high}."
                )

    def to_mapping(self) -> dict[str, int]:
        """Return all fields as plain values that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "LoadPolicy":
        """Return the policy that a mapping holds, complete and nothing more.

        Raises:
            ClinicalInputError: A field is missing, unknown or impossible.
        """
        known = {field.name for field in fields(cls)}
        for rule, names in (
            ("missing", known - mapping.keys()),
            ("unknown", mapping.keys() - known),
        ):
            if names:
                raise ClinicalInputError(
                    f"A load policy must have all its fields and no other; "
                    f"{rule}: {', '.join(sorted(names))}."
                )
        return cls(**mapping)


# The first of a pair is below the second.
UPWARDS: Final = (
    ("absolute_green_up_to_mm", "absolute_amber_up_to_mm"),
    ("rise_green_up_to_mm", "rise_amber_up_to_mm"),
    ("break_from_days", "long_break_from_days"),
    ("long_break_from_days", "restart_after_days"),
    ("confidence_hold_below", "confidence_raise_from"),
    ("raise_min_pct", "raise_max_pct"),
    ("over_target_reps", "reps_first"),
)
