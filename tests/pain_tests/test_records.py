"""Retries, corrections, voids and who may: the same for both kinds of test."""

import uuid

import pytest

from apps.audit.models import AuditEvent
from apps.pain_tests.models import FunctionTest, PainTest
from tests.factories.measuring import (
    eih_body,
    function_test_body,
    p50_body,
    pain_test_body,
    ppt_body,
)
from tests.factories.people import (
    api_client,
    enter_also,
    make_assessor,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)

from .conftest import FUNCTION, NOW, PAIN, faults

pytestmark = [pytest.mark.django_db]

KINDS = [
    pytest.param(
        PAIN, pain_test_body, PainTest, marks=pytest.mark.requirement("K1"), id="pain"
    ),
    pytest.param(
        FUNCTION,
        function_test_body,
        FunctionTest,
        marks=pytest.mark.requirement("L4"),
        id="function",
    ),
]
both_kinds = pytest.mark.parametrize(("path", "body_of", "model"), KINDS)


@pytest.mark.requirement("C3")
@both_kinds
def test_sent_twice_it_is_recorded_once(lab, path, body_of, model):
    body = body_of(lab.patient, id=str(uuid.uuid4()))

    first, again = lab.post(body, to=path), lab.post(body, to=path)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["id"] == body["id"]
    assert len(lab.stored(model)) == 1


@pytest.mark.requirement("C3")
@both_kinds
def test_another_content_under_the_same_id_is_refused(lab, path, body_of, model):
    body = body_of(lab.patient, id=str(uuid.uuid4()))
    lab.post(body, to=path)

    answer = lab.post(body | {"device": "Other"}, to=path)

    assert (answer.status_code, answer.json()["code"]) == (409, "id_reused")
    assert [each.version for each in lab.stored(model)] == [1]


@both_kinds
def test_an_id_of_another_clinic_is_taken_and_tells_nothing(lab, path, body_of, model):
    body = body_of(lab.patient, id=str(uuid.uuid4()))
    lab.post(body, to=path)
    elsewhere = make_clinic()
    stranger = make_therapist(elsewhere)
    theirs = make_patient(elsewhere, therapist=stranger)

    answer = lab.post(body_of(theirs, id=body["id"]), to=path, by=api_client(stranger))

    assert (answer.status_code, answer.json()["code"]) == (409, "id_reused")
    assert str(lab.patient.public_id) not in answer.content.decode()
    assert len(lab.stored(model)) == 1


@pytest.mark.requirement("C4")
@both_kinds
def test_a_correction_keeps_the_earlier_version(lab, path, body_of, model):
    found = lab.post(body_of(lab.patient), to=path).json()
    at = f"{path}{found['id']}/"

    corrected = lab.patch(at, device="Algometer 4")

    assert corrected.status_code == 200
    assert corrected["ETag"] == '"2"'
    assert corrected.json() == found | {"version": 2, "device": "Algometer 4"}
    (version,) = lab.client.get(f"{at}versions/").json()
    assert (version["version"], version["reason"]) == (1, "typo")
    assert version["content"] == found
    assert version["replaced_by"] == str(lab.assessor.public_id)


@both_kinds
def test_a_stale_or_repeated_correction_changes_nothing(lab, path, body_of, model):
    found = lab.post(body_of(lab.patient), to=path).json()
    at, change = f"{path}{found['id']}/", str(uuid.uuid4())
    lab.patch(at, device="Second", change_id=change)

    stale = lab.patch(at, device="Third")
    replay = lab.patch(at, device="Second", change_id=change)

    assert stale.status_code == 412
    assert (replay.status_code, replay.json()["version"]) == (200, 2)
    assert [each.device for each in lab.stored(model)] == ["Second"]


@both_kinds
def test_void_takes_it_out_and_keeps_it_readable(lab, path, body_of, model):
    found = lab.post(body_of(lab.patient), to=path).json()
    at = f"{path}{found['id']}/"
    body = {"reason": "wrong person", "change_id": str(uuid.uuid4())}

    voided, replay = (lab.post(body, to=f"{at}void/") for _ in range(2))

    assert (voided.status_code, voided.json()["void_reason"]) == (200, "wrong person")
    assert replay.json() == voided.json() == lab.client.get(at).json()
    assert lab.post({"reason": "again"}, to=f"{at}void/").status_code == 409
    assert lab.patch(at, device="Other").status_code == 409


@both_kinds
def test_what_does_not_fit_after_a_correction_is_refused(lab, path, body_of, model):
    found = lab.post(body_of(lab.patient), to=path).json()
    at = f"{path}{found['id']}/"

    answer = lab.patch(at, tested_at="2026-03-07T10:00:00Z")
    whose = lab.patch(at, patient=found["patient"])

    assert faults(answer) == [("/tested_at", "in_future")]
    assert faults(whose) == [("/patient", "unknown_field")]
    assert [each.version for each in lab.stored(model)] == [1]


@pytest.mark.requirement("K1")
def test_a_corrected_value_is_computed_anew(lab):
    found = lab.recorded(ppt=ppt_body(), eih=eih_body(), p50=p50_body(lab.order()))

    corrected = lab.patch(f"{PAIN}{found['id']}/", ppt=ppt_body()[:6], eih=None).json()

    assert (corrected["ppt_average_kpa"], corrected["eih_score"]) == (None, None)
    assert corrected["measurements"]["eih"] is None
    assert corrected["p50_kpa"] == found["p50_kpa"]
    assert [each["key"] for each in corrected["refusals"]] == [
        "ppt_average_kpa.too_few_sites"
    ]


@pytest.mark.requirement("K1")
def test_a_corrected_dose_asks_again(lab):
    found = lab.recorded(ppt=ppt_body())
    at, late = f"{PAIN}{found['id']}/", "2026-03-05T05:00:00Z"

    closed = lab.patch(at, last_analgesic_at=late)
    opened = lab.patch(at, last_analgesic_at=late, override_reason="Told afterwards.")

    assert faults(closed) == [("/last_analgesic_at", "dose_too_recent")]
    assert opened.json()["questions"][0]["params"]["taken"] == "4"


def outsiders(lab):
    elsewhere = make_clinic()
    return {
        "colleague": make_therapist(lab.clinic),
        "manager": make_manager(lab.clinic),
        "fellow": make_patient(lab.clinic).user,
        "therapist elsewhere": make_therapist(elsewhere),
        "assessor elsewhere": make_assessor(elsewhere),
    }


@pytest.mark.requirement("A2")
@both_kinds
def test_whom_it_does_not_concern_finds_nothing(lab, path, body_of, model):
    found = lab.post(body_of(lab.patient), to=path).json()
    at = f"{path}{found['id']}/"

    for person in outsiders(lab).values():
        client = api_client(person)
        assert client.get(at).status_code == 404
        assert client.get(f"{at}versions/").status_code == 404
        assert client.get(path).json()["results"] == []
        assert lab.patch(at, by=client, device="Other").status_code == 404
        assert lab.post({"reason": "x"}, to=f"{at}void/", by=client).status_code == 404
        assert lab.post(body_of(lab.patient), to=path, by=client).status_code == 404
    assert api_client().get(at).status_code == 401
    assert [each.version for each in lab.stored(model)] == [1]


@pytest.mark.requirement("A2")
@both_kinds
def test_a_patient_reads_their_own_and_writes_none(lab, path, body_of, model):
    found = lab.post(body_of(lab.patient), to=path).json()
    at, client = f"{path}{found['id']}/", api_client(lab.patient.user)

    assert client.get(at).json() == found
    assert client.get(path).json()["results"] == [found]
    assert lab.patch(at, by=client, device="Other").status_code == 403
    assert lab.post({"reason": "x"}, to=f"{at}void/", by=client).status_code == 403
    assert lab.post(body_of(lab.patient), to=path, by=client).status_code == 403
    assert [each.version for each in lab.stored(model)] == [1]


@both_kinds
def test_an_assessor_whose_time_is_over_sees_nothing(lab, path, body_of, model):
    found = lab.post(body_of(lab.patient), to=path).json()
    enter_also(lab.clinic)
    lab.assessor.memberships.update(active_until=NOW)

    assert lab.client.get(f"{path}{found['id']}/").status_code == 404


@pytest.mark.requirement("K1")
def test_an_assessor_reads_tests_and_nothing_else_of_a_patient(lab):
    lab.recorded(ppt=ppt_body())
    patient = {"patient": str(lab.patient.public_id)}
    at = f"/api/v1/patients/{patient['patient']}/"

    assert len(lab.client.get(PAIN, patient).json()["results"]) == 1
    for closed in (at, f"{at}timeline/"):
        assert lab.client.get(closed).status_code == 404
    for name in (
        "one-rep-max-tests",
        "programmes",
        "planned-sessions",
        "sessions",
        "check-ins",
    ):
        assert lab.client.get(f"/api/v1/{name}/").json()["results"] == []
        assert lab.client.get(f"/api/v1/{name}/", patient).status_code == 404
    assert lab.client.get("/api/v1/alerts/").status_code == 403
    assert lab.client.get("/api/v1/patients/").json()["results"] == []


FORBIDDEN = (
    "arm", "load", "pain_mm", "fatigue", "sleep", "condition", "name", "programme",
    "session", "confounders", "diagnosed_on", "phase", "email",
)  # fmt: skip


@pytest.mark.requirement("K1")
def test_what_an_assessor_reads_names_neither_arm_nor_loads_nor_symptoms(lab):
    order = lab.order()
    tested = lab.post(pain_test_body(lab.patient, order=order))
    grip = lab.post(function_test_body(lab.patient), to=FUNCTION)

    for answer in (tested, grip, lab.client.get(f"{PAIN}p50-orders/{order}/")):
        assert not set(FORBIDDEN) & set(keys_in(answer.json()))
        assert lab.patient.given_name not in answer.content.decode()


def keys_in(value):
    """Yield every key, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys_in(inner)
    if isinstance(value, list):
        for inner in value:
            yield from keys_in(inner)


@pytest.mark.requirement("A6")
@both_kinds
def test_looks_and_changes_leave_a_trace(lab, path, body_of, model):
    found = lab.post(body_of(lab.patient), to=path).json()
    at = f"{path}{found['id']}/"
    lab.client.get(at)
    lab.client.get(path)
    lab.patch(at, device="Other")
    lab.post({"reason": "wrong"}, to=f"{at}void/")

    kind = "pain_test" if model is PainTest else "function_test"
    trail = AuditEvent.objects.filter(actor_id=lab.assessor.pk)
    assert sorted(trail.values_list("action", flat=True)) == sorted(
        ["look", "list", f"{kind}.record", f"{kind}.correct", f"{kind}.void"]
    )


@both_kinds
def test_a_list_is_filtered_by_patient_and_day(lab, path, body_of, model):
    other = make_patient(lab.clinic)
    # 23:30 UTC is the next day in Stockholm.
    late = lab.post(
        body_of(lab.patient, tested_at="2026-03-05T23:30:00Z"), to=path
    ).json()
    lab.post(body_of(lab.patient), to=path)
    lab.post(body_of(other), to=path)

    def listed(**query):
        return [each["id"] for each in lab.client.get(path, query).json()["results"]]

    assert len(listed()) == 3
    assert len(listed(patient=str(lab.patient.public_id))) == 2
    assert listed(**{"from": "2026-03-06"}) == [late["id"]]
    assert late["id"] not in listed(to="2026-03-05")


@both_kinds
def test_a_list_of_six_asks_no_more_than_a_list_of_one(
    lab, path, body_of, model, django_assert_num_queries
):
    lab.post(body_of(lab.patient), to=path)
    with django_assert_num_queries(QUERIES_OF_A_LIST):
        assert len(lab.client.get(path).json()["results"]) == 1
    for _ in range(5):
        lab.post(body_of(lab.patient), to=path)

    with django_assert_num_queries(QUERIES_OF_A_LIST):
        assert len(lab.client.get(path).json()["results"]) == 6


# A savepoint and its end, who and which walls, the look, the page.
QUERIES_OF_A_LIST = 5
