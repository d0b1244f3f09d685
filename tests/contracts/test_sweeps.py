"""Sweeps, tasks and nudges speak of each other by name."""

import ast
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings

from eihtrack import beat

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tasks() -> set[str]:
    """Return the names of all our tasks."""
    current_app.loader.import_default_modules()
    current_app.finalize()
    return {name for name in current_app.tasks if not name.startswith("celery.")}


@pytest.mark.requirement("N3")
def test_every_sweep_is_a_task_and_every_task_is_a_sweep(tasks):
    assert tasks == set(settings.SWEEPS)


@pytest.mark.requirement("N3")
def test_beat_runs_every_sweep_at_its_interval():
    beat.app.finalize()
    schedule = beat.app.conf.beat_schedule

    assert {name: entry["schedule"] for name, entry in schedule.items()} == (
        settings.SWEEPS
    )
    assert {name: entry["task"] for name, entry in schedule.items()} == {
        name: name for name in settings.SWEEPS
    }


def test_routed_tasks_exist(tasks):
    assert set(settings.CELERY_TASK_ROUTES) <= tasks


def calls_of(name: str) -> list[tuple[Path, ast.Call]]:
    return [
        (path, node)
        for path in sorted((ROOT / "apps").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(name)
    ]


def constants() -> dict[str, str]:
    """Return every upper-case text constant of the apps by its name."""
    found = {}
    for path in sorted((ROOT / "apps").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            target = None
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                target = node.targets[0].id
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                target = node.target.id
            value = getattr(node, "value", None)
            if target and isinstance(value, ast.Constant) and "." in str(value.value):
                found[target] = value.value
    return found


def test_nudged_names_exist(tasks):
    known = constants()
    nudged = set()
    for path, call in calls_of("nudge_on_commit"):
        (argument,) = call.args
        if isinstance(argument, ast.Constant):
            nudged.add(argument.value)
        else:
            name = ast.unparse(argument).rpartition(".")[2]
            assert name in known, f"{path}: {name} is no text constant"
            nudged.add(known[name])

    assert nudged
    assert nudged <= tasks


def test_tasks_stay_thin():
    too_long = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in sorted((ROOT / "apps").glob("*/tasks.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and len(node.body) > 2
    ]

    assert too_long == []
