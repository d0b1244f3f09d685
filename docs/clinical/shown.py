"""Values as people read them: with their unit, without code."""

import re
import textwrap
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

UNITS = {
    "MM": "mm",
    "KG": "kg",
    "KPA": "kPa",
    "N": "N",
    "S": "s",
    "H": "h",
    "C": "°C",
    "CM2": "cm²",
    "MMHG": "mmHg",
    "PCT": "%",
    "PERCENT": "%",
    "DAYS": "days",
    "WEEKS": "weeks",
    "YEARS": "years",
    "WATTS": "W",
}
SHARES = ("SHARE", "RATIO", "CONFIDENCE")
WIDTH = 88
IN_TABLE = "see the table"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def shown_value(key: str, value: Any) -> str:
    """Return a constant with the unit that its name ends in."""
    name = key.rpartition(".")[2].upper()
    if isinstance(value, timedelta):
        return span(value)
    if isinstance(value, Mapping) or _holds_records(value):
        return IN_TABLE
    if isinstance(value, frozenset | tuple):
        return ", ".join(sorted(plain(str(one)) for one in value))
    if isinstance(value, Enum | str):
        return plain(str(value))
    if name.endswith(SHARES) or name.startswith("BENCHMARK"):
        return f"{number(value * 100)} %"
    ends = name.split("_")
    is_rate = "PER" in ends
    unit = "" if is_rate else UNITS.get(ends[-1], "")
    return f"{number(value)} {unit}".strip()


def number(value: Any, *, decimals: int | None = None) -> str:
    """Return a number without trailing zeros, or half up to some decimals."""
    exact = _exact(value)
    if decimals is not None:
        return str(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
    short = round(exact, 12) if exact.as_tuple().exponent < -12 else exact  # type: ignore[operator]
    text = f"{short:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(value: Any, *, decimals: int) -> str:
    """Return a number with its sign."""
    text = number(value, decimals=decimals)
    return text if text.startswith("-") else f"+{text}"


def span(value: timedelta) -> str:
    """Return a length of time in the unit that fits."""
    for unit, name in ((DAY, "days"), (HOUR, "h")):
        if value and value % unit == timedelta(0) and (unit == HOUR or value > 3 * DAY):
            return f"{value // unit} {name}"
    return f"{value // timedelta(minutes=1)} min"


def plain(code: str) -> str:
    """Return a name of the code as words."""
    return code.replace("_", " ").replace(" * ", " × ")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    cells = ([str(cell).replace("|", "/") for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)


def wrapped(text: str) -> str:
    """Return Markdown with its paragraphs and lists in lines of the usual length."""
    blocks = (one for one in re.split(r"\n{2,}", text.strip()) if one.strip())
    return "\n\n".join(map(_wrapped, blocks))


def _wrapped(block: str) -> str:
    """Return one block; a table may follow or stand before its paragraph."""
    parts = re.split(r"\n(?=[|#-] ?)|(?<=\|)\n(?![|])", block)
    kept = ("|", "#")
    lines = (one if one.startswith(kept) else _filled(one) for one in parts)
    told = "\n".join(lines)
    return re.sub(r"(?m)^(\|.*)\n(?!\|)", r"\1\n\n", told)


def _filled(paragraph: str) -> str:
    indent = "  " if paragraph.startswith("- ") else ""
    return textwrap.fill(
        " ".join(paragraph.split()),
        width=WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _exact(value: Any) -> Decimal:
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    if isinstance(value, float):
        return Decimal(f"{value:.6g}")
    return Decimal(value)


def _holds_records(value: Any) -> bool:
    return (
        isinstance(value, Collection)
        and not isinstance(value, str)
        and any(hasattr(one, "__dataclass_fields__") for one in value)
    )
