"""The numbers of the flare detector, as one signed and storable object."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from ..errors import ClinicalInputError

TOLERANCE: Final = 1e-9  # [D] so that 0.3 * 70 counts as 21


def at_least(value: float, limit: float) -> bool:
    """Tell whether the value reaches the limit, which is itself inside."""
    return value >= limit - TOLERANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorPolicy:
    """Every number that the detector uses; the defaults are version 1.

    All defaults are decisions of this product [D], tuned on synthetic patients;
    the population spread of 13 mm and the factor 1.4826 are named below. A
    clinic signs a version, and each verdict names the one that made it.

    Source:
        Within-person spread in fibromyalgia: Harris 2005, doi:10.1002/art.21407
        [O:32], and a 90-day diary [O:33]. The thresholds have no source.
    """

    key: str = "eih"
    version: int = 1

    # Resting values, reference level and usual variation.
    run_in_days: int = 14  # [D] before session 1
    diary_days: int = 28  # [D] imported diary, before session 1
    history_max: int = 40  # [D] resting values kept
    reference_values: int = 8  # [D] of them, in the median
    reference_min_history: int = 3  # [D] when pre is missing
    reference_pre_weight: float = 0.5  # [D] half the noise, half the lag
    variation_min_values: int = 4  # [D] fewer: the prior alone
    variation_prior_mm: float = 13.0  # [O:32] [O:33]
    variation_prior_weight: float = 6.0  # [D] counts like six values
    variation_floor_mm: float = 6.0  # [D]
    mad_factor: float = 1.4826  # [K] MAD to SD of a normal distribution

    # Response to a session.
    immediate_weight: float = 0.5  # [D]
    h24_weight: float = 1.0  # [D]
    h48_weight: float = 1.0  # [D]
    soreness_below_mm: float = 30.0  # [D] delayed-onset soreness rises less
    restart_gap_days: int = 21  # [D] a longer pause restarts the windows

    # T1 possible flare.
    t1_rise_mm: float = 20.0  # [D]
    t1_variations: float = 1.5  # [D]
    t1_reference_share: float = 0.30  # [D]

    # T2 acute flare.
    t2_rise_mm: float = 20.0  # [D]
    t2_variations: float = 1.5  # [D]
    t2_still_mm: float = 10.0  # [D] rise left after 48 h
    t2_immediate_rise_mm: float = 40.0  # [D] fires at once, and makes it high
    t2_immediate_level_mm: float = 90.0  # [D] fires at once, and makes it high
    t2_medicated_rise_mm: float = 10.0  # [D] with "yes" and extra analgesic
    t2_high_sleep_max: int = 3  # [D] of 10, with extra analgesic

    # T3 sustained flare.
    t3_rise_mm: float = 20.0  # [D]
    t3_variations: float = 1.5  # [D]

    # T4 pattern over sessions.
    t4_sessions: int = 6  # [D] newest usable sessions
    t4_clip_mm: float = 40.0  # [D] one session cannot make a pattern
    t4_each_mm: float = 10.0  # [D] a session counts as a rise from here
    t4_watch_min_sessions: int = 3  # [D]
    t4_watch_mean_mm: float = 10.0  # [D]
    t4_watch_z: float = 1.8  # [D]
    t4_watch_rises: int = 2  # [D]
    t4_alert_min_sessions: int = 4  # [D]
    t4_alert_mean_mm: float = 10.0  # [D]
    t4_alert_z: float = 2.0  # [D]
    t4_alert_rises: int = 3  # [D]
    t4_high_mean_mm: float = 25.0  # [D]
    t4_silence_days: int = 14  # [D]

    # T5 week-to-week rise of the resting level.
    t5_half: int = 4  # [D] values in each of the two medians
    t5_gate_mm: float = 15.0  # [D]
    t5_gate_variations: float = 1.0  # [D]
    t5_alert_mm: float = 20.0  # [D]
    t5_alert_variations: float = 2.0  # [D]
    t5_silence_days: int = 28  # [D]

    # DQ too few values.
    dq_sessions: int = 6  # [D]
    dq_min_with_value: int = 3  # [D]

    # Episodes and messages.
    rest_margin_mm: float = 10.0  # [D] over the reference at the start
    rest_values: int = 2  # [D] in a row, to close an episode
    mail_within_days: int = 5  # [D] from the end of a session to receipt

    def __post_init__(self) -> None:
        """Refuse a number that no rule can work with.

        Raises:
            ClinicalInputError: A field of the wrong type, not finite, not above
                zero, or an empty key.
        """
        if not isinstance(self.key, str) or not self.key:
            raise ClinicalInputError(f"key must be a name, got {self.key!r}.")
        for field in fields(self):
            if field.name != "key":
                _require_number(
                    field.name,
                    getattr(self, field.name),
                    is_whole=isinstance(field.default, int),
                )

    def to_mapping(self) -> dict[str, Any]:
        """Return all fields as plain values that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "DetectorPolicy":
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
                    f"A detector policy must have all its fields and no other; "
                    f"{rule}: {', '.join(sorted(names))}."
                )
        return cls(**mapping)


def _require_number(name: str, value: object, *, is_whole: bool) -> None:
    allowed = (int,) if is_whole else (int, float)
    is_number = isinstance(value, allowed) and not isinstance(value, bool)
    if not is_number or not (math.isfinite(value) and value > 0):  # type: ignore[arg-type,operator]
        kind = "whole number" if is_whole else "finite number"
        raise ClinicalInputError(f"{name} must be a {kind} above 0, got {value!r}.")
