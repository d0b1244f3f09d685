"""Ids are unique within a kind of record: the same id on two kinds mixes nothing."""

from uuid import uuid4

import pytest

from tests.factories.people import api_client

from .builders import CHECK_INS, SESSIONS, make_ward, pre

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C4")]
PATIENTS = "/api/v1/patients/"


@pytest.fixture
def ward():
    return make_ward()


@pytest.fixture
def tove(ward):
    return api_client(ward.tove)


@pytest.fixture
def anna(ward):
    return api_client(ward.anna.user)


def corrected(client, route, record_id, **changes):
    return client.patch(
        f"{route}{record_id}/",
        {"correction_reason": "Typo"} | changes,
        format="json",
        headers={"If-Match": '"1"'},
    ).status_code


def versions(client, route, record_id):
    return client.get(f"{route}{record_id}/versions/").json()


def test_session_and_check_in_of_one_id_are_corrected_each_for_itself(ward, tove):
    same = str(uuid4())
    tove.post(SESSIONS, ward.body(id=same), format="json")
    answer = pre(id=same) | {"patient": str(ward.anna.public_id)}
    tove.post(CHECK_INS, answer, format="json")

    statuses = (
        corrected(tove, SESSIONS, same, note="x"),
        corrected(tove, CHECK_INS, same, pain_mm=33),
    )

    assert statuses == (200, 200)
    [session], [check_in] = (
        versions(tove, each, same) for each in (SESSIONS, CHECK_INS)
    )
    assert "started_at" in session["content"]
    assert "pain_mm" in check_in["content"]


@pytest.mark.requirement("A2")
def test_patient_cannot_read_the_chart_through_a_check_in_of_its_id(ward, tove, anna):
    patient_id = str(ward.anna.public_id)
    anna.post(CHECK_INS, pre(id=patient_id), format="json")

    assert corrected(tove, PATIENTS, patient_id, given_name="Other") == 200

    assert versions(anna, CHECK_INS, patient_id) == []


def test_patient_cannot_keep_the_chart_from_being_corrected(ward, tove, anna):
    patient_id = str(ward.anna.public_id)
    anna.post(CHECK_INS, pre(id=patient_id), format="json")
    corrected(anna, CHECK_INS, patient_id, pain_mm=33)

    assert corrected(tove, PATIENTS, patient_id, given_name="Other") == 200


@pytest.mark.requirement("A1")
def test_another_clinic_cannot_keep_a_session_from_being_corrected(ward, tove):
    same = str(uuid4())
    tove.post(SESSIONS, ward.body(id=same), format="json")
    other = make_ward()
    stranger = api_client(other.tove)
    answer = pre(id=same) | {"patient": str(other.anna.public_id)}
    stranger.post(CHECK_INS, answer, format="json")
    corrected(stranger, CHECK_INS, same, pain_mm=33)

    assert corrected(tove, SESSIONS, same, note="x") == 200
