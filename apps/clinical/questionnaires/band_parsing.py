"""Reading the cut-offs, change thresholds and reference values of one score."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .instrument import (
    BandScheme,
    BandStep,
    ChangeThreshold,
    ReferenceValue,
    Unit,
)
from .reading import (
    read_choice,
    read_code,
    read_fields,
    read_list,
    read_mark,
    read_number,
    read_text,
    refused,
)


def parse_bands(
    where: str, fields: Mapping[str, Any], *, minimum: Fraction, maximum: Fraction
) -> tuple[BandScheme, ...]:
    """Return the schemes of a score, none where the file has none."""
    schemes: list[BandScheme] = []
    for place, each in _entries(where, fields, name="bands"):
        entry = read_fields(
            place, each, required={"code", "population", "mark", "steps"}
        )
        scheme = BandScheme(
            code=read_code(f"{place}/code", entry["code"]),
            population=read_text(f"{place}/population", entry["population"]),
            mark=read_mark(f"{place}/mark", entry["mark"]),
            steps=_steps(f"{place}/steps", entry["steps"]),
        )
        _require_inside(place, scheme.steps, minimum=minimum, maximum=maximum)
        _require_new(place, scheme.code, taken=[one.code for one in schemes])
        schemes.append(scheme)
    return tuple(schemes)


def parse_thresholds(
    where: str, fields: Mapping[str, Any]
) -> tuple[ChangeThreshold, ...]:
    """Return the change thresholds of a score, none where the file has none."""
    required = {"code", "unit", "at_least", "population", "mark"}
    thresholds: list[ChangeThreshold] = []
    for place, each in _entries(where, fields, name="thresholds"):
        entry = read_fields(place, each, required=required)
        threshold = ChangeThreshold(
            code=read_code(f"{place}/code", entry["code"]),
            unit=read_choice(f"{place}/unit", entry["unit"], of=Unit),
            at_least=read_number(f"{place}/at_least", entry["at_least"]),
            population=read_text(f"{place}/population", entry["population"]),
            mark=read_mark(f"{place}/mark", entry["mark"]),
        )
        if threshold.at_least <= 0:
            detail = "must be above 0: no change is never a clear change."
            raise refused(f"{place}/at_least", rule="threshold", detail=detail)
        _require_new(place, threshold.code, taken=[one.code for one in thresholds])
        thresholds.append(threshold)
    return tuple(thresholds)


def parse_references(
    where: str, fields: Mapping[str, Any], *, minimum: Fraction, maximum: Fraction
) -> tuple[ReferenceValue, ...]:
    """Return the averages of groups of people, none where the file has none."""
    references = []
    for place, each in _entries(where, fields, name="references"):
        entry = read_fields(place, each, required={"value", "population", "mark"})
        reference = ReferenceValue(
            value=read_number(f"{place}/value", entry["value"]),
            population=read_text(f"{place}/population", entry["population"]),
            mark=read_mark(f"{place}/mark", entry["mark"]),
        )
        if not minimum <= reference.value <= maximum:
            detail = f"must lie from {minimum} to {maximum}."
            raise refused(f"{place}/value", rule="range", detail=detail)
        references.append(reference)
    return tuple(references)


def _entries(
    where: str, fields: Mapping[str, Any], *, name: str
) -> list[tuple[str, object]]:
    if name not in fields:
        return []
    place = f"{where}/{name}"
    entries = read_list(place, fields[name])
    return [(f"{place}/{index}", each) for index, each in enumerate(entries)]


def _require_new(where: str, code: str, *, taken: list[str]) -> None:
    if code in taken:
        raise refused(where, rule="unique", detail=f"code {code} is used twice.")


def _steps(where: str, value: object) -> tuple[BandStep, ...]:
    steps: list[BandStep] = []
    for index, each in enumerate(read_list(where, value)):
        step = _step(f"{where}/{index}", each, is_first=index == 0)
        _require_new(f"{where}/{index}", step.code, taken=[one.code for one in steps])
        steps.append(step)
    if len(steps) == 1:
        raise refused(where, rule="steps", detail="must be two bands or more.")
    return tuple(steps)


def _step(where: str, value: object, *, is_first: bool) -> BandStep:
    """Return one band; the first begins at the bottom, each other has one bound."""
    entry = read_fields(where, value, required={"code"}, optional={"at_least", "above"})
    bounds = {name: entry[name] for name in ("at_least", "above") if name in entry}
    if len(bounds) != (0 if is_first else 1):
        detail = "the first band has no bound, each other has at_least or above."
        raise refused(where, rule="bound", detail=detail)
    numbers = {
        name: read_number(f"{where}/{name}", bound) for name, bound in bounds.items()
    }
    return BandStep(
        code=read_code(f"{where}/code", entry["code"]),
        at_least=numbers.get("at_least"),
        above=numbers.get("above"),
    )


def _require_inside(
    where: str, steps: tuple[BandStep, ...], *, minimum: Fraction, maximum: Fraction
) -> None:
    """Refuse bands that nobody can be in: outside the range, or not rising."""
    last = minimum
    for index, step in enumerate(steps[1:], start=1):
        place = f"{where}/steps/{index}"
        # "above 0" leaves the first band what is exactly 0; "at least 0" leaves it
        # nothing.
        is_bottom = index == 1 and step.above == minimum
        if step.bound <= last and not is_bottom:
            raise refused(place, rule="rising", detail="bounds must rise.")
        if step.bound > maximum or step.above == maximum:
            detail = f"nobody reaches it: the score ends at {maximum}."
            raise refused(place, rule="reachable", detail=detail)
        last = step.bound
