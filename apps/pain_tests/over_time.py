"""One patient's tests over time: each visit beside the first and the one before."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.clinical.pain_tests import function_tests
from apps.clinical.pain_tests.comparison import (
    Change,
    CpmProcedure,
    VisitResults,
    compare,
)
from apps.clinical.pain_tests.cpm import ConditioningKind, StimulusKind, Timing
from apps.clinical.pain_tests.function_tests import FunctionChange
from apps.clinical.pain_tests.ppt import Region, Side, Site
from apps.clinical.pain_tests.remarks import Measure
from apps.clinics.models import Patient

from .entry import CpmEntry
from .models import FunctionTest, PainTest


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitOverTime:
    """A visit with its changes; none for the first."""

    test: PainTest
    from_first: tuple[Change, ...]
    from_previous: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionOverTime:
    """A test of function with its changes within its own series.

    A series is of one kind, side and movement. None for its first, and where one of
    the two has no value.
    """

    test: FunctionTest
    from_first: FunctionChange | None
    from_previous: FunctionChange | None


def visits_over_time(patient: Patient) -> list[VisitOverTime]:
    """Return the visits that are not void, oldest first, in one query."""
    rows = PainTest.objects.filter(patient=patient, voided_at__isnull=True)
    tests = list(rows.order_by("tested_at", "pk"))
    results = [visit_results(test) for test in tests]
    return [
        VisitOverTime(
            test=test,
            from_first=_changes(results, 0, place),
            from_previous=_changes(results, place - 1, place),
        )
        for place, test in enumerate(tests)
    ]


def functions_over_time(patient: Patient) -> list[FunctionOverTime]:
    """Return the tests that are not void by series, oldest first, in one query."""
    rows = FunctionTest.objects.filter(patient=patient, voided_at__isnull=True)
    told: list[FunctionOverTime] = []
    first = previous = None
    for test in rows.order_by("kind", "side", "movement", "tested_at", "pk"):
        if first is None or _series(test) != _series(first):
            first = previous = None
        told.append(
            FunctionOverTime(
                test=test,
                from_first=_function_change(first, test),
                from_previous=_function_change(previous, test),
            )
        )
        first, previous = first or test, test
    return told


def visit_results(test: PainTest) -> VisitResults:
    """Return a stored visit as visits are compared."""
    by_site = test.details.get("ppt", {}).get("by_site", ())
    return VisitResults(
        device=test.device,
        ppt_by_site_kpa={
            Site(region=Region(one["site"]), side=Side(one["side"])): one["kpa"]
            for one in by_site
        },
        mvc_n=test.mvc_n,
        eih_score=test.eih_score,
        p50_kpa=test.p50_kpa,
        p50_degree=test.details.get("p50", {}).get("degree"),
        cpm_percent=test.cpm_percent,
        cpm=_procedure(test.measurements.get("cpm")),
        marked=frozenset(Measure(one["measure"]) for one in test.deviations),
    )


def _changes(
    results: Sequence[VisitResults], earlier: int, later: int
) -> tuple[Change, ...]:
    if later == 0:
        return ()
    return compare(earlier=results[earlier], later=results[later])


def _procedure(measured: object) -> CpmProcedure | None:
    if measured is None:
        return None
    entry = CpmEntry.model_validate(measured)
    site = None
    if entry.site and entry.side:
        site = Site(region=Region(entry.site), side=Side(entry.side))
    return CpmProcedure(
        stimulus=StimulusKind(entry.stimulus_kind),
        site=site,
        timing=Timing.DURING if entry.after is None else Timing.AFTER,
        conditioning=ConditioningKind(entry.conditioning.kind),
        temperature_c=entry.conditioning.temperature_c,
        pressure_kpa=entry.conditioning.pressure_kpa,
    )


def _series(test: FunctionTest) -> tuple[str, str, str]:
    return test.kind, test.side, test.movement


def _function_change(
    earlier: FunctionTest | None, later: FunctionTest
) -> FunctionChange | None:
    if earlier is None:
        return None
    return function_tests.function_change(
        earlier=_as_rules_know(earlier), later=_as_rules_know(later)
    )


def _as_rules_know(test: FunctionTest) -> function_tests.FunctionTest:
    return function_tests.FunctionTest(
        kind=function_tests.FunctionTestKind(test.kind),
        unit=test.unit,
        trials=tuple(test.trials),
        side=Side(test.side) if test.side else None,
        movement=test.movement or None,
    )
