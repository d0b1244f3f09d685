"""How the answers of a patient are asked for; each control stands once."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise

Words = str | Promise


class _PartWidget(forms.Widget):
    """A control whose markup lies with the other parts, in ``templates/_parts``."""

    def format_value(self, value: Any) -> Any:
        """Return the value as it was typed: a wrong one is shown, not dropped."""
        return "" if value is None else value


class Scale(_PartWidget):
    """A line that starts empty; it can be tapped, fine-tuned and typed."""

    template_name = "_parts/scale.html"

    def __init__(
        self,
        *,
        lowest: Words,
        highest: Words,
        least: int | str = 0,
        most: int | str = 100,
        step: int | str = 1,
        between: Sequence[str] = (),
    ) -> None:
        """Name both ends; ``least`` and ``most`` are the numbers there.

        ``step`` "any": any number is possible. ``between`` stands between the ends.
        """
        super().__init__()
        self._ends = {
            "lowest": lowest,
            "highest": highest,
            "least": least,
            "most": most,
            "step": step,
            "between": between,
        }

    @property
    def ends(self) -> tuple[Any, Any]:
        """The numbers at both ends."""
        return self._ends["least"], self._ends["most"]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Return what the markup needs."""
        return super().get_context(name, value, attrs) | {"scale": self._ends}


class Stepper(_PartWidget):
    """A number between two buttons that know the step of the machine."""

    template_name = "_parts/stepper.html"

    def __init__(
        self,
        *,
        step: Any = 1,
        hint: Any = None,
        least: Any = 0,
        most: Any = None,
        rate: Any = None,
        is_free: bool = False,
    ) -> None:
        """Say how far a tap goes; ``hint`` is shown and is no answer.

        ``is_free``: what lies between two steps can be typed all the same. With
        ``rate`` a step is one of the machine, in another unit than what is typed; it
        says how many of the machine's units one of those typed is.
        """
        super().__init__()
        self._step = {
            "step": step,
            "hint": hint,
            "least": least,
            "most": most,
            "rate": rate,
            "is_free": is_free,
        }

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Return what the markup needs."""
        return super().get_context(name, value, attrs) | {"stepper": self._step}


class Choice(forms.RadioSelect):
    """Large buttons of which one can be pressed; none is at first."""

    template_name = "_parts/choice.html"


class Choices(forms.CheckboxSelectMultiple):
    """Large buttons of which several can be pressed."""

    template_name = "_parts/choices.html"
