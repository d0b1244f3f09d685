"""The product's web application, at whatever time a file says.

For the browser's own server: ``CLOCK_FILE`` names the file.
"""

import os
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from apps.common import clock
from eihtrack.asgi import application as product

CLOCK = Path(os.environ["CLOCK_FILE"])


@cache
def _go_on_from(instant: str) -> None:
    clock.start_at(datetime.fromisoformat(instant))


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer at the time of the file; it goes on from when that was read first."""
    _go_on_from(CLOCK.read_text())
    await product(scope, receive, send)
