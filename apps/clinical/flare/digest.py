"""A fingerprint of what a verdict used, so that the same inputs are recognised."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from .inputs import Closing, Rating
from .policy import DetectorPolicy
from .readings import Readings


def inputs_digests(
    readings: Sequence[Readings],
    *,
    before: Iterable[Rating],
    policy: DetectorPolicy,
) -> tuple[str, ...]:
    """Return, for each session, the digest of all inputs up to it.

    A chain: each digest covers its session's values in use, its marks, which of
    its windows are closed, and the digest before. The clock enters only through
    windows, so judging later what cannot change gives the same digest.
    """
    link = _sha256([_rating(rating) for rating in before])
    digests = []
    for position, one in enumerate(readings, start=1):
        link = _sha256([link, _session(one, position=position, policy=policy)])
        digests.append(link)
    return tuple(digests)


def with_closings(digest: str, *, closings: Sequence[Closing]) -> str:
    """Return the digest of a verdict that these closings had a part in.

    Without any, the digest of its inputs stands.
    """
    if not closings:
        return digest
    return _sha256([digest, sorted(_closing(closing) for closing in closings)])


def _session(one: Readings, *, position: int, policy: DetectorPolicy) -> dict[str, Any]:
    session = one.session
    return {
        "key": session.key,
        "day": session.day.isoformat(),
        "started_at": _instant(session.started_at),
        "ended_at": _instant(session.ended_at),
        "novel": session.novel,
        "confounders": sorted(session.confounders),
        "red_flags_asked": one.red_flags_asked,
        "h24_settled": one.h24_mm is not None or one.h24_closed,
        "h48_settled": one.is_settled,
        "counts_for_dq": position >= policy.dq_sessions and one.counts_for_gaps,
        "ratings": [_rating(rating) for rating in one.in_window],
    }


def _rating(rating: Rating) -> dict[str, Any]:
    return {
        "key": rating.key,
        "moment": rating.moment,
        "answered_at": _instant(rating.answered_at),
        "received_at": _instant(rating.received_at),
        "recorded_at": _instant(rating.recorded_at),
        "day": rating.day.isoformat(),
        "pain_mm": rating.pain_mm,
        "scale": rating.scale,
        "location": rating.location,
        "flare": rating.flare,
        "analgesic": rating.analgesic,
        "sleep": rating.sleep,
        "red_flags": None if rating.red_flags is None else sorted(rating.red_flags),
    }


def _closing(closing: Closing) -> list[str]:
    return [
        closing.family,
        closing.opened_by,
        str(closing.generation),
        _instant(closing.closed_at),
    ]


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


def _sha256(content: object) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
