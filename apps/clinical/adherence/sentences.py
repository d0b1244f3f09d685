"""The English sentences about adherence, from figures.

Each comes with a key and its values, so that it can be said in other languages. To a
patient no sentence counts what was not done, keeps a row or gives a mark.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from .course import AlertReason
from .figures import INTERRUPTED_FROM_MISSES, Figures
from .policy import SHIPPED, AdherencePolicy

Value = str | int

_TEMPLATES: Final[Mapping[str, str]] = {
    "adherence.patient.ahead": (
        "Your sessions are ahead of you. If a day does not suit you, tell {clinic}."
    ),
    "adherence.patient.none": (
        "You can go on whenever you are ready. If other days or an easier start would "
        "help, talk to {clinic}."
    ),
    "adherence.patient.one": (
        "You trained once in the last four weeks. Each session counts, also one that "
        "you did in part."
    ),
    "adherence.patient.several": (
        "You trained {attended} times in the last four weeks. Each session counts, "
        "also one that you did in part."
    ),
    "adherence.patient.excused": (
        "Thank you for telling us when you could not come. It helps us to plan with "
        "you."
    ),
    "adherence.therapist.attendance": (
        "Attended {attended} of {due} due sessions ({attendance} %), {partial} of them "
        "in part."
    ),
    "adherence.therapist.excused": (
        "Excused: {excused}, of these {flare} because of a pain flare; without excused "
        "ones attendance is {without} %."
    ),
    "adherence.therapist.all_excused": (
        "Excused: {excused}, of these {flare} because of a pain flare; no due session "
        "is left without them."
    ),
    "adherence.therapist.nothing_due": "No session has come due yet.",
    "adherence.therapist.too_early": (
        "{due} of the {needed} due sessions that a judgement needs: too early to say."
    ),
    "adherence.therapist.missed_sessions": (
        "{misses} sessions were missed without an excuse since the last one that was "
        "attended. Ask what would make coming easier."
    ),
    "adherence.therapist.interrupted": (
        "Training is interrupted: {misses} sessions were missed without an excuse "
        "since the last one that was attended. Ask what would make coming easier."
    ),
    "adherence.therapist.low_adherence": (
        "Over the last four weeks {attended} of {asked} sessions were attended "
        "({without} %), excused ones left out."
    ),
    "adherence.therapist.low_dose": (
        "The person comes ({attended} of {due} sessions, {attendance} %) but does "
        "{dose} % of the prescribed dose, and {when_attended} % when they come. The "
        "load or the volume may be too high."
    ),
    "adherence.therapist.silent": (
        "No session for {days} days, pauses not counted, and none is booked."
    ),
    "adherence.therapist.withdrawn": "Withdrawal was recorded on {day}.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence in English, with what a translation needs.

    `params` holds values as they are shown: rounded half up.
    """

    key: str
    params: Mapping[str, Value]
    text: str


def for_patient(figures: Figures, *, clinic: str) -> tuple[Sentence, ...]:
    """Return what a patient reads about their last four weeks.

    Args:
        clinic: Its name, for whom to talk to.
    """
    if figures.due == 0:
        return (_sentence("patient.ahead", {"clinic": clinic}),)
    if figures.attended == 0:
        first = _sentence("patient.none", {"clinic": clinic})
    elif figures.attended == 1:
        first = _sentence("patient.one")
    else:
        first = _sentence("patient.several", {"attended": figures.attended})
    thanks = (_sentence("patient.excused"),) if figures.excused else ()
    return (first, *thanks)


def for_therapist(
    figures: Figures, *, policy: AdherencePolicy = SHIPPED
) -> tuple[Sentence, ...]:
    """Return what staff read above the figures of a window."""
    if figures.due == 0:
        return (_sentence("therapist.nothing_due"),)
    found = [
        _sentence(
            "therapist.attendance",
            {
                "attended": figures.attended,
                "due": figures.due,
                "attendance": str(figures.attendance.percent),
                "partial": figures.partial,
            },
        )
    ]
    if figures.excused:
        found.append(_excused(figures))
    if figures.due < policy.judged_from_due:
        numbers = {"due": figures.due, "needed": policy.judged_from_due}
        found.append(_sentence("therapist.too_early", numbers))
    return tuple(found)


def alert(reason: AlertReason, *, figures: Figures, misses: int) -> Sentence:
    """Return what a therapist reads in the inbox.

    Args:
        figures: Of the last four weeks.
        misses: In a row without an excuse, up to now.
    """
    if reason == AlertReason.MISSED_SESSIONS:
        is_interrupted = misses >= INTERRUPTED_FROM_MISSES
        name = "interrupted" if is_interrupted else "missed_sessions"
        return _sentence(f"therapist.{name}", {"misses": misses})
    if reason == AlertReason.LOW_ADHERENCE:
        return _sentence(
            "therapist.low_adherence",
            {
                "attended": figures.attended,
                "asked": figures.due - figures.excused,
                "without": str(figures.attendance_without_excused.percent),
            },
        )
    return _sentence(
        "therapist.low_dose",
        {
            "attended": figures.attended,
            "due": figures.due,
            "attendance": str(figures.attendance.percent),
            "dose": str(figures.dose.percent),
            "when_attended": str(figures.dose_when_attended.percent),
        },
    )


def silent(*, days: int) -> Sentence:
    """Return what staff read of somebody who has not come for long."""
    return _sentence("therapist.silent", {"days": days})


def withdrawn(*, day: date) -> Sentence:
    """Return what staff read of somebody who withdrew."""
    return _sentence("therapist.withdrawn", {"day": day.isoformat()})


def _excused(figures: Figures) -> Sentence:
    without = figures.attendance_without_excused.percent
    params: dict[str, Value] = {
        "excused": figures.excused,
        "flare": figures.excused_pain_flare,
    }
    if without is None:
        return _sentence("therapist.all_excused", params)
    return _sentence("therapist.excused", params | {"without": str(without)})


def _sentence(name: str, params: Mapping[str, Value] | None = None) -> Sentence:
    key = f"adherence.{name}"
    values = params or {}
    return Sentence(key=key, params=values, text=_TEMPLATES[key].format_map(values))
