"""``make mutants``: change the clinical rules in small ways and see the tests notice.

mutmut makes the changes, in a copy under ``build/mutants``, and runs for each the tests
that reach the changed function. Whatever they did not notice must be explained in
``docs/mutants.md``, change by change; an explanation that fits nothing is refused too.

Inside the copy this module is a plugin of pytest, which puts the tests in order.
"""

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RULES = Path("apps/clinical")
TESTS = Path("tests/clinical")
COPY = ROOT / "build/mutants"
EXPLANATIONS = ROOT / "docs/mutants.md"
# Hundreds of patients would take a minute for each mutant.
LEFT_OUT = ("__pycache__", "flare_*.jsonl", "test_flare_differential.py")
# They spoil and read each instrument hundreds of times, ten seconds for each mutant.
SLOW_TESTS = "test_any_change_of_a_file_is_noticed"
FIRST_TESTS = ("test_flare_golden", "test_questionnaire_parsing")
MIN_SHARE_PCT = 95
KILLED = {1, 3}
TIMEOUT = {-24, 24, 36, 152, 255}
COLUMNS = "{:<33}{:>8}{:>8}{:>10}{:>9}{:>11}{:>8}"


@dataclass(frozen=True)
class Change:
    """One mutant, named by what it changes, so that the name outlives numbers."""

    module: str
    function: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        body = "\n".join(self.lines)
        return f"## {self.module}\n\n### {self.function}\n\n```diff\n{body}\n```\n"


@dataclass
class Tally:
    """What became of the mutants of one module."""

    killed: int = 0
    timeout: int = 0
    survived: int = 0
    explained: int = 0
    unexplained: list[Change] = field(default_factory=list)

    @property
    def mutants(self) -> int:
        """How many there were."""
        return self.killed + self.timeout + self.survived

    @property
    def share_pct(self) -> float:
        """How many of them a failing test killed; a timeout is not one of these."""
        return 100 * self.killed / self.mutants if self.mutants else 100.0

    def row(self, name: str) -> str:
        """Return the line of the table."""
        return COLUMNS.format(
            name,
            self.mutants,
            self.killed,
            self.survived,
            self.timeout,
            self.explained,
            f"{self.share_pct:.1f} %",
        )


def main() -> int:
    """Run mutmut on a fresh copy, print the table, and return 1 if it falls short."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", default="2", help="mutants tested at a time")
    parser.add_argument("--keep", action="store_true", help="read the last run again")
    options = parser.parse_args()
    if not options.keep:
        make_copy()
        run_mutmut(children=options.children)
        # A machine that stood still looks like an endless loop: ask those again.
        if endless := [key for key, code in exit_codes().items() if code in TIMEOUT]:
            run_mutmut(*endless, children=options.children)
    return report(explanations(EXPLANATIONS.read_text(encoding="utf-8")))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what notices most changes, and leave out what is slow."""
    items[:] = sorted(
        (item for item in items if SLOW_TESTS not in item.nodeid),
        key=lambda item: (
            not any(name in item.nodeid for name in FIRST_TESTS),
            item.nodeid,
        ),
    )


def make_copy() -> None:
    """Copy the rules and their tests to where they may be spoiled."""
    shutil.rmtree(COPY, ignore_errors=True)
    for folder in (RULES, TESTS):
        shutil.copytree(
            ROOT / folder,
            COPY / folder,
            ignore=shutil.ignore_patterns(*LEFT_OUT),
        )
    for module in (COPY / RULES).rglob("*.py"):
        source = module.read_text(encoding="utf-8")
        module.write_text(without_property_decorators(source), encoding="utf-8")
    shutil.copy(ROOT / "tests/mutants.toml", COPY / "pyproject.toml")
    shutil.copy(__file__, COPY / "tests")


def without_property_decorators(source: str) -> str:
    """Return the module with properties in the form that mutmut can change.

    It leaves decorated functions alone, and much of the rules stands in properties.
    """
    properties = [
        one
        for one in ast.walk(ast.parse(source))
        if isinstance(one, ast.FunctionDef)
        and [ast.unparse(each) for each in one.decorator_list] == ["property"]
    ]
    lines = source.splitlines()
    for one in sorted(properties, key=lambda one: one.lineno, reverse=True):
        indent = " " * one.col_offset
        lines.insert(one.end_lineno, f"{indent}{one.name} = property({one.name})")
        del lines[one.decorator_list[0].lineno - 1]
    return "\n".join(lines) + "\n"


def run_mutmut(*names: str, children: str) -> None:
    """Test the mutants of these names, or all; unless watched, mutmut writes a log."""
    # Plugins of the whole suite would ask for Django; a fixed order of tests repeats.
    environment = os.environ | {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": "",
        "PYTHONHASHSEED": "0",
    }
    command = [Path(sys.executable).parent / "mutmut", "run", "--max-children"]
    what = f"{len(names)} changes again" if names else "every change, long"
    print(f"Testing {what}, in {COPY}", flush=True)
    with (COPY / "mutmut.log").open("a") as log:
        result = subprocess.run(
            [*command, children, *names],
            cwd=COPY,
            env=environment,
            stdout=None if sys.stdout.isatty() else log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if result.returncode != 0:
        sys.exit(f"mutmut failed; see {COPY / 'mutmut.log'}")


def exit_codes() -> dict[str, int | None]:
    """Return the exit code of the tests of each mutant, None if they did not run."""
    codes: dict[str, int | None] = {}
    for results in _results():
        codes |= _codes(results)
    return codes


def outcomes() -> Iterator[tuple[Change, int]]:
    """Return every mutant with the exit code of its tests."""
    folder = COPY / "mutants" / RULES
    for results in _results():
        codes = _codes(results)
        mutated = results.with_suffix("")
        bodies = _bodies(mutated.read_text(encoding="utf-8"))
        for key, code in codes.items():
            if code is None:
                sys.exit(f"mutmut did not get as far as {key}.")
            name = key.rpartition(".")[2]
            mangled = name.rpartition("__mutmut_")[0]
            diff = unified_diff(
                bodies[f"{mangled}__mutmut_orig"], bodies[name], n=0, lineterm=""
            )
            yield (
                Change(
                    module=str(mutated.relative_to(folder)),
                    function=_readable(mangled),
                    lines=tuple(_changed(diff)),
                ),
                code,
            )


def _results() -> list[Path]:
    return sorted((COPY / "mutants" / RULES).rglob("*.py.meta"))


def _codes(results: Path) -> dict[str, int | None]:
    return json.loads(results.read_text(encoding="utf-8"))["exit_code_by_key"]


def _bodies(source: str) -> dict[str, list[str]]:
    """Return the lines below the name of each function that mutmut wrote."""
    lines = source.splitlines()
    return {
        one.name: [_unnamed(line) for line in lines[one.lineno - 1 : one.end_lineno]]
        for one in ast.walk(ast.parse(source))
        if isinstance(one, ast.FunctionDef) and "__mutmut_" in one.name
    }


def _unnamed(line: str) -> str:
    return re.sub(r"\bx\S*__mutmut_\w+", "_", line)


def _readable(mangled: str) -> str:
    """Return ``Class.method`` or ``function`` for mutmut's name of it."""
    _, *names = mangled.split("ǁ")
    return ".".join(names) or mangled.removeprefix("x_")


def _changed(diff: Iterator[str]) -> Iterator[str]:
    for line in diff:
        if not line.startswith(("---", "+++", "@@")):
            yield f"{line[0]} {line[1:].strip()}"


def explanations(text: str) -> Counter[Change]:
    """Return the changes that the document explains.

    Below a module (``##``) and a function (``###``), each block of code is one change,
    and the paragraph after one or more blocks says why no test can tell them apart.
    """
    found: Counter[Change] = Counter()
    module = function = ""
    block: list[str] | None = None
    open_blocks = 0
    for line in text.splitlines():
        if block is not None and line != "```":
            block.append(line)
        elif block is not None:
            found[Change(module, function, tuple(block))] += 1
            block, open_blocks = None, open_blocks + 1
        elif line == "```diff":
            block = []
        elif line.startswith("#"):
            if open_blocks:
                sys.exit(f"{EXPLANATIONS.name}: no reason given in {function}.")
            level, _, title = line.partition(" ")
            module = title if level == "##" else module
            function = title if level == "###" else function
        elif line:
            open_blocks = 0
    if open_blocks:
        sys.exit(f"{EXPLANATIONS.name}: no reason given in {function}.")
    return found


def report(explained: Counter[Change]) -> int:
    """Print the table and what is missing; return 1 if anything is."""
    left = explained.copy()
    tallies: dict[str, Tally] = {}
    for change, code in outcomes():
        tally = tallies.setdefault(change.module, Tally())
        if code in KILLED:
            tally.killed += 1
            continue
        tally.timeout += code in TIMEOUT
        tally.survived += code not in TIMEOUT
        if left[change] > 0:
            left[change] -= 1
            tally.explained += 1
        elif code not in TIMEOUT:
            tally.unexplained.append(change)
    whole = _sum(tallies.values())
    print(
        COLUMNS.format(
            "module", "mutants", "killed", "survived", "timeout", "explained", "share"
        )
    )
    for name, tally in [*tallies.items(), ("all", whole)]:
        print(tally.row(name))
    return _verdict(whole, stale=list(left.elements()))


def _sum(tallies: Iterator[Tally]) -> Tally:
    whole = Tally()
    for one in tallies:
        whole.killed += one.killed
        whole.timeout += one.timeout
        whole.survived += one.survived
        whole.explained += one.explained
        whole.unexplained += one.unexplained
    return whole


def _verdict(whole: Tally, *, stale: list[Change]) -> int:
    if whole.unexplained:
        print(f"\n{len(whole.unexplained)} that no test noticed and nobody explained:")
    for change in whole.unexplained:
        print(f"\n{change}", end="")
    if stale:
        print(f"\n{len(stale)} explained that were killed or are not there:")
    for change in stale:
        print(f"\n{change}", end="")
    is_enough = whole.mutants > 0 and whole.share_pct >= MIN_SHARE_PCT
    if not is_enough:
        print(f"\nFewer than {MIN_SHARE_PCT} % were killed.")
    return 0 if is_enough and not whole.unexplained and not stale else 1


if __name__ == "__main__":
    sys.exit(main())
