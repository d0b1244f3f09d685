"""Read a picture as a person does: marks by their place, and all the words."""

import re
from xml.etree.ElementTree import Element, fromstring

SVG = "{http://www.w3.org/2000/svg}"


def read(made: str) -> Element:
    """Return the picture; it must be well-formed."""
    return fromstring(made)


def marks(frame: Element, look: str, *, above: float = 1e9) -> list[tuple]:
    """Return where marks of a look lie; ``above`` leaves the key out."""
    found = []
    for each in frame.iter(f"{SVG}path"):
        place = re.fullmatch(r"translate\((\S+) (\S+)\)", each.get("transform", ""))
        if place and each.get("class") == look and float(place[2]) < above:
            found.append((float(place[1]), float(place[2])))
    return found


def lines(frame: Element, look: str) -> list[str]:
    """Return the ways of the lines of a look, without those of the key."""
    return [
        each.get("d")
        for each in frame.iter(f"{SVG}path")
        if each.get("class") == look and not each.get("transform")
    ]


def texts(frame: Element, look: str | None = None) -> list[str]:
    """Return all words that are drawn."""
    return [
        each.text
        for each in frame.iter(f"{SVG}text")
        if look in (None, each.get("class"))
    ]


def assert_nothing_sticks_out(frame: Element) -> None:
    """Fail if a mark or the beginning of a text lies outside of the picture."""
    _, _, width, height = map(float, frame.get("viewBox").split())
    for each in frame.iter():
        for name, most in (("x", width), ("x1", width), ("x2", width), ("y", height)):
            if name in each.attrib:
                assert 0 <= float(each.get(name)) <= most, each.attrib
