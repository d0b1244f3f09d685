"""What the load table says about a ledger: which loads are to be asked about."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from apps.clinical.check_in_windows import Moment
from apps.clinical.flare.detector import judge_history
from apps.clinical.flare.inputs import Family
from apps.clinical.flare.policy import DetectorPolicy
from apps.clinical.flare.verdicts import AlertState, Judgement, Kind, Tier
from apps.clinical.phases import Phase
from apps.clinical.progression.inputs import (
    BREAK_ROWS,
    CUTTING_ROWS,
    DELOAD_ROWS,
    FLARE_ROW,
    Decided,
    Deload,
    DetectorState,
    ExerciseDone,
    OpenFlare,
    PatternState,
    Plan,
    SessionDone,
    SetDone,
    Situation,
)
from apps.clinical.progression.proposals import Proposal, at_pre, draft
from apps.clinical.progression.table import POSTPONE, RED_FLAG, WAY_BACK, Action

from .ledger import (
    CLINIC_ZONE,
    FIRST_DAY,
    HELD_S,
    LOCATIONS,
    PHASES,
    SETS,
    Held,
    Ledger,
    LoadTaken,
    PhaseTaken,
    Prescribed,
    Told,
    in_force,
    kilograms,
    name_of,
)

DAY = timedelta(days=1)
MISSED_AFTER = timedelta(hours=24)
TAKES_AWAY = (Action.REDUCE, Action.RESTART, Action.NO_TRAINING)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A proposal that should wait for a decision, and what it is about."""

    prescribed: Prescribed
    proposal: Proposal
    about: str
    session: str | None
    phase: Phase | None

    @property
    def to_kg(self) -> Decimal | None:
        return self.proposal.next_load_kg

    @property
    def is_other_target(self) -> bool:
        """Whether its repetitions are not those of its phase."""
        wanted = (self.proposal.reps_min, self.proposal.reps_max)
        plan = self.proposal.inputs["situation"]["plan"]
        phase = plan["phase"]
        if self.proposal.phase_change:
            turn = {-1: "previous_phase", 1: "next_phase"}[self.proposal.phase_change]
            phase = plan[turn]
        return wanted != (phase["reps_min"], phase["reps_max"])


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the therapist made of a proposal."""

    wanted: Wanted
    at: datetime
    is_dismissed: bool

    @property
    def rule(self) -> int:
        return self.wanted.proposal.row

    @property
    def from_kg(self) -> Decimal | None:
        return self.wanted.proposal.load_in_force_kg


@dataclass(frozen=True)
class Standing:
    """A ledger as it stands at an instant; ``on`` is another day to word it for."""

    ledger: Ledger
    now: datetime
    is_live: bool
    another_day: date | None = None

    @cached_property
    def judgement(self) -> Judgement:
        return judge_history(
            self.ledger.history(), policy=DetectorPolicy(), now=self.now
        )

    @cached_property
    def held(self) -> list[Held]:
        return self.ledger.held

    @property
    def newest(self) -> Held | None:
        return self.held[-1] if self.held else None

    @property
    def on(self) -> date:
        today = self.another_day or self.ledger.day(self.now)
        newest = self.newest
        return max(today, self.ledger.day(newest.started_at)) if newest else today

    @cached_property
    def told(self) -> list[Told]:
        """The check-ins from the first session on, and those sent ahead of it."""
        first = self.held[0].started_at - DAY if self.held else None
        return [
            each
            for each in self.ledger.counting()
            if first is None or each.answered_at >= first
        ]

    @cached_property
    def pre(self) -> Told | None:
        """The check of today before a session that is not recorded yet."""
        waiting = [
            each
            for each in self.told
            if each.moment == Moment.PRE
            and each.session is None
            and self.ledger.day(each.answered_at) == self.on
            and (self.newest is None or each.answered_at > self.newest.ended_at)
        ]
        return waiting[-1] if waiting else None

    def wanted(self) -> dict[str, Wanted]:
        """Return what should be asked, by the ids of prescriptions."""
        if self.ledger.is_paused:
            return {}
        found = (self.wanted_for(each) for each in self.ledger.prescribed)
        return {each.prescribed.id: each for each in found if each is not None}

    def wanted_for(self, prescribed: Prescribed) -> Wanted | None:
        """Return what should be asked about one exercise.

        The table is read once the two-day value has come or is too late; at the check
        before a session only what lowers comes on top.
        """
        before = self.situation(prescribed, with_pre=False)
        is_final = bool(self.held) and self.judgement.verdicts[-1].is_final
        standing = draft(before) if is_final else None
        found, situation = standing, before
        if self.pre is not None or before.red_flags:
            situation = self.situation(prescribed, with_pre=True)
            found = at_pre(situation, standing=standing)
        if found is None or found.is_blocked:
            return None
        plan = situation.plan
        wanted = Wanted(
            prescribed=prescribed,
            proposal=found,
            about=self._about(found, situation=situation),
            session=self.newest.id if self.newest else None,
            phase={-1: plan.previous_phase, 1: plan.next_phase}.get(found.phase_change),
        )
        return None if self._is_settled(wanted) else wanted

    def _about(self, found: Proposal, *, situation: Situation) -> str:
        if found.row == FLARE_ROW and situation.detector.flare:
            return situation.detector.flare.key
        if found.row == RED_FLAG.number:
            return [each for each in self.told if "red_flags" in each.answers][-1].id
        if found.row == POSTPONE.number and self.pre is not None:
            return self.pre.id
        return self.newest.id if self.newest else ""

    def _decided(self, prescribed: Prescribed) -> list[Decision]:
        return [
            each
            for each in self.ledger.decisions
            if each.wanted.prescribed == prescribed
        ]

    def _is_settled(self, wanted: Wanted) -> bool:
        """Tell whether it was decided on: after that only what takes away is asked."""
        decided = [
            each
            for each in self._decided(wanted.prescribed)
            if each.wanted.session == wanted.session
        ]
        if not decided:
            return False
        asked = {(each.rule, each.wanted.about) for each in decided}
        if (wanted.proposal.row, wanted.about) in asked:
            return True
        return wanted.proposal.action not in TAKES_AWAY

    def situation(self, prescribed: Prescribed, *, with_pre: bool) -> Situation:
        told = [each for each in self.told if with_pre or each is not self.pre]
        pre = self.pre if with_pre else None
        today = pre.answers if pre else {}
        pressure = today.get("blood_pressure", {})
        return Situation(
            exercise=prescribed.name,
            region=prescribed.region,
            on=self.on,
            plan=self._plan(prescribed),
            sessions=tuple(self._sessions()),
            pem=self.ledger.pem,
            red_flags=self._red_flags(told),
            acute_illness=today.get("acute_illness"),
            systolic_mmhg=pressure.get("systolic"),
            diastolic_mmhg=pressure.get("diastolic"),
            confidence=_newest(
                each.answers.get("confidence") for each in self._since_newest(told)
            ),
            next_pre_mm=today.get("pain_mm"),
            missed_slot=self._left_out_a_slot(),
            detector=self._detector(prescribed),
            deload=self._deload(prescribed),
            decided=tuple(
                Decided(
                    row=each.rule,
                    about=each.wanted.about,
                    load_before_kg=each.from_kg,
                )
                for each in self._decided(prescribed)
                if each.rule in CUTTING_ROWS
            ),
        )

    def _since_newest(self, told: list[Told]) -> list[Told]:
        """Return what was told around the newest session and later."""
        newest = self.newest
        return [
            each
            for each in told
            if newest is None
            or each.session == newest.id
            or each.answered_at > newest.started_at
        ]

    def _red_flags(self, told: list[Told]) -> tuple[str, ...] | None:
        """Return the newest screen; a "none" must be of now, with no alert open."""
        flags = _newest(each.answers.get("red_flags") for each in told)
        now = _newest(
            each.answers.get("red_flags") for each in self._since_newest(told)
        )
        if flags or not (now is None or self.ledger.has_open_red_flag):
            return flags
        return None

    def _plan(self, prescribed: Prescribed) -> Plan:
        taken = in_force(self._phases_asked_about(), on=self.on)
        load = self.ledger.load_at(prescribed.name)
        phases = {
            position: _phase(prescribed, position)
            for position in PHASES
            if abs(position - taken.position) <= 1
        }
        return Plan(
            load_kg=load.kg if load else None,
            sets=SETS,
            phase=phases[taken.position],
            previous_phase=phases.get(taken.position - 1),
            next_phase=phases.get(taken.position + 1),
            phase_started_on=self._weeks_count_from(taken),
            one_rep_max_kg=self.ledger.tests.get(prescribed.name),
            steps=prescribed.steps,
        )

    def _phases_asked_about(self) -> list[PhaseTaken]:
        """Return the phases, but for what a decision about the newest one brought."""
        moves = [
            each.at
            for each in self.ledger.decisions
            if each.wanted.phase and not each.is_dismissed
            if each.wanted.session == (self.newest.id if self.newest else None)
        ]
        if not moves:
            return self.ledger.phases
        before = [each for each in self.ledger.phases if each.decided_at < min(moves)]
        return before or self.ledger.phases

    def _weeks_count_from(self, taken: PhaseTaken) -> date:
        paused = timedelta()
        for pause in self.ledger.pauses:
            first = max(pause.paused_from, taken.since)
            last = min(pause.paused_until or self.on, self.on)
            paused += max(last - first, timedelta())
        return taken.since + paused

    def _sessions(self) -> Iterable[SessionDone]:
        verdicts = self.judgement.verdicts
        latest = date.min
        for held, verdict in zip(self.held, verdicts, strict=True):
            # Who flies west lives an evening twice.
            latest = max(latest, self.ledger.day(held.started_at))
            yield SessionDone(
                key=held.id,
                day=latest,
                exercises=tuple(self._work(held)),
                pre_mm=verdict.pre_mm,
                during_mm=tuple(self._during(held)),
                h24_mm=verdict.h24_mm,
                h48_mm=verdict.h48_mm,
                ref_mm=verdict.ref_mm,
                usual_mm=verdict.med_mm,
                novel=verdict.novel,
                places=tuple(
                    LOCATIONS[each.answers["location"]]
                    for each in self.ledger.in_window(held)
                    if each.moment in (Moment.H24, Moment.H48)
                    and "location" in each.answers
                ),
                broken_off=held.is_broken_off,
                says_flare=verdict.flare_at_h24 or verdict.flare_at_h48,
            )

    def _during(self, held: Held) -> Iterable[int]:
        during = self.ledger.around(held, Moment.DURING)
        post = [
            each for each in self.ledger.in_window(held) if each.moment == Moment.POST
        ]
        values = [each.answers.get("pain_mm") for each in during]
        values += [each.answers.get("worst_pain_mm") for each in (*during, *post)]
        return (each for each in values if each is not None)

    def _work(self, held: Held) -> Iterable[ExerciseDone]:
        position = self.ledger.phase_on(self.ledger.day(held.started_at))
        known = {each.name: each for each in self.ledger.prescribed}
        for name, sets in _sets_by_exercise(held).items():
            is_left_out = any(
                done.get("skipped_reason") == "pain" and name_of_work(done) == name
                for done in held.exercises
            )
            if name not in known:
                yield ExerciseDone(
                    exercise=name, sets=sets, left_out_for_pain=is_left_out
                )
                continue
            phase = _phase(known[name], position)
            decided = self.ledger.reps_at(name, at=held.started_at)
            yield ExerciseDone(
                exercise=name,
                sets=sets,
                sets_asked=self.ledger.sets_asked(name, at=held.started_at),
                reps_min=(
                    min(decided[0], phase.reps_max) if decided else phase.reps_min
                ),
                reps_max=phase.reps_max,
                left_out_for_pain=is_left_out,
            )

    def _left_out_a_slot(self) -> bool:
        """Tell whether a planned session passed by without training, or a pause did."""
        if self.newest is None:
            return False
        since = self.newest.started_at
        filled = {each.slot for each in self.held}
        empty = [
            slot for number, slot in self.ledger.slots.items() if number not in filled
        ]
        if any(
            since < slot.original_starts_at <= self.now
            and slot.starts_at > slot.original_starts_at
            and not (slot.excuse or slot.is_cancelled)
            for slot in empty
        ):
            return True
        left_out = (slot for slot in empty if since < slot.starts_at <= self.now)
        return any(
            slot.excuse
            or slot.is_cancelled
            or slot.starts_at + timedelta(minutes=slot.minutes) + MISSED_AFTER
            <= self.now
            for slot in left_out
        ) or any(
            pause.paused_from <= self.now.astimezone(CLINIC_ZONE).date()
            and (
                pause.paused_until is None
                or pause.paused_until > since.astimezone(CLINIC_ZONE).date()
            )
            for pause in self.ledger.pauses
        )

    def _detector(self, prescribed: Prescribed) -> DetectorState:
        """Return what the detector says; in shadow nothing but that it has looked."""
        if not self.is_live:
            return DetectorState(is_judged=True)
        alerts = [each for each in self.judgement.alerts if each.is_open]
        patterns = {each.kind for each in alerts if each.family == Family.PATTERN}
        pattern = PatternState.WATCH if patterns else PatternState.NONE
        asked = [each for each in self.judgement.verdicts if each.trend_mm is not None]
        return DetectorState(
            is_judged=bool(self.held),
            flare=self._flare(prescribed, alerts),
            pattern=PatternState.ALERT if Kind.HYPERALGESIA in patterns else pattern,
            rising=bool(asked) and Tier.T5_GATE in asked[-1].tiers,
        )

    def _flare(
        self, prescribed: Prescribed, alerts: list[AlertState]
    ) -> OpenFlare | None:
        episodes = [each for each in alerts if each.family == Family.FLARE]
        if not episodes:
            return None
        [episode] = episodes
        opener = self.ledger.sessions[episode.opened_by]
        load = self.ledger.load_at(prescribed.name, at=opener.started_at)
        return OpenFlare(
            key=f"flare:{episode.opened_by}",
            kind=episode.kind,
            regions=frozenset(
                each.region
                for each in self.ledger.prescribed
                if each.slug
                in {done["slug"] for done in opener.exercises if "sets" in done}
            ),
            load_at_start_kg=load.kg if load else None,
        )

    def _deload(self, prescribed: Prescribed) -> Deload | None:
        """Return the last cut, unless another start came into force since."""
        deload: Deload | None = None
        for load in self.ledger.loads.get(prescribed.name, []):
            decision = load.by
            if decision is None or decision.rule == BREAK_ROWS[0]:
                deload = None
            elif _is_cut(load, decision):
                before = [each.id for each in self.held if each.started_at < load.at]
                deload = Deload(
                    row=decision.rule,
                    from_load_kg=decision.from_kg,
                    after_session=before[-1] if before else None,
                )
            elif deload is not None and decision.rule == WAY_BACK.number:
                deload = replace(deload, steps_taken=deload.steps_taken + 1)
        return deload


def decide(
    ledger: Ledger, wanted: Wanted, *, verb: str, kg: Decimal | None, now: datetime
) -> None:
    """Write a decision down with what it puts in force; ``kg`` for another load."""
    proposal, name = wanted.proposal, wanted.prescribed.name
    decision = Decision(wanted=wanted, at=now, is_dismissed=verb == "dismiss")
    before = ledger.load_at(name)
    ledger.decisions.append(decision)
    stays = verb == "accept" and proposal.action == Action.NO_TRAINING
    if verb == "dismiss" or stays:
        return
    newest_phase = sorted(ledger.phases, key=lambda each: each.since)[-1].position
    if wanted.phase and wanted.phase.position != newest_phase:
        today = now.astimezone(CLINIC_ZONE).date()
        ledger.phases.append(
            PhaseTaken(
                position=wanted.phase.position,
                since=max(today, FIRST_DAY),
                decided_at=now,
            )
        )
    load_kg = wanted.to_kg if kg is None else kg
    if load_kg is None:
        return
    reps = None
    if before and proposal.action == Action.HOLD:
        newest = sorted(ledger.phases, key=lambda each: each.since)[-1]
        reps = before.reps if before.at >= newest.decided_at else None
    if wanted.is_other_target:
        reps = (proposal.reps_min, proposal.reps_max)
    if kg is not None and kg == proposal.offered_load_kg and proposal.offered_reps_min:
        reps = (proposal.offered_reps_min, proposal.offered_reps_max)
    ledger.loads.setdefault(name, []).append(
        LoadTaken(
            at=now,
            kg=load_kg,
            sets=proposal.sets if proposal.sets not in (0, SETS) else None,
            reps=reps,
            by=decision,
        )
    )


def _sets_by_exercise(held: Held) -> dict[str, tuple[SetDone, ...]]:
    """Return what was done; an exercise done twice is one, fast work another."""
    found: dict[str, tuple[SetDone, ...]] = {}
    for done in held.exercises:
        name = name_of_work(done)
        sets = tuple(
            SetDone(
                repetitions=each.get("seconds", each.get("reps")),
                load_kg=kilograms(each),
                pain_mm=each.get("pain_mm"),
            )
            for each in done.get("sets", ())
        )
        found[name] = found.get(name, ()) + sets
    return found


def name_of_work(done: dict) -> str:
    """Return the name of what was done; fast work has one of its own."""
    name = name_of(done["slug"], done.get("side"))
    return f"{name}:explosive" if done.get("explosive") else name


def _phase(prescribed: Prescribed, position: int) -> Phase:
    """Return a phase; where a position is held, its seconds are the repetitions."""
    phase = PHASES[position]
    if prescribed.kind != "hold":
        return phase
    return replace(phase, reps_min=HELD_S[0], reps_max=HELD_S[1])


def _is_cut(load: LoadTaken, decision: Decision) -> bool:
    from_kg = decision.from_kg
    return decision.rule in DELOAD_ROWS and from_kg is not None and load.kg < from_kg


def _newest(answers: Iterable) -> object:
    given = [each for each in answers if each is not None]
    if not given:
        return None
    return tuple(given[-1]) if isinstance(given[-1], list) else given[-1]
