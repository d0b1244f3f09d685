"""Remove a run folder, and what it keeps elsewhere. Called by ``make clean``."""

import os
from pathlib import Path

from .errors import StackError
from .folders import remove_folder
from .run_folder import RunFolder
from .services import ROOT
from .up import say


def main() -> None:
    """Remove the folder of RUN_DIR unless EIHtrack runs in it."""
    root = Path(os.environ.get("RUN_DIR", ROOT / ".run")).absolute()
    if not root.is_dir():
        return
    # Whatever else lies there was not made by us.
    if not (root / "up.lock").exists():
        raise SystemExit(f"{root} is no run folder of EIHtrack; nothing was removed.")
    folder = RunFolder(root)
    try:
        with folder.hold(about="make clean"):
            folder.stop_orphans(say=say)
            remove_folder(root)
    except StackError as error:
        say(str(error))
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
