"""Bounds of scales as conditions of the database."""

from django.db.models import Q

from apps.clinical import scales

PAIN_RANGE = (scales.PAIN_MIN_MM, scales.PAIN_MAX_MM)
RPE_RANGE = (scales.RPE_MIN, scales.RPE_MAX)


def on_scale(field: str, bounds: tuple[int, int]) -> Q:
    """Return the condition "not answered, or within the scale"."""
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__range": bounds})
