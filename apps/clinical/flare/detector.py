"""The way in: from a patient's history to verdicts, alerts and the next look.

Everything is computed anew from the history each time. The order in which
values arrived does not matter, and the same inputs give the same judgement.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from ..check_in_windows import Moment, require_aware
from .digest import inputs_digests, with_closings
from .episodes import SessionOutcome, fold
from .facts import SessionFacts, facts_of, resting_before
from .inputs import Closing, PatientHistory, Rating
from .policy import DetectorPolicy
from .readings import Readings
from .verdicts import STATUS_RANK, AlertStatus, Judgement, SessionVerdict


def judge_history(
    history: PatientHistory,
    *,
    policy: DetectorPolicy,
    now: datetime,
    closings: Iterable[Closing] = (),
) -> Judgement:
    """Return a verdict for every session, the alerts, and when to look again.

    A session about which nothing can be said has a verdict without a reference
    level and without tiers. Ratings are used whenever they arrived; `now` only
    tells which windows are closed. To see what was known at an instant, hand in
    `history.known_at(instant)`.

    Args:
        closings: A therapist's resolutions of alerts of this patient.

    Raises:
        ClinicalInputError: `now` is naive.
    """
    require_aware("now", now)
    facts = facts_of(history, policy=policy, now=now)

    def known_at(closing: Closing) -> Mapping[str, SessionFacts]:
        seen = history.known_at(closing.closed_at, received_by=closing.seen_until)
        known = facts_of(seen, policy=policy, now=closing.closed_at)
        return {one.key: one for one in known}

    episodes = fold(
        facts, policy=policy, closings=tuple(closings), known_at=cache(known_at)
    )
    before = resting_before(history, policy=policy)
    return Judgement(
        verdicts=_verdicts(
            facts, policy=policy, outcomes=episodes.outcomes, before=before
        ),
        alerts=episodes.alerts,
        next_due_at=_next_due_at(facts, policy=policy, now=now),
    )


def _verdicts(
    facts: Sequence[SessionFacts],
    *,
    policy: DetectorPolicy,
    outcomes: Sequence[SessionOutcome],
    before: Sequence[Rating],
) -> tuple[SessionVerdict, ...]:
    readings = [one.readings for one in facts]
    digests = inputs_digests(readings, before=before, policy=policy)
    return tuple(
        _verdict(one, policy=policy, outcome=outcome, digest=digest, all_facts=facts)
        for one, outcome, digest in zip(facts, outcomes, digests, strict=True)
    )


def _verdict(
    facts: SessionFacts,
    *,
    policy: DetectorPolicy,
    outcome: SessionOutcome,
    digest: str,
    all_facts: Sequence[SessionFacts],
) -> SessionVerdict:
    return SessionVerdict(
        session_key=facts.key,
        policy_key=policy.key,
        policy_version=policy.version,
        inputs_digest=with_closings(digest, closings=outcome.closings),
        **_numbers(facts),
        **_answers(facts.readings),
        mixed_scales=facts.mixed_scales,
        usable=facts.usable,
        tiers=facts.tiers,
        t2_severity=facts.t2_severity,
        pattern=facts.pattern,
        trend_mm=facts.trend_mm,
        dq_with_value=facts.dq_with_value,
        about=None if facts.about is None else all_facts[facts.about].key,
        mail_allowed=facts.readings.may_mail(within_days=policy.mail_within_days),
        latest_received_at=facts.latest_received_at,
        alert_status=_strongest(outcome),
        events=outcome.events,
    )


def _numbers(facts: SessionFacts) -> dict[str, Any]:
    readings, baseline, response = facts.readings, facts.baseline, facts.response
    return {
        "pre_mm": readings.pre_mm,
        "post_mm": readings.post_mm,
        "h24_mm": readings.h24_mm,
        "h48_mm": readings.h48_mm,
        "med_mm": baseline.med_mm,
        "ref_mm": baseline.ref_mm,
        "sig_mm": baseline.sig_mm,
        "immediate_mm": response.immediate_mm,
        "d24_mm": response.d24_mm,
        "d48_mm": response.d48_mm,
        "rise_mm": response.rise_mm,
        "response_mm": response.response_mm,
        "likely_doms": response.likely_doms,
    }


def _answers(readings: Readings) -> dict[str, Any]:
    return {
        "novel": readings.session.novel,
        "confounded": bool(readings.session.confounders),
        "only_trained": readings.is_only_trained,
        "flare_at_h24": readings.says_flare(Moment.H24),
        "flare_at_h48": readings.says_flare(Moment.H48),
        "extra_analgesic": readings.has_extra_analgesic,
        "sleep_h24": readings.sleep_h24,
        "is_final": readings.is_settled,
        "recalled": readings.is_recalled,
        "red_flags_asked": readings.red_flags_asked,
    }


def _strongest(outcome: SessionOutcome) -> AlertStatus:
    statuses = (event.status for event in outcome.events)
    return max(statuses, key=STATUS_RANK.__getitem__, default=AlertStatus.NONE)


def _next_due_at(
    facts: Sequence[SessionFacts], *, policy: DetectorPolicy, now: datetime
) -> datetime | None:
    """Return the next closing of a window that can still change a verdict.

    The closing of H24 matters while its value is missing; that of H48 also for
    counting sessions with too few values, from the sixth on.
    """
    closings = [
        one.readings.h24_window.closes_at
        for one in facts
        if one.readings.h24_mm is None
    ]
    closings += [
        one.readings.h48_window.closes_at
        for position, one in enumerate(facts, start=1)
        if one.readings.h48_mm is None or position >= policy.dq_sessions
    ]
    return min((instant for instant in closings if instant > now), default=None)
