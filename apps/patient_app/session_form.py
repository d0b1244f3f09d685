"""The form of a whole session: its exercises, and the sets of each.

It is built from what is prescribed when it is shown, and from itself when it comes
back: a phone may have kept it for a week, and the prescription may be another by then.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.common.errors import InvalidEntryError
from apps.exercises.models import Exercise, LoadKind
from apps.logbook.entry import SessionEntry
from apps.programmes.queries import PrescribedExercise, PrescriptionOfDay

from .forms import EMPTY, EntryForm
from .widgets import Choice, Scale, Stepper

BOUTS = (LoadKind.HEART_RATE, LoadKind.EFFORT)
COUNTED_IN = ("reps", "seconds", "lever_level", "load")
MOST_EXERCISES = 40
MOST_SETS = 20


@dataclass(frozen=True, slots=True)
class PlannedSet:
    """What one tap on "done" says; ``None`` where nothing is prescribed."""

    reps: int | None = None
    seconds: int | None = None
    load: Decimal | None = None
    unit: str = "kg"

    @property
    def load_text(self) -> str:
        """The load without the zeros that only the column needs."""
        return "" if self.load is None else f"{self.load.normalize():f}"


class PlanForm(forms.Form):
    """What was planned for a set when its form was shown."""

    planned_reps = forms.IntegerField(required=False, widget=forms.HiddenInput)
    planned_seconds = forms.IntegerField(required=False, widget=forms.HiddenInput)
    planned_load = forms.DecimalField(required=False, widget=forms.HiddenInput)
    unit = forms.ChoiceField(
        required=False, choices=[("kg", "kg"), ("lb", "lb")], widget=forms.HiddenInput
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
        )


class SetForm(PlanForm):
    """One set: a tap says that it went as planned, or the numbers say how."""

    done = forms.BooleanField(required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        exercise: Exercise,
        planned: PlannedSet,
        **options: Any,
    ) -> None:
        """Ask for what the exercise is counted in."""
        options["initial"] = {
            "planned_reps": planned.reps,
            "planned_seconds": planned.seconds,
            "planned_load": planned.load,
            "unit": planned.unit,
        }
        super().__init__(data, **options)
        self.exercise = exercise
        self.planned = planned
        for name, field in _counted_in(exercise, planned).items():
            self.fields[name] = field
        self.fields["pain_mm"] = forms.IntegerField(
            label=_("Worst pain during this set"),
            required=False,
            min_value=0,
            max_value=100,
            widget=Scale(lowest=_("No pain"), highest=_("Worst pain I can imagine")),
        )

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
        """Whether it was ticked, or a number of it typed."""
        told = self.cleaned_data
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
        return told

    def entry(self) -> dict[str, Any] | None:
        """Return the set by the names of the logbook; ``None`` if it was not done."""
        told = self.cleaned_data
        if not self.is_done:
            return None
        reps = _told(told, "reps", "planned_reps")
        seconds = _told(told, "seconds", "planned_seconds")
        load = _told(told, "load", "planned_load")
        found = {
            "reps": reps if "reps" in self.fields else None,
            "seconds": seconds if "seconds" in self.fields else None,
            "lever_level": told.get("lever_level"),
            "pain_mm": told["pain_mm"],
        }
        if load is not None and "load" in self.fields:
            found["load"] = {"value": str(load), "unit": told["unit"] or "kg"}
        return {name: value for name, value in found.items() if value is not None}


class BoutForm(forms.Form):
    """A stretch of aerobic work."""

    minutes = forms.DecimalField(
        label=_("Minutes"), required=False, min_value=0, max_digits=6, decimal_places=2
    )
    mean_hr = forms.IntegerField(
        label=_("Mean heart rate, if you know it"), required=False, widget=Stepper()
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

    def entry(self) -> dict[str, Any] | None:
        """Return the bout by the names of the logbook; ``None`` without minutes."""
        if self.cleaned_data["minutes"] is None:
            return None
        return {
            name: str(value) if isinstance(value, Decimal) else value
            for name, value in self.cleaned_data.items()
            if value is not None
        }


class ExerciseForm(forms.Form):
    """One exercise: its sets or its bout, or why it was left out."""

    exercise = forms.UUIDField(widget=forms.HiddenInput)
    side = forms.CharField(required=False, widget=forms.HiddenInput)
    sets = forms.IntegerField(
        min_value=0, max_value=MOST_SETS, widget=forms.HiddenInput
    )
    skipped_reason = forms.ChoiceField(
        label=_("Left out because of"),
        required=False,
        choices=[
            ("pain", _("Pain")),
            ("fatigue", _("Tiredness")),
            ("time", _("No time")),
            ("equipment", _("The machine")),
            ("refused", _("I did not want to")),
            ("other", _("Something else")),
        ],
        widget=Choice,
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        exercise: Exercise,
        planned: Sequence[PlannedSet],
        prescribed: PrescribedExercise | None = None,
        minutes: tuple[int, int] | None = None,
        **options: Any,
    ) -> None:
        """Make one form a set, or one for the bout."""
        side = prescribed.prescription.side if prescribed else ""
        options["initial"] = {
            "exercise": exercise.public_id,
            "side": side,
            "sets": len(planned),
        }
        super().__init__(data, **options)
        self.of = exercise
        self.prescribed = prescribed
        self.set_forms = [
            SetForm(
                data,
                exercise=exercise,
                planned=each,
                prefix=f"{self.prefix}-sets-{number}",
            )
            for number, each in enumerate(planned)
        ]
        self.bout_form = (
            BoutForm(data, minutes=minutes, prefix=f"{self.prefix}-bout")
            if exercise.load_kind in BOUTS
            else None
        )
        self.kept: list[forms.Form] = []

    @property
    def parts(self) -> list[forms.Form]:
        """Every form inside this one."""
        return [*self.set_forms, *([self.bout_form] if self.bout_form else [])]

    def is_valid(self) -> bool:
        """Look at all of it, so that every fault is shown at once."""
        return all([super().is_valid(), *[each.is_valid() for each in self.parts]])

    def entry(self) -> dict[str, Any] | None:
        """Return the exercise by the names of the logbook; ``None`` if untouched.

        What was done counts: a reason beside it speaks of the sets that are missing.
        """
        told = self.cleaned_data
        named: dict[str, Any] = {"exercise": str(told["exercise"])}
        if told["side"]:
            named["side"] = told["side"]
        found = [(each, each.entry()) for each in self.set_forms]
        self.kept = [each for each, entry in found if entry is not None]
        if self.kept:
            return named | {"sets": [each for _, each in found if each is not None]}
        if self.bout_form and (bout := self.bout_form.entry()):
            return named | {"bout": bout}
        if told["skipped_reason"]:
            reason = told["skipped_reason"]
            return named | {"skipped": True, "skipped_reason": reason}
        return None

    def form_at(self, path: Sequence[str]) -> tuple[forms.Form, str | None]:
        """Return which of the forms a place of the entry is about, and its field."""
        if len(path) > 1 and path[0] == "sets" and int(path[1]) < len(self.kept):
            return self.kept[int(path[1])], path[2] if len(path) > 2 else None
        if path and path[0] == "bout" and self.bout_form:
            return self.bout_form, path[1] if len(path) > 1 else None
        return self, path[0] if path else None


class SessionForm(EntryForm):
    """A session as it took place."""

    started_at = forms.CharField(required=False, widget=forms.HiddenInput)
    ended_at = forms.CharField(required=False, widget=forms.HiddenInput)
    exercises = forms.IntegerField(
        min_value=1, max_value=MOST_EXERCISES, widget=forms.HiddenInput
    )
    started_local = forms.DateTimeField(
        label=_("Started"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    ended_local = forms.DateTimeField(
        label=_("Ended"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    setting = forms.ChoiceField(
        label=_("Where did you train?"),
        choices=[
            ("supervised", _("With my physiotherapist")),
            ("home", _("On my own")),
        ],
        widget=Choice,
    )
    note = forms.CharField(
        label=_("A note for your physiotherapist"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        exercise_forms: Sequence[ExerciseForm],
        **options: Any,
    ) -> None:
        """Take the forms of the exercises in their order."""
        options["initial"] = {"exercises": len(exercise_forms)}
        super().__init__(data, **options)
        self.exercise_forms = exercise_forms
        self.kept: list[ExerciseForm] = []

    def is_valid(self) -> bool:
        """Look at all of it, so that every fault is shown at once."""
        inside = [each.is_valid() for each in self.exercise_forms]
        return all([super().is_valid(), *inside])

    def entry(self) -> SessionEntry:
        """Return the session.

        Raises:
            InvalidEntryError: A value cannot be, or nothing was done.
        """
        told = self.cleaned_data
        done = [(each, each.entry()) for each in self.exercise_forms]
        self.kept = [each for each, entry in done if entry is not None]
        if not self.kept:
            raise InvalidEntryError.at(
                "", code="required", detail=str(_("No set is marked as done yet."))
            )
        return SessionEntry.parse(
            self._times()
            | {
                name: told[name]
                for name in ("id", "recorded_at", "sent_at", "setting", "note")
                if told[name] not in EMPTY
            }
            | {"exercises": [entry for _, entry in done if entry is not None]}
        )

    def tell(self, error: InvalidEntryError) -> None:
        """Put each fault beside the answer that it is about, in whichever form."""
        for fault in error.errors:
            path = fault["pointer"].lstrip("/").split("/")
            form, name = self._form_at(path)
            asked = name in form.fields and not form.fields[str(name)].widget.is_hidden
            form.add_error(name if asked else None, fault["detail"])

    def every_form(self) -> Iterator[forms.Form]:
        """Yield this form and all inside it."""
        yield self
        for each in self.exercise_forms:
            yield each
            yield from each.parts

    def _form_at(self, path: Sequence[str]) -> tuple[forms.Form, str | None]:
        if len(path) > 1 and path[0] == "exercises" and int(path[1]) < len(self.kept):
            return self.kept[int(path[1])].form_at(path[2:])
        local = {"started_at": "started_local", "ended_at": "ended_local"}
        return self, local.get(path[0], path[0])

    def _times(self) -> dict[str, datetime | str]:
        """Return when it was: as the device says, else by the patient's own clock."""
        told = self.cleaned_data
        return {
            "started_at": told["started_at"] or told["started_local"],
            "ended_at": told["ended_at"] or told["ended_local"],
        }


def prescribed_forms(prescription: PrescriptionOfDay) -> list[ExerciseForm]:
    """Return an empty form for each exercise that is prescribed."""
    minutes = prescription.phase.minutes
    return [
        ExerciseForm(
            exercise=each.prescription.exercise,
            planned=_planned_sets(each),
            prescribed=each,
            minutes=minutes.as_pair() if minutes else None,
            prefix=f"exercises-{number}",
        )
        for number, each in enumerate(prescription.exercises)
    ]


def returned_forms(
    data: Mapping[str, Any], *, exercises: Mapping[str, Exercise]
) -> list[ExerciseForm]:
    """Return the forms as they were when they were filled in.

    ``exercises`` are those of the clinic by their public id; others are left out, and
    a session without any is refused.
    """
    found = []
    for number in range(_number(data.get("exercises"), most=MOST_EXERCISES)):
        prefix = f"exercises-{number}"
        exercise = exercises.get(data.get(f"{prefix}-exercise", ""))
        if exercise is None:
            continue
        sets = _number(data.get(f"{prefix}-sets"), most=MOST_SETS)
        found.append(
            ExerciseForm(
                data,
                exercise=exercise,
                planned=[
                    PlanForm(data, prefix=f"{prefix}-sets-{each}").plan()
                    for each in range(sets)
                ],
                prefix=prefix,
            )
        )
    return found


def _number(text: Any, *, most: int) -> int:
    return min(int(text), most) if str(text or "").isdecimal() else 0


def _planned_sets(each: PrescribedExercise) -> list[PlannedSet]:
    exercise = each.prescription.exercise
    if exercise.load_kind in BOUTS:
        return []
    load = each.load
    planned = PlannedSet(
        # What one tap records stands on its button: the least that is asked for.
        reps=each.reps[0] if each.reps else None,
        seconds=each.seconds[0] if each.seconds else None,
        load=load.load_value if load else None,
        unit=load.load_unit if load else exercise.increment_unit,
    )
    return [planned] * (each.sets or 1)


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
        label=_("Load in %(unit)s") % {"unit": planned.unit},
        required=False,
        min_value=0,
        widget=Stepper(
            step=exercise.increment_value or 1,
            hint=planned.load_text or None,
            least=exercise.minimum_value or 0,
        ),
    )
    return fields


def _told(told: Mapping[str, Any], typed: str, planned: str) -> Any:
    value = told.get(typed)
    return told.get(planned) if value is None else value
