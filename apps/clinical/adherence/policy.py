"""The cut-offs by which adherence is judged; a clinic may have others."""

from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from typing import Final

from ..errors import ClinicalInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class AdherencePolicy:
    """Every cut-off of light, alerts and drop-out; the defaults are what is shipped.

    Shares in per cent of an unrounded ratio. "From" includes the number, "below" does
    not.

    Source:
        Ours [D]. The trial counted who did not complete intervention and post tests
        [S1], without a number of days.
    """

    green_from_pct: int = 80  # [D] of attendance without excused sessions
    amber_from_pct: int = 60  # [D]
    judged_from_due: int = 4  # [D] planned sessions
    alert_from_misses: int = 2  # [D] in a row, without an excuse
    comes_from_pct: int = 80  # [D] of attendance
    low_dose_below_pct: int = 60  # [D]
    dropped_out_after_days: int = 28  # [D] without a session, pauses not counted

    def __post_init__(self) -> None:
        """Refuse cut-offs that nobody can be judged by.

        Raises:
            ClinicalInputError: Not a whole number above 0, a share above 100 %, or a
                light or dose whose cut-offs run backwards.
        """
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
                raise ClinicalInputError(
                    f"{field.name} must be a whole number above 0, got {value!r}."
                )
            if field.name.endswith("_pct") and value > ALL_PCT:
                raise ClinicalInputError(
                    f"{field.name} must be at most {ALL_PCT}, got {value}."
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


ALL_PCT: Final = 100
# The first of a pair is below the second. Who does all of each session has a dose as
# high as the attendance: from there on a dose is no want of strength.
UPWARDS: Final = (
    ("amber_from_pct", "green_from_pct"),
    ("low_dose_below_pct", "comes_from_pct"),
)
SHIPPED: Final = AdherencePolicy()


def ratio_of(percent: int) -> Fraction:
    """Return a share in per cent as the ratio that it is compared with."""
    return Fraction(percent, ALL_PCT)
