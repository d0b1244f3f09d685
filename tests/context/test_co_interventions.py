"""Medicines and other treatments, their doses, and the sessions they may explain."""

import uuid

import pytest

from apps.context.services import CO_INTERVENTION
from apps.logbook.models import HeldSession
from tests.factories.people import api_client, enter_also

from .conftest import API, PATHS, faults

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B9")]
TREATMENTS = PATHS[CO_INTERVENTION]
PLAIN = {"dose_changes": []}


def marks(answer):
    return [
        (each["session"], each["confounder"], each["changed_on"])
        for each in answer["sessions_to_mark"]
    ]


def at(found, action=""):
    return f"{TREATMENTS}{found['id']}/{action}"


def test_a_new_drug_offers_the_sessions_around_it_and_marks_none(ward):
    # Begun on 5 March: from the 3rd to the 19th, in the patient's days.
    ward.hold("2026-03-02T10:00:00+01:00")
    first = ward.hold("2026-03-03T00:05:00+01:00")
    last = ward.hold("2026-03-19T23:05:00+01:00")
    ward.hold("2026-03-20T00:05:00+01:00")

    found = ward.entered(CO_INTERVENTION, first_day="2026-03-05", **PLAIN)

    assert marks(found) == [
        (first, "new_drug", "2026-03-05"),
        (last, "new_drug", "2026-03-05"),
    ]
    enter_also(ward.clinic)
    assert {tuple(row.confounders) for row in HeldSession.objects.all()} == {()}


def test_what_a_person_ticks_is_offered_no_more(ward):
    session = ward.hold("2026-03-06T10:00:00+01:00")
    found = ward.entered(CO_INTERVENTION, first_day="2026-03-05", **PLAIN)
    ticked = {"confounders": [found["sessions_to_mark"][0]["confounder"]]}

    answer = ward.post(f"{API}sessions/{session}/confounders/", ticked)

    assert answer.status_code == 200
    assert answer.json()["confounders"] == ["new_drug"]
    assert marks(ward.get(at(found)).json()) == []


def test_a_changed_dose_is_kept_with_its_day_and_offers_too(ward):
    session = ward.hold("2026-03-16T10:00:00+01:00")
    found = ward.entered(CO_INTERVENTION, first_day="2026-01-05", **PLAIN)
    assert marks(found) == []
    body = {"day": "2026-03-15", "dose": "60 mg", "change_id": str(uuid.uuid4())}

    changed, replay = (ward.post(at(found, "dose-changes/"), body) for _ in range(2))

    assert changed.status_code == replay.status_code == 200
    assert changed.json() == replay.json()
    assert changed.json()["version"] == 2
    assert changed.json()["dose_changes"] == [{"day": "2026-03-15", "dose": "60 mg"}]
    assert marks(changed.json()) == [(session, "dose_change", "2026-03-15")]
    (version,) = ward.get(at(found, "versions/")).json()
    assert (version["content"]["dose_changes"], version["reason"]) == (
        [],
        "The dose changed.",
    )
    assert ward.trail(CO_INTERVENTION) == [
        "co_intervention.change_dose",
        "co_intervention.record",
    ]


def test_doses_are_told_by_day_whatever_came_first(ward):
    found = ward.entered(
        CO_INTERVENTION,
        dose_changes=[
            {"day": "2026-03-12", "dose": "90 mg"},
            {"day": "2026-03-05", "dose": "60 mg"},
        ],
    )
    ward.post(at(found, "dose-changes/"), {"day": "2026-03-08", "dose": "75 mg"})

    changes = ward.get(at(found)).json()["dose_changes"]

    assert [each["dose"] for each in changes] == ["60 mg", "75 mg", "90 mg"]


def test_each_confounder_is_offered_once_a_session(ward):
    session = ward.hold("2026-03-06T10:00:00+01:00")

    found = ward.entered(
        CO_INTERVENTION,
        first_day="2026-03-01",
        last_day="2026-03-08",
        dose_changes=[
            {"day": "2026-03-04", "dose": "60 mg"},
            {"day": "2026-03-05", "dose": "30 mg"},
        ],
    )

    assert marks(found) == [
        (session, "new_drug", "2026-03-01"),
        (session, "dose_change", "2026-03-04"),
    ]


@pytest.mark.parametrize(
    ("said", "offered"),
    [
        ({"kind": "injection", "last_day": "2026-03-05"}, ["new_drug"]),
        ({"first_day": "2026-01-01", "last_day": "2026-03-05"}, ["dose_change"]),
        ({"first_day": None}, []),
        ({"kind": "pain_education"}, []),
        ({"kind": "surgery"}, []),
    ],
)
def test_what_is_taken_offers_and_other_treatments_do_not(ward, said, offered):
    ward.hold("2026-03-06T10:00:00+01:00")

    found = ward.entered(CO_INTERVENTION, **PLAIN | {"first_day": "2026-03-05"} | said)

    assert [each["confounder"] for each in found["sessions_to_mark"]] == offered


def test_void_treatments_and_void_sessions_offer_nothing(ward):
    gone = ward.hold("2026-03-06T10:00:00+01:00")
    ward.post(f"{API}sessions/{gone}/void/", {"reason": "typo"})
    found = ward.entered(CO_INTERVENTION, first_day="2026-03-05", **PLAIN)
    assert marks(found) == []
    ward.hold("2026-03-07T10:00:00+01:00")
    assert len(marks(ward.get(at(found)).json())) == 1

    voided = ward.post(at(found, "void/"), {"reason": "typo"})

    assert marks(voided.json()) == []


@pytest.mark.parametrize(
    ("said", "where", "rule"),
    [
        ({"last_day": "2026-02-28", **PLAIN}, "", "out_of_order"),
        (
            {"dose_changes": [{"day": "2026-03-01", "dose": "x"}]},
            "",
            "out_of_order",
        ),
        ({"last_day": "2026-03-04"}, "", "out_of_order"),
        (
            {"dose_changes": [{"day": "2026-03-05", "dose": each} for each in "ab"]},
            "",
            "repeated",
        ),
        (
            {"dose_changes": [{"day": "2026-03-05", "dose": ""}]},
            "/dose_changes/0/dose",
            "required",
        ),
        ({"name": ""}, "/name", "required"),
        ({"kind": "yoga"}, "/kind", "invalid_choice"),
    ],
)
def test_what_cannot_be_is_refused(ward, said, where, rule):
    assert faults(ward.send(CO_INTERVENTION, **said)) == [(where, rule)]
    assert ward.counts() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("day", "rule"),
    [("2026-03-01", "out_of_order"), ("2026-03-05", "repeated")],
)
def test_a_dose_changes_after_the_start_and_once_a_day(ward, day, rule):
    found = ward.entered(CO_INTERVENTION)

    answer = ward.post(at(found, "dose-changes/"), {"day": day, "dose": "90 mg"})

    assert faults(answer) == [("", rule)]
    assert ward.get(at(found)).json() == found


def test_a_void_treatment_changes_no_dose(ward):
    found = ward.entered(CO_INTERVENTION)
    ward.post(at(found, "void/"), {"reason": "typo"})

    answer = ward.post(
        at(found, "dose-changes/"), {"day": "2026-03-09", "dose": "90 mg"}
    )

    assert answer.status_code == 409


def test_the_patient_tells_and_mends_their_own_and_reads_the_rest(ward):
    patient = ward.patient.user
    theirs = ward.entered(CO_INTERVENTION)
    own = ward.entered(CO_INTERVENTION, by=patient, name="Ibuprofen")
    dose = {"day": "2026-03-09", "dose": "90 mg"}

    assert set(ward.ids(TREATMENTS, by=patient)) == {theirs["id"], own["id"]}
    assert ward.patch(at(own), by=patient, note="With food.").status_code == 200
    changed = ward.post(at(own, "dose-changes/"), dose, by=patient)
    assert changed.status_code == 200
    assert ward.patch(at(theirs), by=patient, note="x").status_code == 403
    assert ward.post(at(theirs, "dose-changes/"), dose, by=patient).status_code == 403
    voided = ward.post(at(theirs, "void/"), {"reason": "x"}, by=patient)
    assert voided.status_code == 403
    assert ward.get(at(theirs)).json() == theirs
    # Who treats the patient mends what the patient told.
    assert ward.patch(at(own), version=3, name="Naproxen").status_code == 200


def test_lists_are_asked_by_kind_and_by_the_days_it_went_on(ward):
    def add(first, last, kind="drug"):
        days = {"first_day": first, "last_day": last}
        return ward.entered(CO_INTERVENTION, kind=kind, **PLAIN | days)["id"]

    over = add("2026-01-01", "2026-03-01")
    always = add(None, None)
    taught = add("2026-03-05", "2026-03-05", kind="pain_education")
    ahead = add("2026-04-01", None, kind="surgery")

    assert set(ward.ids(TREATMENTS)) == {over, always, taught, ahead}
    march = {"from": "2026-03-02", "to": "2026-03-31"}
    assert set(ward.ids(TREATMENTS, **march)) == {always, taught}
    assert ward.ids(TREATMENTS, kind="pain_education") == [taught]
    assert set(ward.ids(TREATMENTS, to="2026-03-01")) == {over, always}


def test_what_is_offered_costs_one_query_for_any_number(
    ward, django_assert_num_queries
):
    client = api_client(ward.therapist)
    found = ward.entered(CO_INTERVENTION)
    client.get(at(found))
    with django_assert_num_queries(6):
        client.get(at(found))
    for day in range(2, 7):
        ward.hold(f"2026-03-0{day}T10:00:00+01:00")
    with django_assert_num_queries(6):
        assert len(marks(client.get(at(found)).json())) == 9
