"""What one entry says, in words: as it is now, and as it was before its corrections."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.clinics.models import Patient, RecordKind
from apps.clinics.versions import earlier_versions
from apps.common.errors import NotThereError
from apps.exercises.models import Exercise
from apps.logbook.answers import check_in_answer, session_answer
from apps.logbook.entry import CheckInsQuery, SessionsQuery
from apps.logbook.models import CheckIn, HeldSession
from apps.logbook.queries import found_check_ins, found_sessions

from .correction_forms import CHECK_IN_FORMS
from .days import short_number
from .exercise_names import exercise_name
from .forms import NONE_OF_THESE
from .session_form import ExerciseForm, SessionForm
from .widgets import Scale

Content = Mapping[str, Any]
# What other devices may ask besides.
ALSO_ASKED: Final = {
    "movement_pain_mm": gettext_lazy("Pain when moving"),
    "new_places": gettext_lazy("New places"),
    "acute_illness": gettext_lazy("Ill at the moment"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was asked, and the answer."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A version that was replaced: what it said, by whom, when and why."""

    said: Sequence[Said]
    replaced_at: datetime
    author: str
    reason: str


def own_session(patient: Patient, session_id: str) -> HeldSession:
    """Return one of the patient's own sessions in full.

    Raises:
        NotThereError: There is none of this id among them.
    """
    rows = found_sessions(patient.user, SessionsQuery(patient=patient.public_id))
    return _own(rows, session_id)


def own_check_in(patient: Patient, check_in_id: str) -> CheckIn:
    """Return one of the patient's own check-ins in full.

    Raises:
        NotThereError: There is none of this id among them.
    """
    rows = found_check_ins(patient.user, CheckInsQuery(patient=patient.public_id))
    return _own(rows, check_in_id)


def _own(rows: Any, record_id: str) -> Any:
    try:
        found = rows.filter(public_id=UUID(record_id)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotThereError(_("There is no such entry among yours."))
    return found


def kind_of(record: HeldSession | CheckIn) -> RecordKind:
    """Return the name under which its earlier versions are kept."""
    is_session = isinstance(record, HeldSession)
    return RecordKind.SESSION if is_session else RecordKind.CHECK_IN


def content_of(record: HeldSession | CheckIn) -> dict[str, Any]:
    """Return an entry that is loaded in full as its versions are kept."""
    if isinstance(record, HeldSession):
        return session_answer(record).model_dump(mode="json")
    return check_in_answer(record).model_dump(mode="json")


def earlier_of(record: HeldSession | CheckIn, *, patient: Patient) -> list[Earlier]:
    """Return the versions before this, newest first."""
    versions = earlier_versions(kind_of(record), record.public_id)
    people = {each.replaced_by for each in versions}
    names = dict(
        User.objects.filter(public_id__in=people).values_list("public_id", "name")
    )
    user: Any = patient.user
    names[user.public_id] = _("you")
    contents = [each.content for each in versions]
    exercises = exercises_in(contents, patient=patient)
    return [
        Earlier(
            said=list(said_in(each.content, exercises=exercises)),
            replaced_at=each.replaced_at,
            author=names[each.replaced_by],
            reason=each.reason,
        )
        for each in reversed(versions)
    ]


def exercises_in(
    contents: Iterable[Content], *, patient: Patient
) -> dict[str, Exercise]:
    """Return the exercises that these name, by their ids as text."""
    ids = {
        each["exercise"]
        for content in contents
        for each in content.get("exercises", ())
    }
    rows = Exercise.objects.filter(clinic=patient.clinic_id, public_id__in=ids)
    return {str(row.public_id): row for row in rows}


def said_in(content: Content, *, exercises: Mapping[str, Exercise]) -> Iterator[Said]:
    """Yield what a session or a check-in says, in the words of its form."""
    if "exercises" in content:
        yield from _said_in_session(content, exercises=exercises)
    else:
        yield from _said_in_check_in(content)


def _said_in_check_in(content: Content) -> Iterator[Said]:
    form = CHECK_IN_FORMS[content["moment"]]
    asked = {
        name: field
        for name, field in form.base_fields.items()
        if not field.widget.is_hidden
    }
    for name, field in asked.items():
        yield Said(str(field.label), answer_text(field, content[name]))
    others = {
        name: field
        for each in CHECK_IN_FORMS.values()
        for name, field in each.base_fields.items()
        if name not in asked and not field.widget.is_hidden
    }
    for name, field in others.items():
        if content[name] is not None:
            yield Said(str(field.label), answer_text(field, content[name]))
    for name, label in ALSO_ASKED.items():
        if content[name] not in (None, []):
            yield Said(str(label), _plainly(content[name]))
    if pressure := content["blood_pressure"]:
        yield Said(_("Blood pressure"), "{systolic}/{diastolic}".format(**pressure))


def answer_text(field: forms.Field, value: Any) -> str:
    """Return an answer as a person would say it."""
    if value in (None, "", []) and not (value == [] and _knows_none(field)):
        return _("not answered")
    if isinstance(field, forms.MultipleChoiceField):
        named = dict(field.choices)  # type: ignore[arg-type]
        return ", ".join(str(named.get(each, each)) for each in value or _none_of())
    if isinstance(field, forms.ChoiceField):
        named = dict(field.choices)  # type: ignore[arg-type]
        return str(named.get(value, value))
    if isinstance(field.widget, Scale):
        least, most = field.widget.ends
        return _("%(value)s (from %(least)s to %(most)s)") % {
            "value": value,
            "least": least,
            "most": most,
        }
    return str(value)


def _knows_none(field: forms.Field) -> bool:
    return isinstance(field, forms.MultipleChoiceField)


def _none_of() -> list[str]:
    return [NONE_OF_THESE]


def _plainly(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)


def _said_in_session(
    content: Content, *, exercises: Mapping[str, Exercise]
) -> Iterator[Said]:
    fields = SessionForm.base_fields
    for name, edge in (("started_at", "started_local"), ("ended_at", "ended_local")):
        at = datetime.fromisoformat(content[name])
        # Its own zone: a trip since then must not move a session.
        yield Said(str(fields[edge].label), date_format(at, "WEEKDAY_DAY_TIME_FORMAT"))
    yield Said(
        str(fields["setting"].label),
        answer_text(fields["setting"], content["setting"]),
    )
    for each in content["exercises"]:
        exercise = exercises.get(each["exercise"])
        name = exercise_name(exercise.name) if exercise else _("An exercise")
        if each["side"]:
            words = {"left": _("left"), "right": _("right")}
            name = f"{name}, {words[each['side']]}"
        yield Said(name, _done_in_words(each))
    if content["broken_off_because"]:
        yield Said(_("Broken off because"), content["broken_off_because"])
    if content["note"]:
        yield Said(str(fields["note"].label), content["note"])


def _done_in_words(entry: Content) -> str:
    if entry["skipped"]:
        reasons = dict(ExerciseForm.base_fields["skipped_reason"].choices)  # type: ignore[attr-defined]
        reason = str(reasons[entry["skipped_reason"]])
        return _("left out because of: %(reason)s") % {"reason": reason}
    if entry["bout"]:
        minutes = short_number(float(entry["bout"]["minutes"]))
        return _("%(minutes)s minutes") % {"minutes": minutes}
    return ", ".join(_set_in_words(each) for each in entry["sets"] or ())


def _set_in_words(entry: Content) -> str:
    parts = []
    if entry["reps"] is not None:
        parts.append(f"{entry['reps']} \N{MULTIPLICATION SIGN}")
    if entry["load"]:
        load = short_number(float(entry["load"]["value"]))
        parts.append(f"{load} {entry['load']['unit']}")
    if entry["lever_level"] is not None:
        parts.append(_("level %(level)d") % {"level": entry["lever_level"]})
    if entry["seconds"] is not None:
        parts.append(_("%(seconds)s s") % {"seconds": entry["seconds"]})
    if entry["pain_mm"] is not None:
        parts.append(_("(pain %(value)d)") % {"value": entry["pain_mm"]})
    return " ".join(parts)
