"""Run every measurement, one after the other, and print one table: ``make bench``."""

import argparse
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SCRIPTS = (
    *("log_session", "list_sessions", "judge", "adherence", "alert_latency"),
    *("phone", "start"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    script: str
    name: str
    value: str
    unit: str
    aim: str

    @property
    def is_missed(self) -> bool:
        """Whether it falls short of what we aim at."""
        return self.aim.endswith("MISSED")

    def __str__(self) -> str:
        return (
            f"{self.script:<14} {self.name:<34} {self.value:>12} {self.unit:<6} "
            f"{self.aim}"
        )


def main() -> int:
    """Return 1 if a script failed or a figure falls short, else 0."""
    argparse.ArgumentParser(prog="python -m bench", description=__doc__).parse_args()
    lines: list[Line] = []
    failed: list[str] = []
    for script in SCRIPTS:
        print(f"== {script}", flush=True)
        said, code = _run(script)
        lines += [line for text in said if (line := _line(script, text))]
        if code:
            failed.append(script)
    print("\n== all figures")
    for line in lines:
        print(line)
    for script in failed:
        print(f"{script:<14} FAILED")
    missed = sum(line.is_missed for line in lines)
    print(f"\n{len(failed)} scripts failed, {missed} aims missed")
    return 1 if failed or missed else 0


def _run(script: str) -> tuple[list[str], int]:
    """Run one script, show what it says as it says it, and return that."""
    said = []
    with subprocess.Popen(
        [sys.executable, str(FOLDER / f"{script}.py")],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            for text in process.stdout or ():
                print(text, end="", flush=True)
                said.append(text)
        except KeyboardInterrupt:
            # The script got it too, and stops what it has started.
            process.wait()
            raise
    return said, process.returncode


def _line(script: str, text: str) -> Line | None:
    match text.split():
        case ["figure", name, value, unit, *aim]:
            return Line(script, name, value, unit, " ".join(aim))
        case ["ratio", name, value, *aim]:
            return Line(script, name, value, "ratio", " ".join(aim))
    return None


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Stopped.")
