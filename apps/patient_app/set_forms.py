"""The forms of one set, and of one stretch of aerobic work."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.clinical.units import KG_PER_LB
from apps.common.loads import in_unit
from apps.exercises.models import Exercise, LoadKind

from .forms import pain_field
from .widgets import Scale, Stepper

COUNTED_IN = ("reps", "seconds", "lever_level", "load")
UNITS = [("kg", "kg"), ("lb", "lb")]


@dataclass(frozen=True, slots=True)
class PlannedSet:
    """What one tap on "done" says; ``None`` where nothing is prescribed."""

    reps: int | None = None
    seconds: int | None = None
    load: Decimal | None = None
    unit: str = "kg"
    # Of the person; empty: that of the plan.
    own_unit: str = ""

    @property
    def typed_in(self) -> str:
        """The unit in which another load is typed."""
        return self.own_unit or self.unit

    @property
    def shown_load(self) -> Decimal | None:
        """The load without the zeros that only the column needs."""
        return None if self.load is None else _plain(self.load)

    @property
    def own_load(self) -> Decimal | None:
        """The load in the person's unit, to 0.1; ``None`` where that is the plan's."""
        if self.load is None or self.typed_in == self.unit:
            return None
        return _plain(in_unit(value=self.load, unit=self.unit, to=self.typed_in))


class PlanForm(forms.Form):
    """What was planned for a set when its form was shown."""

    planned_reps = forms.IntegerField(required=False, widget=forms.HiddenInput)
    planned_seconds = forms.IntegerField(required=False, widget=forms.HiddenInput)
    planned_load = forms.DecimalField(required=False, widget=forms.HiddenInput)
    unit = forms.ChoiceField(required=False, choices=UNITS, widget=forms.HiddenInput)
    own_unit = forms.ChoiceField(
        required=False, choices=UNITS, widget=forms.HiddenInput
    )

    def plan(self) -> PlannedSet:
        """Return it; what cannot be read was not planned."""
        self.is_valid()
        told = self.cleaned_data
        return PlannedSet(
            reps=told.get("planned_reps"),
            seconds=told.get("planned_seconds"),
            load=told.get("planned_load"),
            unit=told.get("unit") or "kg",
            own_unit=told.get("own_unit") or "",
        )


class SetForm(PlanForm):
    """One set: a tap says that it went as planned, or the numbers say how."""

    done = forms.BooleanField(required=False)
    # Which set of the entry that is corrected; empty for a new one.
    place = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        exercise: Exercise,
        planned: PlannedSet,
        **options: Any,
    ) -> None:
        """Ask for what the exercise is counted in."""
        options["initial"] = (options.get("initial") or {}) | {
            "planned_reps": planned.reps,
            "planned_seconds": planned.seconds,
            "planned_load": planned.load,
            "unit": planned.unit,
            "own_unit": planned.own_unit,
        }
        super().__init__(data, **options)
        self.exercise = exercise
        self.planned = planned
        for name, field in _counted_in(exercise, planned).items():
            self.fields[name] = field
        self.fields["pain_mm"] = pain_field(_("Worst pain during this set"))

    @property
    def is_contested(self) -> bool:
        """Whether somebody else changed it while it was corrected."""
        return any(getattr(each, "newer", "") for each in self.fields.values())

    @property
    def to_say(self) -> list[forms.BoundField]:
        """What the plan leaves open, so that one tap is not enough."""
        names = [name for name in COUNTED_IN if name in self.fields]
        planned = self.planned
        return [self[name] for name in names if getattr(planned, name, None) is None]

    @property
    def to_change(self) -> list[forms.BoundField]:
        """What one may say besides."""
        asked = [self[name] for name in (*COUNTED_IN, "pain_mm") if name in self.fields]
        said = {each.name for each in self.to_say}
        return [each for each in asked if each.name not in said]

    @property
    def is_done(self) -> bool:
        """Whether it was ticked, or a number of it typed.

        Of a recorded set the numbers stand there already, so the tick alone counts.
        """
        told = self.cleaned_data
        if told.get("place") is not None:
            return bool(told.get("done"))
        return bool(told.get("done")) or any(
            told.get(name) is not None for name in COUNTED_IN
        )

    def clean(self) -> dict[str, Any]:
        """Ask for what neither the plan nor the person says."""
        told: dict[str, Any] = super().clean() or {}
        if self.is_done:
            for name in COUNTED_IN:
                is_known = _told(told, name, f"planned_{name}") is not None
                if name in self.fields and name not in self.errors and not is_known:
                    self.add_error(name, _("Please say how much."))
        elif told.get("pain_mm") is not None and told.get("place") is None:
            self.add_error(
                "pain_mm",
                _("Did you do this set? Then mark it as done, else clear this."),
            )
        return told

    def entry(self) -> dict[str, Any] | None:
        """Return the set by the names of the logbook; ``None`` if it was not done."""
        told = self.cleaned_data
        if not self.is_done:
            return None
        reps = _told(told, "reps", "planned_reps")
        seconds = _told(told, "seconds", "planned_seconds")
        typed = told.get("load")
        load = told.get("planned_load") if typed is None else typed
        found = {
            "reps": reps if "reps" in self.fields else None,
            "seconds": seconds if "seconds" in self.fields else None,
            "lever_level": told.get("lever_level"),
            "pain_mm": told["pain_mm"],
        }
        if load is not None and "load" in self.fields:
            # What was typed keeps its unit, and so does what is planned.
            own = told["own_unit"] if typed is not None else ""
            unit = own or told["unit"] or "kg"
            found["load"] = {"value": str(load), "unit": unit}
        return {name: value for name, value in found.items() if value is not None}


class BoutForm(forms.Form):
    """A stretch of aerobic work."""

    minutes = forms.DecimalField(
        label=_("Minutes"), required=False, min_value=0, max_digits=6, decimal_places=2
    )
    mean_hr = forms.IntegerField(
        label=_("Mean heart rate, if you know it"), required=False, widget=Stepper()
    )
    rpe = forms.IntegerField(
        label=_("How hard was it?"),
        required=False,
        min_value=6,
        max_value=20,
        widget=Scale(
            lowest=_("No effort"), highest=_("Most possible effort"), least=6, most=20
        ),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        minutes: tuple[int, int] | None = None,
        **options: Any,
    ) -> None:
        """Show the minutes of the plan as a hint."""
        super().__init__(data, **options)
        self.fields["minutes"].widget = Stepper(
            step="any", hint=minutes[0] if minutes else None
        )

    def clean(self) -> dict[str, Any]:
        """Ask for the minutes where anything else is said."""
        told: dict[str, Any] = super().clean() or {}
        minutes = told.pop("minutes", None)
        is_said = any(value is not None for value in told.values())
        if minutes is None and is_said and "minutes" not in self.errors:
            self.add_error("minutes", _("Please say how much."))
        return {"minutes": minutes} | told

    def entry(self) -> dict[str, Any] | None:
        """Return the bout by the names of the logbook; ``None`` without minutes."""
        if self.cleaned_data["minutes"] is None:
            return None
        return {
            name: str(value) if isinstance(value, Decimal) else value
            for name, value in self.cleaned_data.items()
            if value is not None
        }


def _counted_in(exercise: Exercise, planned: PlannedSet) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {}
    if exercise.load_kind == LoadKind.HOLD:
        fields["seconds"] = forms.IntegerField(
            label=_("Seconds"),
            required=False,
            min_value=1,
            max_value=7200,
            widget=Stepper(step=5, hint=planned.seconds),
        )
        return fields
    fields["reps"] = forms.IntegerField(
        label=_("Repetitions"),
        required=False,
        min_value=0,
        max_value=200,
        widget=Stepper(hint=planned.reps),
    )
    if exercise.load_kind == LoadKind.LEVER:
        fields["lever_level"] = forms.IntegerField(
            label=_("Level"), required=False, min_value=0, max_value=4, widget=Stepper()
        )
        return fields
    fields["load"] = forms.DecimalField(
        label=_("Load in %(unit)s") % {"unit": planned.typed_in},
        required=False,
        min_value=0,
        widget=_load_stepper(exercise, planned),
    )
    return fields


def _load_stepper(exercise: Exercise, planned: PlannedSet) -> Stepper:
    step, least = exercise.increment_value or 1, exercise.minimum_value or Decimal(0)
    hint = planned.shown_load if planned.own_load is None else planned.own_load
    machine, typed = exercise.increment_unit, planned.typed_in
    if machine == typed:
        return Stepper(step=step, hint=hint, least=least, is_free=True)
    rate = KG_PER_LB if machine == "kg" else 1 / KG_PER_LB
    shown = in_unit(value=least, unit=machine, to=typed)
    return Stepper(
        step=step, hint=hint, least=_plain(shown), rate=round(rate, 8), is_free=True
    )


def _plain(value: Decimal) -> Decimal:
    return Decimal(f"{value.normalize():f}")


def _told(told: Mapping[str, Any], typed: str, planned: str) -> Any:
    value = told.get(typed)
    return told.get(planned) if value is None else value
