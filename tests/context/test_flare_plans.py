"""Plans for flares: agreed in calm times, proposed by patients in their own words."""

import pytest

from apps.context.models import FlarePlan
from apps.context.queries import flare_plans_of
from apps.context.services import FLARE_PLAN
from tests.factories.people import enter_also

from .conftest import PATHS, faults

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B11")]
PLANS = PATHS[FLARE_PLAN]
ALONE = {"agreed_by": ["patient"]}
EMPTY = dict.fromkeys(("first_signs", "steps", "leave_out", "call"), "")


def plans(ward):
    enter_also(ward.clinic)
    agreed, own = flare_plans_of(ward.patient)
    return agreed and agreed.call, own and own.call


def test_plan_is_read_back_as_it_was_agreed(ward):
    found = ward.entered(FLARE_PLAN, steps="  Half the load.  ")

    assert (found["steps"], found["leave_out"]) == (
        "Half the load.",
        "Heavy work overhead.",
    )
    assert (found["agreed_on"], found["agreed_by"]) == (
        "2026-03-01",
        ["patient", "therapist"],
    )
    for person in (ward.therapist, ward.patient.user):
        assert ward.get(f"{PLANS}{found['id']}/", by=person).json() == found
    assert ward.trail(FLARE_PLAN) == ["flare_plan.record"]


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        (EMPTY, "", "required"),
        ({"agreed_by": []}, "/agreed_by", "too_short"),
        ({"agreed_by": ["patient", "patient"]}, "/agreed_by", "repeated"),
        ({"agreed_by": ["doctor"]}, "/agreed_by/0", "enum"),
        ({"agreed_on": "2026-03-21"}, "/agreed_on", "in_future"),
        ({"call": "x" * 4001}, "/call", "max_length"),
    ],
    ids=("says nothing", "nobody", "twice", "unknown", "tomorrow", "too long"),
)
def test_plan_that_cannot_be_is_refused(ward, fields, pointer, code):
    refused = ward.send(FLARE_PLAN, **fields)

    assert refused.status_code == 400
    assert [fault[0] for fault in faults(refused)] == [pointer]
    enter_also(ward.clinic)
    assert not FlarePlan.objects.exists()


def test_patient_proposes_and_cannot_agree_for_the_therapist(ward):
    refused = ward.send(FLARE_PLAN, by=ward.patient.user)
    proposed = ward.send(FLARE_PLAN, by=ward.patient.user, **ALONE)

    assert refused.status_code == 400
    assert [fault[0] for fault in faults(refused)] == ["/agreed_by"]
    assert proposed.status_code == 201
    assert plans(ward) == (None, "The clinic, on the third bad day.")


def test_newest_agreed_plan_holds_and_a_proposal_stands_beside_it(ward):
    ward.entered(FLARE_PLAN, call="first", agreed_on="2026-03-01")
    ward.entered(FLARE_PLAN, call="second", agreed_on="2026-03-05")
    ward.entered(FLARE_PLAN, call="entered late", agreed_on="2026-02-01")
    assert plans(ward) == ("second", None)

    ward.entered(
        FLARE_PLAN, call="mine", by=ward.patient.user, agreed_on="2026-03-06", **ALONE
    )
    assert plans(ward) == ("second", "mine")

    ward.entered(FLARE_PLAN, call="ours", agreed_on="2026-03-07")
    assert plans(ward) == ("ours", None)


def test_plan_that_was_taken_out_holds_no_more(ward):
    ward.entered(FLARE_PLAN, call="first", agreed_on="2026-03-01")
    second = ward.entered(FLARE_PLAN, call="second", agreed_on="2026-03-05")

    ward.post(f"{PLANS}{second['id']}/void/", {"reason": "Another patient's"})

    assert plans(ward) == ("first", None)


def test_current_lists_the_one_plan_that_holds(ward):
    ward.entered(FLARE_PLAN, call="first", agreed_on="2026-03-01")
    ward.entered(FLARE_PLAN, call="second", agreed_on="2026-03-05")
    ward.entered(FLARE_PLAN, call="mine", by=ward.patient.user, **ALONE)

    held = ward.get(PLANS, current="true").json()["results"]
    everything = ward.get(PLANS).json()["results"]

    assert [each["call"] for each in held] == ["second"]
    assert len(everything) == 3


def test_corrected_plan_keeps_what_it_said(ward):
    found = ward.entered(FLARE_PLAN)

    corrected = ward.patch(f"{PLANS}{found['id']}/", call="The ward.")

    assert (corrected.status_code, corrected.json()["version"]) == (200, 2)
    (version,) = ward.get(f"{PLANS}{found['id']}/versions/").json()
    assert version["content"]["call"] == "The clinic, on the third bad day."


def test_patient_corrects_their_own_words_and_no_others(ward):
    own = ward.entered(FLARE_PLAN, by=ward.patient.user, **ALONE)
    theirs = ward.entered(FLARE_PLAN)

    mended = ward.patch(f"{PLANS}{own['id']}/", by=ward.patient.user, call="Tove.")
    agreed = ward.patch(
        f"{PLANS}{own['id']}/",
        by=ward.patient.user,
        version=2,
        agreed_by=["patient", "therapist"],
    )
    refused = ward.patch(f"{PLANS}{theirs['id']}/", by=ward.patient.user, call="Tove.")

    assert (mended.status_code, agreed.status_code, refused.status_code) == (
        200,
        400,
        403,
    )
