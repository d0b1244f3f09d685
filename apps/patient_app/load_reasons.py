"""Why a load or an effort is prescribed, as a patient reads it."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.clinical.progression.patient_words import (
    FOR_PATIENTS,
    own_words_in,
    rule_in,
)
from apps.exercises.models import LoadKind
from apps.programmes.models import LoadInForce
from apps.programmes.plan import PhasePlan
from apps.programmes.queries import PrescribedExercise

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
    """Return why a load is in force: a row's sentence, or a person's own words."""
    rule = rule_in(reason)
    return own_words_in(reason) if rule is None else _(FOR_PATIENTS[rule])


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
