"""An alert of the detector as a finding for the inbox: its sentence and evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.clinical.flare import sentences
from apps.clinical.flare.inputs import Family
from apps.clinical.flare.sentences import Sentence
from apps.clinical.flare.verdicts import (
    AlertState,
    AlertStep,
    Judgement,
    Kind,
    SessionVerdict,
    Tier,
)
from apps.inbox.services import Finding

from .history import PatientRecord
from .patient_rows import local_day
from .policies import PolicyInForce, version_name
from .verdict_rows import pattern_content


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All verdicts of a patient in order, with the rows that they came from."""

    verdicts: Sequence[SessionVerdict]
    places: Mapping[str, int]
    record: PatientRecord
    in_force: PolicyInForce

    @classmethod
    def of(
        cls, judgement: Judgement, *, record: PatientRecord, in_force: PolicyInForce
    ) -> "Course":
        """Return the course that a judgement tells."""
        return cls(
            verdicts=judgement.verdicts,
            places={one.session_key: i for i, one in enumerate(judgement.verdicts)},
            record=record,
            in_force=in_force,
        )

    def verdict(self, session_key: str) -> SessionVerdict:
        """Return the verdict on a session."""
        return self.verdicts[self.places[session_key]]

    def number(self, session_key: str) -> int:
        """Return the place of a session among all of the patient, from 1."""
        return self.places[session_key] + 1


def origin_of(state: AlertState) -> str:
    """Return the name of an alert for good: family, session, generation if not 1."""
    later = "" if state.generation == 1 else f":{state.generation}"
    return f"{state.family}:{state.opened_by}{later}"


def deciding_step(state: AlertState) -> AlertStep:
    """Return the step that brought an alert to where it stands.

    A pattern's later growth in severity is noted and does not count.
    """
    if state.family == Family.FLARE:
        return state.raised_by[-1]
    return next(step for step in state.raised_by if step.kind == state.kind)


def finding_of(state: AlertState, *, course: Course) -> Finding:
    """Return what the inbox is told about an alert."""
    step = deciding_step(state)
    spoken = _sentences(state, step=step, course=course)
    return Finding(
        origin_key=origin_of(state),
        kind=state.kind.value,
        severity=state.severity.value,
        sentence=" ".join(one.text for one in spoken),
        evidence=_evidence(state, step=step, spoken=spoken, course=course),
        policy_version=version_name(course.in_force.row),
    )


def _sentences(state: AlertState, *, step: AlertStep, course: Course) -> list[Sentence]:
    verdict = course.verdict(step.session_key)
    number = course.number(step.session_key)
    if state.kind == Kind.SUSTAINED_FLARE:
        return [_sustained(verdict, number=number, course=course)]
    if state.kind == Kind.ACUTE_FLARE:
        rise = sentences.acute_flare(
            session_number=number,
            ref_mm=verdict.ref_mm,
            sig_mm=verdict.sig_mm,
            h24_mm=verdict.h24_mm,
            h48_mm=verdict.h48_mm,
        )
        return [rise, *_load_change(number=number, course=course)]
    if state.kind == Kind.POSSIBLE_FLARE:
        return [_possible(verdict, number=number)]
    return [_over_sessions(state, verdict=verdict, course=course)]


def _possible(verdict: SessionVerdict, *, number: int) -> Sentence:
    return sentences.possible_flare(
        session_number=number,
        ref_mm=verdict.ref_mm,
        rise_mm=verdict.rise_mm,
        sig_mm=verdict.sig_mm,
        says_flare=verdict.flare_at_h24 or verdict.flare_at_h48,
    )


def _sustained(verdict: SessionVerdict, *, number: int, course: Course) -> Sentence:
    flare = course.verdict(verdict.about or verdict.session_key)
    between = course.verdicts[number - 2]
    if flare.ref_mm is None or between.pre_mm is None or verdict.pre_mm is None:
        raise ValueError(f"Session {number} has no sustained flare.")
    row = course.record.rows[flare.session_key]
    return sentences.sustained_flare(
        first_pre_mm=between.pre_mm,
        second_pre_mm=verdict.pre_mm,
        ref_mm=flare.ref_mm,
        started_on=local_day(row).isoformat(),
    )


def _over_sessions(
    state: AlertState, *, verdict: SessionVerdict, course: Course
) -> Sentence:
    numbers = course.in_force.numbers
    if state.family == Family.PATTERN and verdict.pattern is not None:
        is_alert = state.kind == Kind.HYPERALGESIA
        say = sentences.pattern_alert if is_alert else sentences.pattern_watch
        return say(verdict.pattern, sig_mm=verdict.sig_mm, each_mm=numbers.t4_each_mm)
    if state.family == Family.TREND and verdict.trend_mm is not None:
        return sentences.rising_pain(
            trend_mm=verdict.trend_mm,
            sig_mm=verdict.sig_mm,
            half=numbers.t5_half,
            is_alert=Tier.T5_ALERT in verdict.tiers,
        )
    return sentences.not_judgeable(
        with_value=verdict.dq_with_value or 0, sessions=numbers.dq_sessions
    )


def _load_change(*, number: int, course: Course) -> list[Sentence]:
    """Return how the volume differed from the session before, if both have one."""
    if number < 2:
        return []
    before, that_day = (
        course.record.rows[verdict.session_key].volume_kg
        for verdict in course.verdicts[number - 2 : number]
    )
    if not before or not that_day:
        return []
    change_pct = round(100 * (that_day - before) / before)
    change = f"volume {change_pct:+} %" if change_pct else "volume unchanged"
    return [sentences.load_change(change)]


def _evidence(
    state: AlertState,
    *,
    step: AlertStep,
    spoken: Sequence[Sentence],
    course: Course,
) -> dict[str, Any]:
    verdict = course.verdict(step.session_key)
    return {
        "policy": {
            "key": course.in_force.numbers.key,
            "version": course.in_force.numbers.version,
        },
        "session": step.session_key,
        "session_number": course.number(step.session_key),
        "sessions": list(dict.fromkeys(state.session_keys)),
        "sentences": [{"key": one.key, "params": dict(one.params)} for one in spoken],
        "pattern": pattern_content(verdict.pattern),
        "trend_mm": verdict.trend_mm,
        "ref_start_mm": state.ref_start_mm,
        "alerted_on": local_day(course.record.rows[step.session_key]).isoformat(),
        "values": [
            _values(one, course=course)
            for one in _looked_at(state, verdict=verdict, course=course)
        ],
    }


def _looked_at(
    state: AlertState, *, verdict: SessionVerdict, course: Course
) -> list[SessionVerdict]:
    """Return the verdicts that an alert stands on, in order."""
    place = course.places[verdict.session_key]
    numbers = course.in_force.numbers
    # T5 stands on the last values before sessions, DQ on the last sessions.
    looks_back = {Family.TREND: 2 * numbers.t5_half, Family.DATA: numbers.dq_sessions}
    if state.family in looks_back:
        first = max(0, place + 1 - looks_back[state.family])
        return list(course.verdicts[first : place + 1])
    keys = set(state.session_keys)
    if verdict.pattern is not None and state.family == Family.PATTERN:
        keys |= set(verdict.pattern.session_keys)
    if verdict.about is not None:
        keys |= {one.session_key for one in course.verdicts[place - 2 : place]}
    return [one for one in course.verdicts if one.session_key in keys]


def _values(verdict: SessionVerdict, *, course: Course) -> dict[str, Any]:
    row = course.record.rows[verdict.session_key]
    return {
        "session": verdict.session_key,
        "number": course.number(verdict.session_key),
        "started_at": row.started_at.isoformat(),
        "pre_mm": verdict.pre_mm,
        "post_mm": verdict.post_mm,
        "h24_mm": verdict.h24_mm,
        "h48_mm": verdict.h48_mm,
        "ref_mm": verdict.ref_mm,
        "sig_mm": verdict.sig_mm,
        "response_mm": verdict.response_mm,
        "tiers": [tier.value for tier in verdict.tiers],
    }
