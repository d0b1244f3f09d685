"""Tests of function: unit, side, and the best of the trials."""

import pytest

from apps.pain_tests.models import FunctionTest
from tests.factories.measuring import function_test_body

from .conftest import FUNCTION, faults, reasons

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("L4")]

WALK = {"kind": "six_minute_walk", "unit": "m", "side": None}
STAND = {"kind": "chair_stand_30_s", "unit": "stands", "side": None}
RISE = {"kind": "chair_stand_5_times", "unit": "s", "side": None}
KNEE = {"kind": "knee_extension_force", "unit": "N"}
ELBOW = {"kind": "elbow_flexion_force", "unit": "N", "side": "left"}
MOTION = {
    "kind": "range_of_motion",
    "unit": "degrees",
    "side": None,
    "movement": "neck rotation",
}
GRIP = {"kind": "grip_force", "unit": "N"}


def send(lab, **fields):
    return lab.post(function_test_body(lab.patient, **fields), to=FUNCTION)


@pytest.mark.parametrize(
    ("said", "trials", "best"),
    [
        (GRIP, [201.5, 222.25, 218], 222.25),
        (WALK, [512.4], 512.4),
        (STAND, [0], 0),
        (RISE, [14.2], 14.2),
        (KNEE, [401, None, 100 / 3], 401),
        (ELBOW, [99, 98, 97], 99),
        (MOTION, [-10, -4.5, -7], -4.5),
    ],
)
def test_the_result_is_the_best_of_the_trials(lab, said, trials, best):
    answer = send(lab, **said, trials=trials)

    found = answer.json()
    assert answer.status_code == 201
    assert (found["best"], found["unit"]) == (best, said["unit"])
    assert found["trials"] == trials
    assert (found["side"], found["movement"]) == (
        said.get("side", "right"),
        said.get("movement"),
    )
    assert lab.stored(FunctionTest)[0].best == best


def test_without_a_value_there_is_no_result_but_a_reason(lab):
    found = send(lab, trials=[None, None]).json()

    assert found["best"] is None
    assert reasons(found) == ["function_test.no_trial"]


def test_fewer_trials_than_planned_are_marked(lab):
    found = send(lab, trials=[201.5, None]).json()

    assert found["best"] == 201.5
    assert reasons(found, "deviations") == ["function_test.trials_missing"]


@pytest.mark.parametrize(
    ("said", "pointer", "code"),
    [
        ({"unit": "kg"}, "", "impossible"),
        ({"side": None}, "", "impossible"),
        ({**WALK, "trials": [500], "side": "left"}, "", "impossible"),
        ({**WALK, "trials": [1200.5]}, "", "impossible"),
        ({**WALK, "trials": [500, 510]}, "", "impossible"),
        ({**STAND, "trials": [12.5]}, "", "impossible"),
        ({**MOTION, "movement": None}, "", "impossible"),
        ({"trials": []}, "/trials", "min_length"),
        ({"trials": ["201"]}, "/trials/0", "invalid"),
        ({"trials": [True]}, "/trials/0", "invalid"),
        ({"kind": "jump"}, "/kind", "invalid_choice"),
    ],
)
def test_what_a_test_cannot_give_is_refused(lab, said, pointer, code):
    answer = send(lab, **said)

    assert faults(answer) == [(pointer, code)]
    assert lab.counts() == [0, 0, 0]


def test_a_correction_finds_the_best_anew(lab):
    found = send(lab).json()

    corrected = lab.patch(f"{FUNCTION}{found['id']}/", trials=[201.5, 22.25, 218])

    assert corrected.json()["best"] == 218
    (version,) = lab.client.get(f"{FUNCTION}{found['id']}/versions/").json()
    assert version["content"]["best"] == 222.25


def test_a_list_is_filtered_by_kind(lab):
    walk = send(lab, **WALK, trials=[512]).json()
    send(lab)

    found = lab.client.get(FUNCTION, {"kind": "six_minute_walk"}).json()["results"]

    assert [each["id"] for each in found] == [walk["id"]]
    assert lab.client.get(FUNCTION, {"kind": "jump"}).status_code == 400
