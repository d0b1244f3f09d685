"""No list shows anybody what it would not show them one by one."""

import pytest
from django.urls import reverse

from tests.contracts.routes import api_routes
from tests.contracts.scene import OUTSIDERS

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("A1"),
    pytest.mark.requirement("A2"),
]

LISTS = sorted(
    route.name
    for route in api_routes()
    if "GET" in route.methods and not route.arguments
)
# Of a patient; the rest belongs to the clinic, whose people may see it.
THEIRS = (
    "patient_id",
    "programme_id",
    "prescription_id",
    "meeting_id",
    "planned_session_id",
    "test_id",
    "session_id",
    "check_in_id",
    "alert_id",
    "pain_test_id",
    "order_id",
    "function_test_id",
    "agreement_id",
    "phenotype_id",
    "co_intervention_id",
    "flare_plan_id",
    "adverse_event_id",
    "consent_id",
    "export_id",
    "erasure_id",
)
OPEN_TO_ASSESSORS = {
    "function-tests": {"patient_id", "function_test_id"},
    "pain-tests": {"patient_id", "pain_test_id", "order_id"},
}
"""What a blinded assessor reads of every patient of the clinic, list by list."""


def listed(scene, name: str, person: str) -> str:
    """Return what a list says to a person, all of it, without a filter."""
    return scene.clients[person].get(reverse(name)).content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_no_list_holds_a_row_of_somebody_elses_patient(scene, name):
    shown = {
        person: {key for key in THEIRS if str(scene.ids[key]) in text}
        for person in OUTSIDERS
        if (text := listed(scene, name, person))
    }

    assert shown.pop("assessor") == OPEN_TO_ASSESSORS.get(name, set())
    assert {person: keys for person, keys in shown.items() if keys} == {}


# Those of what is most read; the others take their time in the long run.
ASKED_OFTEN = ("check-ins", "exports", "patients", "sessions")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(each, marks=() if each in ASKED_OFTEN else pytest.mark.long)
        for each in LISTS
    ],
)
def test_no_list_holds_a_row_of_another_patient(scene, name):
    foreign = {
        str(ids[key]) for ids in scene.others.values() for key in THEIRS if key in ids
    }
    assert len(foreign) >= len(THEIRS)

    shown = {
        person: [each for each in foreign if each in listed(scene, name, person)]
        for person in ("owner", "therapist", "cover", "glass")
    }

    assert {person: ids for person, ids in shown.items() if ids} == {}


@pytest.mark.parametrize(
    "name",
    [
        "sessions",
        "check-ins",
        "one-rep-max-tests",
        "programmes",
        "patients",
        "pain-tests",
    ],
)
def test_a_list_does_hold_the_rows_of_who_is_treated(scene, name):
    text = listed(scene, name, "therapist")

    assert any(str(scene.ids[key]) in text for key in THEIRS)
