"""Twenty simulated patients against an independent implementation.

The data hold inputs and the reference's numbers for 30 sessions each. T2 is not
compared: the reference has no path that fires at once. Its T3 ignores the soreness
filter; in these patients both agree.
"""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from apps.clinical.flare.inputs import Location, PatientHistory

from .flare_builders import FIRST, LATER, POLICY, judge_history, run_in, visit

pytestmark = pytest.mark.requirement("F1")

PATIENTS = json.loads(
    (Path(__file__).parent / "data" / "flare_reference.json").read_text()
)
COMPARED = {"T1", "T3", "T4_WATCH", "T4_ALERT", "T5_GATE", "T5_ALERT"}


def history_of(patient):
    visits = []
    for number, row in enumerate(patient["sessions"], start=1):
        place = Location.ONLY_TRAINED if row["only_trained"] else Location.USUAL
        visits.append(
            visit(
                number,
                pre=row["pre"],
                post=row["post"],
                h24=row["h24"],
                h48=row["h48"],
                novel=row["novel"],
                answers_h24={"location": place} if row["h24"] is not None else None,
                answers_h48={"location": place} if row["h48"] is not None else None,
            )
        )
    before = run_in(patient["run_in"], last_day=FIRST - timedelta(days=1))
    return PatientHistory(run_in=before, sessions=tuple(visits))


@pytest.mark.parametrize("patient", PATIENTS, ids=range(len(PATIENTS)))
def test_judge_history_agrees_with_the_reference(patient):
    judgement = judge_history(history_of(patient), policy=POLICY, now=LATER)

    for verdict, row in zip(judgement.verdicts, patient["sessions"], strict=True):
        expected = row["expected"]
        assert {
            "ref": verdict.ref_mm,
            "sig": verdict.sig_mm,
            "d24": verdict.d24_mm,
            "d48": verdict.d48_mm,
            "response": verdict.response_mm,
        } == {
            name: None if value is None else pytest.approx(value, abs=1e-6)
            for name, value in expected.items()
            if name != "tiers"
        }
        assert [tier for tier in verdict.tiers if tier in COMPARED] == expected["tiers"]
