"""What comes in about sessions and check-ins, and all limits that need no database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)

from apps.clinical import scales, units
from apps.common.shapes import (
    ChangeRequest,
    DayRange,
    Flag,
    Instant,
    Line,
    Load,
    Note,
    Pain,
    RequiredLine,
    Rpe,
    Shape,
    ZeroToTen,
    rule_broken,
)

MAX_LOAD_KG: Final = Decimal(1000)
LONGEST_SESSION: Final = timedelta(hours=24)
# What a request says about the patient or the calendar, not about how it felt.
LINKS: Final = frozenset({"patient", "session", "planned_session"})

# Of a check-in: whether one should train today at all.
BEFORE_TRAINING: Final = ("blood_pressure", "acute_illness")
ONLY_IF_TOLD: Final = Field(exclude_if=lambda value: value is None)

Confounder = Literal[
    "infection",
    "injury",
    "new_drug",
    "dose_change",
    "bereavement",
    "poor_sleep",
    "other",
]
RedFlag = Literal[
    "chest_pain",
    "fainting",
    "new_numbness_or_weakness",
    "bladder_or_bowel",
    "fever",
    "fall_or_injury",
    "self_harm",
]
MomentName = Literal["run_in", "pre", "during", "post", "h24", "h48"]
SideName = Literal["left", "right"]
Place = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)
]
Machine = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
HeartRate = Annotated[int, Field(strict=True, ge=30, le=250)]
Minutes = Annotated[Decimal, Field(gt=0, le=1440, max_digits=6, decimal_places=2)]
NoMinutes = Annotated[Decimal, Field(ge=0, le=1440, max_digits=6, decimal_places=2)]
Cr10 = Annotated[
    Decimal,
    Field(ge=scales.CR10_MIN, le=scales.CR10_MAX, decimal_places=scales.CR10_DECIMALS),
]


def _each_once(values: Sequence[Any] | None) -> Any:
    if values is not None and len(set(values)) < len(values):
        raise rule_broken("duplicate", "Each may stand here once.")
    return values


class WarmUp(Shape):
    """How a session began."""

    activity: Literal["cycle_ergometer", "walking", "rowing", "other", "none"]
    minutes: Annotated[int, Field(strict=True, ge=0, le=180)] | None = None
    rpe: Rpe | None = None


class BloodPressure(Shape):
    """One measurement, in mmHg."""

    systolic: Annotated[int, Field(strict=True, ge=50, le=300)]
    diastolic: Annotated[int, Field(strict=True, ge=20, le=200)]

    @field_validator("diastolic")
    @classmethod
    def _lower_than_systolic(cls, value: int, info: ValidationInfo) -> int:
        if value >= info.data.get("systolic", value + 1):
            raise rule_broken("out_of_order", "Diastolic must be below systolic.")
        return value


class SetEntry(Shape):
    """One set, with exactly one kind of load."""

    reps: Annotated[int, Field(strict=True, ge=0, le=200)] | None = None
    load: Load | None = None
    lever_level: Annotated[int, Field(strict=True, ge=0, le=4)] | None = None
    seconds: Annotated[int, Field(strict=True, ge=1, le=7200)] | None = None
    rpe: Rpe | None = None
    pain_mm: Pain | None = None

    @field_validator("load")
    @classmethod
    def _liftable(cls, load: Load | None) -> Load | None:
        kg_a_unit = units.KG_PER_LB if load and load.unit == "lb" else 1
        # Before rounding to 0.01 kg: 1000.004 kg is more than a ton.
        if load and load.value * kg_a_unit > MAX_LOAD_KG:
            raise rule_broken("max_value", f"A load is at most {MAX_LOAD_KG} kg.")
        return load

    @model_validator(mode="after")
    def _one_kind_of_load(self) -> Self:
        kinds = (self.load, self.lever_level, self.seconds)
        if sum(kind is not None for kind in kinds) != 1:
            raise rule_broken(
                "one_kind_of_load",
                "A set has exactly one of load, lever_level and seconds.",
            )
        return self


class BoutEntry(Shape):
    """One stretch of aerobic work."""

    minutes: Minutes
    distance_m: Annotated[int, Field(strict=True, ge=0, le=200_000)] | None = None
    mean_hr: HeartRate | None = None
    max_hr: HeartRate | None = None
    minutes_in_zone: NoMinutes | None = None
    watts: Annotated[int, Field(strict=True, ge=0, le=2000)] | None = None
    rpe: Rpe | None = None
    cr10: Cr10 | None = None

    @field_validator("max_hr")
    @classmethod
    def _not_below_mean(cls, value: int | None, info: ValidationInfo) -> int | None:
        mean = info.data.get("mean_hr")
        if value is not None and mean is not None and value < mean:
            raise rule_broken("out_of_order", "max_hr must not be below mean_hr.")
        return value

    @field_validator("minutes_in_zone")
    @classmethod
    def _within_bout(
        cls, value: Decimal | None, info: ValidationInfo
    ) -> Decimal | None:
        minutes = info.data.get("minutes")
        if value is not None and minutes is not None and value > minutes:
            raise rule_broken("max_value", "No more minutes in zone than minutes.")
        return value


class DoneExerciseEntry(Shape):
    """One exercise: its sets, a bout, or why it was left out."""

    exercise: UUID
    side: SideName | None = None
    machine: Machine = ""
    novel: Flag | None = None
    novel_reason: Line = ""
    explosive: Flag = False
    sets: list[SetEntry] | None = Field(None, min_length=1, max_length=20)
    bout: BoutEntry | None = None
    skipped: Flag = False
    skipped_reason: (
        Literal["pain", "fatigue", "time", "equipment", "refused", "other"] | None
    ) = None

    @model_validator(mode="after")
    def _one_outcome(self) -> Self:
        if (self.sets is not None) + (self.bout is not None) + self.skipped != 1:
            raise rule_broken(
                "one_outcome", "An exercise has exactly one of sets, bout and skipped."
            )
        if self.skipped != (self.skipped_reason is not None):
            raise rule_broken(
                "skipped_reason", "Say why an exercise was skipped, and only then."
            )
        if (self.novel is None) != (not self.novel_reason):
            raise rule_broken(
                "novel_reason", "An override of novelty needs a reason, and only that."
            )
        return self


class SessionCheckIn(Shape):
    """What a patient felt at one moment, as told together with a session."""

    id: UUID | None = None
    moment: MomentName
    answered_at: Instant
    recorded_at: Instant | None = None
    scale: Literal["VAS", "NRS11"] = "VAS"
    pain_mm: Pain | None = None
    worst_pain_mm: Pain | None = None
    movement_pain_mm: Pain | None = None
    fatigue_mm: Pain | None = None
    soreness_mm: Pain | None = None
    session_rpe: Rpe | None = None
    sleep: ZeroToTen | None = None
    confidence: ZeroToTen | None = None
    location: Literal["only_trained", "usual", "both", "new"] | None = None
    new_places: list[Place] = Field(default_factory=list, max_length=20)
    flare: Literal["yes", "no", "unsure"] | None = None
    analgesic: Literal["none", "usual", "extra"] | None = None
    red_flags: list[RedFlag] | None = None
    # Asked since later: left out of digests if absent, so that old entries keep theirs.
    blood_pressure: Annotated[BloodPressure | None, ONLY_IF_TOLD] = None
    acute_illness: Annotated[Flag | None, ONLY_IF_TOLD] = None

    _unique = field_validator("red_flags", "new_places")(_each_once)

    @field_validator(*BEFORE_TRAINING)
    @classmethod
    def _asked_before_training(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and info.data.get("moment", "pre") != "pre":
            raise rule_broken(
                "not_here",
                "This is asked before training: send it with the pre check-in.",
            )
        return value

    @field_validator("pain_mm", "worst_pain_mm", "movement_pain_mm")
    @classmethod
    def _on_its_scale(cls, value: int | None, info: ValidationInfo) -> int | None:
        is_number = info.data.get("scale") == "NRS11"
        if value is not None and is_number and value % scales.NRS11_STEP_MM:
            raise rule_broken("not_on_scale", "With NRS11 pain goes in steps of 10.")
        return value

    def answers_digest(self) -> str:
        """Return the digest of what was answered, whatever it hangs on."""
        return self.digest(without=LINKS)


class CheckInEntry(SessionCheckIn):
    """One check-in that comes alone."""

    patient: UUID | None = None
    session: UUID | None = None
    planned_session: UUID | None = None
    sent_at: Instant | None = None

    # Checked although it may be left out.
    @field_validator("session")
    @classmethod
    def _as_its_moment_asks(
        cls, value: UUID | None, info: ValidationInfo
    ) -> UUID | None:
        moment = info.data.get("moment")
        if moment == "run_in" and value is not None:
            raise rule_broken("not_here", "A run_in check-in belongs to no session.")
        return value

    @model_validator(mode="after")
    def _hangs_on_a_session(self) -> Self:
        if self.session is None and self.moment not in ("run_in", "pre"):
            raise rule_broken(
                "session_required", f"Name the session of this {self.moment} check-in."
            )
        return self


class SessionEntry(Shape):
    """One session as it took place."""

    id: UUID | None = None
    patient: UUID | None = None
    planned_session: UUID | None = None
    setting: Literal["supervised", "home"]
    supervised_by: UUID | None = None
    started_at: Instant
    ended_at: Instant
    recorded_at: Instant | None = None
    sent_at: Instant | None = None
    warm_up: WarmUp | None = None
    stretched: Flag | None = None
    blood_pressure: BloodPressure | None = None
    acute_illness: Flag | None = None
    broken_off_because: Line = ""
    exercises: list[DoneExerciseEntry] = Field(min_length=1, max_length=40)
    check_ins: list[SessionCheckIn] = Field(default_factory=list, max_length=40)
    confounders: list[Confounder] = Field(default_factory=list)
    note: Note = ""

    _unique = field_validator("confounders")(_each_once)

    @field_validator("ended_at")
    @classmethod
    def _lasts(cls, value: datetime, info: ValidationInfo) -> datetime:
        started_at = info.data.get("started_at")
        if started_at is not None and value <= started_at:
            raise rule_broken("out_of_order", "A session ends after it starts.")
        if started_at is not None and value - started_at > LONGEST_SESSION:
            raise rule_broken("lasts_too_long", "A session lasts at most 24 hours.")
        return value

    @field_validator("check_ins")
    @classmethod
    def _around_this_session(
        cls, check_ins: list[SessionCheckIn]
    ) -> list[SessionCheckIn]:
        _each_once([each.id for each in check_ins if each.id is not None])
        if any(each.moment == "run_in" for each in check_ins):
            raise rule_broken("not_here", "A run_in check-in belongs to no session.")
        return check_ins


class Correction(ChangeRequest):
    """Fields of a record with their right content, and why.

    Every field that stands here besides replaces the whole field of the record.
    """

    # What is corrected is judged with the rest of the record, not here.
    model_config = ConfigDict(extra="allow", frozen=True)

    correction_reason: RequiredLine

    @property
    def changes(self) -> dict[str, Any]:
        """Return the corrected fields as they came."""
        return dict(self.model_extra or {})


class VoidRequest(ChangeRequest):
    """Why a record is taken out of every computation."""

    reason: RequiredLine


class ConfoundersRequest(ChangeRequest):
    """What else may explain the pain around a session."""

    confounders: list[Confounder] = Field(min_length=1)

    _unique = field_validator("confounders")(_each_once)


class SessionsQuery(DayRange):
    """Whose sessions, on which days of theirs."""

    patient: UUID | None = None


class CheckInsQuery(DayRange):
    """Whose check-ins, of which session, on which days of the patient."""

    patient: UUID | None = None
    session: UUID | None = None


def correction_of(entry: type[Shape]) -> type[BaseModel]:
    """Return the shape of corrections of ``entry``, for the OpenAPI document."""
    fields: dict[str, Any] = {
        name: (field.annotation, None)
        for name, field in entry.model_fields.items()
        if name not in {"id", "patient", "sent_at"}
    }
    name = entry.__name__.replace("Entry", "Correction")
    return create_model(name, __base__=ChangeRequest, **fields | _WHY)


_WHY: Final[dict[str, Any]] = {"correction_reason": (RequiredLine, ...)}
