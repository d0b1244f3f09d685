"""The shipped templates lie inside the windows that hints are given by."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from apps.clinical.intensity.evidence import Dose, Span, check_dose
from apps.clinical.intensity.evidence_file import Kind, Quantity, Stage
from apps.clinical.intensity.targets import PERCENT, SCORE, Basis, Target

ROOT = Path(__file__).resolve().parents[2]
KINDS = {
    "aerobic_start": Kind.AEROBIC,
    "hiit": Kind.HIIT,
    "mind_body": Kind.MIND_BODY,
    "aquatic": Kind.AQUATIC,
    "resistance_fm_15w": Kind.RESISTANCE,
    "resistance_large_muscle": Kind.RESISTANCE,
}

pytestmark = pytest.mark.requirement("B6")


def template(key):
    path = ROOT / f"apps/programmes/templates_data/{key}.v1.json"
    return json.loads(path.read_text(encoding="utf-8"))


def target(basis, low, high, unit=PERCENT):
    return Target(basis=basis, low=Decimal(low), high=Decimal(high), unit=unit)


def targets_of(phase):
    if phase.get("intensity"):
        share = phase["intensity"]
        yield target(Basis(share["basis"]), share["low_pct"], share["high_pct"])
    if phase.get("rpe"):
        yield target(Basis.RPE, *phase["rpe"], unit=SCORE)
    if phase.get("percent_1rm"):
        yield target(Basis.ONE_RM, phase["percent_1rm"], phase["percent_1rm"])


def amounts_of(phase, *, plan):
    intervals = phase.get("intervals") or {}
    weekly = phase.get("sessions_per_week") or plan["sessions_per_week"]
    sets = phase.get("sets") or plan.get("sets")
    found = {
        Quantity.MINUTES: phase.get("minutes"),
        Quantity.SESSIONS_PER_WEEK: [weekly, weekly],
        Quantity.BOUTS: intervals.get("count"),
        Quantity.BOUT_S: intervals.get("work_s"),
        Quantity.REST_RATIO: intervals.get("rest_ratio"),
        Quantity.SETS: [sets, sets] if sets else None,
        Quantity.REPETITIONS: phase.get("reps"),
    }
    return {
        quantity: Span(low=Decimal(span[0]), high=Decimal(span[1]))
        for quantity, span in found.items()
        if span
    }


@pytest.mark.parametrize("key", KINDS)
def test_a_shipped_template_gets_no_hint(key):
    plan = template(key)

    for phase in plan["phases"]:
        dose = Dose(
            kind=KINDS[key],
            stage=Stage.START if phase["position"] == 1 else Stage.LATER,
            intensity=tuple(targets_of(phase)),
            amounts=amounts_of(phase, plan=plan),
        )
        assert dose.intensity
        checked = check_dose(dose)

        assert [hint.key for hint in checked.hints] == []
        assert checked.not_compared == ()
