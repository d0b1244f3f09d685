"""What was typed in a month of one patient, in the words of the clinical core.

A ledger of the test's own. It takes ids from the server, and the days that planned
sessions get when the calendar is made or goes on after a pause; all else is what the
test itself has sent. Zones, windows and rules are asked of the core alone.
"""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from apps.clinical.adherence.inputs import (
    Course,
    DoneExercise,
    DoneSet,
    Excuse,
    HeldSession,
    Measure,
    Pause,
    PlannedExercise,
    PlannedSlot,
    SessionStatus,
)
from apps.clinical.check_in_windows import SPANS, Moment, is_in_window, window_of
from apps.clinical.flare.inputs import (
    Analgesic,
    FlareAnswer,
    Location,
    PatientHistory,
    Rating,
    Session,
)
from apps.clinical.novelty import DoneExercise as NovelExercise
from apps.clinical.novelty import DoneSession, novelties
from apps.clinical.phases import Phase, week_of
from apps.clinical.progression.steps import MachineSteps
from apps.clinical.scales import PainScale
from tests.factories.ledgers import expected_check_ins

CLINIC_ZONE = ZoneInfo("Europe/Stockholm")
FIRST_DAY = date(2026, 3, 2)
APPS = Path(__file__).resolve().parents[2] / "apps"
TEMPLATE = json.loads(
    (APPS / "programmes/templates_data/resistance_fm_15w.v1.json").read_text()
)
MACHINES = {
    each["slug"]: each
    for each in json.loads((APPS / "exercises/catalogue/shared.json").read_text())[
        "exercises"
    ]
}
PHASES = {
    each["position"]: Phase(
        position=each["position"],
        first_week=each["weeks"][0],
        last_week=each["weeks"][1],
        percent_1rm=Decimal(each["percent_1rm"]),
        reps_min=each["reps"][0],
        reps_max=each["reps"][1],
    )
    for each in TEMPLATE["phases"]
}
SETS = 2  # of every phase, and of the held exercise
HELD_S = (10, 30)
LOCATIONS = {
    "only_trained": Location.ONLY_TRAINED,
    "usual": Location.USUAL,
    "both": Location.BOTH,
    "new": Location.NEW_PLACE,
}
FLARES = {
    "yes": FlareAnswer.YES,
    "no": FlareAnswer.NO,
    "unsure": FlareAnswer.NOT_SURE,
}
MEASURES = {
    "external": Measure.KG,
    "lever": Measure.REPETITIONS,
    "hold": Measure.SECONDS,
}


@dataclass(frozen=True, kw_only=True)
class Prescribed:
    """One exercise of the programme, each side apart."""

    id: str
    exercise: str
    slug: str
    side: str

    @property
    def name(self) -> str:
        return name_of(self.slug, self.side)

    @property
    def kind(self) -> str:
        return MACHINES[self.slug]["load_kind"]

    @property
    def region(self) -> str:
        return MACHINES[self.slug]["region"]

    @property
    def steps(self) -> MachineSteps:
        if self.kind != "external":
            return MachineSteps()
        machine = MACHINES[self.slug]
        return MachineSteps(
            increment_kg=Decimal(machine["increment"]["value"]),
            minimum_kg=Decimal(machine["minimum"]["value"]),
        )


@dataclass(kw_only=True)
class Told:
    """One check-in as it was typed."""

    id: str
    moment: Moment
    answered_at: datetime
    received_at: datetime
    recorded_at: datetime
    answers: dict
    session: str | None = None
    slot: int | None = None
    version: int = 1
    is_void: bool = False


@dataclass(kw_only=True)
class Held:
    """One session as it was typed."""

    id: str
    slot: int | None
    started_at: datetime
    ended_at: datetime
    exercises: list[dict]
    is_broken_off: bool = False
    confounders: tuple[str, ...] = ()
    version: int = 1
    is_void: bool = False


@dataclass(kw_only=True)
class Slot:
    """One planned session."""

    id: str
    starts_at: datetime
    original_starts_at: datetime
    minutes: int
    excuse: Excuse | None = None
    is_cancelled: bool = False


@dataclass(frozen=True, kw_only=True)
class LoadTaken:
    """A load that was put in force; ``by`` is the decision that did, if one did."""

    at: datetime
    kg: Decimal
    sets: int | None = None
    reps: tuple[int, int] | None = None
    by: object = None


@dataclass(frozen=True, kw_only=True)
class PhaseTaken:
    """A phase that was put in force."""

    position: int
    since: date
    decided_at: datetime


@dataclass(kw_only=True)
class Ledger:
    """Everything that was typed about one patient."""

    zone: tzinfo
    pem: bool | None
    prescribed: list[Prescribed] = field(default_factory=list)
    slots: dict[int, Slot] = field(default_factory=dict)
    sessions: dict[str, Held] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    loads: dict[str, list[LoadTaken]] = field(default_factory=dict)
    phases: list[PhaseTaken] = field(default_factory=list)
    tests: dict[str, Decimal] = field(default_factory=dict)
    pauses: list[Pause] = field(default_factory=list)
    decisions: list = field(default_factory=list)

    @property
    def held(self) -> list[Held]:
        """The sessions that count, oldest first."""
        living = (each for each in self.sessions.values() if not each.is_void)
        return sorted(living, key=lambda each: each.started_at)

    @property
    def is_paused(self) -> bool:
        return any(each.paused_until is None for each in self.pauses)

    def day(self, instant: datetime) -> date:
        """Return the patient's day."""
        return instant.astimezone(self.zone).date()

    def counting(self) -> list[Told]:
        """Return the check-ins that count, oldest first.

        A session that is taken out takes its check-ins with it.
        """
        gone = {each.id for each in self.sessions.values() if each.is_void}
        living = (
            each
            for each in self.told.values()
            if not each.is_void and each.session not in gone
        )
        return sorted(living, key=lambda each: each.answered_at)

    @property
    def has_open_red_flag(self) -> bool:
        """Whether a warning sign was ever told: here nobody resolves an alert."""
        return any(each.answers.get("red_flags") for each in self.told.values())

    def around(self, session: Held, *moments: Moment) -> list[Told]:
        """Return the check-ins of a session."""
        return [
            each
            for each in self.counting()
            if each.session == session.id and each.moment in moments
        ]

    def in_window(self, session: Held) -> list[Told]:
        """Return the check-ins of a session that lie in their windows."""
        starts = [each.started_at for each in self.held]
        following = dict(pairwise(starts)).get(session.started_at)
        windows = {
            moment: window_of(
                moment,
                started_at=session.started_at,
                ended_at=session.ended_at,
                next_started_at=following,
            )
            for moment in SPANS
        }
        return [
            each
            for each in self.around(session, *SPANS)
            if is_in_window(each.answered_at, window=windows[each.moment])
        ]

    def phase_on(self, day: date) -> int:
        """Return the position of the phase in force."""
        return in_force(self.phases, on=day).position

    def load_at(self, name: str, *, at: datetime | None = None) -> LoadTaken | None:
        """Return the load in force at a time, or now."""
        taken = self.loads.get(name, [])
        begun = [each for each in taken if at is None or each.at <= at]
        return begun[-1] if begun else None

    def reps_at(self, name: str, *, at: datetime) -> tuple[int, int] | None:
        """Return the repetitions decided with a load, until another phase begins."""
        load = self.load_at(name, at=at)
        phase = in_force(self.phases, on=at.astimezone(CLINIC_ZONE).date())
        if load is None or load.at < phase.decided_at:
            return None
        return load.reps

    # What the detector takes.

    def history(self) -> PatientHistory:
        return PatientHistory(
            run_in=tuple(
                self._rating(each)
                for each in self.counting()
                if each.moment == Moment.RUN_IN
            ),
            sessions=tuple(
                Session(
                    key=each.id,
                    day=self.day(each.started_at),
                    started_at=each.started_at,
                    ended_at=each.ended_at,
                    novel=bool(why),
                    confounders=frozenset(each.confounders),
                    ratings=tuple(map(self._rating, self.around(each, *Moment))),
                )
                for each, why in zip(self.held, self.novelty(), strict=True)
            ),
        )

    def novelty(self) -> tuple[tuple[str, ...], ...]:
        """Return, for each session that counts, why it was novel."""
        return novelties(
            [
                DoneSession(
                    day=self.day(each.started_at),
                    programme="the programme",
                    phase=self.phase_on(self.day(each.started_at)),
                    explosive_level=_explosive_level(self.day(each.started_at)),
                    exercises=tuple(
                        NovelExercise(
                            exercise=done["slug"],
                            explosive=done.get("explosive", False),
                            says_novel=done.get("novel"),
                        )
                        for done in each.exercises
                        if "sets" in done
                    ),
                )
                for each in self.held
            ]
        )

    def _rating(self, told: Told) -> Rating:
        answers = told.answers
        flags, analgesic = answers.get("red_flags"), answers.get("analgesic")
        return Rating(
            key=told.id,
            moment=told.moment,
            answered_at=told.answered_at,
            received_at=told.received_at,
            recorded_at=told.recorded_at,
            day=self.day(told.answered_at),
            pain_mm=answers.get("pain_mm"),
            scale=PainScale(answers.get("scale", "VAS")),
            location=LOCATIONS.get(answers.get("location")),
            flare=FLARES.get(answers.get("flare")),
            analgesic=Analgesic(analgesic) if analgesic else None,
            sleep=answers.get("sleep"),
            red_flags=None if flags is None else tuple(flags),
        )

    # What adherence takes.

    def course(self) -> Course:
        following = dict(pairwise(each.started_at for each in self.held))
        return Course(
            starts_on=FIRST_DAY,
            weeks=TEMPLATE["weeks"],
            zone=CLINIC_ZONE,
            slots=tuple(
                PlannedSlot(
                    key=f"{number:02d}",
                    starts_at=slot.starts_at,
                    original_starts_at=slot.original_starts_at,
                    minutes=slot.minutes,
                    plan=self._plan(slot.starts_at),
                    excuse=slot.excuse,
                    cancelled=slot.is_cancelled,
                )
                for number, slot in self.slots.items()
            ),
            sessions=tuple(
                self._attended(each, following=following.get(each.started_at))
                for each in self.held
            ),
            pauses=tuple(self.pauses),
        )

    def _plan(self, at: datetime) -> tuple[PlannedExercise, ...]:
        position = self.phase_on(at.astimezone(CLINIC_ZONE).date())
        planned = []
        for each in self.prescribed:
            load = self.load_at(each.name, at=at)
            reps = self.reps_at(each.name, at=at)
            amount = reps[0] if reps else PHASES[position].reps_min
            planned.append(
                PlannedExercise(
                    exercise=each.name,
                    measure=MEASURES[each.kind],
                    sets=self.sets_asked(each.name, at=at),
                    amount=Decimal(HELD_S[0] if each.kind == "hold" else amount),
                    load_kg=load.kg if load else None,
                )
            )
        return tuple(planned)

    def sets_asked(self, name: str, *, at: datetime) -> int:
        """Return the sets asked for: a decision's until a planned session is held."""
        load = self.load_at(name, at=at)
        if load is None or load.sets is None:
            return SETS
        since = [
            each.started_at
            for each in self.held
            if each.slot is not None and load.at < each.started_at < at
        ]
        return SETS if since else load.sets

    def _attended(self, held: Held, *, following: datetime | None) -> HeldSession:
        return HeldSession(
            key=held.id,
            slot=None if held.slot is None else f"{held.slot:02d}",
            started_at=held.started_at,
            ended_at=held.ended_at,
            status=self._status(held),
            exercises=tuple(
                DoneExercise(
                    exercise=name_of(done["slug"], done.get("side")),
                    sets=tuple(map(_done_set, done.get("sets", ()))),
                )
                for done in held.exercises
            ),
            plan=self._plan(held.started_at),
            check_ins=expected_check_ins(
                started_at=held.started_at,
                ended_at=held.ended_at,
                following=following,
                answered={each.moment for each in self.in_window(held)},
            ),
        )

    def _status(self, held: Held) -> SessionStatus:
        """Return held where half of the plan was worked on; outside of it any work."""
        worked = {
            done["slug"]
            for done in held.exercises
            if any(each.get("reps") != 0 for each in done.get("sets", ()))
        }
        planned = {each.slug for each in self.prescribed}
        if held.slot is None:
            return SessionStatus.HELD if worked else SessionStatus.PARTIAL
        is_enough = 2 * len(worked & planned) >= len(planned)
        return SessionStatus.HELD if is_enough else SessionStatus.PARTIAL


def in_force(phases: list[PhaseTaken], *, on: date) -> PhaseTaken:
    """Return the phase in force on a day; before the first one, that one."""
    ordered = sorted(phases, key=lambda each: each.since)
    return [each for each in ordered if each.since <= on or each == ordered[0]][-1]


def name_of(slug: str, side: str | None) -> str:
    """Return the name of an exercise, each side apart."""
    return f"{slug}:{side or ''}"


def kilograms(done: dict) -> Decimal | None:
    """Return the load of a set; only kilograms are typed here."""
    return Decimal(done["load"]["value"]) if "load" in done else None


def _done_set(done: dict) -> DoneSet:
    amount = done.get("seconds", done.get("reps"))
    return DoneSet(
        amount=None if amount is None else Decimal(amount), load_kg=kilograms(done)
    )


def _explosive_level(day: date) -> int:
    week = week_of(day, starts_on=FIRST_DAY)
    levels = (
        step["level"] for step in TEMPLATE["explosive"] if step["from_week"] <= week
    )
    return max(levels, default=1)
