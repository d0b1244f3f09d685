"""Retries, corrections, voids and who may: the same for all kinds of record."""

import uuid

import pytest

from apps.context import services
from tests.factories.people import (
    api_client,
    make_clinic,
    make_patient,
    make_therapist,
)
from tests.factories.surroundings import BODIES

from .conftest import MODELS, PATHS, faults

pytestmark = pytest.mark.django_db

CHANGES = {
    services.AGREEMENT: {"confidence": 8},
    services.PHENOTYPE: {"wpi": 12},
    services.CO_INTERVENTION: {"note": "Taken at night."},
    services.ADVERSE_EVENT: {"outcome": "recovering", "ended_on": None},
}
REQUIREMENTS = {
    services.AGREEMENT: pytest.mark.requirement("B5"),
    services.PHENOTYPE: pytest.mark.requirement("B8"),
    services.CO_INTERVENTION: pytest.mark.requirement("B9"),
    services.ADVERSE_EVENT: pytest.mark.requirement("E5"),
}
every_kind = pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=mark, id=kind.name.value)
        for kind, mark in REQUIREMENTS.items()
    ],
)
STAFF_ONLY = (services.PHENOTYPE, services.ADVERSE_EVENT)
for_staff = pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=REQUIREMENTS[kind], id=kind.name.value)
        for kind in STAFF_ONLY
    ],
)


@every_kind
def test_what_is_sent_is_kept_and_told(ward, kind):
    body = ward.body(kind)

    found = ward.entered(kind)

    assert {name: found[name] for name in body} == body
    assert (found["version"], found["voided_at"]) == (1, None)
    assert found["entered_by"] == str(ward.therapist.public_id)
    assert ward.get(f"{PATHS[kind]}{found['id']}/").json() == found
    assert ward.trail(kind) == [f"{kind.name}.record"]


@pytest.mark.requirement("C3")
@every_kind
def test_sent_twice_it_is_recorded_once(ward, kind):
    key = str(uuid.uuid4())

    first, again = (ward.send(kind, id=key) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["id"] == key
    assert sum(ward.counts()) == 1


@pytest.mark.requirement("C3")
@every_kind
def test_another_content_under_the_same_id_is_refused(ward, kind):
    key = str(uuid.uuid4())
    first = ward.entered(kind, id=key)

    answer = ward.send(kind, id=key, **CHANGES[kind])

    assert (answer.status_code, answer.json()["code"]) == (409, "id_reused")
    assert ward.get(f"{PATHS[kind]}{key}/").json() == first
    assert sum(ward.counts()) == 1


@every_kind
def test_an_id_of_another_clinic_is_taken_and_tells_nothing(ward, kind):
    key = str(uuid.uuid4())
    ward.entered(kind, id=key)
    elsewhere = make_clinic()
    stranger = make_therapist(elsewhere)
    theirs = make_patient(elsewhere, therapist=stranger)

    answer = ward.post(PATHS[kind], BODIES[kind](theirs, id=key), by=stranger)

    assert (answer.status_code, answer.json()["code"]) == (409, "id_reused")
    assert str(ward.patient.public_id) not in answer.content.decode()
    assert sum(ward.counts()) == 1


@pytest.mark.requirement("C4")
@every_kind
def test_a_correction_keeps_the_earlier_version(ward, kind):
    found = ward.entered(kind)
    at = f"{PATHS[kind]}{found['id']}/"

    corrected = ward.patch(at, **CHANGES[kind])

    assert corrected.status_code == 200
    assert corrected["ETag"] == '"2"'
    assert corrected.json() == found | {"version": 2} | CHANGES[kind]
    (version,) = ward.get(f"{at}versions/").json()
    assert (version["version"], version["reason"]) == (1, "typo")
    found.pop("sessions_to_mark", None)
    assert version["content"] == found
    assert version["replaced_by"] == str(ward.therapist.public_id)
    assert ward.trail(kind) == [f"{kind.name}.correct", f"{kind.name}.record"]


@every_kind
def test_a_stale_or_repeated_correction_changes_nothing(ward, kind):
    at = f"{PATHS[kind]}{ward.entered(kind)['id']}/"
    change = str(uuid.uuid4())
    first = ward.patch(at, change_id=change, **CHANGES[kind])

    stale = ward.patch(at, **CHANGES[kind])
    replay = ward.patch(at, change_id=change, **CHANGES[kind])

    assert stale.status_code == 412
    assert (replay.status_code, replay.json()) == (200, first.json())
    assert len(ward.get(f"{at}versions/").json()) == 1


@every_kind
def test_void_takes_it_out_and_keeps_it_readable(ward, kind):
    found = ward.entered(kind)
    at = f"{PATHS[kind]}{found['id']}/"
    body = {"reason": "wrong person", "change_id": str(uuid.uuid4())}

    voided, replay = (ward.post(f"{at}void/", body) for _ in range(2))

    assert (voided.status_code, voided.json()["void_reason"]) == (200, "wrong person")
    assert replay.json() == voided.json() == ward.get(at).json()
    assert ward.post(f"{at}void/", {"reason": "again"}).status_code == 409
    assert ward.patch(at, **CHANGES[kind]).status_code == 409
    assert ward.ids(PATHS[kind]) == [found["id"]]


@every_kind
def test_a_wrong_patient_is_not_corrected(ward, kind):
    found = ward.entered(kind)

    answer = ward.patch(f"{PATHS[kind]}{found['id']}/", patient=found["patient"])

    assert faults(answer) == [("/patient", "unknown_field")]


@every_kind
def test_nobody_but_who_treats_the_patient_gets_near(ward, kind):
    found = ward.entered(kind)
    at = f"{PATHS[kind]}{found['id']}/"
    stranger = make_therapist(make_clinic())
    colleague = make_therapist(ward.clinic)

    for person in (stranger, colleague, ward.manager, ward.assessor):
        assert ward.get(at, by=person).status_code == 404
        assert ward.get(f"{at}versions/", by=person).status_code == 404
        assert ward.patch(at, by=person, **CHANGES[kind]).status_code == 404
        assert ward.post(f"{at}void/", {"reason": "x"}, by=person).status_code == 404
        assert ward.send(kind, by=person).status_code == 404
        assert ward.ids(PATHS[kind], by=person) == []
    assert api_client().get(at).status_code == 401
    assert sum(ward.counts()) == 1
    assert ward.trail(kind) == [f"{kind.name}.record"]


@for_staff
def test_judgements_of_the_staff_are_not_for_the_patient(ward, kind):
    at = f"{PATHS[kind]}{ward.entered(kind)['id']}/"
    patient = ward.patient.user
    own = {"patient": str(ward.patient.public_id)}

    assert ward.get(at, by=patient).status_code == 404
    assert ward.get(PATHS[kind], by=patient, **own).status_code == 403
    assert ward.send(kind, by=patient).status_code == 403
    assert ward.ids(PATHS[kind], by=patient) == []
    assert sum(ward.counts()) == 1


@every_kind
def test_a_list_costs_the_same_for_one_row_and_for_five(
    ward, kind, django_assert_num_queries
):
    client = api_client(ward.therapist)
    client.get(PATHS[kind])
    ward.entered(kind)
    with django_assert_num_queries(5):
        assert len(client.get(PATHS[kind]).json()["results"]) == 1
    for _ in range(4):
        ward.entered(kind)
    with django_assert_num_queries(5):
        assert len(client.get(PATHS[kind]).json()["results"]) == 5


@pytest.mark.parametrize(
    ("kind", "day"),
    [
        (services.AGREEMENT, "agreed_on"),
        (services.PHENOTYPE, "assessed_on"),
        (services.ADVERSE_EVENT, "began_on"),
    ],
)
def test_what_was_lies_not_ahead(ward, kind, day):
    gone = {"ended_on": None} if kind is services.ADVERSE_EVENT else {}

    ahead = ward.send(kind, **{day: "2026-03-21"} | gone)
    today = ward.entered(kind, **{day: "2026-03-20"} | gone)
    moved = ward.patch(f"{PATHS[kind]}{today['id']}/", **{day: "2026-03-21"})

    assert faults(ahead) == faults(moved) == [(f"/{day}", "in_future")]
    assert sum(ward.counts()) == 1


def test_every_kind_is_tested():
    assert {kind.model for kind in REQUIREMENTS} == set(MODELS)
