"""A correction that comes after somebody else's: both are shown, the person chooses.

What was typed stays. What was not touched takes the newer value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

# Said of the correction itself, not of the entry.
NOT_OF_ENTRY: Final = frozenset(
    {
        *("id", "recorded_at", "sent_at", "reason", "reason_text"),
        *("csrfmiddlewaretoken", "record"),
    }
)
Values = dict[str, list[str]]


@dataclass(frozen=True)
class Conflict:
    """What was typed, and the form as it was read and as it would be read now."""

    typed: QueryDict
    base: Any
    newer: Any

    @cached_property
    def _base(self) -> Values:
        return values_of(self.base)

    @cached_property
    def _newer(self) -> Values:
        return values_of(self.newer)

    def merged(self) -> QueryDict:
        """Return the form with newer values wherever the person changed nothing."""
        merged = self.typed.copy()
        for name in self._names():
            if self._typed(name) == self._base.get(name, []):
                merged.setlist(name, self._newer.get(name, []))
        return merged

    def show(self, form: Any) -> None:
        """Put the newer value beside each control where the person chose another."""
        named = {
            field.html_name: field for each in self.newer.every_form() for field in each
        }
        for each in form.every_form():
            for field in each:
                newer = self._newer.get(field.html_name, [])
                if field.html_name in NOT_OF_ENTRY or field.is_hidden:
                    continue
                read = self._base.get(field.html_name, [])
                if newer not in (read, _told(field)):
                    like = named.get(field.html_name, field)
                    field.field.newer = _text(like, newer)

    def _names(self) -> Sequence[str]:
        names = {*self.typed, *self._newer} - NOT_OF_ENTRY
        return sorted(names)

    def _typed(self, name: str) -> list[str]:
        # What has no control in the form that was read was not touched.
        if name not in self.typed and name not in self._base:
            return []
        return sorted(each for each in self.typed.getlist(name) if each != "")


def values_of(form: Any) -> Values:
    """Return what each control of a form says, as a browser would send it."""
    return {
        field.html_name: _told(field)
        for each in form.every_form()
        for field in each
        if field.html_name not in NOT_OF_ENTRY
    }


def _told(field: forms.BoundField) -> list[str]:
    value = field.value()
    if isinstance(field.field, forms.BooleanField):
        return ["on"] if value else []
    found = value if isinstance(value, list | tuple) else [value]
    return sorted(str(each) for each in found if each not in (None, ""))


def _text(field: forms.BoundField, values: Sequence[str]) -> str:
    if isinstance(field.field, forms.BooleanField):
        return _("done") if values else _("not done")
    if not values:
        return _("not answered")
    if isinstance(field.field, forms.ChoiceField):
        choices: Any = field.field.choices
        named = {str(key): words for key, words in choices}
        return ", ".join(str(named.get(each, each)) for each in values)
    return ", ".join(values)
