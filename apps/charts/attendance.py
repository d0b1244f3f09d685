"""A calendar of the sessions: what was planned, and what became of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from xml.etree.ElementTree import Element

from .drawing import ROW, WIDTH, part, picture, words_at

DAYS: Final = 7
CELL: Final = WIDTH / DAYS
HEIGHT: Final = 46
TOP: Final = 24
# Two fit into a day beside each other.
MOST: Final = 2
_OUTLINES: Final[Mapping[str, str]] = {
    "circle": "M-10 0a10 10 0 1 0 20 0a10 10 0 1 0 -20 0z",
    "square": "M-9.5 -9.5h19v19h-19z",
    "diamond": "M0 -12.5l12.5 12.5l-12.5 12.5l-12.5 -12.5z",
    "hexagon": "M-5.5 -10h11l5.5 10l-5.5 10h-11l-5.5 -10z",
}


class Attended(StrEnum):
    """What became of a session."""

    HELD = "held"
    PARTIAL = "partial"
    EXTRA = "extra"
    EXCUSED = "excused"
    MISSED = "missed"
    CANCELLED = "cancelled"
    PLANNED = "planned"


SHAPES: Final[Mapping[Attended, str]] = {
    Attended.HELD: "circle",
    Attended.PARTIAL: "circle",
    Attended.EXTRA: "circle",
    Attended.EXCUSED: "square",
    Attended.MISSED: "diamond",
    Attended.CANCELLED: "hexagon",
    Attended.PLANNED: "square",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceWords:
    """Every text of the picture, in the reader's language.

    ``letters`` are one sign long and stand inside the shapes; ``weekdays`` begin with
    Monday; ``day`` writes the first day of a month, and the first of all.
    """

    title: str
    about: str
    weekdays: Sequence[str]
    letters: Mapping[Attended, str]
    names: Mapping[Attended, str]
    day: Callable[[date], str]


def attendance_calendar(
    days: Mapping[date, Sequence[Attended]],
    *,
    first_day: date,
    weeks: int,
    words: AttendanceWords,
    today: date,
) -> str:
    """Return the picture: a row a week from Monday, a shape and letter a session.

    Args:
        first_day: Any day of the first week.
        days: What does not lie in these weeks is not drawn; a day that is not named
            stays empty. Of more than two on a day the first two are drawn.
    """
    monday = first_day - timedelta(days=first_day.weekday())
    parts = [
        words_at((place + 0.5) * CELL, 14, name, anchor="middle")
        for place, name in enumerate(words.weekdays)
    ]
    for number in range(weeks * DAYS):
        day = monday + timedelta(days=number)
        is_named = number == 0 or day.day == 1
        label = words.day(day) if is_named else str(day.day)
        parts += _cell(number, label, is_today=day == today)
        parts += _marks(number, days.get(day, ()), words=words)
    shown = _shown(days, monday=monday, weeks=weeks)
    bottom = TOP + weeks * HEIGHT
    for place, each in enumerate(shown):
        row, column = divmod(place, 2)
        x, y = column * WIDTH / 2, bottom + 24 + row * (ROW + 6)
        parts += _sign(x + 14, y, each, letter=words.letters[each])
        parts.append(words_at(x + 34, y + 4, words.names[each]))
    rows = -(-len(shown) // 2)
    return picture(
        "attendance",
        title=words.title,
        about=words.about,
        height=bottom + 12 + rows * (ROW + 6),
        parts=parts,
    )


def _shown(
    days: Mapping[date, Sequence[Attended]], *, monday: date, weeks: int
) -> list[Attended]:
    end = monday + timedelta(weeks=weeks)
    found = {
        each for day, given in days.items() if monday <= day < end for each in given
    }
    return [each for each in Attended if each in found]


def _place(number: int) -> tuple[float, float]:
    week, weekday = divmod(number, DAYS)
    return (weekday + 0.5) * CELL, TOP + week * HEIGHT


def _cell(number: int, label: str, *, is_today: bool) -> Iterator[Element]:
    x, y = _place(number)
    look = "chart-cell today" if is_today else "chart-cell"
    box = {"x": x - CELL / 2 + 1, "y": y + 1, "width": CELL - 2, "height": HEIGHT - 2}
    yield part("rect", {**box, "rx": 4, "class": look})
    yield words_at(x, y + 14, label, anchor="middle", look="chart-text small")


def _marks(
    number: int, given: Sequence[Attended], *, words: AttendanceWords
) -> Iterator[Element]:
    x, y = _place(number)
    shown = given[:MOST]
    for place, each in enumerate(shown):
        left = x + (place - (len(shown) - 1) / 2) * CELL / 2
        yield from _sign(left, y + 31, each, letter=words.letters[each])


def _sign(x: float, y: float, what: Attended, *, letter: str) -> Iterator[Element]:
    place = f"translate({format(x, 'g')} {format(y, 'g')})"
    look = f"chart-sign {what}"
    outline = _OUTLINES[SHAPES[what]]
    yield part("path", {"d": outline, "transform": place, "class": look})
    yield words_at(x, y + 4.5, letter, anchor="middle", look=f"chart-letter {what}")
