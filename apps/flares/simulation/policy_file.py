"""A detector policy from a file that somebody wrote to try it."""

import json
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from apps.clinical.errors import ClinicalInputError
from apps.clinical.flare.policy import DetectorPolicy

READERS: Final = {
    ".json": lambda text: json.loads(text, object_pairs_hook=_without_doubles),
    ".toml": tomllib.loads,
}
LARGEST_FILE: Final = 64 * 1024
# Pain ends at 100 mm; no number of a rule has a meaning beyond.
LARGEST_NUMBER: Final = 1000
NAMES: Final = frozenset({"key", "version"})
# The key is printed in the report: nothing that a terminal would obey.
SLUG: Final = re.compile(r"[A-Za-z0-9._-]+")
LONGEST_KEY: Final = 40  # as the product stores it


class PolicyFileError(Exception):
    """A policy file that cannot be used; the message says where and what to do."""


def read_policy(path: Path, *, shipped: DetectorPolicy) -> DetectorPolicy:
    """Return the policy of a JSON or TOML file.

    A number that the file leaves out is that of the shipped policy. Other numbers
    need another key or version, because verdicts name the policy by these alone.

    Raises:
        PolicyFileError: The file cannot be read, or holds no such policy.
    """
    content = _content(path)
    _refuse_unknown(path, content)
    try:
        numbers = {name: _number(name, value) for name, value in content.items()}
        policy = DetectorPolicy.from_mapping(shipped.to_mapping() | numbers)
    except ClinicalInputError as error:
        raise PolicyFileError(f"{path}: {error}") from error
    _refuse_unprintable(path, policy.key)
    is_same_name = (policy.key, policy.version) == (shipped.key, shipped.version)
    if is_same_name and policy != shipped:
        raise PolicyFileError(
            f"{path}: {policy.key} version {policy.version} is the shipped policy and "
            'has other numbers. Give yours a name, such as key = "trial" in TOML or '
            '"key": "trial" in JSON.'
        )
    return policy


def _content(path: Path) -> dict[str, Any]:
    read = READERS.get(path.suffix.lower())
    if read is None:
        raise PolicyFileError(f"{path}: the name must end in .toml or .json.")
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
        if len(raw) > LARGEST_FILE:
            raise PolicyFileError(f"{path}: a policy has at most {LARGEST_FILE} bytes.")
        content = read(raw.decode())
    except OSError as error:
        raise PolicyFileError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        kind = path.suffix[1:].upper()
        raise PolicyFileError(f"{path} is not readable {kind}: {error}") from error
    if not isinstance(content, dict):
        raise PolicyFileError(f"{path}: the numbers must stand in one JSON object.")
    return content


def _refuse_unknown(path: Path, content: Mapping[str, Any]) -> None:
    known = [field.name for field in fields(DetectorPolicy)]
    for name in content:
        if name not in known:
            similar = get_close_matches(name, known, n=1)
            hint = f"did you mean {similar[0]}?" if similar else "leave it out."
            raise PolicyFileError(f"{path}: a policy has no {name!r}; {hint}")


def _refuse_unprintable(path: Path, key: str) -> None:
    if len(key) > LONGEST_KEY or not SLUG.fullmatch(key):
        start = key[: LONGEST_KEY + 1]
        raise PolicyFileError(
            f"{path}: key must be 1 to {LONGEST_KEY} of the letters a to z and A to Z, "
            f"digits, dots, dashes and underscores, got {start!a}."
        )


def _number(name: str, value: object) -> object:
    """Return a number in the type of its field, so that 20 and 20.0 are one policy."""
    if name in NAMES or isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if math.isfinite(value) and value > LARGEST_NUMBER:
        raise ClinicalInputError(
            f"{name} must be at most {LARGEST_NUMBER}, got {value!r}."
        )
    is_whole = isinstance(getattr(DetectorPolicy(), name), int)
    return value if is_whole else float(value)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{double!r} stands there more than once")
    return content
