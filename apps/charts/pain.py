"""Pain before, after, one day and two days after each of some sessions."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from .drawing import WIDTH, Axis, Key, key, line, mark, part, path, picture, words_at

LEFT: Final = 28
RIGHT: Final = 348
PAIN: Final = Axis(low=0, high=100, start=224, end=44)
# Before and after lie nearer to each other than the two mornings.
PLACES: Final = (0.15, 0.35, 0.6, 0.85)
SHAPES: Final = ("circle", "square", "triangle", "diamond")
LOOKS: Final = ("before", "after", "h24", "h48")
WIDEST_COLUMN: Final = 80
# A day and a month, and two numbers beside each other, need as much.
LABEL_WIDTH: Final = 52
FLARE_Y: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class PainAround:
    """Pain around one session, 0 to 100; ``None`` was not answered."""

    label: str
    before: int | None
    after: int | None
    h24: int | None
    h48: int | None
    has_flare: bool = False

    def __post_init__(self) -> None:
        """Refuse what is off the scale.

        Raises:
            ValueError: A value below 0 or above 100.
        """
        for value in self.values:
            if value is not None and not 0 <= value <= 100:
                raise ValueError(f"Pain must lie in 0 to 100, got {value}.")

    @property
    def values(self) -> tuple[int | None, ...]:
        """Return the four values in the order of time."""
        return (self.before, self.after, self.h24, self.h48)


@dataclass(frozen=True, slots=True, kw_only=True)
class PainWords:
    """Every text of the picture, in the reader's language."""

    title: str
    about: str
    axis: str
    before: str
    after: str
    h24: str
    h48: str
    usual: str
    flare: str


@dataclass(frozen=True, slots=True)
class Band:
    """The person's own usual range, both ends included."""

    low: float
    high: float


def pain_around_sessions(
    sessions: Sequence[PainAround], *, words: PainWords, usual: Band | None = None
) -> str:
    """Return the picture: a column a session, oldest first, a shape a moment.

    A line ends where a value is missing. Where columns are too narrow, only the last
    one has numbers, and not each has its day.
    """
    rows = _key(sessions, words=words, usual=usual)
    parts = [*_ground(words, usual=usual)]
    width = min((RIGHT - LEFT) / max(len(sessions), 1), WIDEST_COLUMN)
    every = math.ceil(LABEL_WIDTH / width)
    for number, each in enumerate(sessions):
        is_labelled = (len(sessions) - 1 - number) % every == 0
        parts += _column(
            each, x=LEFT + number * width, width=width, is_labelled=is_labelled
        )
    return picture(
        "pain",
        title=words.title,
        about=words.about,
        height=264 + 20 * len(rows),
        parts=[*parts, *key(rows, top=266)],
    )


def _ground(words: PainWords, *, usual: Band | None) -> Iterator[Element]:
    yield words_at(0, 14, words.axis)
    if usual is not None:
        top, bottom = PAIN.at(usual.high), PAIN.at(usual.low)
        box = {"x": LEFT, "y": top, "width": RIGHT - LEFT, "height": bottom - top}
        yield part("rect", {**box, "class": "chart-band"})
    for value in (0, 25, 50, 75, 100):
        y = PAIN.at(value)
        yield line(LEFT, y, RIGHT, y, look="chart-grid")
        yield words_at(LEFT - 3, y + 4, str(value), anchor="end")


def _column(
    session: PainAround, *, x: float, width: float, is_labelled: bool
) -> Iterator[Element]:
    bottom = PAIN.start
    places = [x + share * width for share in PLACES]
    # The session itself: a tick on the axis between before and after.
    tick = (places[0] + places[1]) / 2
    yield line(tick, bottom, tick, bottom + 7, look="chart-tick")
    if is_labelled:
        yield words_at(
            min(x + width / 2, WIDTH - 22), bottom + 22, session.label, anchor="middle"
        )
    if session.has_flare:
        yield mark("star", x + width / 2, FLARE_Y, look="chart-mark flare")
    for run in _runs(places, session.values):
        yield path(run, look="chart-line")
    for shape, look, place, value in zip(
        SHAPES, LOOKS, places, session.values, strict=True
    ):
        if value is not None:
            yield mark(shape, place, PAIN.at(value), look=f"chart-mark {look}")
    if is_labelled:
        yield from _numbers(places, session.values)


def _runs(
    places: Sequence[float], values: Sequence[int | None]
) -> Iterator[list[tuple[float, float]]]:
    """Yield the points that follow each other without a gap, two or more."""
    run: list[tuple[float, float]] = []
    for place, value in zip(places, values, strict=True):
        if value is not None:
            run.append((place, PAIN.at(value)))
            continue
        if len(run) > 1:
            yield run
        run = []
    if len(run) > 1:
        yield run


def _numbers(
    places: Sequence[float], values: Sequence[int | None]
) -> Iterator[Element]:
    """Yield the number before, and the one that moved furthest from it."""
    known = [
        (place, value)
        for place, value in zip(places, values, strict=True)
        if value is not None
    ]
    if not known:
        return
    place, first = known[0]
    others = known[1:]
    furthest = max(others, key=lambda each: abs(each[1] - first), default=None)
    is_above = furthest is None or furthest[1] <= first
    yield _number(place, first, is_above=is_above)
    if furthest is not None:
        yield _number(*furthest, is_above=not is_above)


def _number(x: float, value: int, *, is_above: bool) -> Element:
    y = PAIN.at(value) + (-10 if is_above else 20)
    # Below the axis stand the days.
    y = y if y < PAIN.start else PAIN.at(value) - 10
    return words_at(x, y, str(value), anchor="middle", look="chart-text number")


def _key(
    sessions: Sequence[PainAround], *, words: PainWords, usual: Band | None
) -> list[list[Key]]:
    texts = (words.before, words.after, words.h24, words.h48)
    moments = [
        Key(shape, f"chart-mark {look}", text)
        for shape, look, text in zip(SHAPES, LOOKS, texts, strict=True)
    ]
    rows = [moments[:2], moments[2:]]
    if usual is not None:
        rows.append([Key("band", "chart-band", words.usual)])
    if any(each.has_flare for each in sessions):
        rows.append([Key("star", "chart-mark flare", words.flare)])
    return rows
