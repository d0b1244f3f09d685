"""Orders of P50 calibrations: drawn here, kept with their seed, named by one test."""

import uuid

import pytest
from django.db import DatabaseError, transaction

from apps.clinical.pain_tests.order import p50_order
from apps.pain_tests.models import P50Order
from tests.factories import measuring
from tests.factories.measuring import order_body, p50_body
from tests.factories.people import api_client, make_patient

from .conftest import ORDERS, PAIN, faults

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("K1")]


def test_an_order_is_drawn_from_its_seed_and_kept(lab):
    answer = lab.post(order_body(lab.patient), to=ORDERS)

    order = answer.json()
    again = p50_order(threshold_kpa=150, maximum_kpa=350, seed=order["seed"])
    assert answer.status_code == 201
    assert (order["threshold_kpa"], order["maximum_kpa"]) == (150, 350)
    assert order["pressures_kpa"] == [150, 200, 250, 300, 350]
    assert order["series_kpa"] == [list(series) for series in again.series_kpa]
    assert order["method"] == "sha256-sort-1"
    assert order["made_by"] == str(lab.assessor.public_id)
    assert lab.client.get(f"{ORDERS}{order['id']}/").json() == order


def test_asked_again_it_is_the_same_order(lab):
    body = order_body(lab.patient, id=str(uuid.uuid4()))

    first, again = (lab.post(body, to=ORDERS) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = lab.post(body | {"steps": body["steps"][:-1]}, to=ORDERS)
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")
    assert len(lab.stored(P50Order)) == 1


def test_two_orders_have_seeds_of_their_own(lab):
    seeds = {
        lab.post(order_body(lab.patient), to=ORDERS).json()["seed"] for _ in range(5)
    }

    assert len(seeds) == 5


def test_both_ends_of_the_range_will_do(lab):
    body = order_body(lab.patient, threshold_kpa=150.5, maximum_kpa=350)
    del body["steps"]

    order = lab.post(body, to=ORDERS).json()

    assert order["pressures_kpa"] == [151, 200, 250, 300, 350]
    assert order["threshold_kpa"] == 150.5


def steps(*pairs):
    return {"steps": [{"kpa": kpa, "vas_mm": vas_mm} for kpa, vas_mm in pairs]}


@pytest.mark.parametrize(
    ("said", "pointer", "code"),
    [
        (steps((50, 0), (100, 0)), "/steps", "nothing_felt"),
        (steps((50, 1), (100, 60)), "/steps", "no_maximum"),
        (steps((50, 61)), "/steps", "no_range"),
        (steps((100, 0), (50, 61)), "/steps", "impossible"),
        (steps((50, 101)), "/steps/0/vas_mm", "max_value"),
        (steps((50, 1), (100, 61)) | {"maximum_kpa": 350}, "", "contradiction"),
        ({"steps": None, "threshold_kpa": 150}, "", "required"),
        (
            {"steps": None, "threshold_kpa": 150, "maximum_kpa": 153.9},
            "/maximum_kpa",
            "impossible",
        ),
    ],
)
def test_without_a_range_there_is_no_order(lab, said, pointer, code):
    answer = lab.post(order_body(lab.patient, **said), to=ORDERS)

    assert faults(answer) == [(pointer, code)]
    assert lab.counts() == [0, 0, 0]


def test_an_order_never_changes(lab):
    lab.order()

    with pytest.raises(DatabaseError), transaction.atomic():
        P50Order.objects.update(seed=1)


def test_an_order_serves_one_test(lab):
    order = lab.order()
    first = lab.recorded(p50=p50_body(order))

    again = lab.post(lab.visit(p50=p50_body(order)))

    assert faults(again) == [("/p50/order", "used")]
    assert len(lab.stored()) == 1
    lab.post({"reason": "wrong day"}, to=f"{PAIN}{first['id']}/void/")
    assert lab.recorded(p50=p50_body(order))["p50_kpa"] == first["p50_kpa"]


@pytest.mark.parametrize("whose", ["nobody", "another"])
def test_an_order_is_the_patients_own(lab, whose):
    other = make_patient(lab.clinic, therapist=lab.therapist)
    order = uuid.uuid4()
    if whose == "another":
        order = measuring.make_order(
            other, by=lab.assessor, now=other.created_at
        ).public_id

    answer = lab.post(lab.visit(p50=p50_body(str(order))))

    assert faults(answer) == [("/p50/order", "not_found")]
    assert lab.stored() == []


@pytest.mark.parametrize("name", ["threshold_kpa", "maximum_kpa"])
def test_the_range_of_a_test_is_that_of_its_order(lab, name):
    order = lab.order()

    answer = lab.post(lab.visit(p50=p50_body(order) | {name: 200}))

    assert faults(answer) == [(f"/p50/{name}", "other_order")]
    left_out = p50_body(order, threshold_kpa=None, maximum_kpa=None)
    assert lab.recorded(p50=left_out)["p50_kpa"] == pytest.approx(293.75, abs=5e-3)


def test_the_measured_pressures_count_and_not_the_planned_ones(lab):
    order = lab.order()
    body = p50_body(order)
    measured = [each | {"kpa": each["kpa"] + 2.5} for each in body["ratings"]]

    found = lab.recorded(p50=body | {"ratings": measured})

    assert found["p50_kpa"] == pytest.approx(296.25, abs=5e-3)


def test_a_therapist_makes_orders_too_and_a_patient_does_not(lab):
    body = order_body(lab.patient)

    assert lab.post(body, to=ORDERS, by=api_client(lab.therapist)).status_code == 201
    assert lab.post(body, to=ORDERS, by=api_client(lab.patient.user)).status_code == 403
    assert len(lab.stored(P50Order)) == 1
