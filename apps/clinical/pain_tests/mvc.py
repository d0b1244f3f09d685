"""Maximal voluntary contraction (MVC) and the target force of the EIH test.

Procedure [S1]: seated with hip and knee at 90 degrees, back supported, right knee
extensors, strap at the ankle, three contractions of 5 s with 1 min of rest; then
at least 10 min of rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import ClinicalInputError
from .numbers import require_within
from .remarks import Measure, Remark, remark

TRIALS: Final = 3  # [S1]
TRIAL_S: Final = 5  # [S1]
REST_BETWEEN_TRIALS_S: Final = 60  # [S1]
REST_AFTER_S: Final = 600  # [S1] at least, before the EIH test
TARGET_SHARE: Final = 0.30  # [S1] of the MVC
# [D] catches slips of the keyboard alone. S1 does not state its unit; ours is N.
FORCE_MIN_N: Final = 1.0
FORCE_MAX_N: Final = 2000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MvcResult:
    """The MVC and the force to hold, in N; None with a refusal."""

    mvc_n: float | None
    target_n: float | None
    refusals: tuple[Remark, ...]
    deviations: tuple[Remark, ...]


def mvc_result(trials_n: Sequence[float | None]) -> MvcResult:
    """Return the highest of the three trials, and 30 % of it.

    One trial is enough for a result; fewer than three are marked [D].

    Args:
        trials_n: In the order done; None where a trial gave no value.

    Raises:
        ClinicalInputError: More than three trials, or a force outside 1-2000 N.

    Source:
        Löfgren et al. 2023, doi:10.1016/j.ynpai.2023.100114 [S1].
    """
    if len(trials_n) > TRIALS:
        raise ClinicalInputError(
            f"mvc_n must have at most {TRIALS} trials, got {len(trials_n)}. Enter the "
            f"three of the protocol."
        )
    forces_n = [
        require_within(
            f"mvc_n[{index}]",
            force_n,
            minimum=FORCE_MIN_N,
            maximum=FORCE_MAX_N,
            unit="N",
        )
        for index, force_n in enumerate(trials_n)
        if force_n is not None
    ]
    if not forces_n:
        return MvcResult(
            mvc_n=None, target_n=None, refusals=(_no_trial(),), deviations=()
        )
    is_complete = len(forces_n) == TRIALS
    return MvcResult(
        mvc_n=max(forces_n),
        target_n=TARGET_SHARE * max(forces_n),
        refusals=(),
        deviations=() if is_complete else (_trials_missing(len(forces_n)),),
    )


def _no_trial() -> Remark:
    return remark(
        Measure.MVC,
        "no_trial",
        where="mvc_n",
        params={"trials": TRIALS, "seconds": TRIAL_S, "rest": REST_BETWEEN_TRIALS_S},
    )


def _trials_missing(present: int) -> Remark:
    return remark(
        Measure.MVC,
        "trials_missing",
        where="mvc_n",
        params={"present": present, "trials": TRIALS},
    )
