"""Rows of any table as plain values that a person can read."""

from collections.abc import Iterable
from typing import Any, Final

from django.apps import apps
from django.db.models import Field, ForeignKey, Model, QuerySet, UUIDField

from apps.accounts.models import User
from apps.clinics.models import Patient

from .kinds import EVERYWHERE, Kind

YOU: Final = "you"
# What a link is told by, where a name says more than an id.
TOLD_BY: Final = {
    "clinics.Membership": "user__name",
    "exercises.Exercise": "name",
    "programmes.ProgrammeTemplate": "name",
    "programmes.ClinicRules": "version",
    "pain_tests.PainTestSettings": "version",
    "flares.DetectorPolicy": "key",
}
# Of the trail, which has plain ids instead of links.
ACTOR: Final = "actor_id"
Values = dict[str, Any]


class Writer:
    """Writes the rows of one patient, kind by kind in the order of ``KINDS``.

    People are told by their names, the patient as "you". A row without a public id has
    a number of its own within its file, by which other files speak of it.
    """

    def __init__(self, patient: Patient) -> None:
        self._patient = patient
        self._numbers: dict[type[Model], dict[Any, int]] = {}
        self._names: dict[int, str] = {}

    def rows_of(self, kind: Kind) -> list[Values]:
        """Return the patient's rows of a kind, oldest first."""
        model = apps.get_model(kind.model)
        wanted = columns(model, kind)
        found = list(
            queryset(kind, self._patient)
            .order_by("pk")
            .values_list("pk", *map(_lookup, wanted))
        )
        if not _has_public_id(model):
            pks = (pk for pk, *_ in found)
            self._numbers[model] = {pk: nth for nth, pk in enumerate(pks, start=1)}
        self._learn_names(
            value
            for _, *values in found
            for column, value in zip(wanted, values, strict=True)
            if _is_person(column)
        )
        return [
            self._numbered(model, pk)
            | {
                _title(column): self._told(column, value)
                for column, value in zip(wanted, values, strict=True)
            }
            for pk, *values in found
        ]

    def _numbered(self, model: type[Model], pk: Any) -> Values:
        numbers = self._numbers.get(model)
        return {"row": numbers[pk]} if numbers and not _is_told(model) else {}

    def _told(self, column: "Field[Any, Any]", value: Any) -> Any:
        if value is None:
            return None
        if _is_person(column):
            return YOU if value == self._patient.user_id else self._names.get(value)
        if isinstance(column, ForeignKey):
            numbers = self._numbers.get(column.related_model, {})
            return numbers.get(value, value)
        return value

    def _learn_names(self, user_ids: Iterable[int | None]) -> None:
        unknown = {each for each in user_ids if each} - self._names.keys()
        people = User.objects.filter(pk__in=unknown) if unknown else ()
        self._names |= {user.pk: user.name for user in people}


def queryset(kind: Kind, patient: Patient) -> QuerySet[Any]:
    """Return the rows of a kind that are the patient's, within the open wall."""
    value = getattr(patient, kind.value)
    rows: QuerySet[Any] = apps.get_model(kind.model)._default_manager.all()
    if value is None:
        return rows.none()
    rows = rows.filter(**{kind.path: value})
    if kind.model == "messaging.OutboxMail":
        # One address may be treated in several clinics: each gives out its own.
        rows = rows.filter(clinic_id=patient.clinic_id, patient_id=patient.pk)
    return rows


def columns(model: type[Model], kind: Kind) -> "list[Field[Any, Any]]":
    """Return the columns of a table that a copy has."""
    left_out = EVERYWHERE.keys() | kind.without.keys()
    return [
        column
        for column in model._meta.concrete_fields
        if column.name not in left_out and not _is_bare_key(column)
    ]


def _is_bare_key(column: "Field[Any, Any]") -> bool:
    return column.primary_key and not isinstance(column, ForeignKey | UUIDField)


def _is_told(model: type[Model]) -> bool:
    """Say whether a column of its own already tells the rows of a table apart."""
    return not _is_bare_key(model._meta.pk)


def _is_person(column: "Field[Any, Any]") -> bool:
    if isinstance(column, ForeignKey):
        return column.related_model is User
    return column.name == ACTOR


def _has_public_id(model: type[Model]) -> bool:
    return any(each.name == "public_id" for each in model._meta.concrete_fields)


def _title(column: "Field[Any, Any]") -> str:
    return {"public_id": "id", ACTOR: "by"}.get(column.name, column.name)


def _lookup(column: "Field[Any, Any]") -> str:
    if not isinstance(column, ForeignKey) or _is_person(column):
        return column.attname
    target = column.related_model
    told_by = TOLD_BY.get(target._meta.label)
    if told_by:
        return f"{column.name}__{told_by}"
    return f"{column.name}__public_id" if _has_public_id(target) else column.attname
