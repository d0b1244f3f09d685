"""Washout and blood pressure: questions, and going on with a reason."""

import pytest

from apps.audit.models import AuditEvent
from tests.factories.measuring import ppt_body

from .conftest import faults, reasons

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("K1")]

# The test is on 5 March at 09:00 UTC.
OPEN = [
    pytest.param(
        {"last_analgesic_at": None}, "/last_analgesic_at", "dose_unknown", id="not told"
    ),
    pytest.param(
        {"last_analgesic_at": "2026-03-03T09:00:01Z"},
        "/last_analgesic_at",
        "dose_too_recent",
        id="a second less than 48 h",
    ),
    pytest.param(
        {"no_hypnotic": False, "last_hypnotic_at": "2026-03-04T22:00:00Z"},
        "/last_hypnotic_at",
        "dose_too_recent",
        id="a sleeping tablet last night",
    ),
    pytest.param(
        {"last_analgesic_at": "2026-03-02T09:00:01Z", "for_fmri": True},
        "/last_analgesic_at",
        "dose_too_recent",
        id="a second less than 72 h before fMRI",
    ),
    pytest.param(
        {"blood_pressure": None},
        "/blood_pressure",
        "blood_pressure_unknown",
        id="not measured",
    ),
    pytest.param(
        {"blood_pressure": {"systolic": 161, "diastolic": 90}},
        "/blood_pressure",
        "blood_pressure_high",
        id="161/90 by or",
    ),
]
READY = [
    pytest.param({"last_analgesic_at": "2026-03-03T09:00:00Z"}, id="48 h"),
    pytest.param(
        {"last_analgesic_at": "2026-03-02T09:00:00Z", "for_fmri": True}, id="72 h"
    ),
    pytest.param({"blood_pressure": {"systolic": 160, "diastolic": 90}}, id="160/90"),
    pytest.param({"last_analgesic_at": None, "no_analgesic": True}, id="takes none"),
]


@pytest.mark.parametrize(("told", "pointer", "code"), OPEN)
def test_an_open_question_closes_the_door(lab, told, pointer, code):
    answer = lab.post(lab.visit(ppt=ppt_body(), **told))

    assert faults(answer) == [(pointer, code)]
    assert lab.counts() == [0, 0, 0]


@pytest.mark.parametrize(("told", "pointer", "code"), OPEN)
def test_a_reason_opens_it_and_is_kept_and_audited(lab, told, pointer, code):
    found = lab.recorded(ppt=ppt_body(), override_reason=" She came far. ", **told)

    assert reasons(found, "questions") == [f"readiness.{code}"]
    assert found["preparation"]["override_reason"] == "She came far."
    assert found["ppt_average_kpa"] == 187.5
    trail = AuditEvent.objects.get(action="pain_test.override")
    assert trail.actor_id == lab.assessor.pk
    assert trail.detail == {"fields": [pointer[1:]]}


@pytest.mark.parametrize("told", READY)
def test_on_the_limit_nothing_stands_in_the_way(lab, told):
    found = lab.recorded(ppt=ppt_body(), **told)

    assert found["questions"] == []
    assert not AuditEvent.objects.filter(action="pain_test.override").exists()


def test_every_open_question_is_told_at_once(lab):
    told = {"last_analgesic_at": None, "no_hypnotic": False, "blood_pressure": None}

    answer = lab.post(lab.visit(ppt=ppt_body(), **told))

    assert [pointer for pointer, _ in faults(answer)] == [
        "/last_analgesic_at",
        "/last_hypnotic_at",
        "/blood_pressure",
    ]


@pytest.mark.parametrize(
    ("systolic", "diastolic", "is_open"),
    [(160, 90, False), (161, 90, True), (160, 91, True), (161, 91, True)],
)
def test_without_a_rule_a_pressure_above_a_limit_stays_open(
    undecided, systolic, diastolic, is_open
):
    pressure = {"systolic": systolic, "diastolic": diastolic}

    answer = undecided.post(undecided.visit(ppt=ppt_body(), blood_pressure=pressure))

    assert answer.status_code == (400 if is_open else 201)
    if is_open:
        assert faults(answer) == [("/blood_pressure", "blood_pressure_rule_not_set")]


@pytest.mark.parametrize(
    ("told", "pointer", "code"),
    [
        ({"no_analgesic": True}, "", "contradiction"),
        ({"last_analgesic_at": "2026-03-05T09:00:01Z"}, "", "out_of_order"),
        ({"last_analgesic_at": "2026-03-02T09:00:00"}, "/last_analgesic_at", None),
        ({"override_reason": " "}, "/override_reason", "required"),
        (
            {"blood_pressure": {"systolic": 90, "diastolic": 90}},
            "/blood_pressure/diastolic",
            "out_of_order",
        ),
        ({"tested_at": "2026-03-06T12:01:01Z"}, "/tested_at", "in_future"),
    ],
)
def test_what_cannot_be_is_refused_whatever_the_reason(lab, told, pointer, code):
    reason = {"override_reason": "She came far."} | told

    answer = lab.post(lab.visit(ppt=ppt_body(), **reason))

    ((found, rule),) = faults(answer)
    assert found == pointer
    assert code in (None, rule)
    assert lab.counts() == [0, 0, 0]


def test_a_wrong_clock_is_put_right_for_every_time(lab):
    # The tablet is two hours slow.
    found = lab.recorded(
        ppt=ppt_body(),
        sent_at="2026-03-06T10:00:00Z",
        tested_at="2026-03-06T09:00:00Z",
        last_analgesic_at="2026-03-04T09:00:00Z",
    )

    assert found["tested_at"] == "2026-03-06T11:00:00Z"
    assert found["preparation"]["last_analgesic_at"] == "2026-03-04T11:00:00Z"
    assert found["recorded_at"] == "2026-03-06T12:00:00Z"
