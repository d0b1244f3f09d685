"""The form of a questionnaire, built from its instrument and the clinic's own words.

A new instrument needs nothing here: what it asks stands in its definition, how it asks
in the wording.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.clinical.questionnaires.instrument import Instrument, Item, ItemKind
from apps.clinical.questionnaires.wording import Wording
from apps.clinical.questionnaires.wording_items import ItemWording
from apps.common.errors import InvalidEntryError
from apps.questionnaires.scores import can_lack_answers, is_enough

from .forms import EMPTY, EntryForm
from .refusals import fault_in_words
from .widgets import Choice, Scale, Stepper

ANSWERS = "answers"


class QuestionnaireForm(EntryForm):
    """One response: whole, or half filled where ``later`` was pressed."""

    questionnaire = forms.UUIDField(widget=forms.HiddenInput)
    wording = forms.UUIDField(widget=forms.HiddenInput)
    answered_at = forms.CharField(required=False, widget=forms.HiddenInput)
    without_missing = forms.BooleanField(
        label=_("I leave these out on purpose"), required=False
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        instrument: Instrument,
        words: Wording,
        **options: Any,
    ) -> None:
        """Make one control an item, in the order of the instrument."""
        super().__init__(data, **options)
        self.instrument = instrument
        self.settings = words.clinic_settings()
        self.missing: list[str] = []
        self.may_lack = can_lack_answers(instrument, settings=self.settings)
        for item in instrument.items:
            field = _field_of(item, words=words.items[item.code])
            self.fields[control_of(item.code)] = field

    @property
    def is_half(self) -> bool:
        """Whether the person wants to go on later."""
        return "later" in self.data

    @property
    def questions(self) -> list[dict[str, Any]]:
        """Return each control, and whether its answer is waited for."""
        return [
            {
                "field": self[control_of(item.code)],
                "is_expected": not item.may_be_left_out,
                "is_missing": item.code in self.missing,
            }
            for item in self.instrument.items
        ]

    def given_answers(self) -> dict[str, int | str]:
        """Return what was answered, by the codes of the items."""
        found = {
            item.code: self.cleaned_data.get(control_of(item.code))
            for item in self.instrument.items
        }
        return {
            code: _as_answer(value)
            for code, value in found.items()
            if value not in EMPTY
        }

    def entry(self, *, completed_at: str) -> dict[str, Any]:
        """Return the response; ``completed_at`` counts where the device says none."""
        told = self.cleaned_data
        moment = told["answered_at"] or completed_at
        return {
            "wording": told["wording"],
            "answers": self.given_answers(),
            "completed_at": None if self.is_half else moment,
        } | {name: told[name] for name in ("recorded_at", "sent_at") if told[name]}

    def clean(self) -> dict[str, Any]:
        """Refuse an empty form, and ask once about what is left out."""
        cleaned: dict[str, Any] = super().clean() or {}
        answers = self.given_answers()
        if not self.errors and not answers:
            raise ValidationError(_("Nothing is answered yet."))
        if not self.is_half:
            self._ask_about_missing(answers)
        return cleaned

    def tell(self, error: InvalidEntryError) -> None:
        """Put each fault beside the item that it is about."""
        for fault in error.errors:
            place, _slash, code = fault["pointer"].lstrip("/").partition("/")
            name = control_of(code) if place == ANSWERS else place
            is_asked = name in self.fields and not self.fields[name].widget.is_hidden
            self.add_error(name if is_asked else None, fault_in_words(fault))

    def _ask_about_missing(self, answers: Mapping[str, object]) -> None:
        self.missing = [
            item.code
            for item in self.instrument.items
            if not item.may_be_left_out
            and item.code not in answers
            and control_of(item.code) not in self.errors
        ]
        if not self.missing:
            return
        is_meant = self.cleaned_data.get("without_missing")
        if is_meant and is_enough(self.instrument, answers, settings=self.settings):
            return
        for code in self.missing:
            self.add_error(control_of(code), _("Not answered yet."))
        if is_meant:
            self.add_error(
                None,
                _(
                    "With so few answers the questionnaire cannot be read. Please "
                    "answer some more, or talk with your physiotherapist about it."
                ),
            )


def control_of(code: str) -> str:
    """Return the name of the control of an item."""
    return f"{ANSWERS}-{code}"


def _field_of(item: Item, *, words: ItemWording) -> forms.Field:
    if item.kind == ItemKind.OPTIONS:
        choices = [(each.code, words.options[each.code]) for each in item.options]
        return _choice(words.text, choices)
    if item.kind == ItemKind.SCALE:
        return _line(item, words=words)
    return _number(
        item,
        label=words.text,
        widget=Stepper(
            step=_step(item), least=_plain(item.minimum), most=_plain(item.maximum)
        ),
    )


def _line(item: Item, *, words: ItemWording) -> forms.Field:
    """Return a line to tap; where each of its numbers has words, a choice of these."""
    anchors = {Fraction(number): text for number, text in words.anchors.items()}
    numbers = _numbers(item) if len(anchors) > 2 else []
    if numbers and all(number in anchors for number in numbers):
        return _choice(
            words.text,
            [
                (_plain(number), f"{_plain(number)}: {anchors[number]}")
                for number in numbers
            ],
        )
    lowest, highest = anchors.pop(item.minimum, ""), anchors.pop(item.maximum, "")
    between = [f"{_plain(each)} {anchors[each]}" for each in sorted(anchors)]
    line = Scale(
        lowest=lowest,
        highest=highest,
        least=_plain(item.minimum),
        most=_plain(item.maximum),
        step=_step(item),
        between=between,
    )
    return _number(item, label=words.text, widget=line)


def _numbers(item: Item) -> list[Fraction]:
    if item.step is None:
        return []
    count = int((item.maximum - item.minimum) / item.step) + 1
    return [item.minimum + place * item.step for place in range(count)]


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, choices=choices, widget=Choice
    )


def _number(item: Item, *, label: str, widget: forms.Widget) -> forms.DecimalField:
    step = None if item.step is None else Decimal(_plain(item.step))
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal(_plain(item.minimum)),
        max_value=Decimal(_plain(item.maximum)),
        step_size=step,
        widget=widget,
    )


def _step(item: Item) -> str:
    return "any" if item.step is None else _plain(item.step)


def _plain(number: Fraction) -> str:
    # Text, because a template would write a decimal point as the language does.
    return format((Decimal(number.numerator) / number.denominator).normalize(), "f")


def _as_answer(value: Any) -> int | str:
    """Return an answer as the entry has it: a whole number, or text."""
    if not isinstance(value, Decimal):
        return str(value)
    if value == value.to_integral_value():
        return int(value)
    return format(value.normalize(), "f")
