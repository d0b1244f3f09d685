"""Why a load or an effort is prescribed, as a patient reads it."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.clinical.progression.sentences import TEMPLATES
from apps.exercises.models import LoadKind
from apps.programmes.models import LoadInForce
from apps.programmes.plan import PhasePlan
from apps.programmes.queries import PrescribedExercise

# Rules write in English, with these around what they say.
_BY_RULE: Final = re.compile(r"Rule (?P<rule>\d+): (?P<sentence>.+)", re.DOTALL)
# What was proposed instead is the therapist's to know.
_OWN_WORDS: Final = re.compile(
    r"(?P<own>.+) \(instead of rule \d+: [^()]*\)", re.DOTALL
)
_VALUE: Final = re.compile(r"\{(\w+)\}")
_DECIMAL: Final = re.compile(r"\d+\.\d+")
_BASES: Final[Mapping[str, Any]] = {
    "hrmax": gettext_lazy("%(low)s to %(high)s %% of your highest heart rate"),
    "hrr": gettext_lazy("%(low)s to %(high)s %% of your heart rate reserve"),
    "vo2max": gettext_lazy("%(low)s to %(high)s %% of your VO2max"),
    "rpe": gettext_lazy("%(low)s to %(high)s %% of your highest effort"),
    "watts": gettext_lazy("%(low)s to %(high)s %% of your highest power"),
}


def why_prescribed(each: PrescribedExercise, *, phase: PhasePlan) -> str:
    """Return who decided on the load and why, or what the phase asks for."""
    if each.load is not None:
        return _decided(each.load)
    if each.suggested is not None:
        return _share(each.suggested.test, percent=each.suggested.percent_1rm)
    kind = each.prescription.exercise.load_kind
    if kind == LoadKind.LEVER:
        return _("Your own body: choose the level with your physiotherapist.")
    if kind == LoadKind.HOLD:
        return _("Held for seconds, within what is all right for you.")
    if phase.intensity is not None:
        share = {"low": phase.intensity.low_pct, "high": phase.intensity.high_pct}
        return str(_BASES[phase.intensity.basis] % share)
    if phase.rpe is not None:
        ends = {"low": phase.rpe.low, "high": phase.rpe.high}
        return _("Effort %(low)s to %(high)s on the scale of 6 to 20") % ends
    return _("Your physiotherapist chooses the load with you.")


def load_reason(reason: str) -> str:
    """Return why a load is in force: the therapist's own words, or those of a rule."""
    if by_rule := _BY_RULE.fullmatch(reason):
        return _("Rule %(rule)s: %(sentence)s") % {
            "rule": by_rule["rule"],
            "sentence": _rule_in_words(by_rule["sentence"]),
        }
    own = _OWN_WORDS.fullmatch(reason)
    return own["own"] if own else reason


def _decided(load: LoadInForce) -> str:
    decided = _("%(reason)s (%(name)s, %(day)s)") % {
        "reason": load_reason(load.reason),
        "name": load.decided_by.name,
        "day": _day(load.in_force_from),
    }
    if load.one_rep_max_test is None or load.percent_1rm is None:
        return decided
    return f"{_share(load.one_rep_max_test, percent=load.percent_1rm)}; {decided}"


def _share(test: Any, *, percent: Any) -> str:
    return _("%(percent)s %% of %(load)s %(unit)s (1RM of %(day)s)") % {
        "percent": _plain(percent),
        "load": _plain(test.one_rep_max_value),
        "unit": test.unit,
        "day": _day(test.tested_at),
    }


def _day(instant: Any) -> str:
    return date_format(timezone.localtime(instant), "SHORT_DAY_YEAR_FORMAT")


def _plain(value: Any) -> str:
    return number_format(f"{value.normalize():f}")


def _rule_in_words(text: str) -> str:
    for words, pattern in _patterns():
        if found := pattern.fullmatch(text):
            values = {name: _number(value) for name, value in found.groupdict().items()}
            return _(words).format_map(values)
    return text


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each sentence with what finds its values again in its English text."""
    return tuple(
        (words, re.compile(_VALUE.sub(r"(?P<\1>\\S+)", _escaped(words))))
        for words in TEMPLATES.values()
    )


def _escaped(words: str) -> str:
    return re.escape(words).replace(r"\{", "{").replace(r"\}", "}")


def _number(value: str) -> str:
    return number_format(value) if _DECIMAL.fullmatch(value) else value
