"""What a session and a test consist of, in the shapes that clients send."""

from datetime import datetime, timedelta
from typing import Any

from apps.exercises.models import LoadKind
from apps.programmes.queries import PrescribedExercise

from .pain import Around, Pain


def check_ins_around(
    felt: Around, *, starts_at: datetime, ends_at: datetime, pain: Pain
) -> list[dict[str, Any]]:
    """Return what is told right before and right after a session."""
    return [
        {
            "moment": "pre",
            "answered_at": (starts_at - timedelta(minutes=6)).isoformat(),
            "pain_mm": felt.pre_mm,
            "fatigue_mm": min(100, felt.pre_mm + pain.between(-10, 10)),
            "sleep": pain.between(3, 8),
            "confidence": pain.between(4, 9),
            "analgesic": "usual",
            "red_flags": [],
        },
        {
            "moment": "post",
            "answered_at": (ends_at + timedelta(minutes=2)).isoformat(),
            "pain_mm": felt.post_mm,
            "session_rpe": pain.between(11, 14),
        },
    ]


def exercise_done(
    each: PrescribedExercise, *, felt: Around, pain: Pain
) -> dict[str, Any]:
    """Return one exercise as it was done, near to what is prescribed."""
    exercise = each.prescription.exercise
    entry: dict[str, Any] = {
        "exercise": str(exercise.public_id),
        "side": each.prescription.side or None,
    }
    if exercise.load_kind in (LoadKind.HEART_RATE, LoadKind.EFFORT):
        return entry | {"bout": _bout(pain)}
    worst = felt.worst_during_mm
    sets = [
        _set(each, pain=pain, pain_mm=max(0, worst - 2 * (each.sets or 1) + number))
        for number in range(each.sets or 2)
    ]
    return entry | {"sets": sets}


def trials_up_to(best_kg: int) -> list[dict[str, Any]]:
    """Return the attempts of a direct test that ends at ``best_kg``."""

    def trial(kg: int, *, success: bool) -> dict[str, Any]:
        return {
            "load": {"value": str(kg), "unit": "kg"},
            "reps": 1 if success else 0,
            "success": success,
        }

    return [
        trial(max(1, round(best_kg * 0.7)), success=True),
        trial(max(1, round(best_kg * 0.9)), success=True),
        trial(best_kg, success=True),
        trial(best_kg + 2, success=False),
    ]


def _set(each: PrescribedExercise, *, pain: Pain, pain_mm: int) -> dict[str, Any]:
    kind = each.prescription.exercise.load_kind
    one: dict[str, Any] = {"rpe": pain.between(11, 14), "pain_mm": pain_mm}
    if kind == LoadKind.HOLD:
        return one | {"seconds": pain.between(15, 30)}
    low, high = each.reps or (10, 12)
    one["reps"] = pain.between(low, high)
    if kind == LoadKind.LEVER:
        return one | {"lever_level": 1}
    load = each.load
    value, unit = (load.load_value, load.load_unit) if load else ("2.5", "kg")
    return one | {"load": {"value": str(value), "unit": unit}}


def _bout(pain: Pain) -> dict[str, Any]:
    mean = pain.between(98, 118)
    return {
        "minutes": str(pain.between(20, 40)),
        "mean_hr": mean,
        "max_hr": mean + pain.between(6, 16),
        "rpe": pain.between(11, 13),
    }
