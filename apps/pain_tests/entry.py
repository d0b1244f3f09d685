"""What comes in about pain tests and tests of function."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from apps.clinical.pain_tests import cpm, eih, function_tests, mvc, order, ppt
from apps.clinical.pain_tests import readiness as limits
from apps.clinical.pain_tests.function_tests import FunctionTestKind
from apps.common.shapes import (
    ChangeRequest,
    DayRange,
    Flag,
    Instant,
    Line,
    Pain,
    RequiredLine,
    Shape,
    ZeroToTen,
    rule_broken,
)

MEASURES = ("ppt", "mvc_n", "eih", "p50", "cpm")
DOSES = ("last_analgesic_at", "last_hypnotic_at")
PREPARATION = (
    *DOSES,
    "no_analgesic",
    "no_hypnotic",
    "blood_pressure",
    "for_fmri",
    "override_reason",
)
MOST_STEPS = 40

Signal = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""A measured value; a number, never text, kept as it came."""
Kpa = Annotated[float, Field(strict=True, ge=ppt.PPT_MIN_KPA, le=ppt.PPT_MAX_KPA)]
BaselineKpa = Annotated[
    float, Field(strict=True, ge=-ppt.PPT_MAX_KPA, le=ppt.PPT_MAX_KPA)
]
Newton = Annotated[float, Field(strict=True, ge=mvc.FORCE_MIN_N, le=mvc.FORCE_MAX_N)]
RegionName = Literal["supraspinatus", "lateral_epicondyle", "gluteal", "inner_knee"]
SideName = Literal["left", "right"]


def _in_this_age(instant: datetime) -> datetime:
    if not (
        datetime(1990, 1, 1, tzinfo=UTC) <= instant < datetime(2100, 1, 1, tzinfo=UTC)
    ):
        raise rule_broken("out_of_range", "Check the year: it must be 1990 to 2099.")
    return instant


NearInstant = Annotated[Instant, AfterValidator(_in_this_age)]


class CuffReading(Shape):
    """One blood pressure, in mmHg."""

    systolic: Annotated[
        int,
        Field(strict=True, ge=limits.SYSTOLIC_MIN_MMHG, le=limits.SYSTOLIC_MAX_MMHG),
    ]
    diastolic: Annotated[
        int,
        Field(strict=True, ge=limits.DIASTOLIC_MIN_MMHG, le=limits.DIASTOLIC_MAX_MMHG),
    ]

    @field_validator("diastolic")
    @classmethod
    def _lower_than_systolic(cls, value: int, info: ValidationInfo) -> int:
        if value >= info.data.get("systolic", value + 1):
            raise rule_broken("out_of_order", "Diastolic must be below systolic.")
        return value


class PptEntry(Shape):
    """One threshold; null when it was tried without a result."""

    site: RegionName
    side: SideName
    kpa: Kpa | None
    repeat: Annotated[int, Field(strict=True, ge=1, le=ppt.REPEATS_MAX)] = 1


class EihReadingEntry(Shape):
    """One threshold during the contraction; ``second`` is when it was due."""

    second: Annotated[
        int,
        Field(
            strict=True,
            ge=eih.FIRST_READING_S,
            le=eih.HOLD_MAX_S,
            multiple_of=eih.READING_EVERY_S,
        ),
    ]
    kpa: Kpa | None


class EihEntry(Shape):
    """A threshold at rest (first, second) and followed through a contraction."""

    baseline_kpa: Annotated[list[BaselineKpa | None], Field(max_length=eih.BASELINES)]
    series: Annotated[list[EihReadingEntry], Field(max_length=eih.READINGS_MAX)]
    end_reason: Literal["could_not_hold", "five_minutes", "pain", "stopped"]
    hold_s: Annotated[float, Field(strict=True, ge=0, le=eih.HOLD_MAX_S)]
    rest_since_mvc_s: Annotated[float, Field(strict=True, ge=0, le=86_400)] | None = (
        None
    )


class StepEntry(Shape):
    """One of the rising pressures and its rating."""

    kpa: Kpa
    vas_mm: Pain


class P50RatingEntry(Shape):
    """One rating, at the pressure as measured; null when it was not given."""

    series: Annotated[int, Field(strict=True, ge=1, le=order.SERIES)]
    kpa: Kpa
    vas_mm: Pain | None


class P50Entry(Shape):
    """A calibration in an order that was made here.

    The range is that of the order; told again, it must be the same.
    """

    order: UUID
    threshold_kpa: Kpa | None = None
    maximum_kpa: Kpa | None = None
    ratings: Annotated[list[P50RatingEntry], Field(max_length=order.RATINGS)]


class ConditioningEntry(Shape):
    """What hurt elsewhere; null for what was not noted."""

    kind: Literal["cold_water", "hot_water", "cuff", "other"]
    temperature_c: (
        Annotated[
            float,
            Field(strict=True, ge=cpm.TEMPERATURE_MIN_C, le=cpm.TEMPERATURE_MAX_C),
        ]
        | None
    ) = None
    pressure_kpa: (
        Annotated[
            float, Field(strict=True, ge=cpm.PRESSURE_MIN_KPA, le=cpm.PRESSURE_MAX_KPA)
        ]
        | None
    ) = None
    duration_s: (
        Annotated[
            float, Field(strict=True, ge=cpm.DURATION_MIN_S, le=cpm.DURATION_MAX_S)
        ]
        | None
    ) = None
    pain_nrs: ZeroToTen | None = None


class CpmEntry(Shape):
    """The same stimulus before and during, or before and after, a conditioning."""

    stimulus_kind: Literal["threshold", "rating"]
    site: RegionName | None = None
    side: SideName | None = None
    conditioning: ConditioningEntry
    before: Signal | None = None
    during: Signal | None = None
    after: Signal | None = None

    @model_validator(mode="after")
    def _during_or_after(self) -> Self:
        if self.during is not None and self.after is not None:
            raise rule_broken(
                "contradiction", "Give the value during or after, not both."
            )
        return self


Readings = Annotated[list[PptEntry], Field(min_length=1, max_length=40)]
Forces = Annotated[list[Newton | None], Field(min_length=1, max_length=mvc.TRIALS)]
Reason = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=limits.REASON_MAX
    ),
]


class PainTestEntry(Shape):
    """The pain tests of one visit; what is left out was not done."""

    id: UUID | None = None
    patient: UUID
    tested_at: NearInstant
    recorded_at: NearInstant | None = None
    sent_at: NearInstant | None = None
    device: Line = ""
    last_analgesic_at: NearInstant | None = None
    no_analgesic: Flag = Field(default=False, description="The person takes none.")
    last_hypnotic_at: NearInstant | None = None
    no_hypnotic: Flag = Field(default=False, description="The person takes none.")
    blood_pressure: CuffReading | None = None
    for_fmri: Flag = Field(default=False, description="72 h without drugs, not 48.")
    override_reason: Reason | None = None
    ppt: Readings | None = None
    mvc_n: Forces | None = None
    eih: EihEntry | None = None
    p50: P50Entry | None = None
    cpm: CpmEntry | None = None

    @model_validator(mode="after")
    def _something_was_measured(self) -> Self:
        if all(getattr(self, name) is None for name in MEASURES):
            raise rule_broken(
                "required", f"Give at least one of {', '.join(MEASURES)}."
            )
        return self

    @model_validator(mode="after")
    def _doses_make_sense(self) -> Self:
        for drug in ("analgesic", "hypnotic"):
            taken_at = getattr(self, f"last_{drug}_at")
            if taken_at is None:
                continue
            if getattr(self, f"no_{drug}"):
                raise rule_broken(
                    "contradiction", f"Give last_{drug}_at or no_{drug}, not both."
                )
            if taken_at > self.tested_at:
                raise rule_broken(
                    "out_of_order", f"last_{drug}_at must not lie after the test."
                )
        return self


class PainTestCorrection(ChangeRequest):
    """What was wrong about a test; what is left out stays, null takes it out.

    A wrong patient is not corrected: void the test and record it anew.
    """

    correction_reason: RequiredLine
    tested_at: NearInstant | None = None
    device: Line | None = None
    last_analgesic_at: NearInstant | None = None
    no_analgesic: Flag | None = None
    last_hypnotic_at: NearInstant | None = None
    no_hypnotic: Flag | None = None
    blood_pressure: CuffReading | None = None
    for_fmri: Flag | None = None
    override_reason: Reason | None = None
    ppt: Readings | None = None
    mvc_n: Forces | None = None
    eih: EihEntry | None = None
    p50: P50Entry | None = None
    cpm: CpmEntry | None = None

    def changes(self) -> dict[str, Any]:
        """Return what the client sent, by field."""
        return _changes(self)


class FunctionTestEntry(Shape):
    """One test of function; null for a trial that gave no value."""

    id: UUID | None = None
    patient: UUID
    tested_at: NearInstant
    recorded_at: NearInstant | None = None
    sent_at: NearInstant | None = None
    kind: FunctionTestKind
    unit: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    trials: Annotated[list[Signal | None], Field(min_length=1, max_length=10)]
    side: SideName | None = None
    movement: (
        Annotated[
            str,
            StringConstraints(
                strip_whitespace=True,
                min_length=1,
                max_length=function_tests.MOVEMENT_MAX,
            ),
        ]
        | None
    ) = None
    device: Line = ""


class FunctionTestCorrection(ChangeRequest):
    """What was wrong about a test of function; what is left out stays."""

    correction_reason: RequiredLine
    tested_at: NearInstant | None = None
    kind: FunctionTestKind | None = None
    unit: Annotated[str, StringConstraints(min_length=1, max_length=20)] | None = None
    trials: (
        Annotated[list[Signal | None], Field(min_length=1, max_length=10)] | None
    ) = None
    side: SideName | None = None
    movement: Line | None = None
    device: Line | None = None

    def changes(self) -> dict[str, Any]:
        """Return what the client sent, by field."""
        return _changes(self)


class VoidMeasurementRequest(ChangeRequest):
    """Take a test out of every computation; it stays readable."""

    reason: RequiredLine


class P50OrderEntry(Shape):
    """The range of a calibration: the rising steps, or both its ends."""

    id: UUID | None = None
    patient: UUID
    steps: (
        Annotated[list[StepEntry], Field(min_length=1, max_length=MOST_STEPS)] | None
    ) = None
    threshold_kpa: Kpa | None = None
    maximum_kpa: Kpa | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ends = (self.threshold_kpa, self.maximum_kpa)
        if self.steps is None and None in ends:
            raise rule_broken(
                "required", "Give steps, or threshold_kpa and maximum_kpa."
            )
        if self.steps is not None and ends != (None, None):
            raise rule_broken(
                "contradiction", "Give steps or the ends of the range, not both."
            )
        return self


class PainTestSettingsEntry(ChangeRequest):
    """What the clinic decides about pain tests; null leaves it undecided."""

    p50_degree: Literal[1, 2, 3] | None
    bp_rule: Literal["or", "and"] | None


class MeasurementQuery(DayRange):
    """Filters of the lists of tests; days are those of the patient."""

    patient: UUID | None = None


class OverTimeQuery(Shape):
    """Whose tests to put side by side."""

    patient: UUID


class FunctionTestQuery(MeasurementQuery):
    """Filters of the list of tests of function."""

    kind: FunctionTestKind | None = None


def _changes(request: ChangeRequest) -> dict[str, Any]:
    about = {"correction_reason", "change_id", "sent_at"}
    return {
        name: getattr(request, name)
        for name in sorted(request.model_fields_set - about)
    }
