"""Forms that are filled, and an instrument that is made up."""

import copy

from apps.clinical.questionnaires.library import shipped_instrument
from apps.clinical.questionnaires.parsing import parse_instrument
from apps.clinical.questionnaires.scoring import score

TASKS = [f"q1{letter}" for letter in "abcdefghijk"]

# Eight points on a line, a count of days and two printed options: nobody's form.
MADE_UP = {
    "key": "made_up",
    "version": 3,
    "edition": "A form of nobody",
    "recall": {"days": 14, "mark": "D"},
    "licence": {
        "holder": None,
        "terms": "Nobody's words.",
        "mark": "D",
        "wording_included": False,
    },
    "items": [
        {
            "code": "a1",
            "section": "first",
            "kind": "options",
            "options": [
                {"code": "low", "score": 0},
                {"code": "mid", "score": 2},
                {"code": "high", "score": 5},
            ],
        },
        {
            "code": "a2",
            "section": "first",
            "kind": "scale",
            "minimum": 1,
            "maximum": 9,
            "step": "0.25",
            "reversed": True,
        },
        {
            "code": "a3",
            "section": "second",
            "kind": "days",
            "minimum": 0,
            "maximum": 14,
        },
        {
            "code": "a4",
            "section": "second",
            "kind": "number",
            "minimum": "-1.5",
            "maximum": 6,
        },
    ],
    "scores": [
        {
            "code": "first",
            "role": "subscale",
            "of": ["a1", "a2"],
            "combine": "sum",
            "mark": "D",
            "min_answered": 1,
            "min_answered_mark": "D",
            "minimum": 1,
            "maximum": 14,
            "decimals": 1,
            "direction": "higher_better",
            "bands": [
                {
                    "code": "level",
                    "population": "nobody",
                    "mark": "D",
                    "steps": [
                        {"code": "low"},
                        {"code": "mid", "at_least": 6},
                        {"code": "high", "above": 10},
                    ],
                }
            ],
            "thresholds": [
                {
                    "code": "clear",
                    "unit": "points",
                    "at_least": "2.5",
                    "population": "nobody",
                    "mark": "D",
                },
                {
                    "code": "clear_share",
                    "unit": "percent",
                    "at_least": 20,
                    "population": "no one",
                    "mark": "K",
                },
            ],
            "references": [{"value": 7, "population": "nobody", "mark": "D"}],
        },
        {
            "code": "second",
            "role": "subscale",
            "of": ["a3", "a4"],
            "combine": "mean",
            "factor": "1/2",
            "mark": "D",
            "min_answered": 2,
            "min_answered_mark": "D",
            "minimum": "-0.375",
            "maximum": 5,
            "decimals": 3,
            "direction": "higher_worse",
        },
        {
            "code": "both",
            "role": "total",
            "of": ["first", "second"],
            "combine": "sum",
            "mark": "D",
            "min_answered": 1,
            "min_answered_mark": "D",
            "minimum": 1,
            "maximum": 15,
            "clamped": True,
            "decimals": 0,
            "direction": "ask_clinic",
            "loinc": "0-0",
        },
    ],
}


def made_up():
    """Return a document that a test may spoil."""
    return copy.deepcopy(MADE_UP)


def made_up_instrument():
    return parse_instrument(made_up())


def numbered(values, *, prefix="q"):
    """Return the answers by item code; "-" is an item that is not answered."""
    return {
        f"{prefix}{number}": None if value == "-" else value
        for number, value in enumerate(values.replace(",", " ").split(), start=1)
    }


def fiq(*, tasks, good, missed, scales):
    answers = dict(zip(TASKS, numbered(tasks).values(), strict=True))
    rest = numbered(scales)
    values = zip((f"q{number}" for number in range(4, 11)), rest.values(), strict=True)
    return {**answers, "q2": good, "q3": missed, **dict(values)}


def scored(key, answers, *, settings=None):
    return score(shipped_instrument(key), answers, clinic_settings=settings)
