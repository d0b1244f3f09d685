"""What no file of the repository may say, and what its documents promise."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FORBIDDEN = {
    "a folder outside": re.compile(r"\.\./" + "shared"),
    "another folder outside": re.compile(r"\.\./" + "reference"),
    "somebody's machine": re.compile(r"/(home|Users|work|root)" + r"/[a-z]"),
    "a registry": re.compile(
        r"(pypi|files\.pythonhosted|registry\.npmjs|index\.docker)" + r"\.(org|io)"
        r"|--(extra-)?index" + r"-url|--trusted" + r"-host"
    ),
    "an unfinished thing": re.compile(r"\b(TO" + r"DO|FIX" + r"ME)\b(?!.*#\d)"),
}
ALLOWED = {
    # A container's own folder, not somebody's machine.
    ("docker", "somebody's machine"),
}


def files() -> list[Path]:
    """Return every file of the repository, also those not yet committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_mentions_what_only_we_know(what):
    found = []
    for path in files():
        if (path.relative_to(ROOT).parts[0], what) in ALLOWED:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if FORBIDDEN[what].search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line[:100]}")

    assert found == []


def test_every_make_command_of_the_documents_is_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    promised = set()
    for document in documents:
        text = document.read_text(encoding="utf-8")
        promised |= set(
            re.findall(r"(?:`|^|\$ )make ([a-z][a-z-]*)", text, re.MULTILINE)
        )

    assert {"demo", "test"} <= promised
    assert promised - targets == set()


def test_every_management_command_of_the_documents_exists():
    commands = {
        path.stem
        for path in (ROOT / "apps").glob("*/management/commands/*.py")
        if path.stem != "__init__"
    }
    django = {"migrate", "check", "createsuperuser", "collectstatic", "shell"}
    promised = set()
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = document.read_text(encoding="utf-8")
        promised |= set(re.findall(r"manage\.py ([a-z_]+)", text))

    assert promised - commands - django == set()


@pytest.mark.parametrize(
    "path",
    sorted(
        path
        for folder in ("apps", "eihtrack")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
    ),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_module_has_at_most_400_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
