"""Who may import whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLINICAL = sorted((ROOT / "apps/clinical").rglob("*.py"))


def test_imports_keep_to_the_floors():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]

    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert result.returncode == 0, result.stdout[-6000:]


@pytest.mark.parametrize(
    "module", CLINICAL, ids=lambda path: str(path.relative_to(ROOT))
)
def test_clinical_rules_import_the_standard_library_alone(module):
    tree = ast.parse(module.read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            whole = node.module or ""
            if not whole.startswith("apps.clinical"):
                imported.add(whole.partition(".")[0])

    assert imported - sys.stdlib_module_names == set()


@pytest.mark.parametrize(
    "module", CLINICAL, ids=lambda path: str(path.relative_to(ROOT))
)
def test_clinical_rules_read_no_clock_and_no_chance(module):
    tree = ast.parse(module.read_text(encoding="utf-8"))
    called = {
        ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)
    }
    forbidden = {"datetime.now", "datetime.today", "date.today", "time.time", "open"}

    assert called & forbidden == set()
    assert not [name for name in called if name.startswith("random.")]
