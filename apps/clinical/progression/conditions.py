"""Every condition of the load table, as yes, no or unknown, with its numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from .inputs import (
    FLARES_THAT_CUT,
    ExerciseDone,
    PatternState,
    SessionDone,
    SetDone,
    Situation,
)
from .policy import LoadPolicy
from .truth import Truth, all_of, any_of, opposite, yes_if
from .zones import SessionResponse, Zone, is_zone, response_of

SESSIONS_LOOKED_AT = 2  # [D] "below", green sessions for a phase and the way back
SAME_LOAD_WITHIN_KG = Decimal("0.06")  # [D] read and typed in the other unit, to 0.1
DAYS_OF_WEEK = 7


class Condition(StrEnum):
    """A question that a row of the table asks."""

    RED_FLAG = "red_flag"
    HIGH_BLOOD_PRESSURE = "high_blood_pressure"
    ACUTE_ILLNESS = "acute_illness"
    PEM_OR_NOT_ASKED = "pem_or_not_asked"
    FLARE_OPEN = "flare_open"
    PATTERN_ALERT = "pattern_alert"
    PATTERN_WATCH = "pattern_watch"
    RESTART_BREAK = "restart_break"
    LONG_BREAK = "long_break"
    BREAK = "break"
    SORENESS = "soreness"
    RED_ZONE = "red_zone"
    NOT_SETTLED = "not_settled"
    RISING_WEEKLY = "rising_weekly"
    AMBER_OR_RED = "amber_or_red"
    BELOW_TARGET = "below_target"
    LOW_CONFIDENCE = "low_confidence"
    LEFT_OUT = "left_out"
    BROKEN_OFF = "broken_off"
    SAYS_FLARE = "says_flare"
    MET_TARGET = "met_target"
    OVER_TARGET = "over_target"
    DURING_GREEN = "during_green"
    FOLLOW_UP_GREEN = "follow_up_green"
    CONFIDENT = "confident"
    PHASE_WEEKS_DONE = "phase_weeks_done"
    ALL_GREEN_TWICE = "all_green_twice"
    DELOADED = "deloaded"
    GREEN_TWICE_SINCE = "green_twice_since"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The numbers behind the conditions, and the conditions themselves.

    Args:
        response: Of the newest session; None before the first.
        reps_first_done: The repetitions before a large step, in both last sets.
        fully_confident: Confident enough to raise without asking.
    """

    response: SessionResponse | None
    usual_mm: float | None
    days_off: int | None
    reps_first_done: Truth
    fully_confident: Truth
    conditions: Mapping[Condition, Truth]

    def truth(self, condition: Condition) -> Truth:
        """Return what is known about a condition."""
        return self.conditions[condition]


def facts_of(situation: Situation, *, policy: LoadPolicy) -> Facts:
    """Return everything that the table asks about a situation."""
    newest = situation.newest
    response = None if newest is None else _response(situation, newest, policy=policy)
    days_off = None if newest is None else (situation.on - newest.day).days
    return Facts(
        response=response,
        usual_mm=None if newest is None else newest.usual_mm,
        days_off=days_off,
        reps_first_done=_over_target(situation, extra=policy.reps_first, policy=policy),
        fully_confident=_confidence_from(situation, policy.confidence_raise_from),
        conditions={
            **_of_safety(situation, policy=policy),
            **_of_detector(situation),
            **_of_break(situation, days_off=days_off, policy=policy),
            **_of_response(response),
            **_of_work(situation, policy=policy),
            **_of_course(situation, policy=policy),
        },
    )


def _response(
    situation: Situation, session: SessionDone, *, policy: LoadPolicy
) -> SessionResponse:
    return response_of(session, next_pre_mm=situation.pre_after(session), policy=policy)


def _of_safety(situation: Situation, *, policy: LoadPolicy) -> dict[Condition, Truth]:
    flags = situation.red_flags
    confident = _confidence_from(situation, policy.confidence_hold_below)
    return {
        Condition.RED_FLAG: yes_if(None if flags is None else bool(flags)),
        Condition.HIGH_BLOOD_PRESSURE: yes_if(
            _is_over(situation.systolic_mmhg, policy.systolic_up_to_mmhg)
            or _is_over(situation.diastolic_mmhg, policy.diastolic_up_to_mmhg)
        ),
        Condition.ACUTE_ILLNESS: yes_if(situation.acute_illness),
        # Not having asked blocks like a yes, so this one is never unknown.
        Condition.PEM_OR_NOT_ASKED: yes_if(situation.pem is not False),
        Condition.CONFIDENT: confident,
        Condition.LOW_CONFIDENCE: opposite(confident),
    }


def _is_over(value: int | None, limit: int) -> bool:
    """Tell whether a measured value is above its limit; not measured is no."""
    return value is not None and value > limit


def _confidence_from(situation: Situation, lowest: int) -> Truth:
    confidence = situation.confidence
    return yes_if(None if confidence is None else confidence >= lowest)


def _of_detector(situation: Situation) -> dict[Condition, Truth]:
    state = situation.detector
    holds = {
        Condition.FLARE_OPEN: state.flare is not None
        and state.flare.kind in FLARES_THAT_CUT,
        Condition.PATTERN_ALERT: state.pattern == PatternState.ALERT,
        Condition.PATTERN_WATCH: state.pattern == PatternState.WATCH,
        Condition.RISING_WEEKLY: state.rising,
    }
    absent = Truth.NO if state.is_judged else Truth.UNKNOWN
    return {name: Truth.YES if held else absent for name, held in holds.items()}


def _of_break(
    situation: Situation, *, days_off: int | None, policy: LoadPolicy
) -> dict[Condition, Truth]:
    spans = {
        Condition.RESTART_BREAK: (policy.restart_after_days + 1, None),
        Condition.LONG_BREAK: (policy.long_break_from_days, policy.restart_after_days),
        Condition.BREAK: (policy.break_from_days, policy.long_break_from_days - 1),
    }
    missed = yes_if(situation.missed_slot)
    return {
        name: all_of((missed, _is_within(days_off, first=first, last=last)))
        for name, (first, last) in spans.items()
    }


def _is_within(days: int | None, *, first: int, last: int | None) -> Truth:
    if days is None:
        return Truth.UNKNOWN
    return yes_if(first <= days and (last is None or days <= last))


def _of_response(response: SessionResponse | None) -> dict[Condition, Truth]:
    if response is None:
        return dict.fromkeys(_RESPONSES, Truth.UNKNOWN)
    zones = (response.during, response.next_day)
    beyond = [is_zone(zone, Zone.AMBER, Zone.RED) for zone in zones]
    return {
        Condition.SORENESS: response.soreness,
        Condition.RED_ZONE: any_of(is_zone(zone, Zone.RED) for zone in zones),
        Condition.NOT_SETTLED: opposite(response.settled),
        Condition.AMBER_OR_RED: any_of(beyond),
        Condition.DURING_GREEN: response.during_green,
        Condition.FOLLOW_UP_GREEN: response.follow_up_green,
    }


_RESPONSES = (
    Condition.SORENESS,
    Condition.RED_ZONE,
    Condition.NOT_SETTLED,
    Condition.AMBER_OR_RED,
    Condition.DURING_GREEN,
    Condition.FOLLOW_UP_GREEN,
)


def _of_work(situation: Situation, *, policy: LoadPolicy) -> dict[Condition, Truth]:
    done = _done(situation, last=SESSIONS_LOOKED_AT)
    met = [met_target(one) for one in done]
    newest, asked = situation.newest, situation.last_asked
    return {
        Condition.LEFT_OUT: yes_if(asked is not None and asked.left_out_for_pain),
        Condition.BROKEN_OFF: yes_if(newest is not None and newest.broken_off),
        # Not asked is no condition, and more than half of all flares are not pain.
        Condition.SAYS_FLARE: yes_if(newest is not None and newest.says_flare),
        Condition.MET_TARGET: met[-1] if met else Truth.UNKNOWN,
        Condition.BELOW_TARGET: (
            any_of(opposite(one) for one in met) if met else Truth.UNKNOWN
        ),
        Condition.OVER_TARGET: _over_target(
            situation, extra=policy.over_target_reps, policy=policy
        ),
    }


def met_target(done: ExerciseDone) -> Truth:
    """Tell whether all sets that were asked for reached the lower target.

    Without a set it is no; where nothing is counted, no repetition was missed.
    """
    if len(done.sets) < (done.sets_asked or 1):
        return Truth.NO
    if done.reps_min is None:
        return Truth.YES
    return all_of(_reaches(one, done.reps_min) for one in done.sets)


def _reaches(one: SetDone, target: int) -> Truth:
    done = one.repetitions
    return yes_if(None if done is None else done >= target)


def _over_target(situation: Situation, *, extra: int, policy: LoadPolicy) -> Truth:
    """Tell whether the last sets were that far over the target, at this load."""
    done = _done(situation, last=policy.over_target_sessions)
    if len(done) < policy.over_target_sessions:
        return Truth.NO
    load_kg = situation.plan.load_kg
    over = (
        Truth.NO
        if one.reps_max is None
        else _reaches(one.sets[-1], one.reps_max + extra)
        for one in done
    )
    return all_of((*over, *(_is_at(one.sets[-1].load_kg, load_kg) for one in done)))


def _is_at(done_kg: Decimal | None, load_kg: Decimal | None) -> Truth:
    """Tell whether a set had the load in force; without kilograms it always has."""
    if load_kg is None:
        return Truth.YES
    if done_kg is None:
        return Truth.UNKNOWN
    return yes_if(abs(done_kg - load_kg) <= SAME_LOAD_WITHIN_KG)


def _done(situation: Situation, *, last: int) -> list[ExerciseDone]:
    done = (one.done(situation.exercise) for one in situation.with_exercise[-last:])
    return [one for one in done if one is not None]


def _of_course(situation: Situation, *, policy: LoadPolicy) -> dict[Condition, Truth]:
    newest = situation.sessions[-SESSIONS_LOOKED_AT:]
    return {
        Condition.PHASE_WEEKS_DONE: _phase_weeks_done(situation),
        Condition.ALL_GREEN_TWICE: (
            all_of(_all_green(situation, one, policy=policy) for one in newest)
            if len(newest) == SESSIONS_LOOKED_AT
            else Truth.NO
        ),
        Condition.DELOADED: yes_if(_is_deloaded(situation)),
        Condition.GREEN_TWICE_SINCE: _green_twice_since(situation, policy=policy),
    }


def _phase_weeks_done(situation: Situation) -> Truth:
    plan = situation.plan
    if plan.next_phase is None:
        return Truth.NO
    if plan.phase_started_on is None:
        return Truth.UNKNOWN
    weeks = plan.phase.last_week - plan.phase.first_week + 1
    days = (situation.on - plan.phase_started_on).days
    return yes_if(days >= weeks * DAYS_OF_WEEK)


def _all_green(
    situation: Situation, session: SessionDone, *, policy: LoadPolicy
) -> Truth:
    """Tell whether a session was green and each of its exercises met its target."""
    if not session.exercises:
        return Truth.NO
    met = (met_target(one) for one in session.exercises)
    return all_of((_is_green(situation, session, policy=policy), *met))


def _is_green(
    situation: Situation, session: SessionDone, *, policy: LoadPolicy
) -> Truth:
    return _response(situation, session, policy=policy).green


def _is_deloaded(situation: Situation) -> bool:
    deload, load_kg = situation.deload, situation.plan.load_kg
    return deload is not None and load_kg is not None and load_kg < deload.from_load_kg


def _green_twice_since(situation: Situation, *, policy: LoadPolicy) -> Truth:
    """Tell whether the way back is open.

    The two newest sessions with this exercise came after the cut, were green and
    met the target, and the newest was done with the load in force.
    """
    since = _with_exercise_since(situation)[-SESSIONS_LOOKED_AT:]
    if len(since) < SESSIONS_LOOKED_AT:
        return Truth.NO
    done = _done(situation, last=SESSIONS_LOOKED_AT)
    at_load = [_is_at(one.load_kg, situation.plan.load_kg) for one in done[-1].sets]
    green = [_is_green(situation, one, policy=policy) for one in since]
    return all_of((*green, *(met_target(one) for one in done), *at_load))


def _with_exercise_since(situation: Situation) -> tuple[SessionDone, ...]:
    if situation.deload is None:
        return ()
    keys = [one.key for one in situation.sessions]
    after = situation.deload.after_session
    start = 0 if after is None else keys.index(after) + 1
    since = {one.key for one in situation.sessions[start:]}
    return tuple(one for one in situation.with_exercise if one.key in since)
