"""What the commands of this room read: options and files, checked."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import CommandError

from apps.common.errors import InvalidEntryError
from apps.common.shapes import Shape

AnyShape = TypeVar("AnyShape", bound=Shape)


def json_file(path: str) -> Any:
    """Return what a JSON file holds.

    Raises:
        CommandError: It cannot be read.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} is not readable JSON: {error}") from error


def checked(
    shape: type[AnyShape], values: dict[str, Any], *, options: Mapping[str, str]
) -> AnyShape:
    """Return the values as ``shape``.

    ``options`` says under which option each field was given.

    Raises:
        CommandError: With one line for each value that cannot be.
    """
    try:
        return shape.parse(values)
    except InvalidEntryError as error:
        faults = [_line(each, options=options) for each in error.errors]
        raise CommandError("\n".join(faults)) from error


def _line(fault: dict[str, str], *, options: Mapping[str, str]) -> str:
    field, _, inside = fault["pointer"].removeprefix("/").partition("/")
    place = " at /".join(filter(None, [options.get(field, field), inside]))
    return f"{place}: {fault['detail']}"
