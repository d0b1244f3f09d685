"""The forms of a patient: one a check-in.

Names and limits are those of the entries of ``logbook``: a form only asks. What stays
empty is left out of the entry, because it was not answered.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.common.errors import InvalidEntryError
from apps.logbook.entry import CheckInEntry

from .refusals import fault_in_words
from .widgets import Choice, Choices, Scale

EMPTY: Final[tuple[object, ...]] = (None, "", [])
NONE_OF_THESE = "none_of_these"


class RedFlags(forms.MultipleChoiceField):
    """Danger signs; "none of these" is an answer of its own.

    Nothing ticked means not answered (``None``), never "none".
    """

    def __init__(self, **options: Any) -> None:
        """Ask for every sign that the logbook knows."""
        super().__init__(
            choices=[
                ("chest_pain", _("Chest pain")),
                ("fainting", _("Fainting, or nearly")),
                ("new_numbness_or_weakness", _("New numbness or weakness")),
                ("bladder_or_bowel", _("Trouble with bladder or bowel that is new")),
                ("fever", _("Fever")),
                ("fall_or_injury", _("A fall or an injury")),
                ("self_harm", _("Thoughts of harming myself")),
                (NONE_OF_THESE, _("None of these")),
            ],
            widget=Choices,
            **options,
        )

    def clean(self, value: Any) -> list[str] | None:
        """Return the signs, an empty list for none of them."""
        ticked = super().clean(value)
        if not ticked:
            return None
        if NONE_OF_THESE not in ticked:
            return list(ticked)
        if len(ticked) > 1:
            raise ValidationError(
                _("You ticked a sign and “None of these”. Which one is right?")
            )
        return []


class EntryForm(forms.Form):
    """One entry: what the device says about it, and what the person answers.

    The device fills in the hidden fields. Without script the id comes with the page, so
    that a form sent twice is recorded once, and the times are those of the server.
    """

    id = forms.UUIDField(widget=forms.HiddenInput)
    recorded_at = forms.CharField(required=False, widget=forms.HiddenInput)
    sent_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        """Make an empty form with an id of its own, or a filled one."""
        options["initial"] = {"id": uuid4()} | (options.get("initial") or {})
        super().__init__(data, **options)

    def answers(self) -> dict[str, Any]:
        """Return what was answered, by the names of the entry."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            # An empty list of danger signs says that there are none.
            if value not in EMPTY or (name == "red_flags" and value == [])
        }

    def every_form(self) -> Iterator[forms.Form]:
        """Yield this form and all inside it."""
        yield self

    def tell(self, error: InvalidEntryError) -> None:
        """Put each fault of a refused entry beside the answer that it is about."""
        for fault in error.errors:
            name = fault["pointer"].lstrip("/").partition("/")[0]
            is_asked = name in self.fields and not self.fields[name].widget.is_hidden
            self.add_error(name if is_asked else None, fault_in_words(fault))


def pain_field(label: Any) -> forms.IntegerField:
    """Return a line from no pain to the worst."""
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=100,
        widget=Scale(lowest=_("No pain"), highest=_("Worst pain I can imagine")),
    )


def _amount(label: Any, *, lowest: Any, highest: Any, most: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=most,
        widget=Scale(lowest=lowest, highest=highest, most=most),
    )


def _choice(label: Any, *choices: tuple[str, Any]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, choices=choices, widget=Choice
    )


def _fatigue() -> forms.IntegerField:
    return _amount(
        _("How tired are you now?"),
        lowest=_("Not tired"),
        highest=_("As tired as can be"),
        most=100,
    )


def _sleep() -> forms.IntegerField:
    return _amount(
        _("How did you sleep last night?"),
        lowest=_("Very badly"),
        highest=_("Very well"),
        most=10,
    )


def _analgesic() -> forms.ChoiceField:
    return _choice(
        _("Pain medicine in the last 24 hours?"),
        ("none", _("None")),
        ("usual", _("My usual")),
        ("extra", _("More than usual")),
    )


class CheckInForm(EntryForm):
    """How one feels at one moment."""

    moment: ClassVar[str]

    answered_at = forms.CharField(required=False, widget=forms.HiddenInput)
    session = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def entry(self, *, answered_at: str) -> CheckInEntry:
        """Return the entry; ``answered_at`` counts where the device says none.

        Raises:
            InvalidEntryError: A value cannot be.
        """
        given = {"answered_at": answered_at, "moment": self.moment} | self.answers()
        return CheckInEntry.parse(given)

    def clean(self) -> dict[str, Any]:
        """Refuse a form in which nothing is answered."""
        cleaned: dict[str, Any] = super().clean() or {}
        asked = (
            name for name, each in self.fields.items() if not each.widget.is_hidden
        )
        if not self.errors and all(cleaned[name] in (None, "") for name in asked):
            raise ValidationError(_("Nothing is answered yet. One answer is enough."))
        return cleaned


class BeforeForm(CheckInForm):
    """Before a session."""

    moment = "pre"

    pain_mm = pain_field(_("How much pain do you have now?"))
    fatigue_mm = _fatigue()
    sleep = _sleep()
    confidence = _amount(
        _("How sure are you that you can do today's session?"),
        lowest=_("Not at all"),
        highest=_("Quite sure"),
        most=10,
    )
    analgesic = _analgesic()
    red_flags = RedFlags(
        label=_("Since the last time, have you had any of these?"), required=False
    )


class AfterForm(CheckInForm):
    """Directly after a session."""

    moment = "post"

    pain_mm = pain_field(_("How much pain do you have now?"))
    fatigue_mm = _fatigue()
    session_rpe = forms.IntegerField(
        label=_("How hard was the session as a whole?"),
        required=False,
        min_value=6,
        max_value=20,
        widget=Scale(
            lowest=_("No effort"), highest=_("Most possible effort"), least=6, most=20
        ),
    )
    red_flags = RedFlags(
        label=_("During the session, did any of these happen?"), required=False
    )


class _FollowUpForm(CheckInForm):
    """About a day or two after a session."""

    pain_mm = pain_field(_("How much pain do you have now?"))
    worst_pain_mm = pain_field(_("What was the worst pain since the session?"))
    location = _choice(
        _("Where does it hurt?"),
        ("only_trained", _("Only in the muscles I trained")),
        ("usual", _("Where it usually hurts")),
        ("both", _("Both")),
        ("new", _("In a new place")),
    )
    soreness_mm = _amount(
        _("How sore are the muscles that you trained?"),
        lowest=_("Not sore"),
        highest=_("As sore as can be"),
        most=100,
    )
    flare = _choice(
        _(
            "Are you clearly worse than usual for you, so that it is hard to bear and "
            "gets in the way of your day?"
        ),
        ("yes", _("Yes")),
        ("no", _("No")),
        ("unsure", _("Not sure")),
    )
    sleep = _sleep()
    analgesic = _analgesic()
    red_flags = RedFlags(
        label=_("Since the session, have you had any of these?"), required=False
    )


class NextDayForm(_FollowUpForm):
    """The next day."""

    moment = "h24"


class SecondDayForm(_FollowUpForm):
    """The day after the next."""

    moment = "h48"


class RestDayForm(CheckInForm):
    """A day before the first session."""

    moment = "run_in"
    # It belongs to no session.
    session = None  # type: ignore[assignment]

    pain_mm = pain_field(_("How much pain do you have now?"))
