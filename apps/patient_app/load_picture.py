"""The load of one exercise: what was planned, done and tested, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.charts.load import LoadOn, LoadWords, load_over_time
from apps.clinics.models import Patient
from apps.common.zones import day_in
from apps.exercises.models import Exercise
from apps.logbook.models import ExerciseEntry, HeldSession, SetEntry
from apps.programmes.models import LoadInForce
from apps.programmes.queries import programme_at
from apps.progression.queries import prescriptions_of
from apps.strength.models import OneRepMaxTest

from .days import short_day, short_number
from .exercise_names import exercise_name

KG = "kg"


@dataclass(frozen=True, slots=True)
class Course:
    """Everything about one exercise and side, by day, oldest first."""

    key: str
    name: str
    planned: list[tuple[date, LoadInForce]] = field(default_factory=list)
    done: list[tuple[date, SetEntry]] = field(default_factory=list)
    tests: list[tuple[date, OneRepMaxTest]] = field(default_factory=list)

    @property
    def unit(self) -> str:
        """Return pounds if nothing was entered otherwise, else kilograms."""
        units = {row.load_unit for __, row in self.planned}
        units |= {row.load_unit for __, row in self.done}
        units |= {row.unit for __, row in self.tests}
        return units.pop() if len(units) == 1 else KG


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One day of the table, each load as it is written; "" where there is none."""

    day: date
    planned: str
    done: str
    test: str


@dataclass(frozen=True, slots=True)
class LoadPicture:
    """The picture of one exercise, its table, and the exercises to choose from."""

    choices: Sequence[Course]
    chosen: Course | None = None
    svg: str = ""
    unit: str = KG
    rows: Sequence[LoadRow] = ()

    @property
    def newest_plan(self) -> LoadInForce | None:
        """Return the load that is planned now, which says why."""
        if self.chosen is None or not self.chosen.planned:
            return None
        return self.chosen.planned[-1][1]


def load_picture(
    patient: Patient,
    *,
    tests: Iterable[OneRepMaxTest],
    sessions: Mapping[UUID, HeldSession],
    now: datetime,
    chosen: str,
) -> LoadPicture:
    """Return the picture of the chosen exercise, or of the first with a load."""
    courses: dict[str, Course] = {}
    _add_planned(courses, patient, now=now)
    _add_done(courses, sessions.values())
    for test in tests:
        course = _course(courses, test.exercise, test.side)
        course.tests.append((day_in(patient.time_zone, test.tested_at), test))
    choices = sorted(courses.values(), key=lambda each: not (each.done or each.tests))
    if not choices:
        return LoadPicture(choices=())
    course = courses.get(chosen, choices[0])
    return _drawn(course, choices=choices, today=day_in(patient.time_zone, now))


def _add_planned(
    courses: dict[str, Course], patient: Patient, *, now: datetime
) -> None:
    programme = programme_at(patient=patient, at=now)
    if programme is None:
        return
    for row in prescriptions_of(programme):
        for load in row.loads.all():
            if load.in_force_from <= now:
                day = day_in(patient.time_zone, load.in_force_from)
                _course(courses, row.exercise, row.side).planned.append((day, load))
    # An exercise may fill two slots of a programme.
    for course in courses.values():
        course.planned.sort(key=lambda pair: pair[1].in_force_from)


def _add_done(courses: dict[str, Course], sessions: Iterable[HeldSession]) -> None:
    for session in sessions:
        day = day_in(session.time_zone, session.started_at)
        for entry in session.exercise_entries.all():
            heaviest = _heaviest(entry)
            if heaviest is not None:
                course = _course(courses, entry.exercise, entry.side)
                course.done.append((day, heaviest))


def _heaviest(entry: ExerciseEntry) -> SetEntry | None:
    weighed = [
        (each.load_kg, each) for each in entry.sets.all() if each.load_kg is not None
    ]
    return max(weighed, key=lambda pair: pair[0], default=(0, None))[1]


def _course(courses: dict[str, Course], exercise: Exercise, side: str) -> Course:
    key = f"{exercise.public_id}-{side}" if side else str(exercise.public_id)
    words = {"left": _("left"), "right": _("right")}
    name = exercise_name(exercise.name)
    if side:
        name = f"{name}, {words.get(side, side)}"
    return courses.setdefault(key, Course(key=key, name=name))


def _drawn(course: Course, *, choices: Sequence[Course], today: date) -> LoadPicture:
    unit = course.unit
    planned = [LoadOn(day, _amount(row, unit)) for day, row in course.planned]
    done = [LoadOn(day, _amount(row, unit)) for day, row in course.done]
    tests = [LoadOn(day, _tested(row, unit)) for day, row in course.tests]
    # What was planned long ago begins at the left edge, not half a year before it.
    seen = [each.day for each in (*done, *tests)] or [each.day for each in planned]
    first = min(seen)
    words = LoadWords(
        title=_("Your load: %(exercise)s") % {"exercise": course.name},
        about=_(
            "Planned and done from %(first)s to %(last)s. The numbers stand in the "
            "table below."
        )
        % {"first": short_day(first), "last": short_day(today)},
        axis=_("Load, %(unit)s") % {"unit": unit},
        planned=_("planned"),
        done=_("done, the heaviest set of the day"),
        test=_("tested: the most you can lift once"),
        first_day=short_day(first),
        last_day=short_day(today),
        number=short_number,
    )
    svg = load_over_time(
        planned=_since(planned, first),
        done=done,
        tests=tests,
        first_day=first,
        last_day=max(today, *seen),
        words=words,
    )
    rows = _rows(planned, done, tests)
    return LoadPicture(choices=choices, chosen=course, svg=svg, unit=unit, rows=rows)


def _since(planned: Sequence[LoadOn], first: date) -> list[LoadOn]:
    """Return the plan that held on the first day, and all that came after it."""
    before = [each for each in planned if each.day <= first]
    return [*before[-1:], *(each for each in planned if each.day > first)]


def _rows(
    planned: Sequence[LoadOn], done: Sequence[LoadOn], tests: Sequence[LoadOn]
) -> list[LoadRow]:
    days = {each.day for each in (*planned, *done, *tests)}
    rows = []
    for day in sorted(days, reverse=True):
        held = [each for each in planned if each.day <= day][-1:]
        rows.append(
            LoadRow(
                day=day,
                planned=_written(held),
                done=_written([each for each in done if each.day == day]),
                test=_written([each for each in tests if each.day == day]),
            )
        )
    return rows


def _written(loads: Iterable[LoadOn]) -> str:
    # A comma may be part of a number.
    return "; ".join(short_number(each.value) for each in loads)


def _amount(row: Any, unit: str) -> float:
    return float(row.load_value if row.load_unit == unit else row.load_kg)


def _tested(row: OneRepMaxTest, unit: str) -> float:
    value: Decimal = row.one_rep_max_value if row.unit == unit else row.one_rep_max_kg
    return float(value)
