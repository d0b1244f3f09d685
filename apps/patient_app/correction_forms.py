"""The forms of entering once more, filled with what was recorded, and why it changes.

A correction says only what differs from the version that its form was filled from. So
the same form sent twice says the same, whatever became of the entry meanwhile.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from apps.common.errors import InvalidEntryError
from apps.exercises.models import Exercise
from apps.logbook.entry import DoneExerciseEntry

from .forms import (
    NONE_OF_THESE,
    AfterForm,
    BeforeForm,
    CheckInForm,
    EntryForm,
    NextDayForm,
    RestDayForm,
    SecondDayForm,
    pain_field,
)
from .session_form import BOUTS, MOST_SETS, ExerciseForm, Recorded, SessionForm
from .set_forms import COUNTED_IN, PlannedSet
from .widgets import Choice

Content = Mapping[str, Any]
OTHER: Final = "other"
MINUTES: Final = "%Y-%m-%dT%H:%M"
# Said of an exercise or a set by other devices; a correction here leaves it as it is.
KEPT_OF_EXERCISE: Final = ("side", "machine", "novel", "novel_reason", "explosive")
KEPT_OF_SET: Final = ("rpe", *COUNTED_IN)


class DuringForm(CheckInForm):
    """During a session: other devices ask it."""

    moment = "during"

    pain_mm = pain_field(_("How much pain do you have now?"))


CHECK_IN_FORMS: Final[Mapping[str, type[CheckInForm]]] = {
    each.moment: each
    for each in (
        RestDayForm,
        BeforeForm,
        DuringForm,
        AfterForm,
        NextDayForm,
        SecondDayForm,
    )
}


class WhyForm(EntryForm):
    """Something said about an entry that stands already; ``id`` names the change."""

    question: Any = _("Why do you correct it?")
    choices: Sequence[tuple[str, Any]] = (
        ("slip", _("I made a slip")),
        ("forgot", _("I had left something out")),
        ("mixed_up", _("I mixed something up")),
        (OTHER, _("Another reason")),
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        """Ask for the reason after all that the form asks besides."""
        super().__init__(data, **options)
        self.fields |= {
            "record": forms.UUIDField(widget=forms.HiddenInput),
            "reason": forms.ChoiceField(
                label=self.question, choices=self.choices, widget=Choice
            ),
            "reason_text": forms.CharField(
                label=_("In your own words"),
                required=False,
                max_length=120,
                widget=forms.Textarea(attrs={"rows": 2}),
            ),
        }

    def clean(self) -> dict[str, Any]:
        """Ask for words where no reason of the list is the right one."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("reason") == OTHER and not told.get("reason_text"):
            self.add_error("reason_text", _("Please say in a few words why."))
        return told

    def why(self, *, language: str) -> str:
        """Return the reason in one line, in the language that the clinic reads."""
        told = self.cleaned_data
        words = " ".join(told["reason_text"].split())
        if told["reason"] == OTHER:
            return str(words)
        with translation.override(language):
            chosen = str(dict(self.choices)[told["reason"]])
        return f"{chosen}: {words}" if words else chosen


class TakeOutForm(WhyForm):
    """Something did not happen."""

    question = _("Why do you take it out?")
    choices = (
        ("not_happened", _("This did not happen")),
        ("twice", _("I entered it twice")),
        ("other_day", _("It was on another day")),
        (OTHER, _("Another reason")),
    )


class CorrectionForm(WhyForm):
    """What every correction says: which version it was read from, and why."""

    not_corrected: Sequence[str] = ()

    def __init__(self, data: Any = None, **options: Any) -> None:
        """Leave out what only the first entry says."""
        super().__init__(data, **options)
        for name in self.not_corrected:
            self.fields.pop(name, None)
        self.fields["version"] = forms.IntegerField(
            min_value=1, widget=forms.HiddenInput
        )

    def changes(self, base: Content) -> dict[str, Any]:
        """Return the fields that differ from ``base``, with what is right.

        Raises:
            InvalidEntryError: Nothing of the entry would be left.
        """
        raise NotImplementedError


class CheckInCorrectionForm(CorrectionForm, CheckInForm):
    """A check-in with its answers."""

    not_corrected = ("answered_at", "session")

    def clean(self) -> dict[str, Any]:
        """Refuse a check-in in which nothing would be left."""
        told = super().clean()
        names = self.answers_asked()
        is_wrong = any(name in self.errors for name in names)
        if not is_wrong and all(told.get(name) in (None, "") for name in names):
            raise ValidationError(
                _("Nothing would be left. If it did not happen, take it out instead.")
            )
        return told

    def answers_asked(self) -> list[str]:
        """Return the names of what the check-in itself asks."""
        mine = ("reason", "reason_text")
        return [
            name
            for name, field in self.fields.items()
            if name not in mine and not field.widget.is_hidden
        ]

    def changes(self, base: Content) -> dict[str, Any]:
        """Return the answers that differ from ``base``; ``None`` for one taken back."""
        told = {name: self.cleaned_data[name] for name in self.answers_asked()}
        right = {name: None if value == "" else value for name, value in told.items()}
        return {
            name: value for name, value in right.items() if not _same(value, base[name])
        }


CORRECTION_FORMS: Final[Mapping[str, type[CheckInCorrectionForm]]] = {
    moment: type(f"{form.__name__}Correction", (CheckInCorrectionForm, form), {})
    for moment, form in CHECK_IN_FORMS.items()
}


def check_in_initial(content: Content) -> dict[str, Any]:
    """Return what a check-in says by the names of the controls of its form."""
    flags = content["red_flags"]
    return dict(content) | {
        "red_flags": [NONE_OF_THESE] if flags == [] else flags,
        "record": content["id"],
    }


class SessionCorrectionForm(CorrectionForm, SessionForm):
    """A session with its exercises."""

    not_corrected = ("started_at", "ended_at")

    def changes(self, base: Content) -> dict[str, Any]:
        """Return the fields that differ from ``base``, times to the minute."""
        told = self.cleaned_data
        right: dict[str, Any] = {"setting": told["setting"], "note": told["note"]}
        for name, edge in (
            ("started_at", "started_local"),
            ("ended_at", "ended_local"),
        ):
            # The form knows no seconds; those recorded stay unless the minute changes.
            if told[edge].strftime(MINUTES) != _local(base[name]):
                right[name] = told[edge].isoformat()
        done = self._done(base)
        before = [_bare(each) for each in base["exercises"]]
        if not _is_same_work(done, before):
            right["exercises"] = done
        return {name: value for name, value in right.items() if value != base[name]}

    def _done(self, base: Content) -> list[dict[str, Any]]:
        done = self.done()
        return [
            _kept(form, base["exercises"]) | _merged(form, entry, base=base)
            for form, entry in zip(self.kept, done, strict=True)
        ]


def session_initial(content: Content) -> dict[str, Any]:
    """Return what a session as a whole says by the names of the controls."""
    return {
        "record": content["id"],
        "version": content["version"],
        "setting": content["setting"],
        "note": content["note"],
        "started_local": _local(content["started_at"]),
        "ended_local": _local(content["ended_at"]),
    }


def recorded_forms(
    content: Content, *, exercises: Mapping[str, Exercise]
) -> list[ExerciseForm]:
    """Return a form for each exercise of a session, with one set more than there was.

    ``exercises`` are those that the session names, by their ids as text.
    """
    return [
        ExerciseForm(
            exercise=exercises[each["exercise"]],
            planned=_sets_as_planned(each, exercise=exercises[each["exercise"]]),
            recorded=_recorded(each, place=place),
            prefix=f"exercises-{place}",
        )
        for place, each in enumerate(content["exercises"])
    ]


def _sets_as_planned(entry: Content, *, exercise: Exercise) -> list[PlannedSet]:
    if entry["bout"] or exercise.load_kind in BOUTS:
        return []
    unit = exercise.increment_unit
    found = [
        PlannedSet(
            reps=each["reps"],
            seconds=each["seconds"],
            load=Decimal(each["load"]["value"]) if each["load"] else None,
            unit=each["load"]["unit"] if each["load"] else unit,
        )
        for each in entry["sets"] or ()
    ]
    one_more = found[-1] if found else PlannedSet(unit=unit)
    return [*found, one_more][:MOST_SETS]


def _recorded(entry: Content, *, place: int) -> Recorded:
    bout = entry["bout"] or {}
    return Recorded(
        exercise={
            "place": place,
            "side": entry["side"] or "",
            "skipped_reason": entry["skipped_reason"],
        },
        sets=[
            {
                "place": number,
                "done": True,
                "reps": each["reps"],
                "seconds": each["seconds"],
                "lever_level": each["lever_level"],
                "load": _plain(each["load"]["value"]) if each["load"] else None,
                "pain_mm": each["pain_mm"],
            }
            for number, each in enumerate(entry["sets"] or ())
        ],
        bout={
            "minutes": _plain(bout["minutes"]) if bout else None,
            "mean_hr": bout.get("mean_hr"),
            "rpe": bout.get("rpe"),
        },
    )


def _plain(number: Any) -> str:
    return f"{Decimal(str(number)).normalize():f}"


def _local(instant: str) -> str:
    """Return an instant as the control shows it: to the minute, in the zone at hand."""
    return timezone.localtime(datetime.fromisoformat(instant)).strftime(MINUTES)


def _stored(form: forms.Form, rows: Sequence[Content] | None) -> Content:
    place = form.cleaned_data.get("place")
    found = rows or ()
    return found[place] if place is not None and place < len(found) else {}


def _kept(form: ExerciseForm, exercises: Sequence[Content]) -> dict[str, Any]:
    before = _stored(form, exercises)
    return {name: before[name] for name in KEPT_OF_EXERCISE if name in before}


def _merged(
    form: ExerciseForm, entry: dict[str, Any], *, base: Content
) -> dict[str, Any]:
    before = _stored(form, base["exercises"])
    if "bout" in entry:
        asked = () if form.bout_form is None else form.bout_form.fields
        bout = {
            name: value
            for name, value in (before.get("bout") or {}).items()
            if name not in asked and value is not None
        }
        return entry | {"bout": bout | entry["bout"]}
    if "sets" not in entry:
        return entry
    return entry | {
        "sets": [
            _kept_of_set(each, before.get("sets")) | told
            for each, told in zip(form.kept, entry["sets"], strict=True)
        ]
    }


def _kept_of_set(form: forms.Form, sets: Sequence[Content] | None) -> dict[str, Any]:
    before = _stored(form, sets)
    return {
        name: _bare_load(before[name]) if name == "load" else before[name]
        for name in KEPT_OF_SET
        if name in before and name not in form.fields and before[name] is not None
    }


def _bare(entry: Content) -> dict[str, Any]:
    """Return an exercise of an answer as it could be sent."""
    sets = [
        dict(each) | {"load": each["load"] and _bare_load(each["load"])}
        for each in entry["sets"] or ()
    ]
    return dict(entry) | {"sets": sets or None}


def _bare_load(load: Content) -> dict[str, Any]:
    return {"value": load["value"], "unit": load["unit"]}


def _is_same_work(done: Sequence[Content], before: Sequence[Content]) -> bool:
    try:
        told = [DoneExerciseEntry.parse(each) for each in done]
    except InvalidEntryError:
        # What is wrong with it is told where it is judged.
        return False
    return told == [DoneExerciseEntry.parse(each) for each in before]


def _same(value: Any, before: Any) -> bool:
    if isinstance(value, list) and isinstance(before, list):
        return sorted(value) == sorted(before)
    return bool(value == before)
