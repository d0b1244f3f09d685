"""The rank tests of the trial, with the options that give what SPSS prints."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from .display import Reason, ShownP, shown_p
from .values import Value, has_spread, measured, pairs

SIGNED_RANK_METHOD: Final = (
    "Wilcoxon signed rank test, two-sided; zero differences dropped, mid-ranks, "
    "normal approximation corrected for ties, no continuity correction"
)
RANK_SUM_METHOD: Final = (
    "Mann-Whitney U test, two-sided; mid-ranks, normal approximation corrected for "
    "ties, no continuity correction"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRank:
    """The change within one group.

    Args:
        n: Complete pairs.
        dropped: Persons who lack one value or both.
        n_used: Pairs that changed.
        t_plus: Sum of the ranks of the rises.
        t_minus: Sum of the ranks of the falls.
        z: From the smaller sum, so never positive; None without a test.
        p: 1 when nobody changed; None without a pair.
        reason: NO_CHANGE when nobody changed, TOO_FEW without a pair.
    """

    method: ClassVar[str] = SIGNED_RANK_METHOD

    n: int
    dropped: int
    n_used: int
    t_plus: float
    t_minus: float
    z: float | None
    p: float | None
    reason: Reason | None

    @property
    def w(self) -> float:
        """Return the smaller sum of ranks."""
        return min(self.t_plus, self.t_minus)

    @property
    def shown_p(self) -> ShownP:
        """Return p as it may be printed."""
        return shown_p(self.p, smallest_n=self.n, reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankSum:
    """The difference between two groups.

    Args:
        u_a: Pairs of persons in which the one of group a has more, ties half.
        z: Positive when group a has more; None without a test. SPSS prints it
            always negative.
        p: 1 when all values are the same; None when a group is empty.
        reason: NO_DIFFERENCE or TOO_FEW in those two cases.
    """

    method: ClassVar[str] = RANK_SUM_METHOD

    n_a: int
    n_b: int
    missing_a: int
    missing_b: int
    u_a: float
    u_b: float
    z: float | None
    p: float | None
    reason: Reason | None

    @property
    def u(self) -> float:
        """Return U as SPSS prints it: the smaller of the two."""
        return min(self.u_a, self.u_b)

    @property
    def shown_p(self) -> ShownP:
        """Return p as it may be printed."""
        smallest_n = min(self.n_a, self.n_b)
        return shown_p(self.p, smallest_n=smallest_n, reason=self.reason)


def signed_rank(*, pre: Sequence[Value], post: Sequence[Value]) -> SignedRank:
    """Return whether a group changed, by the signed rank test.

    Args:
        pre: One entry per person; None where it is missing.
        post: Of the same persons in the same order.

    Raises:
        ClinicalInputError: The sequences differ in length, or a value is not finite
            or beyond a million.

    Source:
        S1 (SPSS 26). The default of scipy turns to the exact test for small groups
        and gives another p.
    """
    given = pairs(pre=pre, post=post)
    changes = given.differences[given.differences != 0]
    ranks = stats.rankdata(np.abs(changes))
    z = p = reason = None
    if len(changes):
        test = stats.wilcoxon(
            changes, zero_method="wilcox", correction=False, method="asymptotic"
        )
        z, p = -abs(float(test.zstatistic)), float(test.pvalue)
    elif given.n:
        p, reason = 1.0, Reason.NO_CHANGE
    else:
        reason = Reason.TOO_FEW
    return SignedRank(
        n=given.n,
        dropped=given.dropped,
        n_used=len(changes),
        t_plus=float(ranks[changes > 0].sum()),
        t_minus=float(ranks[changes < 0].sum()),
        z=z,
        p=p,
        reason=reason,
    )


def rank_sum(*, a: Sequence[Value], b: Sequence[Value]) -> RankSum:
    """Return whether two groups differ, by the Mann-Whitney U test.

    Args:
        a: One entry per person of the first group; None where it is missing.
        b: The same for the second group.

    Raises:
        ClinicalInputError: A value is not finite or beyond a million.

    Source:
        S1 (SPSS 26). What SPSS calls "exact" for small groups ignores ties.
    """
    first, second = measured(a, name="a"), measured(b, name="b")
    both = np.concatenate([first.values, second.values])
    u_a = float(stats.rankdata(both)[: first.n].sum()) - first.n * (first.n + 1) / 2
    z = p = reason = None
    if not (first.n and second.n):
        reason = Reason.TOO_FEW
    elif not has_spread(both):
        p, reason = 1.0, Reason.NO_DIFFERENCE
    else:
        test = stats.mannwhitneyu(
            first.values, second.values, use_continuity=False, method="asymptotic"
        )
        z, p = _z_of_u(u_a, n_a=first.n, both=both), float(test.pvalue)
    return RankSum(
        n_a=first.n,
        n_b=second.n,
        missing_a=first.missing,
        missing_b=second.missing,
        u_a=u_a,
        u_b=first.n * second.n - u_a,
        z=z,
        p=p,
        reason=reason,
    )


def _z_of_u(u_a: float, *, n_a: int, both: NDArray[np.float64]) -> float:
    """Return U as standard deviations from what equal groups would give."""
    n = len(both)
    n_b = n - n_a
    _, ties = np.unique(both, return_counts=True)
    tied = float((ties**3 - ties).sum()) / (n * (n - 1))
    variance = n_a * n_b / 12 * (n + 1 - tied)
    return float((u_a - n_a * n_b / 2) / np.sqrt(variance))
