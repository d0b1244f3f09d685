"""What surrounds exercise."""

from datetime import date

from apps.clinical.surroundings import GRADE_MAX, GRADE_MIN, days_to_offer

from ..shown import table

GRADES = ("mild", "moderate", "severe", "life-threatening", "fatal")
CHANGED_ON = date(2026, 3, 5)


def surroundings() -> dict[str, str]:
    """Return the grades, and the days around one change."""
    first, last = days_to_offer(CHANGED_ON)
    grades = range(GRADE_MIN, GRADE_MAX + 1)
    return {
        "grades": table(
            ("grade", "means"),
            [(str(grade), word) for grade, word in zip(grades, GRADES, strict=True)],
        ),
        "changed_on": _day(CHANGED_ON),
        "first": _day(first),
        "last": _day(last),
    }


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
