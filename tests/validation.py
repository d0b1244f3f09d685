"""Pytest plugin behind ``make validation``: requirement, its tests, their result.

Only tests that carry ``@pytest.mark.requirement`` run. A requirement is met if at least
one of its tests passed and none failed; one without a result is not. The document says
nothing that differs between two runs of the same code, so it can be compared.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "docs/requirements.txt"
BEGUN = "# begun:"
RANK = ("failed", "passed", "skipped")
INTRODUCTION = """\
# Validation

Which tests prove which requirement, and how they ended. Made by `make validation`; the
tests run against a real PostgreSQL, broker, worker, SMTP server and browser. A
requirement is met if at least one of its tests passed and none failed.
"""


@dataclass
class Requirement:
    """A requirement and how often each of its tests ended how."""

    text: str
    tests: dict[str, Counter[str]] = field(default_factory=dict)

    def note(self, test: str, outcome: str) -> None:
        """Count one run of a test."""
        self.tests.setdefault(test, Counter())[outcome] += 1

    @property
    def counts(self) -> Counter[str]:
        """How many runs ended how."""
        return sum(self.tests.values(), Counter())

    @property
    def is_met(self) -> bool:
        """Whether something proved it and nothing spoke against it."""
        return self.counts["passed"] > 0 and self.counts["failed"] == 0

    @property
    def result(self) -> str:
        """Say so in two words."""
        return "met" if self.is_met else "NOT MET"


def requirements() -> dict[str, Requirement]:
    """Return the requirements that are claimed, by id, in the order of the list."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    named = (line.split(maxsplit=1) for line in lines if line and line[0] != "#")
    return {key: Requirement(text) for key, text in named}


def begun() -> set[str]:
    """Return the ids of what is not claimed yet."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return {line.split()[2] for line in lines if line.startswith(BEGUN)}


class Validation:
    """Collects the results of a run and writes them down at its end."""

    def __init__(self, document: Path) -> None:
        self._document = document
        self._found = requirements()
        self._begun = begun()

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Keep the tests with the mark and let their reports carry its ids."""
        kept = []
        for item in items:
            ids = {
                key for mark in item.iter_markers("requirement") for key in mark.args
            }
            if ids:
                item.user_properties.append(("requirements", sorted(ids)))
                kept.append(item)
        config.hook.pytest_deselected(
            items=[each for each in items if each not in kept]
        )
        items[:] = kept

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the test itself, and whatever failed or was skipped before or after."""
        if report.when != "call" and report.outcome == "passed":
            return
        test = report.nodeid.partition("[")[0]
        for key in dict(report.user_properties).get("requirements", ()):
            if key not in self._begun:
                self._found.setdefault(key, Requirement("not in the list")).note(
                    test, report.outcome
                )

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, exitstatus: int
    ) -> None:
        """Print the table and write the document, unless the run was broken off."""
        terminalreporter.section("validation")
        for key, each in self._found.items():
            terminalreporter.write_line(
                f"{key:<4} {each.result:<8} {_counted(each.counts):<24} {each.text}"
            )
        met = sum(each.is_met for each in self._found.values())
        terminalreporter.write_line(f"\n{met} of {len(self._found)} met")
        if exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            terminalreporter.write_line("Broken off: nothing is written.")
            return
        self._document.parent.mkdir(parents=True, exist_ok=True)
        self._document.write_text(document(self._found), encoding="utf-8")
        terminalreporter.write_line(f"Written to {self._document}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Let the run fail if a requirement is not met."""
        if session.exitstatus == pytest.ExitCode.OK and not all(
            each.is_met for each in self._found.values()
        ):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def document(found: dict[str, Requirement]) -> str:
    """Return the results as a page of Markdown."""
    lines = [INTRODUCTION, "| id | requirement | tests | result |", "|---|---|---|---|"]
    lines += [
        f"| {key} | {each.text} | {len(each.tests)} | {each.result} |"
        for key, each in found.items()
    ]
    for key, each in found.items():
        lines += ["", f"## {key}", "", each.text, ""]
        lines += [
            f"- `{test}`: {_counted(counts)}"
            for test, counts in sorted(each.tests.items())
        ]
    return "\n".join(lines) + "\n"


def _counted(counts: Counter[str]) -> str:
    return (
        ", ".join(f"{counts[each]} {each}" for each in RANK if counts[each]) or "none"
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add where the document goes."""
    parser.addoption("--validation", type=Path, default=ROOT / "docs/validation.md")


def pytest_configure(config: pytest.Config) -> None:
    """Collect marks everywhere; count only where all reports come together."""
    config.pluginmanager.register(Validation(config.getoption("--validation")))
