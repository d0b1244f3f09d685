"""The response profile in words: for the patient with relief first, for staff.

Each sentence comes with a key and its values, so that it can be said in other
languages. None names a person, claims a diagnosis, says that exercise is harmful,
or speaks of an EIH score.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from .response_profile import Answer, Group, Part, Responses

Value = str | int

TEMPLATES: Final[Mapping[str, str]] = {
    "response.patient.too_early_none": (
        "No session has a pain value before and after yet. From {minimum} on you see "
        "here how your pain answers exercise."
    ),
    "response.patient.too_early": (
        "So far {n} of {minimum} sessions have a pain value before and after. From "
        "{minimum} on you see here how your pain answers exercise."
    ),
    "response.patient.relief": "After {count} of {n} sessions your pain was lower.",
    "response.patient.relief_size": "It was then lower by about {size} of 100.",
    "response.patient.no_change": (
        "After {count} of {n} sessions your pain was about the same."
    ),
    "response.patient.rise": (
        "After {count} of {n} sessions your pain was higher. That can happen; talk "
        "with your therapist if it worries you."
    ),
    "response.staff.too_early": (
        "Too early to say: {n} of {minimum} sessions have pain before and after; "
        "{not_counted} not counted."
    ),
    "response.staff.counts": (
        "Of {n} sessions: relief {relief} ({relief_low}-{relief_high} %), no change "
        "{no_change} ({no_change_low}-{no_change_high} %), rise {rise} "
        "({rise_low}-{rise_high} %); 95 % limits, change from {change} mm, "
        "{not_counted} not counted. Relief was possible in {relief_possible}."
    ),
    "response.kind.resistance": "Strength training",
    "response.kind.aerobic": "Endurance training",
    "response.kind.interval": "Interval training",
    "response.kind.aquatic": "Training in water",
    "response.kind.mind_body": "Yoga, tai chi or qigong",
    "response.kind.relaxation": "Relaxation",
    "response.kind.other": "Other training",
    "response.band.light": "Light loads",
    "response.band.moderate": "Middle loads",
    "response.band.heavy": "Heavy loads",
    "response.band.not_known": "Load not told as a share of the most you can lift once",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence: its key and values for translation, and its English text."""

    key: str
    params: Mapping[str, Value]
    text: str


def patient_sentences(responses: Responses) -> tuple[Sentence, ...]:
    """Return what the patient reads: relief first, counts, no percentages.

    An answer that never came is not told. With too few sessions, the only sentence
    says how many are needed.
    """
    n = responses.n
    if responses.is_too_early:
        minimum: Mapping[str, Value] = {"minimum": responses.rules.min_sessions}
        if not n:
            return (_sentence("patient.too_early_none", minimum),)
        return (_sentence("patient.too_early", {"n": n, **minimum}),)
    said = [
        _sentence(f"patient.{answer}", {"count": part.count, "n": n})
        for answer, part in _parts(responses)
        if part.count
    ]
    if responses.relief.typical_mm is not None:
        size = {"size": _whole(responses.relief.typical_mm)}
        said.insert(1, _sentence("patient.relief_size", size))
    return tuple(said)


def staff_sentence(responses: Responses) -> Sentence:
    """Return the counts with their 95 % limits in whole percent, for staff."""
    params: dict[str, Value] = {
        "n": responses.n,
        "not_counted": responses.not_counted,
    }
    if responses.is_too_early:
        minimum = responses.rules.min_sessions
        return _sentence("staff.too_early", {**params, "minimum": minimum})
    params |= {
        "relief_possible": responses.relief_possible,
        "change": responses.rules.change_from_mm,
    }
    parts = _parts(responses)
    params |= {str(answer): part.count for answer, part in parts}
    limits = {answer: part.proportion for answer, part in parts if part.proportion}
    for answer, proportion in limits.items():
        params[f"{answer}_low"] = _whole(100 * proportion.low)
        params[f"{answer}_high"] = _whole(100 * proportion.high)
    return _sentence("staff.counts", params)


def headings(group: Group) -> tuple[Sentence, ...]:
    """Return what stands above a group: its kind, then its load band if it has one."""
    kind = _sentence(f"kind.{group.kind}", {})
    if group.band is None:
        return (kind,)
    return kind, _sentence(f"band.{group.band}", {})


def _parts(responses: Responses) -> tuple[tuple[Answer, Part], ...]:
    return (
        (Answer.RELIEF, responses.relief),
        (Answer.NO_CHANGE, responses.no_change),
        (Answer.RISE, responses.rise),
    )


def _sentence(code: str, params: Mapping[str, Value]) -> Sentence:
    key = f"response.{code}"
    return Sentence(key=key, params=params, text=TEMPLATES[key].format_map(params))


def _whole(value: float) -> int:
    return int(Decimal(repr(value)).to_integral_value(rounding=ROUND_HALF_UP))
