"""What the API tells about policies and their replays."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from apps.clinical.flare.verdicts import Kind
from apps.common.shapes import Answer
from apps.inbox.models import Judgement

from ..comparison import IN_FORCE, REPLAYED
from ..models import DetectorPolicy, PolicyReplay, ReplayStatus
from ..policies import PolicyInForce, status_in, version_name
from ..policy_limits import FIXED, SHIPPED, limits_of, number_names

DAYS_A_WEEK = 7


class PersonAnswer(Answer):
    """A person of the clinic."""

    id: UUID
    name: str


class NumberAnswer(Answer):
    """One number of a policy, with the shipped one beside it."""

    name: str
    value: float
    shipped: float
    unit: str
    least: float
    most: float
    fixed: bool


class PolicyAnswer(Answer):
    """One version of a policy as it stands in a clinic.

    ``status``: ``live`` alerts therapists, ``shadow`` judges without telling anybody,
    ``draft`` judges nobody.
    """

    id: UUID
    key: str
    version: int
    policy_version: str
    shipped: bool
    status: str
    signed_by: PersonAnswer | None
    signed_at: datetime | None
    based_on: UUID | None
    reason: str
    drafted_by: PersonAnswer | None
    drafted_at: datetime | None
    numbers: list[NumberAnswer]


class ProgressAnswer(Answer):
    """How many of the clinic's patients are judged."""

    done: int
    total: int


class RateAnswer(Answer):
    """How many alerts, and how many a week a patient."""

    alerts: int
    per_patient_week: float | None


class RuleAnswer(Answer):
    """The alerts of one rule by both policies.

    ``new`` and ``lost`` ones share no session with one of the other policy;
    ``sessions_earlier`` and ``sessions_later`` add up by how many sessions the others
    moved.
    """

    kind: str
    in_force: RateAnswer
    replayed: RateAnswer
    unchanged: int
    earlier: int
    later: int
    sessions_earlier: int
    sessions_later: int
    new: int
    lost: int


class JudgedAnswer(Answer):
    """How many alerts that therapists judged so would be there, told as gravely."""

    judgement: str
    alerts: int
    in_force: int
    replayed: int


class ComparisonAnswer(Answer):
    """What both policies make of the past; it names nobody."""

    patients: int
    patients_left_out: int
    sessions: int
    patient_weeks: float
    rules: list[RuleAnswer]
    judged: list[JudgedAnswer]


class ReplayAnswer(Answer):
    """A replay: how far it is, and what came of it once it is done."""

    id: UUID
    policy: UUID
    policy_version: str
    in_force_version: str
    first_day: date | None
    last_day: date | None
    status: str
    asked_at: datetime
    progress: ProgressAnswer
    result: ComparisonAnswer | None


def policy_answers(
    policies: Iterable[DetectorPolicy], *, in_force: PolicyInForce
) -> list[PolicyAnswer]:
    """Return the answers for policies loaded with their people."""
    return [policy_answer(each, in_force=in_force) for each in policies]


def policy_answer(policy: DetectorPolicy, *, in_force: PolicyInForce) -> PolicyAnswer:
    """Return the answer for a policy loaded with its people."""
    signature = in_force.signature if policy.pk == in_force.row.pk else None
    return PolicyAnswer(
        id=policy.public_id,
        key=policy.key,
        version=policy.version,
        policy_version=version_name(policy),
        shipped=policy.clinic_id is None,
        status=status_in(policy, in_force=in_force),
        signed_by=_person(signature and signature.signed_by),
        signed_at=signature and signature.signed_at,
        based_on=policy.based_on and policy.based_on.public_id,
        reason=policy.reason,
        drafted_by=_person(policy.drafted_by),
        drafted_at=policy.drafted_at,
        numbers=[_number(name, policy.content[name]) for name in number_names()],
    )


def replay_answer(replay: PolicyReplay) -> ReplayAnswer:
    """Return the answer for a replay loaded with both policies."""
    is_done = replay.status == ReplayStatus.DONE
    return ReplayAnswer(
        id=replay.public_id,
        policy=replay.policy.public_id,
        policy_version=version_name(replay.policy),
        in_force_version=version_name(replay.in_force),
        first_day=replay.first_day,
        last_day=replay.last_day,
        status=replay.status,
        asked_at=replay.asked_at,
        progress=ProgressAnswer(done=replay.patients_done, total=replay.patients_total),
        result=comparison_answer(replay.counts) if is_done else None,
    )


def comparison_answer(counts: Mapping[str, Any]) -> ComparisonAnswer:
    """Return what was counted, with its rates."""
    weeks = counts.get("days", 0) / DAYS_A_WEEK
    rules, judged = counts.get("rules", {}), counts.get("judged", {})
    return ComparisonAnswer(
        patients=counts.get("patients", 0),
        patients_left_out=counts.get("patients_left_out", 0),
        sessions=counts.get("sessions", 0),
        patient_weeks=weeks,
        rules=[_rule(kind, rules[kind], weeks=weeks) for kind in Kind if kind in rules],
        judged=[
            JudgedAnswer(judgement=each, **judged[each])
            for each in Judgement.values
            if each in judged
        ],
    )


def _rule(kind: Kind, counts: Mapping[str, int], *, weeks: float) -> RuleAnswer:
    rates = {
        name: RateAnswer(
            alerts=counts[name],
            per_patient_week=counts[name] / weeks if weeks else None,
        )
        for name in (IN_FORCE, REPLAYED)
    }
    return RuleAnswer(kind=kind.value, **{**counts, **rates})


def _number(name: str, value: float) -> NumberAnswer:
    limits = limits_of(name)
    return NumberAnswer(
        name=name,
        value=value,
        shipped=getattr(SHIPPED, name),
        unit=limits.unit,
        least=limits.least,
        most=limits.most,
        fixed=name in FIXED,
    )


def _person(user: Any) -> PersonAnswer | None:
    return PersonAnswer(id=user.public_id, name=user.name) if user else None
