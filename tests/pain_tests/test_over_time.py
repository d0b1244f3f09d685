"""Tests over time: each visit beside the first and the one before."""

import pytest

from apps.audit.models import AuditEvent
from apps.audit.services import LOOK
from tests.factories import measuring
from tests.factories.people import (
    api_client,
    make_clinic,
    make_patient,
    make_therapist,
)

from .conftest import FUNCTION, PAIN, faults

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("K1")]
URL = f"{PAIN}over-time/"


def get(lab, *, by=None, patient=None):
    patient = patient or lab.patient
    client = by or lab.client
    return client.get(URL, {"patient": str(patient.public_id)})


def at(day):
    return f"2026-03-{day:02}T10:00:00+01:00"


def thresholds(more_kpa):
    return [one | {"kpa": one["kpa"] + more_kpa} for one in measuring.ppt_body()]


def told(changes):
    return {one["measure"]: (one["difference"], one["percent"]) for one in changes}


def test_each_visit_stands_beside_the_first_and_the_one_before(lab):
    for day, more_kpa, newtons in ((3, 0, 300), (4, 15, 330), (5, 7.5, 270)):
        lab.recorded(
            tested_at=at(day),
            last_analgesic_at="2026-02-20T08:00:00+01:00",
            ppt=thresholds(more_kpa),
            mvc_n=[newtons] * 3,
        )

    first, second, third = get(lab).json()["pain_tests"]

    assert (first["from_first"], first["from_previous"]) == ([], [])
    # 15 of 187.5 kPa are 8 %; 30 of 300 N are 10 %.
    assert told(second["from_first"]) == {
        "ppt_average_kpa": (15.0, 8.0),
        "mvc_n": (30.0, 10.0),
    }
    assert second["from_first"] == second["from_previous"]
    assert told(third["from_first"]) == {
        "ppt_average_kpa": (7.5, 4.0),
        "mvc_n": (-30.0, -10.0),
    }
    assert told(third["from_previous"])["mvc_n"] == (
        -60.0,
        pytest.approx(-18.181818, abs=1e-6),
    )
    assert [one["cautions"] for one in third["from_first"]] == [[], []]


def test_a_missing_trial_another_device_and_a_noisy_measure_are_told(lab):
    ready = {"last_analgesic_at": "2026-02-20T08:00:00+01:00"}
    lab.recorded(tested_at=at(3), mvc_n=[300] * 3, eih=measuring.eih_body(), **ready)
    lab.recorded(
        tested_at=at(4),
        mvc_n=[300, None, 310],
        eih=measuring.eih_body(),
        device="Algometer 4",
        **ready,
    )

    _, later = get(lab).json()["pain_tests"]

    cautions = {
        one["measure"]: [each["key"] for each in one["cautions"]]
        for one in later["from_previous"]
    }
    assert cautions == {
        "mvc_n": ["comparison.other_device", "comparison.marked"],
        "eih_score": ["comparison.other_device", "comparison.noisy"],
    }


def test_cpm_with_another_conditioning_is_refused_with_the_reason(lab):
    ready = {"last_analgesic_at": "2026-02-20T08:00:00+01:00"}
    lab.recorded(tested_at=at(3), cpm=measuring.cpm_body(), **ready)
    cuff = {"kind": "cuff", "pressure_kpa": 20}
    lab.recorded(tested_at=at(4), cpm=measuring.cpm_body(conditioning=cuff), **ready)

    (change,) = get(lab).json()["pain_tests"][1]["from_first"]

    assert (change["measure"], change["difference"]) == ("cpm_percent", None)
    assert [each["key"] for each in change["refusals"]] == [
        "comparison.other_procedure"
    ]


def test_the_p50_of_two_visits_compares_by_its_degree(lab):
    ready = {"last_analgesic_at": "2026-02-20T08:00:00+01:00"}
    for day in (3, 4):
        lab.recorded(tested_at=at(day), p50=measuring.p50_body(lab.order()), **ready)

    _, later = get(lab).json()["pain_tests"]

    assert told(later["from_first"]) == {"p50_kpa": (0.0, 0.0)}


def test_a_void_visit_is_left_out(lab):
    ready = {"last_analgesic_at": "2026-02-20T08:00:00+01:00", "mvc_n": [300] * 3}
    first = lab.recorded(tested_at=at(3), **ready)
    second = lab.recorded(tested_at=at(4), **ready)
    lab.post({"reason": "Another patient"}, to=f"{PAIN}{first['id']}/void/")

    (only,) = get(lab).json()["pain_tests"]

    assert only["id"] == second["id"]
    assert only["from_first"] == []


def test_tests_of_function_compare_within_kind_and_side(lab):
    for day, side, trials in (
        (3, "right", [200, 210, 205]),
        (4, "left", [150, 150, 150]),
        (5, "right", [231, 220, 225]),
    ):
        body = measuring.function_test_body(
            lab.patient, tested_at=at(day), side=side, trials=trials
        )
        assert lab.post(body, to=FUNCTION).status_code == 201

    left, first, second = get(lab).json()["function_tests"]

    assert (left["side"], left["from_first"]) == ("left", None)
    assert (first["best"], first["from_first"]) == (210.0, None)
    assert second["from_first"] == {"difference": 21.0, "is_better": True}
    assert second["from_previous"] == second["from_first"]


def test_without_a_patient_the_question_is_refused(lab):
    assert faults(lab.client.get(URL)) == [("/patient", "required")]


def test_strangers_and_fellows_learn_nothing(lab):
    lab.recorded(mvc_n=[300] * 3)
    stranger = api_client(make_therapist(make_clinic(name="Another")))
    fellow = api_client(make_patient(lab.clinic, therapist=lab.therapist).user)

    assert get(lab, by=stranger).status_code == 404
    assert get(lab, by=fellow).status_code == 404
    assert get(lab, by=api_client(None)).status_code == 401
    assert not AuditEvent.objects.filter(action=LOOK).exists()


def test_a_look_is_noted_and_queries_do_not_grow(lab, django_assert_max_num_queries):
    ready = {"last_analgesic_at": "2026-02-20T08:00:00+01:00", "mvc_n": [300] * 3}
    lab.recorded(tested_at=at(3), **ready)
    assert get(lab).status_code == 200
    assert AuditEvent.objects.filter(action=LOOK, actor_id=lab.assessor.pk).exists()
    with django_assert_max_num_queries(30) as few:
        get(lab)
    count = len(few)
    lab.recorded(tested_at=at(4), **ready)
    lab.recorded(tested_at=at(5), **ready)

    with django_assert_max_num_queries(count):
        get(lab)
