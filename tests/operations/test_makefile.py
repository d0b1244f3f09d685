"""``make`` tells a person without the right Python what to type."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with just what make needs to get as far as asking for Python."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    return folder


def fake_python(folder: Path, *, version: str, missing: str = "nothing") -> Path:
    """Write a stand-in for Python that knows its version and lacks a module."""
    path = folder / "fake-python"
    is_old = version < "3.11"
    path.write_text(
        "#!/bin/sh\n"
        'case "$2" in\n'
        f"*version_info?:2*) echo {version} ;;\n"
        f"*version_info*) exit {int(is_old)} ;;\n"
        f"*{missing}*) exit 1 ;;\n"
        "*) exit 0 ;;\n"
        "esac\n"
    )
    path.chmod(0o755)
    return path


def make(checkout: Path, target: str, *, python: str) -> subprocess.CompletedProcess:
    env = {
        name: value
        for name, value in os.environ.items()
        # This may run below a make, whose flags would reach ours.
        if not name.startswith("MAKE") and name != "MFLAGS"
    }
    return subprocess.run(
        ["make", target, f"PYTHON={python}"],
        cwd=checkout,
        env=env,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("target", ["demo", "test"])
def test_make_says_that_python_is_too_old(checkout, target):
    python = fake_python(checkout, version="3.10")

    result = make(checkout, target, python=str(python))

    assert result.returncode != 0
    assert f"{python} is Python 3.10. EIHtrack needs Python 3.11" in result.stderr
    assert f"make {target} PYTHON=/path/to/python3.11" in result.stderr
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_make_says_which_package_brings_venv(checkout, module):
    python = fake_python(checkout, version="3.12", missing=module)

    result = make(checkout, "demo", python=str(python))

    assert result.returncode != 0
    assert "Debian, Ubuntu: apt-get install python3.12-venv" in result.stderr


def test_make_says_that_there_is_no_such_python(checkout):
    result = make(checkout, "demo", python="python-that-is-not-there")

    assert result.returncode != 0
    assert "python-that-is-not-there was not found" in result.stderr


def test_make_alone_lists_what_can_be_made(checkout):
    result = make(checkout, "help", python="python3")

    assert result.returncode == 0
    assert "make demo" in result.stdout
    assert "make test-all" in result.stdout
