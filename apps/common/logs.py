"""Logs as one JSON object a line, without personal data."""

from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter


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
            structlog.processors.JSONRenderer(),
        ],
    )
