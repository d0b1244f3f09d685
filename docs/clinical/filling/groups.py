"""Statistics of groups."""

from apps.studies.statistics.anova import Effect, mixed_anova
from apps.studies.statistics.display import SMALLEST_GROUP, SMALLEST_SHOWN_P
from apps.studies.statistics.quartiles import SMALLEST_N, quartiles
from apps.studies.statistics.ranks import rank_sum, signed_rank
from apps.studies.statistics.responders import REDUCTION_PCT

from ..shown import number

VALUES = (12, 30, 33, 41, 54, 55, 60, 71)
PRE = (54, 33, 70, 61, 48, 40, 75, 22, 58, 66)
POST = (31, 33, 58, 61, 30, 45, 60, 20, 40, 50)
A = (7, 5, 8, 9, 7, 6, 10, 5)
B = (1, 0, 3, 2, 5, 1, 0, 4, 3)
FIRST_KPA = ((282, 52, 201, 152, 157, 169, 79), (285, 45, 185, 152, 179, 173, 113))
SECOND_KPA = ((316, 278, 529, 344, 309), (336, 304, 593, 383, 321))


def statistics() -> dict[str, str]:
    """Return one example of each test."""
    change = signed_rank(pre=PRE, post=POST)
    difference = rank_sum(a=A, b=B)
    both = mixed_anova(
        pre_a=FIRST_KPA[0],
        post_a=FIRST_KPA[1],
        pre_b=SECOND_KPA[0],
        post_b=SECOND_KPA[1],
    )
    low, median, high = quartiles(VALUES).values or (0.0, 0.0, 0.0)
    return {
        "smallest_n": number(SMALLEST_N),
        "quartile_values": _listed(VALUES),
        "quartiles": f"{median} ({low}-{high})",
        "wilcoxon_pre": _listed(PRE),
        "wilcoxon_post": _listed(POST),
        "wilcoxon_used": number(change.n_used),
        "wilcoxon_plus": number(change.t_plus),
        "wilcoxon_minus": number(change.t_minus),
        "wilcoxon_z": number(change.z, decimals=4),
        "wilcoxon_p": number(change.p, decimals=6),
        "rank_a": _listed(A),
        "rank_b": _listed(B),
        "rank_u": number(difference.u),
        "rank_z": number(difference.z, decimals=4),
        "rank_p": number(difference.p, decimals=6),
        "anova_a": number(both.n_a),
        "anova_b": number(both.n_b),
        "anova_group": _effect(both.group),
        "anova_time": _effect(both.time),
        "anova_both": _effect(both.interaction),
        "smallest_group": number(SMALLEST_GROUP),
        "smallest_p": number(SMALLEST_SHOWN_P),
        "reductions": " or ".join(map(str, REDUCTION_PCT)),
    }


def _effect(effect: Effect) -> str:
    return f"{number(effect.f, decimals=4)} (p {number(effect.p, decimals=6)})"


def _listed(values: tuple[int, ...]) -> str:
    return ", ".join(map(str, values))
