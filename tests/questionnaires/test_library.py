"""``/instruments/`` and ``/instrument-wordings/``: structure, words, by what right."""

import pytest

from apps.audit.models import AuditEvent
from apps.questionnaires.models import InstrumentWording, OwnInstrument
from tests.factories.people import api_client, enter_also, make_assessor

from .ward import Ward, faults, values

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("E2")]

SHIPPED = {
    "audit", "bpi_sf", "csi", "ears", "eihtrack_symptoms", "fabq", "fiq", "fiqr",
    "hads", "pcs", "peg", "pgic", "pseq", "siras", "tsk11", "tsk17",
}  # fmt: skip


def one(found, key):
    (instrument,) = [each for each in found if each["key"] == key]
    return instrument


def test_every_shipped_instrument_is_told_without_a_word_of_its_wording(ward):
    found = ward.read("instruments/", client=ward.by_patient)

    hads = one(found, "hads")
    assert {each["key"] for each in found} == SHIPPED
    assert all(each["shipped"] and each["wordings"] == [] for each in found)
    assert (hads["version"], len(hads["items"]), hads["needs_wording"]) == (1, 14, True)
    assert hads["items"][0] == {
        "code": "q1",
        "section": "anxiety",
        "kind": "options",
        "may_be_left_out": False,
        "options": ["0", "1", "2", "3"],
        "minimum": 0,
        "maximum": 3,
        "step": None,
    }
    assert [each["code"] for each in hads["scores"]] == ["anxiety", "depression"]


def test_what_patients_read_of_an_instrument_has_no_cut_off(ward):
    text = ward.by_patient.get("/api/v1/instruments/").content.decode()

    for word in ("band", "threshold", "case_finding", "at_least"):
        assert word not in text


def test_the_clinics_wording_is_told_where_it_was_imported(ward):
    ward.import_wording("hads", language="sv")
    ward.import_wording("peg", language="en")

    found = ward.read("instruments/", client=ward.by_patient, language="sv")

    (wording,) = one(found, "hads")["wordings"]
    assert (wording["language"], wording["wording_version"]) == ("sv", "2.0")
    assert wording["items"]["q1"]["options"]["3"] == "Words of 3"
    assert "score" not in str(wording)
    assert one(found, "peg")["wordings"] == []


def test_the_newest_wording_of_a_language_is_in_force(ward):
    first = ward.import_wording("peg", version="1.0")
    again = ward.import_wording("peg", version="1.0")
    second = ward.import_wording("peg", version="1.1")

    listed = ward.read("instrument-wordings/")["results"]
    (shown,) = ward.read("instruments/", key="peg")[0]["wordings"]
    assert [each.status_code for each in (first, again, second)] == [201, 200, 201]
    assert again.json()["id"] == first.json()["id"]
    assert [
        (each["wording_version"], each["revision"], each["in_force"]) for each in listed
    ] == [("1.1", 2, True), ("1.0", 1, False)]
    assert shown["id"] == second.json()["id"]
    assert listed[0]["licence_statement"] == "Nobody's words, free for tests."
    assert listed[0]["licensed_on"] == "2026-01-15"
    imports = AuditEvent.objects.filter(action="instrument_wording.import")
    assert imports.count() == 2


def test_a_wording_with_faults_is_refused_with_each_of_them(ward):
    answer = ward.import_wording(
        "peg", licence_statement=" ", items={"q1": {"text": "Words"}, "q9": {}}
    )
    missing = ward.import_wording("peg", items={"q1": {"text": "Words"}})
    unknown = ward.import_wording("peg", instrument="nobodys")
    untold = ward.import_wording("ears", reversed_items=None)
    unconfirmed = ward.import_wording("peg", confirmed=False)

    assert ("/document/licence_statement", "licence_statement") in faults(answer)
    assert faults(missing) == [
        ("/document/items/q2", "missing_item"),
        ("/document/items/q3", "missing_item"),
    ]
    assert faults(unknown) == [("/document/instrument", "not_found")]
    assert faults(untold) == [("/document/reversed_items", "reversed_items")]
    assert faults(unconfirmed) == [("", "licence_needed")]
    enter_also(ward.clinic)
    assert InstrumentWording.objects.count() == 0


def test_only_a_manager_imports_and_only_staff_who_treat_read_the_list(ward):
    assessor = api_client(make_assessor(ward.clinic))
    answers = [
        ward.import_wording("peg", client=each)
        for each in (ward.by_therapist, ward.by_patient, assessor)
    ]
    ward.import_wording("peg")

    assert [each.status_code for each in answers] == [403, 403, 403]
    assert len(ward.read("instrument-wordings/")["results"]) == 1
    for client in (ward.by_patient, assessor, Ward().by_manager):
        assert ward.read("instrument-wordings/", client=client)["results"] == []


def test_a_wording_stays_in_its_clinic_and_from_the_assessor(ward):
    ward.import_wording("peg")

    for client in (Ward().by_therapist, api_client(make_assessor(ward.clinic))):
        found = ward.read("instruments/", client=client, key="peg")
        assert found[0]["wordings"] == []


@pytest.mark.requirement("E4")
def test_an_instrument_of_ones_own_is_assigned_filled_and_scored(ward):
    added = ward.import_instrument()
    again = ward.import_instrument()

    asked = ward.assigned("our_own", label="Diary")
    body = ward.respond(asked, answers={"a1": 7, "a2": 4}).json()

    staff = ward.read(f"questionnaire-responses/{body['id']}/")
    assert (added.status_code, again.status_code) == (201, 200)
    assert added.json()["shipped"] is False
    assert values(body) == {"total": 11}
    assert staff["scores"][0]["band"] == "high"
    assert [each["key"] for each in ward.read("instruments/", key="our_own")] == [
        "our_own"
    ]


@pytest.mark.requirement("E4")
def test_an_own_instrument_may_have_wording_and_a_next_version(ward):
    ward.import_instrument()
    asked = ward.assigned("our_own")
    words = {"a1": {"text": "One"}, "a2": {"text": "Two", "anchors": {"0": "None"}}}
    base = {"instrument": "our_own", "instrument_version": 1, "items": words}
    wording = ward.import_wording("peg", **base)

    other = ward.import_instrument(edition="Changed")
    following = ward.import_instrument(edition="Changed", version=2)
    shipped = ward.import_instrument(key="hads")
    broken = ward.import_instrument(scores=[])

    listed = ward.read("instruments/", key="our_own")
    assert wording.status_code == 201
    assert (other.status_code, other.json()["code"]) == (409, "already_recorded")
    assert following.status_code == 201
    assert faults(shipped) == [("/document/key", "shipped")]
    assert faults(broken) == [("/document/scores", "list")]
    assert [(each["version"], len(each["wordings"])) for each in listed] == [
        (1, 1),
        (2, 0),
    ]
    newest = ward.assign("our_own").json()
    kept = ward.read(f"questionnaires/{asked}/")
    assert (kept["instrument_version"], newest["instrument_version"]) == (1, 2)
    assert ward.import_instrument(client=ward.by_therapist).status_code == 403
    enter_also(ward.clinic)
    assert OwnInstrument.objects.count() == 2
    elsewhere = Ward()
    assert elsewhere.assign("our_own").status_code == 400
    assert ward.read("instruments/", client=elsewhere.by_manager, key="our_own") == []


def test_the_lists_cost_the_same_queries_whatever_they_hold(
    ward, django_assert_max_num_queries
):
    ward.import_wording("peg")
    with django_assert_max_num_queries(30) as few:
        ward.read("instruments/")
        ward.read("instrument-wordings/")
    most = len(few)
    for language in ("sv", "de", "fr", "zh"):
        ward.import_wording("peg", language=language)

    with django_assert_max_num_queries(most):
        assert len(ward.read("instruments/", key="peg")[0]["wordings"]) == 5
        assert len(ward.read("instrument-wordings/")["results"]) == 5
