"""Yes, no, unknown: a condition that nobody answered is neither true nor false."""

from collections.abc import Iterable
from enum import StrEnum


class Truth(StrEnum):
    """Whether a condition holds, as far as is known."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def yes_if(answer: bool | None) -> Truth:  # noqa: FBT001
    """Return the answer as a truth; None is unknown."""
    if answer is None:
        return Truth.UNKNOWN
    return Truth.YES if answer else Truth.NO


def opposite(truth: Truth) -> Truth:
    """Return no for yes and yes for no; what is unknown stays so."""
    if truth == Truth.UNKNOWN:
        return Truth.UNKNOWN
    return Truth.NO if truth == Truth.YES else Truth.YES


def all_of(truths: Iterable[Truth]) -> Truth:
    """Return no if any is no, else unknown if any is unknown, else yes."""
    found = set(truths)
    if Truth.NO in found:
        return Truth.NO
    return Truth.UNKNOWN if Truth.UNKNOWN in found else Truth.YES


def any_of(truths: Iterable[Truth]) -> Truth:
    """Return yes if any is yes, else unknown if any is unknown, else no."""
    return opposite(all_of(opposite(truth) for truth in truths))
