"""``/fhir/``: instruments and filled forms through the API."""

import pytest

from apps.questionnaires.models import OwnInstrument
from tests.factories.consents import decide
from tests.factories.forms import PEG, fhir_form, fhir_resource, wording_document
from tests.factories.people import api_client, enter_also, make_assessor
from tests.questionnaires.ward import API, NOW, Ward, faults, new_id, values

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("E4")]


@pytest.fixture
def ward(time_machine, db):
    time_machine.move_to(NOW, tick=False)
    return Ward()


def post(client, path, **body):
    return client.post(f"{API}fhir/{path}/", body, format="json")


def bring_in(ward, *, client=None, **fields):
    body = {"resource": fhir_resource()} | fields
    return post(client or ward.by_manager, "Questionnaire", **body)


def send_form(ward, questionnaire, *, client=None, resource=None, **fields):
    body = {
        "questionnaire": questionnaire,
        "resource": resource or fhir_form(completed=NOW),
    }
    return post(client or ward.by_therapist, "QuestionnaireResponse", **(body | fields))


def instrument_id(ward, key):
    (found,) = ward.read("instruments/", key=key)
    return found["id"]


def exported(ward, key, *, client=None, **query):
    path = f"{API}fhir/Questionnaire/{instrument_id(ward, key)}/"
    return (client or ward.by_therapist).get(path, query)


def test_staff_export_a_shipped_instrument_without_its_words(ward):
    ward.import_wording("hads")

    answer = exported(ward, "hads", language="en")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/fhir+json"
    body = answer.json()
    assert (body["resourceType"], body["title"]) == ("Questionnaire", "HADS")
    assert "Words of" not in answer.content.decode()
    assert "language" not in body


def test_only_staff_export_instruments(ward):
    assessor = make_assessor(ward.clinic)

    for client in (ward.by_patient, api_client(assessor)):
        assert exported(ward, "peg", client=client).status_code == 403


def test_an_own_instrument_goes_out_with_the_clinics_own_words_if_asked(ward):
    ward.import_instrument()
    words = wording_document("peg") | {
        "instrument": "our_own",
        "items": {"a1": {"text": "How was it?"}, "a2": {"text": "And now?"}},
    }
    imported = ward.by_manager.post(
        f"{API}instrument-wordings/",
        {"licence_confirmed": True, "document": words},
        format="json",
    )
    assert imported.status_code == 201, imported.content

    plain, worded = exported(ward, "our_own"), exported(ward, "our_own", language="en")

    (group,) = worded.json()["item"]
    assert [each["text"] for each in group["item"]] == ["How was it?", "And now?"]
    assert worded.json()["language"] == "en"
    assert "How was it?" not in plain.content.decode()
    assert exported(ward, "our_own", language="fi").status_code == 404


def test_the_instrument_of_another_clinic_is_not_there(ward):
    ward.import_instrument()
    path = f"{API}fhir/Questionnaire/{instrument_id(ward, 'our_own')}/"

    assert Ward().by_manager.get(path).status_code == 404


def test_a_questionnaire_becomes_an_instrument_that_is_filled_and_scored(ward):
    answer = bring_in(ward)

    body = answer.json()
    assert (answer.status_code, body["key"], body["version"]) == (201, "tiredness", 3)
    assert body["left_out"] == []
    form = ward.assigned("tiredness")
    done = ward.respond(form, answers={"q1_1": "often", "q1_2": 7})
    # "often" is 2 points.
    assert values(done.json()) == {"total": 9}


def test_a_questionnaire_sent_twice_is_kept_once(ward):
    first, same = bring_in(ward), bring_in(ward)
    other = bring_in(ward, resource=fhir_resource(title="Other"))
    next_one = bring_in(ward, version=4)

    assert [each.status_code for each in (first, same, other, next_one)] == [
        201, 200, 409, 201,
    ]  # fmt: skip
    assert same.json() == first.json()
    enter_also(ward.clinic)
    assert OwnInstrument.objects.count() == 2


def test_a_shipped_instrument_comes_back_under_a_key_of_the_clinics_own(ward):
    resource = exported(ward, "fiq").json()

    taken = bring_in(ward, resource=resource)
    copied = bring_in(ward, resource=resource, key="our_fiq")

    assert taken.status_code in (400, 409)
    assert copied.status_code == 201
    (original,), (copy,) = (
        ward.read("instruments/", key=key) for key in ("fiq", "our_fiq")
    )
    for name in ("items", "scores", "recall_days", "licence_terms", "needs_wording"):
        assert copy[name] == original[name]


def test_a_questionnaire_that_cannot_be_carried_is_refused_with_its_place(ward):
    first, second = fhir_resource()["item"]

    refused = bring_in(
        ward, resource=fhir_resource(item=[first, second | {"type": "string"}])
    )

    assert faults(refused) == [("/resource/item/1/type", "unsupported_type")]
    assert faults(bring_in(ward, more=1)) == [("/more", "unknown_field")]
    enter_also(ward.clinic)
    assert OwnInstrument.objects.count() == 0


def test_only_a_manager_brings_questionnaires_in(ward):
    for client in (ward.by_therapist, ward.by_patient):
        assert bring_in(ward, client=client).status_code == 403
    enter_also(ward.clinic)
    assert OwnInstrument.objects.count() == 0


def test_a_form_of_another_system_is_recorded_and_scored(ward):
    response_id = new_id()

    answer = send_form(ward, ward.assigned(), id=response_id)

    assert (answer.status_code, answer["Content-Type"]) == (
        201,
        "application/fhir+json",
    )
    resource = answer.json()
    assert resource["id"] == response_id
    assert resource["status"] == "completed"
    assert resource["subject"]["reference"] == f"Patient/{ward.patient.public_id}"
    stored = ward.read(f"questionnaire-responses/{response_id}/")
    # 6 + 7 + 5 over 3
    assert values(stored) == {"total": 6}
    assert stored["completed_at"] == NOW
    read = ward.by_patient.get(f"{API}fhir/QuestionnaireResponse/{response_id}/")
    assert read.json() == resource


def test_a_form_sent_twice_is_recorded_once(ward):
    form, response_id = ward.assigned(), new_id()

    first, same = (send_form(ward, form, id=response_id) for _ in range(2))
    plain = ward.respond(form, client=ward.by_therapist, id=response_id, answers=PEG)
    other = send_form(
        ward,
        form,
        id=response_id,
        resource=fhir_form(completed=NOW, status="in-progress"),
    )

    assert (first.status_code, same.status_code) == (201, 200)
    assert same.json() == first.json()
    # Whether it came as FHIR or not, it says the same.
    assert plain.status_code == 200
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")
    assert len(ward.stored()) == 1


def test_what_went_out_comes_in_again_for_another_questionnaire(ward):
    ward.import_wording("hads")
    answers = {f"q{number}": "1" for number in range(1, 15)}
    done = ward.respond(ward.assigned("hads"), answers=answers).json()
    out = ward.by_patient.get(f"{API}fhir/QuestionnaireResponse/{done['id']}/").json()

    again = send_form(ward, ward.assigned("hads"), resource=out, id=new_id()).json()

    stored = ward.read(f"questionnaire-responses/{again['id']}/")
    assert values(stored) == values(done)


def test_a_half_filled_form_stays_half_filled(ward):
    resource = fhir_form(completed=NOW, status="in-progress")

    sent = send_form(ward, ward.assigned(), resource=resource)

    assert (sent.status_code, sent.json()["status"]) == (201, "in-progress")
    assert ward.stored()[0].completed_at is None


def test_a_form_that_cannot_be_is_refused_with_its_place(ward):
    form = ward.assigned()
    late = fhir_form(completed="2026-03-06T12:00:00")
    other = fhir_form(completed=NOW, subject={"reference": "Patient/somebody"})
    untimed = fhir_form(completed=None)
    beyond = fhir_form(
        completed=NOW, item=[{"linkId": "q1", "answer": [{"valueInteger": 11}]}]
    )

    found = [
        faults(send_form(ward, form, resource=each))[0][0]
        for each in (late, other, untimed, beyond)
    ]

    assert found == [
        "/resource/authored",
        "/resource/subject/reference",
        "/resource/authored",
        "/answers/q1",
    ]
    assert ward.stored() == []


def test_strangers_neither_send_nor_read_forms(ward):
    form, stranger = ward.assigned(), Ward().by_therapist
    done = send_form(ward, form, id=new_id()).json()["id"]

    read = stranger.get(f"{API}fhir/QuestionnaireResponse/{done}/")

    assert read.status_code == 404
    assert send_form(ward, form, client=stranger).status_code == 404
    assert len(ward.stored()) == 1


@pytest.mark.requirement("A5")
def test_staff_take_a_filled_form_out_only_while_the_patient_allows_it(ward):
    done = send_form(ward, ward.assigned()).json()["id"]
    path = f"{API}fhir/QuestionnaireResponse/{done}/"

    statuses = [ward.by_therapist.get(path).status_code]
    for decision in ("given", "withdrawn"):
        decide(ward.patient, "export", decision, now=NOW)
        statuses.append(ward.by_therapist.get(path).status_code)

    assert statuses == [403, 200, 403]
    assert ward.by_patient.get(path).status_code == 200
