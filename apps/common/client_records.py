"""What every record of a client has in common when it comes in."""

from datetime import datetime
from typing import Any

from . import device_clock
from .errors import IdReusedError
from .ids import uuid7


def arrival_of(entry: Any, *, by: Any, now: datetime) -> dict[str, Any]:
    """Return the columns of a ``ClientRecord`` that say whence and when it came.

    ``entry`` has ``id``, ``sent_at``, ``recorded_at`` and ``digest()``.
    """
    offset_s = device_clock.offset_s(entry.sent_at, now)
    return {
        "public_id": entry.id or uuid7(),
        "request_digest": entry.digest(),
        "entered_by": by,
        "received_at": now,
        "recorded_at": recorded_at(entry, offset_s=offset_s, now=now),
        "clock_offset_s": offset_s,
    }


def recorded_at(entry: Any, *, offset_s: int, now: datetime) -> datetime:
    """Return when it was typed in by our clock; now, if the client does not say."""
    typed_at = entry.recorded_at or entry.sent_at
    return device_clock.corrected(typed_at, offset_s) if typed_at else now


def require_replay(stored: Any, *, entry: Any, by: Any) -> None:
    """Refuse an entry whose id belongs to something else.

    Raises:
        IdReusedError: The stored record has other content, or is not theirs to see.
    """
    visible = type(stored).objects.visible_to(by).filter(pk=stored.pk).exists()
    if not visible or stored.request_digest != entry.digest():
        raise id_reused()


def id_reused() -> IdReusedError:
    """Return the refusal of an id that is taken, perhaps behind a wall."""
    return IdReusedError(
        "This id was used for another entry. Make a new id. Nothing was saved."
    )
