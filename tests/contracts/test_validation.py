"""The run behind ``make validation`` tells what was proved and what was not."""

import subprocess
import sys
from pathlib import Path

from tests.validation import ROOT

PROOFS = """
import pytest

@pytest.mark.requirement("A1")
@pytest.mark.parametrize("side", ["left", "right"])
def test_that_passes(side):
    assert side

@pytest.mark.requirement("A1", "A2")
def test_that_fails():
    assert not "proved"

@pytest.mark.requirement("A3")
def test_that_cannot_run():
    pytest.skip("no browser")

@pytest.mark.requirement("A4")
def test_that_passes_too():
    pass

@pytest.mark.requirement("Z9")
def test_of_something_unclaimed():
    pass

def test_of_nothing():
    pass
"""


def validate(folder: Path, proofs: str) -> tuple[int, str]:
    """Run some tests under the plugin; return the exit code and the document."""
    (folder / "test_proofs.py").write_text(proofs)
    ini = folder / "pytest.ini"
    ini.write_text("[pytest]\nmarkers = requirement\n")
    result = subprocess.run(
        [
            sys.executable,
            *("-m", "pytest", "-q", "-p", "no:django", "-p", "no:randomly"),
            *("-p", "tests.validation", "--validation", folder / "validation.md"),
            *("-c", ini, "--rootdir", folder, folder),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    document = folder / "validation.md"
    assert document.exists(), result.stdout + result.stderr
    return result.returncode, document.read_text(encoding="utf-8")


def rows(document: str) -> dict[str, tuple[str, str]]:
    """Return the number of tests and the result, by requirement."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in document.splitlines()
        if line.startswith("| ") and not line.startswith("| id")
    ]
    return {key: (tests, result) for key, _, tests, result in cells}


def test_a_requirement_is_met_by_what_passed_and_by_nothing_else(tmp_path):
    code, document = validate(tmp_path, PROOFS)

    found = rows(document)
    assert code == 1
    assert found["A1"] == ("2", "NOT MET")
    assert found["A2"] == ("1", "NOT MET")
    assert found["A3"] == ("1", "NOT MET")
    assert found["A4"] == ("1", "met")
    assert found["B1"] == ("0", "NOT MET")
    assert found["Z9"] == ("1", "met")
    assert "- `test_proofs.py::test_that_passes`: 2 passed" in document
    assert "- `test_proofs.py::test_that_fails`: 1 failed" in document
    assert "test_of_nothing" not in document


def test_a_run_in_which_every_test_passed_fails_if_something_was_not_proved(tmp_path):
    one = "import pytest\n@pytest.mark.requirement('A1')\ndef test_it():\n    pass\n"

    code, document = validate(tmp_path, one)

    assert code == 1
    assert rows(document)["A1"] == ("1", "met")
    assert rows(document)["A2"] == ("0", "NOT MET")
