"""What every picture is made of: escaped text, lines, and marks told apart by shape.

A picture is 350 units wide, as a phone of 390 px shows it without margins, so that
text of 13 units is 13 px there. Colours come from the style sheet by class names.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, tostring

WIDTH: Final = 350
ROW: Final = 20
# What no XML may hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SHAPES: Final[Mapping[str, str]] = {
    "circle": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
    "square": "M-4.5 -4.5h9v9h-9z",
    "triangle": "M0 -5.5l5.5 10h-11z",
    "diamond": "M0 -6l6 6l-6 6l-6 -6z",
    "star": "M0 -7l2 5h5l-4 3l2 6l-5 -4l-5 4l2 -6l-4 -3h5z",
    "band": "M-8 -6h16v12h-16z",
    "dashes": "M-9 0h18",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A straight scale from values to units of the picture.

    A scale of one value only puts it in the middle.
    """

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return where a value lies."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Key:
    """One line of the key: what a mark stands for."""

    shape: str
    look: str
    words: str


def part(
    tag: str,
    attributes: Mapping[str, str | float],
    *,
    text: str = "",
    inside: Iterable[Element] = (),
) -> Element:
    """Return one element; numbers are rounded to a hundredth of a unit."""
    made = Element(tag, {name: _written(value) for name, value in attributes.items()})
    made.text = _NOT_XML.sub("", text) or None
    made.extend(inside)
    return made


def words_at(
    x: float, y: float, text: str, *, anchor: str = "start", look: str = "chart-text"
) -> Element:
    """Return a line of text that begins, ends or has its middle at ``x``."""
    place: dict[str, str | float] = {"x": x, "y": y}
    place |= {"text-anchor": anchor, "class": look}
    return part("text", place, text=text)


def line(x1: float, y1: float, x2: float, y2: float, *, look: str) -> Element:
    """Return a straight line."""
    return part("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "class": look})


def path(points: Sequence[tuple[float, float]], *, look: str) -> Element:
    """Return a line from point to point."""
    way = " L".join(f"{_written(x)} {_written(y)}" for x, y in points)
    return part("path", {"d": f"M{way}", "class": look})


def mark(shape: str, x: float, y: float, *, look: str) -> Element:
    """Return a small shape around a point."""
    place = f"translate({_written(x)} {_written(y)})"
    return part("path", {"d": _SHAPES[shape], "transform": place, "class": look})


def key(rows: Sequence[Sequence[Key]], *, top: float) -> list[Element]:
    """Return the key, each row with one or two entries beside each other."""
    made = []
    for number, row in enumerate(rows):
        y = top + number * ROW
        for place, each in enumerate(row):
            x = place * WIDTH / 2
            made.append(mark(each.shape, x + 10, y, look=each.look))
            made.append(words_at(x + 26, y + 4, each.words))
    return made


def picture(
    name: str, *, title: str, about: str, height: float, parts: Iterable[Element]
) -> str:
    """Return the picture as text to stand in a page.

    Args:
        name: Unique on its page; the ids of title and description begin with it.
        title: What it shows.
        about: The same in a sentence, for those who do not see it.
    """
    described = [
        part("title", {"id": f"{name}-title"}, text=title),
        part("desc", {"id": f"{name}-about"}, text=about),
    ]
    frame = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {WIDTH} {_written(height)}",
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-about",
        "class": "chart-picture",
    }
    return tostring(part("svg", frame, inside=[*described, *parts]), encoding="unicode")


def round_step(highest: float) -> float:
    """Return a step of 1, 2, 2.5 or 5 times a power of ten; four reach ``highest``."""
    if highest <= 0:
        return 1
    power = 10.0 ** math.floor(math.log10(highest / 4))
    return next(
        step * power for step in (1, 2, 2.5, 5, 10) if 4 * step * power >= highest
    )


def short(value: float) -> str:
    """Return a number as it is written beside a mark: 32.5, and 40 without a point."""
    return format(round(value, 2), ".10g")


def _written(value: str | float) -> str:
    return _NOT_XML.sub("", value) if isinstance(value, str) else short(value)
