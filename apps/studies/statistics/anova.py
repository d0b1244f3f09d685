"""Two groups at two times: the mixed analysis of variance, by its closed form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from .display import Reason, ShownP, shown_p
from .values import Value, has_spread, pairs

MIXED_ANOVA_METHOD: Final = (
    "Mixed analysis of variance, 2 groups x 2 times, sums of squares of type III; "
    "TIME from the unweighted means of the groups; complete pairs only"
)
PAIRED_T_METHOD: Final = "Paired t-test, two-sided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One line of the table.

    Args:
        f: F(1, df_error); None where the values do not differ within the groups.
        p: 1 when there is nothing to test, with the reason; None without a test.
        partial_eta_squared: Share of the variance, from 0 to 1; None without F.
        smallest_n: Complete pairs of the smaller group.
    """

    f: float | None
    p: float | None
    partial_eta_squared: float | None
    df_error: int
    smallest_n: int
    reason: Reason | None

    @property
    def shown_p(self) -> ShownP:
        """Return p as it may be printed."""
        return shown_p(self.p, smallest_n=self.smallest_n, reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedAnova:
    """Whether two groups differ, change, and change differently.

    Args:
        n_a: Complete pairs of group a.
        dropped_a: Persons of group a who lack one value or both.
        group: Difference between the groups over both times.
        time: Change over time, both groups counting the same.
        interaction: GROUP x TIME: whether they change differently.
    """

    method: ClassVar[str] = MIXED_ANOVA_METHOD

    n_a: int
    n_b: int
    dropped_a: int
    dropped_b: int
    group: Effect
    time: Effect
    interaction: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedT:
    """The change within one group, as a t-test.

    Args:
        t: Positive for a rise; None without a test.
        p: 1 when nobody changed; None without a test.
    """

    method: ClassVar[str] = PAIRED_T_METHOD

    n: int
    dropped: int
    t: float | None
    p: float | None
    reason: Reason | None

    @property
    def shown_p(self) -> ShownP:
        """Return p as it may be printed."""
        return shown_p(self.p, smallest_n=self.n, reason=self.reason)


def mixed_anova(
    *,
    pre_a: Sequence[Value],
    post_a: Sequence[Value],
    pre_b: Sequence[Value],
    post_b: Sequence[Value],
) -> MixedAnova:
    """Return the effects of group, time, and both together.

    With two times sphericity always holds, so there is nothing to correct.

    Args:
        pre_a: One entry per person of the first group; None where it is missing.
        post_a: Of the same persons in the same order.
        pre_b: The same for the second group.
        post_b: The same for the second group.

    Raises:
        ClinicalInputError: The sequences of a group differ in length, or a value is
            not finite or beyond a million.

    Source:
        S1 (SPSS 26, GLM, type III). Packages that weight TIME by the sizes of the
        groups give another F for it.
    """
    a = pairs(pre=pre_a, post=post_a, name="_a")
    b = pairs(pre=pre_b, post=post_b, name="_b")
    return MixedAnova(
        n_a=a.n,
        n_b=b.n,
        dropped_a=a.dropped,
        dropped_b=b.dropped,
        group=_effect(a.means, b.means, sign=-1, without=Reason.NO_DIFFERENCE),
        time=_effect(a.differences, b.differences, sign=1, without=Reason.NO_CHANGE),
        interaction=_effect(
            a.differences, b.differences, sign=-1, without=Reason.NO_DIFFERENCE
        ),
    )


def paired_t(*, pre: Sequence[Value], post: Sequence[Value]) -> PairedT:
    """Return whether a group changed, by the paired t-test (post hoc).

    S1 does not say which test it used within the groups: print `method` with it.

    Args:
        pre: One entry per person; None where it is missing.
        post: Of the same persons in the same order.

    Raises:
        ClinicalInputError: The sequences differ in length, or a value is not finite
            or beyond a million.
    """
    given = pairs(pre=pre, post=post)
    changes = given.differences
    t = p = reason = None
    if given.n < 2:
        reason = Reason.TOO_FEW
    elif has_spread(changes):
        test = stats.ttest_1samp(changes, 0)
        t, p = float(test.statistic), float(test.pvalue)
    elif changes.any():
        reason = Reason.NO_SPREAD
    else:
        p, reason = 1.0, Reason.NO_CHANGE
    return PairedT(n=given.n, dropped=given.dropped, t=t, p=p, reason=reason)


def p_of_f(f: float, *, df_error: int) -> float:
    """Return the p-value of F(1, df_error)."""
    return float(stats.f.sf(f, 1, df_error))


def partial_eta_squared(f: float, *, df_error: int) -> float:
    """Return the effect size of F(1, df_error), from 0 to 1."""
    return f / (f + df_error)


def _effect(
    a: NDArray[np.float64], b: NDArray[np.float64], *, sign: int, without: Reason
) -> Effect:
    """Return the effect that the sum (1) or difference (-1) of two means stands for.

    F = t^2 with t = (mean a ± mean b) / (s sqrt(1/n a + 1/n b)), s pooled. For TIME
    both halves of the textbook's quotient are halved; that cancels out.
    """
    df_error = len(a) + len(b) - 2
    f = p = eta = reason = None
    if not (len(a) and len(b)) or df_error < 1:
        reason = Reason.TOO_FEW
    elif has_spread(a) or has_spread(b):
        f = _f(a, b, sign=sign)
        p = p_of_f(f, df_error=df_error)
        eta = partial_eta_squared(f, df_error=df_error)
    elif a[0] + sign * b[0]:
        reason = Reason.NO_SPREAD
    else:
        p, reason = 1.0, without
    return Effect(
        f=f,
        p=p,
        partial_eta_squared=eta,
        df_error=max(df_error, 0),
        smallest_n=min(len(a), len(b)),
        reason=reason,
    )


def _f(a: NDArray[np.float64], b: NDArray[np.float64], *, sign: int) -> float:
    squares = ((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum()
    pooled_variance = squares / (len(a) + len(b) - 2)
    total = a.mean() + sign * b.mean()
    return float(total**2 / (pooled_variance * (1 / len(a) + 1 / len(b))))
