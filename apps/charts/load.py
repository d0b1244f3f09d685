"""The load of one exercise over time: planned, done, and tests of the most."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from xml.etree.ElementTree import Element

from .drawing import (
    Axis,
    Key,
    key,
    line,
    mark,
    path,
    picture,
    round_step,
    words_at,
)

LEFT: Final = 40
RIGHT: Final = 340
TOP: Final = 36
BOTTOM: Final = 196


@dataclass(frozen=True, slots=True)
class LoadOn:
    """A load on a day, in the unit of the picture."""

    day: date
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadWords:
    """Every text of the picture, in the reader's language; ``number`` writes a load."""

    title: str
    about: str
    axis: str
    planned: str
    done: str
    test: str
    first_day: str
    last_day: str
    number: Callable[[float], str]


def load_over_time(
    *,
    planned: Sequence[LoadOn],
    done: Sequence[LoadOn],
    tests: Sequence[LoadOn],
    first_day: date,
    last_day: date,
    words: LoadWords,
) -> str:
    """Return the picture: steps for what was planned, points for what was done.

    Points are not joined: a day without training stays empty.

    Args:
        planned: Each holds from its day to the next one's, the last to ``last_day``;
            oldest first. One from before ``first_day`` begins at the left edge.
    """
    highest = max((each.value for each in (*planned, *done, *tests)), default=0)
    step = round_step(highest)
    across = Axis(
        low=first_day.toordinal(), high=last_day.toordinal(), start=LEFT, end=RIGHT
    )
    up = Axis(low=0, high=4 * step, start=BOTTOM, end=TOP)
    rows = [
        [Key("dashes", "chart-planned", words.planned)],
        [Key("circle", "chart-mark done", words.done)],
        [Key("diamond", "chart-mark test", words.test)],
    ]
    parts = [
        *_ground(up, step=step, words=words),
        *_planned(planned, across=across, up=up),
        *_points(done, shape="circle", look="done", across=across, up=up),
        *_points(tests, shape="diamond", look="test", across=across, up=up),
        *(
            _number(each, across=across, up=up, words=words)
            for each in (*done[-1:], *tests)
        ),
    ]
    return picture(
        "load",
        title=words.title,
        about=words.about,
        height=296,
        parts=[*parts, *key(rows, top=240)],
    )


def _ground(up: Axis, *, step: float, words: LoadWords) -> Iterator[Element]:
    yield words_at(0, 14, words.axis)
    for count in range(5):
        y = up.at(count * step)
        yield line(LEFT, y, RIGHT, y, look="chart-grid")
        yield words_at(LEFT - 6, y + 4, words.number(count * step), anchor="end")
    yield words_at(LEFT, BOTTOM + 20, words.first_day)
    if words.last_day != words.first_day:
        yield words_at(RIGHT, BOTTOM + 20, words.last_day, anchor="end")


def _planned(planned: Sequence[LoadOn], *, across: Axis, up: Axis) -> Iterator[Element]:
    points: list[tuple[float, float]] = []
    for each in planned:
        x = across.at(max(each.day.toordinal(), across.low))
        if points:
            points.append((x, points[-1][1]))
        points.append((x, up.at(each.value)))
    if points:
        end = max(across.at(across.high), points[-1][0])
        yield path([*points, (end, points[-1][1])], look="chart-planned")


def _points(
    loads: Sequence[LoadOn], *, shape: str, look: str, across: Axis, up: Axis
) -> Iterator[Element]:
    for each in loads:
        x, y = across.at(each.day.toordinal()), up.at(each.value)
        yield mark(shape, x, y, look=f"chart-mark {look}")


def _number(load: LoadOn, *, across: Axis, up: Axis, words: LoadWords) -> Element:
    # Not out of the picture, nor over the numbers of the axis.
    x = min(max(across.at(load.day.toordinal()), LEFT + 14), RIGHT - 10)
    y = up.at(load.value) - 10
    return words_at(
        x, y, words.number(load.value), anchor="middle", look="chart-text number"
    )
