"""What the API tells about pain tests and tests of function."""

from datetime import datetime
from typing import Any
from uuid import UUID

from apps.clinical.pain_tests.order import STIMULUS_EVERY_S, STIMULUS_S
from apps.common.shapes import Answer
from apps.pain_tests.entry import (
    CpmEntry,
    CuffReading,
    EihEntry,
    P50Entry,
    PptEntry,
    StepEntry,
)
from apps.pain_tests.models import (
    FunctionTest,
    P50Order,
    PainTest,
    PainTestSettings,
)


class RemarkAnswer(Answer):
    """Why a result is missing, or what to know before relying on it.

    ``key`` and ``params`` say the same as ``reason``, for other languages.
    """

    measure: str
    where: str
    key: str
    params: dict[str, str | int]
    reason: str


class PreparationAnswer(Answer):
    """What was asked before the tests, as entered."""

    last_analgesic_at: datetime | None
    no_analgesic: bool
    last_hypnotic_at: datetime | None
    no_hypnotic: bool
    blood_pressure: CuffReading | None
    for_fmri: bool
    override_reason: str | None


class MeasurementsAnswer(Answer):
    """What was measured, as entered; null for what was not done."""

    ppt: list[PptEntry] | None = None
    mvc_n: list[float | None] | None = None
    eih: EihEntry | None = None
    p50: P50Entry | None = None
    cpm: CpmEntry | None = None


class SiteAnswer(Answer):
    """One of the eight sites with the mean of its repeats."""

    site: str
    side: str
    kpa: float


class RepeatabilityAnswer(Answer):
    """How far repeats at one site differ within this visit, over all sites.

    Two values at one site differ by more than ``difference_kpa`` in 1 of 20 cases by
    chance; between visits they differ more.
    """

    sites: int
    within_sd_kpa: float
    difference_kpa: float
    cv_percent: float


class PptFitAnswer(Answer):
    """What stands behind the average."""

    by_site: list[SiteAnswer]
    repeatability: RepeatabilityAnswer | None


class EihFitAnswer(Answer):
    """What stands behind the score; the two other scores are exploratory.

    All are shares of a threshold at rest: above 0 pain was inhibited.
    """

    direction: str | None
    end_kpa: float | None
    mean_baseline_score: float | None
    peak_score: float | None


class P50FitAnswer(Answer):
    """The curve that P50 stands on; ``degree`` is 1 where the one asked for failed."""

    degree: int | None
    asked_degree: int
    r2: float | None
    coefficients: list[float]
    extrapolated: bool


class CpmFitAnswer(Answer):
    """The change in the unit of the stimulus, and how its sign is meant."""

    difference: float | None
    sign_convention: str


class PainTestAnswer(Answer):
    """The pain tests of a visit with their results, which are shown, not decided on.

    Signals are as measured and results unrounded. A result is null where it was not
    tested or is refused; ``refusals`` say why. ``questions`` stood in the way and were
    overridden. ``settings_version`` is what the clinic had decided.
    """

    id: UUID
    version: int
    patient: UUID
    tested_at: datetime
    recorded_at: datetime
    received_at: datetime
    device: str
    preparation: PreparationAnswer
    measurements: MeasurementsAnswer
    ppt_average_kpa: float | None
    mvc_n: float | None
    target_n: float | None
    eih_score: float | None
    p50_kpa: float | None
    cpm_percent: float | None
    ppt_fit: PptFitAnswer | None
    eih_fit: EihFitAnswer | None
    p50_fit: P50FitAnswer | None
    cpm_fit: CpmFitAnswer | None
    questions: list[RemarkAnswer]
    refusals: list[RemarkAnswer]
    deviations: list[RemarkAnswer]
    settings_version: int | None
    entered_by: UUID
    voided_at: datetime | None
    void_reason: str | None


class FunctionTestAnswer(Answer):
    """A test of function with the best of its trials, in its unit."""

    id: UUID
    version: int
    patient: UUID
    tested_at: datetime
    recorded_at: datetime
    received_at: datetime
    kind: str
    unit: str
    side: str | None
    movement: str | None
    device: str
    trials: list[float | None]
    best: float | None
    refusals: list[RemarkAnswer]
    deviations: list[RemarkAnswer]
    entered_by: UUID
    voided_at: datetime | None
    void_reason: str | None


class P50OrderAnswer(Answer):
    """What to give: three series, each all five pressures in the order drawn.

    ``method`` and ``seed`` make the same order again.
    """

    id: UUID
    patient: UUID
    steps: list[StepEntry] | None
    threshold_kpa: float
    maximum_kpa: float
    pressures_kpa: list[int]
    series_kpa: list[list[int]]
    seed: int
    method: str
    stimulus_s: float
    stimulus_every_s: int
    made_by: UUID
    made_at: datetime


class PainTestSettingsAnswer(Answer):
    """What the clinic has decided; version 0 before it has decided anything."""

    version: int
    p50_degree: int | None
    bp_rule: str | None
    set_by: UUID | None
    set_at: datetime | None


def pain_test_answer(test: PainTest) -> PainTestAnswer:
    """Return one test (of ``queries.with_details``) as it goes out."""
    return PainTestAnswer(
        **_shared(test),
        preparation=test.preparation,
        measurements=test.measurements,
        ppt_average_kpa=test.ppt_average_kpa,
        mvc_n=test.mvc_n,
        target_n=test.target_n,
        eih_score=test.eih_score,
        p50_kpa=test.p50_kpa,
        cpm_percent=test.cpm_percent,
        ppt_fit=test.details.get("ppt"),
        eih_fit=test.details.get("eih"),
        p50_fit=test.details.get("p50"),
        cpm_fit=test.details.get("cpm"),
        questions=test.questions,
        settings_version=test.settings.version if test.settings else None,
    )


def function_test_answer(test: FunctionTest) -> FunctionTestAnswer:
    """Return one test of function (of ``queries.with_details``) as it goes out."""
    return FunctionTestAnswer(
        **_shared(test),
        kind=test.kind,
        unit=test.unit,
        side=test.side or None,
        movement=test.movement or None,
        trials=test.trials,
        best=test.best,
    )


def pain_test_content(test: PainTest) -> dict[str, Any]:
    """Return one test as the JSON that its snapshot keeps."""
    return pain_test_answer(test).model_dump(mode="json")


def function_test_content(test: FunctionTest) -> dict[str, Any]:
    """Return one test of function as the JSON that its snapshot keeps."""
    return function_test_answer(test).model_dump(mode="json")


def p50_order_answer(order: P50Order) -> P50OrderAnswer:
    """Return one order as it goes out."""
    return P50OrderAnswer(
        id=order.public_id,
        patient=order.patient.public_id,
        steps=order.steps,
        threshold_kpa=order.threshold_kpa,
        maximum_kpa=order.maximum_kpa,
        pressures_kpa=order.pressures_kpa,
        series_kpa=order.series_kpa,
        seed=order.seed,
        method=order.method,
        stimulus_s=STIMULUS_S,
        stimulus_every_s=STIMULUS_EVERY_S,
        made_by=order.made_by.public_id,
        made_at=order.made_at,
    )


def settings_answer(settings: PainTestSettings | None) -> PainTestSettingsAnswer:
    """Return what the clinic has decided, or that it has not."""
    if settings is None:
        return PainTestSettingsAnswer(
            version=0, p50_degree=None, bp_rule=None, set_by=None, set_at=None
        )
    return PainTestSettingsAnswer(
        version=settings.version,
        p50_degree=settings.p50_degree,
        bp_rule=settings.bp_rule or None,
        set_by=settings.set_by.public_id,
        set_at=settings.set_at,
    )


def _shared(test: PainTest | FunctionTest) -> dict[str, Any]:
    return {
        "id": test.public_id,
        "version": test.version,
        "patient": test.patient.public_id,
        "tested_at": test.tested_at,
        "recorded_at": test.recorded_at,
        "received_at": test.received_at,
        "device": test.device,
        "refusals": test.refusals,
        "deviations": test.deviations,
        "entered_by": test.entered_by.public_id,
        "voided_at": test.voided_at,
        "void_reason": test.void_reason or None,
    }
