"""The form of a whole session: its exercises, and the sets of each.

It is built from what is prescribed when it is shown, and from itself when it comes
back: a phone may have kept it for a week, and the prescription may be another by then.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.common.errors import InvalidEntryError
from apps.exercises.models import Exercise, LoadKind
from apps.logbook.entry import SessionEntry
from apps.programmes.models import Prescription
from apps.programmes.queries import PrescribedExercise, PrescriptionOfDay

from .forms import EMPTY, EntryForm
from .load_reasons import why_prescribed
from .refusals import fault_in_words
from .set_forms import BoutForm, PlanForm, PlannedSet, SetForm
from .widgets import Choice

BOUTS = (LoadKind.HEART_RATE, LoadKind.EFFORT)
MOST_EXERCISES = 40
MOST_SETS = 20


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded of an exercise, by the names of its controls."""

    exercise: Mapping[str, Any] = field(default_factory=dict)
    sets: Sequence[Mapping[str, Any]] = ()
    bout: Mapping[str, Any] = field(default_factory=dict)


class ExerciseForm(forms.Form):
    """One exercise: its sets or its bout, or why it was left out."""

    exercise = forms.UUIDField(widget=forms.HiddenInput)
    side = forms.CharField(required=False, widget=forms.HiddenInput)
    # Which exercise of the entry that is corrected; empty for a new one.
    place = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
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
        recorded: Recorded | None = None,
        why: str = "",
        **options: Any,
    ) -> None:
        """Make one form a set, or one for the bout; ``recorded`` is what to correct."""
        side = prescribed.prescription.side if prescribed else ""
        told = recorded or Recorded()
        options["initial"] = dict(told.exercise) | {
            "exercise": exercise.public_id,
            "side": told.exercise.get("side") or side,
            "sets": len(planned),
        }
        super().__init__(data, **options)
        self.of = exercise
        self.prescribed = prescribed
        self.why = why
        self.set_forms = [
            SetForm(
                data,
                exercise=exercise,
                planned=each,
                initial=told.sets[number] if number < len(told.sets) else None,
                prefix=f"{self.prefix}-sets-{number}",
            )
            for number, each in enumerate(planned)
        ]
        self.bout_form = (
            BoutForm(
                data,
                minutes=minutes,
                initial=told.bout,
                prefix=f"{self.prefix}-bout",
            )
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


def _local_time(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )


class SessionForm(EntryForm):
    """A session as it took place."""

    started_at = forms.CharField(required=False, widget=forms.HiddenInput)
    ended_at = forms.CharField(required=False, widget=forms.HiddenInput)
    exercises = forms.IntegerField(
        min_value=1, max_value=MOST_EXERCISES, widget=forms.HiddenInput
    )
    started_local = _local_time(_("Started"))
    ended_local = _local_time(_("Ended"))
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
        count = {"exercises": len(exercise_forms)}
        options["initial"] = count | (options.get("initial") or {})
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
        told, done = self.cleaned_data, self.done()
        return SessionEntry.parse(
            self._times()
            | {
                name: told[name]
                for name in ("id", "recorded_at", "sent_at", "setting", "note")
                if told[name] not in EMPTY
            }
            | {"exercises": done}
        )

    def done(self) -> list[dict[str, Any]]:
        """Return the exercises that were done, or left out with a reason.

        Raises:
            InvalidEntryError: There is none.
        """
        told = [(each, each.entry()) for each in self.exercise_forms]
        self.kept = [each for each, entry in told if entry is not None]
        if not self.kept:
            raise InvalidEntryError.at(
                "", code="nothing_done", detail=str(_("No set is marked as done yet."))
            )
        return [entry for __, entry in told if entry is not None]

    def tell(self, error: InvalidEntryError) -> None:
        """Put each fault beside the answer that it is about, in whichever form."""
        for fault in error.errors:
            path = fault["pointer"].lstrip("/").split("/")
            form, name = self._form_at(path)
            asked = name in form.fields and not form.fields[str(name)].widget.is_hidden
            form.add_error(name if asked else None, fault_in_words(fault))

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


def prescribed_forms(
    prescription: PrescriptionOfDay,
    *,
    own_unit: str = "",
    but: Collection[tuple[str, str]] = (),
    first: int = 0,
) -> list[ExerciseForm]:
    """Return an empty form for each exercise that is prescribed.

    ``own_unit`` is that in which the person types loads; empty: that of the plan. Those
    of ``but``, by id and side, are left out; the forms count from ``first`` on.
    """
    minutes = prescription.phase.minutes
    return [
        ExerciseForm(
            exercise=each.prescription.exercise,
            planned=_planned_sets(each, own_unit=own_unit),
            prescribed=each,
            minutes=minutes.as_pair() if minutes else None,
            why=why_prescribed(each, phase=prescription.phase),
            prefix=f"exercises-{number}",
        )
        for number, each in enumerate(
            (
                each
                for each in prescription.exercises
                if _key_of(each.prescription) not in but
            ),
            start=first,
        )
    ]


def _key_of(prescription: Prescription) -> tuple[str, str]:
    return str(prescription.exercise.public_id), prescription.side


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


def _planned_sets(each: PrescribedExercise, *, own_unit: str) -> list[PlannedSet]:
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
        own_unit=own_unit,
    )
    return [planned] * (each.sets or 1)
