"""A programme template as checked values: a shipped file's, or a clinic's own.

Every constant carries the mark of where it comes from: S0 the review, S1 the trial,
K textbook knowledge, D our choice, U unknown.
"""

import hashlib
import json
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from apps.clinical import phases as rules
from apps.common.shapes import Shape, rule_broken
from apps.exercises.entry import Basis, Region, Slug

from .models import ProgrammeTemplate

Mark = Literal["S0", "S1", "K", "D", "U"]
Count = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
TemplateKey = Annotated[str, Field(pattern="^[a-z0-9_]{1,60}$")]


class Marked(Shape):
    """Values with a mark for each: whoever reads one can see whose claim it is."""

    unmarked: ClassVar[frozenset[str]] = frozenset({"marks"})
    marks: dict[str, Mark]

    @model_validator(mode="after")
    def _every_constant_has_a_mark(self) -> Self:
        fields = type(self).model_fields
        given = {name for name in fields if getattr(self, name) not in (None, "", ())}
        wanted = given - self.unmarked
        if missing := sorted(wanted - set(self.marks)):
            raise rule_broken("mark_missing", f"No mark for {', '.join(missing)}.")
        if stray := sorted(set(self.marks) - set(fields)):
            raise rule_broken("mark_stray", f"A mark for nothing: {', '.join(stray)}.")
        return self


class Span(Shape):
    """The lower and the upper bound of something; written as two numbers."""

    low: Annotated[int, Field(strict=True, ge=0, le=10_000)]
    high: Annotated[int, Field(strict=True, ge=0, le=10_000)]

    @model_validator(mode="before")
    @classmethod
    def _from_two_numbers(cls, value: Any) -> Any:
        if isinstance(value, list | tuple) and len(value) == 2:
            return {"low": value[0], "high": value[1]}
        return value

    @model_validator(mode="after")
    def _upwards(self) -> Self:
        if self.high < self.low:
            raise rule_broken("out_of_range", "The second number must not be smaller.")
        return self

    def as_pair(self) -> tuple[int, int]:
        """Return both bounds."""
        return self.low, self.high


class WarmUp(Marked):
    """How a session begins."""

    activity: Text
    minutes: Count
    rpe: Span


class Intensity(Shape):
    """A share of something that is named: the bases are never converted."""

    basis: Basis
    low_pct: Annotated[int, Field(strict=True, ge=1, le=100)]
    high_pct: Annotated[int, Field(strict=True, ge=1, le=100)]


class Intervals(Shape):
    """Hard bouts with rests; ``rest_ratio`` 2 rests twice as long as the work."""

    count: Span
    work_s: Span
    rest_ratio: Span


class Dose(Marked):
    """What a slot asks where the phase's repetitions do not fit: seconds held."""

    sets: Count
    seconds: Span


class PhasePlan(Marked):
    """One prescription for a span of weeks; ``weeks`` are both inside."""

    unmarked = frozenset({"marks", "position"})

    position: Count
    weeks: Span
    sessions_per_week: Annotated[int, Field(strict=True, ge=1, le=7)] | None = None
    percent_1rm: Annotated[int, Field(strict=True, ge=1, le=100)] | None = None
    reps: Span | None = None
    sets: Count | None = None
    rest_s: Count | None = None
    intensity: Intensity | None = None
    intervals: Intervals | None = None
    rpe: Span | None = None
    minutes: Span | None = None

    def as_rule(self) -> rules.Phase:
        """Return the phase as the clinical core knows it."""
        reps = self.reps.as_pair() if self.reps else (None, None)
        percent = None if self.percent_1rm is None else Decimal(self.percent_1rm)
        return rules.Phase(
            position=self.position,
            first_week=self.weeks.low,
            last_week=self.weeks.high,
            percent_1rm=percent,
            reps_min=reps[0],
            reps_max=reps[1],
        )


class Explosive(Marked):
    """A level of explosive leg work, from a week on."""

    from_week: Count
    level: Count


class Slot(Shape):
    """A place for an exercise: the region is meant, not the machine.

    ``exercise`` and ``alternatives`` are slugs; the first that the clinic has is taken.
    """

    key: Slug
    region: Region
    exercise: Slug
    alternatives: tuple[Slug, ...] = ()
    mark: Mark
    dose: Dose | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the slugs that fill this slot, in order of preference."""
        return (self.exercise, *self.alternatives)


class TemplatePlan(Marked):
    """A whole template."""

    unmarked = frozenset(
        {
            *("key", "version", "name", "source", "note", "marks"),
            *("warm_up", "phases", "slots", "explosive"),
        }
    )

    key: TemplateKey
    version: Count
    name: Annotated[str, Field(min_length=1, max_length=160)]
    source: Text
    note: Text
    weeks: Annotated[int, Field(strict=True, ge=1, le=104)]
    sessions_per_week: Annotated[int, Field(strict=True, ge=1, le=7)]
    min_gap_hours: Annotated[int, Field(strict=True, ge=0, le=168)]
    session_minutes: Annotated[int, Field(strict=True, ge=1, le=600)]
    warm_up: WarmUp | None = None
    cool_down: str = ""
    phase_entry: Text
    one_rm_test_weeks: tuple[Annotated[int, Field(strict=True, ge=0)], ...] = ()
    explosive: tuple[Explosive, ...] = ()
    novelty: Text
    phases: Annotated[tuple[PhasePlan, ...], Field(min_length=1)]
    slots: Annotated[tuple[Slot, ...], Field(min_length=1, max_length=40)]

    @model_validator(mode="after")
    def _phases_cover_the_weeks(self) -> Self:
        rules.require_phases_cover(
            [phase.as_rule() for phase in self.phases], weeks=self.weeks
        )
        return self

    @model_validator(mode="after")
    def _slots_and_weeks_fit(self) -> Self:
        keys = [slot.key for slot in self.slots]
        if len(set(keys)) != len(keys):
            raise rule_broken("repeated", "Two slots have the same key.")
        named = [*self.one_rm_test_weeks, *(each.from_week for each in self.explosive)]
        if any(week > self.weeks for week in named):
            raise rule_broken("out_of_range", "A week lies beyond the programme.")
        return self

    def phase(self, position: int) -> PhasePlan:
        """Return the phase at a position, which must exist."""
        return next(phase for phase in self.phases if phase.position == position)

    def phase_of_week(self, week: int) -> PhasePlan:
        """Return the phase that the template plans for a week."""
        found = rules.phase_of_week([each.as_rule() for each in self.phases], week=week)
        return self.phase(found.position)

    def frequency(self, week: int) -> int:
        """Return the sessions of a week."""
        return self.phase_of_week(week).sessions_per_week or self.sessions_per_week

    @property
    def busiest_week(self) -> int:
        """Return the most sessions that any week has."""
        return max(self.frequency(week) for week in range(1, self.weeks + 1))

    def explosive_level(self, week: int) -> int | None:
        """Return the level of explosive work in a week; ``None`` before it starts."""
        levels = [each.level for each in self.explosive if each.from_week <= week]
        return max(levels, default=None)


def content_digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a template's content, whatever its layout."""
    canonical = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def plan_of(template: ProgrammeTemplate) -> TemplatePlan:
    """Return the plan of a stored template."""
    return _plan(template.digest, json.dumps(template.content))


@lru_cache(maxsize=64)
def _plan(digest: str, content: str) -> TemplatePlan:  # noqa: ARG001  the digest is the key
    return TemplatePlan.parse(json.loads(content))
