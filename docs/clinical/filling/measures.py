"""Tests of pain and of function."""

from collections.abc import Iterable

from apps.clinical.pain_tests import ppt
from apps.clinical.pain_tests.comparison import VisitResults, compare
from apps.clinical.pain_tests.cpm import (
    SIGN_CONVENTIONS,
    Conditioning,
    ConditioningKind,
    CpmTest,
    StimulusKind,
    Timing,
    cpm_result,
)
from apps.clinical.pain_tests.eih import EihReading, EihTest, EndReason, eih_result
from apps.clinical.pain_tests.function_tests import (
    TESTS,
    FunctionTest,
    FunctionTestKind,
    Specification,
    function_change,
    function_result,
)
from apps.clinical.pain_tests.mvc import mvc_result
from apps.clinical.pain_tests.order import p50_order
from apps.clinical.pain_tests.p50 import DEGREES, Rating, p50_result
from apps.clinical.pain_tests.ppt import SITES, PptReading, Region, Side
from apps.clinical.pain_tests.remarks import TEMPLATES

from ..shown import number, plain, signed, table
from .progression import blanks

PRESSURES = (150, 200, 250, 300, 350)
RATED = ((8, 22, 35, 52, 66), (4, 18, 40, 49, 70), (10, 25, 37, 55, 63))
KPA = (180, 210, 150, 195, 240, 225, 165, 190)
_ABOUT = {
    "readiness": "before a test",
    "ppt_average_kpa": "pressure pain threshold",
    "mvc_n": "strongest contraction",
    "eih_score": "EIH",
    "p50_kpa": "P50",
    "cpm_percent": "conditioned pain",
    "function_test": "test of function",
    "comparison": "visits side by side",
}
TRIALS_N = (310.0, 342.0, 325.0)


def pain_tests() -> dict[str, str]:
    """Return one test of each kind, and every remark."""
    return {
        "sites": ", ".join(site.words for site in SITES),
        "signs": "".join(f"- {words}\n" for words in SIGN_CONVENTIONS.values()),
        "remarks": table(
            ("about", "what is said"),
            [
                (_ABOUT[key.partition(".")[0]], blanks(one))
                for key, one in TEMPLATES.items()
            ],
        ),
        **_ppt(),
        **_mvc(),
        **_eih(),
        **_p50(),
        **_cpm(),
        **_comparison(),
    }


def function_tests() -> dict[str, str]:
    """Return the table of the tests, and a grip test at two visits."""
    visits = ((182, 190, 187), (205, 211, None))
    before, after = map(_grip, visits)
    change = function_change(earlier=before, later=after)
    assert change is not None
    best = [function_result(one).best for one in (before, after)]
    return {
        "tests": table(
            ("test", "unit", "side", "trials", "result", "values taken"),
            map(_specification, TESTS.values()),
        ),
        "before": _list(one for one in visits[0] if one is not None),
        "after": _list(one for one in visits[1] if one is not None),
        "best_before": number(best[0]),
        "best_after": number(best[1]),
        "change": signed(change.difference, decimals=0),
    }


def _ppt() -> dict[str, str]:
    readings = [
        PptReading(region=site.region, side=site.side, kpa=float(kpa))
        for site, kpa in zip(SITES, KPA, strict=True)
    ]
    whole = ppt.ppt_result(readings)
    seven = ppt.ppt_result(readings[:-1])
    six = ppt.ppt_result(readings[:-2])
    return {
        "ppt_values": _list(KPA),
        "ppt_average": number(whole.average_kpa, decimals=1),
        "ppt_seven": number(seven.average_kpa, decimals=1),
        "ppt_six": six.refusals[0].reason,
    }


def _mvc() -> dict[str, str]:
    result = mvc_result(TRIALS_N)
    return {
        "mvc_trials": _list(TRIALS_N),
        "mvc": number(result.mvc_n),
        "mvc_target": number(result.target_n, decimals=1),
    }


def _eih() -> dict[str, str]:
    first, series = 200.0, (210, 225, 240, 250)
    test = EihTest(
        baseline_kpa=(first, 210.0),
        series=tuple(
            EihReading(second=30 * place, kpa=float(kpa))
            for place, kpa in enumerate(series, start=1)
        ),
        hold_s=130,
        end_reason=next(iter(EndReason)),
        rest_since_mvc_s=600,
    )
    result = eih_result(test)
    return {
        "eih_first": number(first),
        "eih_series": _list(series),
        "eih_end": number(result.end_kpa),
        "eih_score": signed(result.score, decimals=2),
        "eih_word": plain(str(result.direction)),
    }


def _p50() -> dict[str, str]:
    ratings = [
        Rating(series=place, kpa=kpa, vas_mm=vas_mm)
        for place, one in enumerate(RATED, start=1)
        for kpa, vas_mm in zip(PRESSURES, one, strict=True)
    ]
    values = {
        degree: p50_result(
            ratings, threshold_kpa=150, maximum_kpa=350, degree=degree
        ).p50_kpa
        for degree in DEGREES
    }
    order = p50_order(threshold_kpa=150, maximum_kpa=350, seed=7)
    return {
        "p50_rated": table(
            ("kPa", *map(str, PRESSURES)),
            [(f"series {place}", *one) for place, one in enumerate(RATED, start=1)],
        ),
        "p50_values": ", ".join(
            f"{number(kpa, decimals=1)} kPa with degree {degree}"
            for degree, kpa in values.items()
        ),
        "degrees": " or ".join(map(str, DEGREES)),
        "p50_pressures": _list(order.pressures_kpa),
        "p50_order": "; ".join(_list(one) for one in order.series_kpa),
    }


def _cpm() -> dict[str, str]:
    before, conditioned = 200.0, 246.0
    test = CpmTest(
        stimulus_kind=StimulusKind.THRESHOLD,
        region=next(iter(Region)),
        side=next(iter(Side)),
        conditioning=Conditioning(kind=next(iter(ConditioningKind)), temperature_c=10),
        timing=next(iter(Timing)),
        before=before,
        conditioned=conditioned,
    )
    result = cpm_result(test)
    return {
        "cpm_before": number(before),
        "cpm_conditioned": number(conditioned),
        "cpm_difference": signed(result.difference, decimals=0),
        "cpm_percent": signed(result.percent, decimals=0),
    }


def _comparison() -> dict[str, str]:
    visits = [
        VisitResults(
            device=device,
            ppt_by_site_kpa={},
            mvc_n=newtons,
            eih_score=None,
            p50_kpa=None,
            p50_degree=None,
            cpm_percent=None,
            cpm=None,
            marked=frozenset(),
        )
        for device, newtons in (("Dynamometer 1", 320.0), ("Dynamometer 2", 336.0))
    ]
    before, after = (visit.mvc_n for visit in visits)
    (change,) = compare(earlier=visits[0], later=visits[1])
    (caution,) = change.cautions
    return {
        "comparison": (
            f"{number(before)} N, then {number(after)} N: "
            f"{signed(change.difference, decimals=0)} N, "
            f'{signed(change.percent, decimals=0)} %. "{caution.reason}"'
        )
    }


def _grip(values: Iterable[int | None]) -> FunctionTest:
    return FunctionTest(
        kind=FunctionTestKind.GRIP_FORCE,
        unit="N",
        trials=tuple(None if one is None else float(one) for one in values),
        side=next(iter(Side)),
    )


def _specification(one: Specification) -> tuple[str, ...]:
    return (
        one.words,
        one.unit,
        plain(one.sides),
        str(one.trials),
        f"the {one.best}",
        f"{number(one.minimum)} to {number(one.maximum)}",
    )


def _list(values: Iterable[float]) -> str:
    return ", ".join(number(one) for one in values)
