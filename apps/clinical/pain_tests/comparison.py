"""How the tests of two visits differ: a difference, and what to know before using it.

Nothing here says better or worse, or that a change is real: between visits people
differ by more than repeats within one do, and no limit for that has a source [U].
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .cpm import ConditioningKind, StimulusKind, Timing
from .ppt import SITES_MIN, Site, ppt_change
from .remarks import Measure, Remark, Value, remark

# An EIH score from one visit is noisy [O:1], and so is CPM [O:45].
NOISY: Final = frozenset({Measure.EIH_SCORE, Measure.CPM})
# A share or a percentage already: the difference is told, and no percentage of it.
SHARES: Final = frozenset({Measure.EIH_SCORE, Measure.CPM})


@dataclass(frozen=True, slots=True, kw_only=True)
class CpmProcedure:
    """How CPM was tested; visits compare when all of it is equal.

    Args:
        site: None where it was not noted; that equals nothing but itself.
    """

    stimulus: StimulusKind
    site: Site | None
    timing: Timing
    conditioning: ConditioningKind
    temperature_c: float | None
    pressure_kpa: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitResults:
    """What one visit gave, as far as visits are compared; None where it did not.

    Args:
        device: Empty if it was not noted.
        ppt_by_site_kpa: Empty if thresholds were not tested.
        p50_degree: Of the curve that P50 stands on.
        marked: What was tested and not done as planned.
    """

    device: str
    ppt_by_site_kpa: Mapping[Site, float]
    mvc_n: float | None
    eih_score: float | None
    p50_kpa: float | None
    p50_degree: int | None
    cpm_percent: float | None
    cpm: CpmProcedure | None
    marked: frozenset[Measure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How one measure differs: later minus earlier.

    Args:
        difference: In the unit of the measure: kPa, N, a share for the EIH score,
            percent for CPM. None with a refusal.
        percent: Of the earlier value; None where that means nothing.
        refusals: Why there is no number.
        cautions: What to know before relying on it.
    """

    measure: Measure
    difference: float | None
    percent: float | None
    refusals: tuple[Remark, ...]
    cautions: tuple[Remark, ...]


def compare(*, earlier: VisitResults, later: VisitResults) -> tuple[Change, ...]:
    """Return the change of each measure that both visits have, in a fixed order.

    Source:
        Which visits compare is ours [D]; how far the two noisy measures repeat is
        told in [O:1] and [O:45].
    """
    found = (
        _ppt(earlier, later),
        _single(Measure.MVC, earlier.mvc_n, later.mvc_n),
        _single(Measure.EIH_SCORE, earlier.eih_score, later.eih_score),
        _p50(earlier, later),
        _cpm(earlier, later),
    )
    return tuple(
        _with_cautions(change, earlier=earlier, later=later)
        for change in found
        if change is not None
    )


def _ppt(earlier: VisitResults, later: VisitResults) -> Change | None:
    before, after = earlier.ppt_by_site_kpa, later.ppt_by_site_kpa
    if not before or not after:
        return None
    change = ppt_change(earlier_kpa=before, later_kpa=after)
    if change is None:
        shared: Value = len(before.keys() & after.keys())
        params = {"shared": shared, "minimum": SITES_MIN}
        return _refused(Measure.PPT_AVERAGE, "too_few_sites", params)
    return _told(
        Measure.PPT_AVERAGE,
        difference=change.difference_kpa,
        percent=change.difference_percent,
    )


def _p50(earlier: VisitResults, later: VisitResults) -> Change | None:
    change = _single(Measure.P50, earlier.p50_kpa, later.p50_kpa)
    if change is None or earlier.p50_degree == later.p50_degree:
        return change
    params = {"earlier": str(earlier.p50_degree), "later": str(later.p50_degree)}
    return _refused(Measure.P50, "other_degree", params)


def _cpm(earlier: VisitResults, later: VisitResults) -> Change | None:
    change = _single(Measure.CPM, earlier.cpm_percent, later.cpm_percent)
    if change is None or earlier.cpm == later.cpm:
        return change
    return _refused(
        Measure.CPM, "other_procedure", {"what": _what_differs(earlier.cpm, later.cpm)}
    )


def _what_differs(one: CpmProcedure | None, other: CpmProcedure | None) -> str:
    words = {
        "stimulus": "The test stimulus",
        "site": "The site of the test stimulus",
        "timing": "When the second value was taken",
        "conditioning": "The conditioning",
        "temperature_c": "The temperature of the conditioning",
        "pressure_kpa": "The pressure of the conditioning",
    }
    return next(
        said
        for name, said in words.items()
        if getattr(one, name, None) != getattr(other, name, None)
    )


def _single(
    measure: Measure, before: float | None, after: float | None
) -> Change | None:
    if before is None or after is None:
        return None
    difference = after - before
    if measure in SHARES:
        return _told(measure, difference=difference, percent=None)
    if before == 0:
        caution = _remark(measure, "nothing_to_share", {})
        return _told(measure, difference=difference, percent=None, cautions=(caution,))
    return _told(measure, difference=difference, percent=100 * difference / before)


def _with_cautions(
    change: Change, *, earlier: VisitResults, later: VisitResults
) -> Change:
    codes = []
    if not earlier.device or earlier.device != later.device:
        codes.append("other_device")
    if change.measure in earlier.marked | later.marked:
        codes.append("marked")
    if change.measure in NOISY:
        codes.append("noisy")
    return Change(
        measure=change.measure,
        difference=change.difference,
        percent=change.percent,
        refusals=change.refusals,
        cautions=(
            *change.cautions,
            *(_remark(change.measure, code, {}) for code in codes),
        ),
    )


def _told(
    measure: Measure,
    *,
    difference: float,
    percent: float | None,
    cautions: tuple[Remark, ...] = (),
) -> Change:
    return Change(
        measure=measure,
        difference=difference,
        percent=percent,
        refusals=(),
        cautions=cautions,
    )


def _refused(measure: Measure, code: str, params: Mapping[str, Value]) -> Change:
    return Change(
        measure=measure,
        difference=None,
        percent=None,
        refusals=(_remark(measure, code, params),),
        cautions=(),
    )


def _remark(measure: Measure, code: str, params: Mapping[str, Value]) -> Remark:
    return remark(Measure.COMPARISON, code, where=str(measure), params=params)
