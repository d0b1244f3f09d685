"""Logs as one JSON object a line, without personal data."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter

# PostgreSQL quotes the refused row or key in these lines of its errors.
_QUOTED_ROW = re.compile(r"(DETAIL|CONTEXT|HINT): .*?(?=\n\S|\n\n|\Z)", re.DOTALL)

# Whoever reads a log must not be able to answer by a link in a mail.
_LINK = re.compile(r"(/l/)[\w-]+")


def json_formatter() -> ProcessorFormatter:
    """Return the formatter of every handler.

    Tracebacks are kept without local variables: those could hold what a patient said.
    """
    shared: list[Any] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    return ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            without_quoted_rows,
            without_links,
            structlog.processors.JSONRenderer(),
        ],
    )


def without_quoted_rows(
    _: Any, __: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Take out what a database error quotes: a row is what somebody told us."""
    for key in ("exception", "event"):
        if isinstance(event.get(key), str):
            event[key] = _QUOTED_ROW.sub(r"\1: (left out)", event[key])
    return event


def without_links(
    _: Any, __: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Take out what opens a form signed out; Django logs the paths that it refuses."""
    for key in ("exception", "event"):
        if isinstance(event.get(key), str):
            event[key] = _LINK.sub(r"\1(left out)", event[key])
    return event
