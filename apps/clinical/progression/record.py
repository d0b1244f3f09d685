"""The inputs of a proposal as plain values that JSON can hold, with a digest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from .conditions import SESSIONS_LOOKED_AT, Facts
from .inputs import SessionDone, Situation
from .policy import TABLE_KEY, TABLE_VERSION, LoadPolicy


def inputs_of(
    situation: Situation, *, facts: Facts, policy: LoadPolicy
) -> dict[str, Any]:
    """Return what a proposal used: answers, computed values and conditions.

    Loads are texts, so that no digit is lost; pain and rises are numbers.
    """
    told = {
        field.name: plain(getattr(situation, field.name))
        for field in fields(situation)
        if field.name != "sessions"
    }
    return {
        "table": {"key": TABLE_KEY, "version": TABLE_VERSION},
        "policy": policy.to_mapping(),
        "situation": told,
        "sessions": [
            _session(one, exercise=situation.exercise)
            for one in _looked_at(situation, policy=policy)
        ],
        "values": {
            "usual_mm": facts.usual_mm,
            "days_off": facts.days_off,
            "response": plain(facts.response),
        },
        "conditions": {str(name): str(is_) for name, is_ in facts.conditions.items()},
    }


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of plain values in canonical form, in hexadecimal."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def plain(value: Any) -> Any:
    """Return a value with nothing in it that JSON does not know."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(one) for name, one in _fields(value).items()}
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(str(one) for one in value)
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, str) else value


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _looked_at(situation: Situation, *, policy: LoadPolicy) -> list[SessionDone]:
    """Return the sessions that rules look at, oldest first."""
    newest = situation.sessions[-SESSIONS_LOOKED_AT:]
    most = max(SESSIONS_LOOKED_AT, policy.over_target_sessions)
    of_exercise = situation.with_exercise[-most:]
    return [one for one in situation.sessions if one in newest or one in of_exercise]


def _session(session: SessionDone, *, exercise: str) -> dict[str, Any]:
    """Return one session with all its pain and its sets of this exercise."""
    told = {name: plain(one) for name, one in _fields(session).items()}
    done = session.done(exercise)
    return told | {"exercises": [] if done is None else [plain(done)]}
