"""What a visit's tests give: results, what stands behind them, and refusals."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeVar

from apps.clinical.errors import ClinicalInputError
from apps.clinical.pain_tests import cpm, eih, function_tests, mvc, p50, ppt
from apps.clinical.pain_tests.readiness import (
    BloodPressure,
    BloodPressureRule,
    Drug,
    LastDose,
    Readiness,
    readiness,
)
from apps.clinical.pain_tests.remarks import Measure, Remark, remark
from apps.common.errors import InvalidEntryError

from .entry import CpmEntry, EihEntry, FunctionTestEntry, P50Entry, PainTestEntry
from .models import P50Order, PainTestSettings

Made = TypeVar("Made")
RESULT_COLUMNS = (
    "ppt_average_kpa",
    "mvc_n",
    "target_n",
    "eih_score",
    "p50_kpa",
    "cpm_percent",
)


@dataclass(slots=True)
class Results:
    """Columns of the record, details by procedure, and remarks as they are stored."""

    columns: dict[str, float | None] = field(
        default_factory=lambda: dict.fromkeys(RESULT_COLUMNS)
    )
    details: dict[str, Any] = field(default_factory=dict)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    deviations: list[dict[str, Any]] = field(default_factory=list)

    def add(self, found: Any, *, details: dict[str, Any], name: str) -> None:
        """Keep what one procedure gave beside its own results."""
        self.details[name] = details
        self.refusals += map(stored, found.refusals)
        self.deviations += map(stored, found.deviations)


def stored(one: Remark) -> dict[str, Any]:
    """Return a remark as JSON keeps it."""
    return asdict(one) | {"measure": str(one.measure), "params": dict(one.params)}


def readiness_of(
    entry: PainTestEntry, *, settings: PainTestSettings | None
) -> Readiness:
    """Return what stands in the way of testing on this day.

    Raises:
        InvalidEntryError: Something does, and there is no reason to go on; it points
            to each answer that is missing or speaks against it.
    """
    rule = settings.bp_rule if settings is not None else ""
    found = asked(
        "",
        lambda: readiness(
            tested_at=entry.tested_at,
            last_doses=[
                LastDose(
                    drug=drug,
                    taken_at=getattr(entry, f"last_{drug}_at"),
                    none_taken=getattr(entry, f"no_{drug}"),
                )
                for drug in Drug
            ],
            blood_pressure=_pressure_of(entry),
            bp_rule=BloodPressureRule(rule) if rule else None,
            for_fmri=entry.for_fmri,
            override_reason=entry.override_reason,
        ),
    )
    if not found.ready:
        raise InvalidEntryError(
            [
                {
                    "pointer": f"/{question.where}",
                    "code": question.key.rpartition(".")[2],
                    "detail": f"{question.reason} The reason is override_reason.",
                }
                for question in found.questions
            ]
        )
    return found


def results_of(
    entry: PainTestEntry,
    *,
    order: P50Order | None,
    settings: PainTestSettings | None,
) -> Results:
    """Return what was measured comes to; what was not done is left out.

    Raises:
        InvalidEntryError: A value cannot be; it points to it.
    """
    results = Results()
    if entry.ppt is not None:
        _add_ppt(results, entry)
    if entry.mvc_n is not None:
        found = asked("/mvc_n", lambda: mvc.mvc_result(entry.mvc_n or ()))
        results.columns |= {"mvc_n": found.mvc_n, "target_n": found.target_n}
        results.add(found, name="mvc_n", details={})
    if entry.eih is not None:
        _add_eih(results, entry.eih)
    if entry.p50 is not None and order is not None:
        degree = settings.p50_degree if settings is not None else None
        _add_p50(results, entry.p50, order=order, degree=degree)
    if entry.cpm is not None:
        _add_cpm(results, entry.cpm)
    return results


def function_result_of(entry: FunctionTestEntry) -> function_tests.FunctionResult:
    """Return the best of the trials.

    Raises:
        InvalidEntryError: The test cannot give this.
    """
    test = asked("", lambda: function_test_of(entry))
    return function_tests.function_result(test)


def function_test_of(entry: FunctionTestEntry) -> function_tests.FunctionTest:
    """Return the test as the rules know it."""
    return function_tests.FunctionTest(
        kind=entry.kind,
        unit=entry.unit,
        trials=tuple(entry.trials),
        side=ppt.Side(entry.side) if entry.side else None,
        movement=entry.movement,
    )


def asked(pointer: str, rule: Callable[[], Made]) -> Made:
    """Return what a rule says; its refusal of a value points to where that stands.

    Raises:
        InvalidEntryError: The rule refuses the value.
    """
    try:
        return rule()
    except ClinicalInputError as error:
        raise InvalidEntryError.at(
            pointer, code="impossible", detail=str(error)
        ) from error


def _pressure_of(entry: PainTestEntry) -> BloodPressure | None:
    measured = entry.blood_pressure
    if measured is None:
        return None
    return BloodPressure(
        systolic_mmhg=measured.systolic, diastolic_mmhg=measured.diastolic
    )


def _add_ppt(results: Results, entry: PainTestEntry) -> None:
    readings = [
        ppt.PptReading(
            region=ppt.Region(one.site),
            side=ppt.Side(one.side),
            kpa=one.kpa,
            repeat=one.repeat,
        )
        for one in entry.ppt or ()
    ]
    found = asked("/ppt", lambda: ppt.ppt_result(readings))
    results.columns["ppt_average_kpa"] = found.average_kpa
    by_site = [
        {"site": str(site.region), "side": str(site.side), "kpa": kpa}
        for site, kpa in found.by_site_kpa.items()
    ]
    repeatability = found.repeatability and asdict(found.repeatability)
    results.add(
        found, name="ppt", details={"by_site": by_site, "repeatability": repeatability}
    )


def _add_eih(results: Results, entry: EihEntry) -> None:
    def test() -> eih.EihTest:
        return eih.EihTest(
            baseline_kpa=tuple(entry.baseline_kpa),
            series=tuple(
                eih.EihReading(second=one.second, kpa=one.kpa) for one in entry.series
            ),
            hold_s=entry.hold_s,
            end_reason=eih.EndReason(entry.end_reason),
            rest_since_mvc_s=entry.rest_since_mvc_s,
        )

    found = eih.eih_result(asked("/eih", test))
    results.columns["eih_score"] = found.score
    details = {
        "direction": found.direction and str(found.direction),
        "end_kpa": found.end_kpa,
        "mean_baseline_score": found.mean_baseline_score,
        "peak_score": found.peak_score,
    }
    results.add(found, name="eih", details=details)


def _add_p50(
    results: Results, entry: P50Entry, *, order: P50Order, degree: int | None
) -> None:
    ratings = [
        p50.Rating(series=one.series, kpa=one.kpa, vas_mm=one.vas_mm)
        for one in entry.ratings
    ]
    if degree is None:
        refusal = remark(Measure.P50, "degree_not_set", where="p50.ratings", params={})
        results.refusals.append(stored(refusal))
        return
    found = asked(
        "/p50/ratings",
        lambda: p50.p50_result(
            ratings,
            threshold_kpa=order.threshold_kpa,
            maximum_kpa=order.maximum_kpa,
            degree=degree,
        ),
    )
    results.columns["p50_kpa"] = found.p50_kpa
    details = {
        "degree": found.degree,
        "asked_degree": degree,
        "r2": found.r2,
        "coefficients": list(found.coefficients),
        "extrapolated": found.extrapolated,
    }
    results.add(found, name="p50", details=details)


def _add_cpm(results: Results, entry: CpmEntry) -> None:
    timing = cpm.Timing.DURING if entry.after is None else cpm.Timing.AFTER

    def test() -> cpm.CpmTest:
        return cpm.CpmTest(
            stimulus_kind=cpm.StimulusKind(entry.stimulus_kind),
            region=ppt.Region(entry.site) if entry.site else None,
            side=ppt.Side(entry.side) if entry.side else None,
            conditioning=cpm.Conditioning(
                **entry.conditioning.model_dump(exclude={"kind"}),
                kind=cpm.ConditioningKind(entry.conditioning.kind),
            ),
            timing=timing,
            before=entry.before,
            conditioned=entry.during if entry.after is None else entry.after,
        )

    found = cpm.cpm_result(asked("/cpm", test))
    results.columns["cpm_percent"] = found.percent
    details = {"difference": found.difference, "sign_convention": found.sign_convention}
    results.add(_as_entered(found, timing), name="cpm", details=details)


def _as_entered(found: cpm.CpmResult, timing: cpm.Timing) -> cpm.CpmResult:
    # An entry names the second value by when it was taken.
    names = {"cpm.conditioned": f"cpm.{timing}"}
    refusals = tuple(
        replace(one, where=names.get(one.where, one.where)) for one in found.refusals
    )
    return replace(found, refusals=refusals)
