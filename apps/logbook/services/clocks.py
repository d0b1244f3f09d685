"""Entries with their times put right for a device whose clock is off."""

from collections.abc import Collection
from typing import Any, Final, TypeVar

from apps.common.device_clock import corrected
from apps.common.shapes import Shape
from apps.logbook.entry import SessionCheckIn, SessionEntry

AnyEntry = TypeVar("AnyEntry", bound=Shape)
TIMES: Final = frozenset({"started_at", "ended_at", "recorded_at", "answered_at"})


def on_our_clock(
    entry: AnyEntry, offset_s: int, *, only: Collection[str] | None = None
) -> AnyEntry:
    """Return an entry with its times, and those of its check-ins, on our clock.

    ``only`` names the fields that came with this request; others are right already.
    """
    if offset_s == 0:
        return entry
    fields = TIMES.intersection(type(entry).model_fields)
    if only is not None:
        fields &= frozenset(only)
    changes: dict[str, Any] = {
        name: corrected(value, offset_s)
        for name in fields
        if (value := getattr(entry, name)) is not None
    }
    if isinstance(entry, SessionEntry):
        changes["check_ins"] = _check_ins(entry.check_ins, offset_s)
    return entry.model_copy(update=changes)


def _check_ins(check_ins: list[SessionCheckIn], offset_s: int) -> list[SessionCheckIn]:
    return [on_our_clock(each, offset_s) for each in check_ins]
