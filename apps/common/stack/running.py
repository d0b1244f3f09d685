"""Lets a management command in another terminal find the running stack."""

import json
import os
from pathlib import Path

from .run_folder import RunFolder

ROOT = Path(__file__).resolve().parents[3]


def use_running_stack() -> None:
    """Point this process at the stack of RUN_DIR, if one runs there.

    A DATABASE_URL in the environment wins: somebody wants another database.
    """
    if "DATABASE_URL" in os.environ:
        return
    folder = RunFolder(Path(os.environ.get("RUN_DIR", ROOT / ".run")))
    try:
        found = json.loads(folder.environment.read_text())
    except (FileNotFoundError, PermissionError):
        return
    os.environ.update(found)
