"""How long work that failed waits for its next attempt."""

from datetime import timedelta
from typing import Final

FIRST_WAIT: Final = timedelta(seconds=30)
# A larger power would not fit into a timedelta.
MOST_DOUBLINGS: Final = 12


def wait_after(attempts: int, *, longest: timedelta) -> timedelta:
    """Return the wait after so many failed attempts: twice as long each time."""
    return min(FIRST_WAIT * 2 ** min(attempts, MOST_DOUBLINGS), longest)
