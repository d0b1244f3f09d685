"""What the API tells about verdicts."""

from datetime import datetime
from typing import Any

from apps.common.shapes import Answer

from ..models import Verdict
from ..policies import version_name


class PatternAnswer(Answer):
    """The numbers behind T4: of the newest usable responses."""

    n: int
    mean_mm: float
    z: float
    at_least_10: int


class VerdictAnswer(Answer):
    """What one policy said about one session; numbers are unrounded.

    ``tiers`` are the raw rules; ``alert_status`` is what episodes and silence made of
    them. ``pattern`` is null when this session left T4 as it stood.
    """

    med_mm: float | None
    ref_mm: float | None
    sig_mm: float | None
    immediate_mm: float | None
    d24_mm: float | None
    d48_mm: float | None
    response_mm: float | None
    likely_doms: bool
    novel: bool
    confounded: bool
    usable: bool
    tiers: list[str]
    alert_status: str
    severity: str | None
    pattern: PatternAnswer | None
    policy_version: str
    superseded: bool
    judged_at: datetime
    superseded_at: datetime | None
    remarks: dict[str, Any]


def verdict_answers(verdicts: list[Verdict]) -> list[VerdictAnswer]:
    """Return the answers for verdicts loaded with their policies."""
    return [verdict_answer(verdict) for verdict in verdicts]


def verdict_answer(verdict: Verdict) -> VerdictAnswer:
    """Return the answer for a verdict loaded with its policy."""
    return VerdictAnswer(
        med_mm=verdict.med_mm,
        ref_mm=verdict.ref_mm,
        sig_mm=verdict.sig_mm,
        immediate_mm=verdict.immediate_mm,
        d24_mm=verdict.d24_mm,
        d48_mm=verdict.d48_mm,
        response_mm=verdict.response_mm,
        likely_doms=verdict.likely_doms,
        novel=verdict.novel,
        confounded=verdict.confounded,
        usable=verdict.usable,
        tiers=verdict.tiers,
        alert_status=verdict.alert_status,
        severity=verdict.severity or None,
        pattern=_pattern(verdict.pattern),
        policy_version=version_name(verdict.policy),
        superseded=verdict.superseded_at is not None,
        judged_at=verdict.judged_at,
        superseded_at=verdict.superseded_at,
        remarks=verdict.remarks,
    )


def _pattern(content: dict[str, Any] | None) -> PatternAnswer | None:
    if content is None:
        return None
    return PatternAnswer(
        n=content["n"],
        mean_mm=content["mean_mm"],
        z=content["z"],
        at_least_10=content["at_least_10"],
    )
