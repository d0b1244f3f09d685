"""``/exercises/``: everybody of the clinic reads, managers write."""

import pytest

from apps.audit.models import AuditEvent
from apps.exercises.models import Exercise
from tests.factories.people import (
    api_client,
    enter_also,
    make_assessor,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)
from tests.factories.training import with_catalogue

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B1")]

PATH = "/api/v1/exercises/"
SQUAT = {
    "slug": "goblet_squat",
    "name": "Goblet squat",
    "region": "legs",
    "muscle_groups": ["quadriceps"],
    "modality": "resistance",
    "load_kind": "external",
    "increment": {"value": "2", "unit": "kg"},
    "minimum": {"value": "4", "unit": "kg"},
    "unilateral": False,
    "eccentric": True,
}


def post(client, **changes):
    return client.post(PATH, SQUAT | changes, format="json")


def own(clinic, slug):
    enter_also(clinic)
    return Exercise.objects.filter(clinic=clinic, slug=slug).first()


def test_exercise_is_told_with_its_steps_as_loads():
    clinic = make_clinic()
    with_catalogue(clinic)

    answer = api_client(make_therapist(clinic)).get(PATH, {"page_size": 200})

    by_slug = {each["slug"]: each for each in answer.json()["results"]}
    assert by_slug["leg_press"]["increment"] == {
        "value": "2.5",
        "unit": "kg",
        "kg": "2.50",
    }
    assert by_slug["leg_press"]["minimum"]["kg"] == "2.50"
    assert by_slug["plank"]["increment"] is None
    assert by_slug["plank"]["minimum"] is None
    assert by_slug["plank"]["basis"] is None
    assert by_slug["cycle_ergometer"]["basis"] == "hrmax"


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        pytest.param({"region": "hands"}, {"hand_grip"}, id="region"),
        pytest.param(
            {"load_kind": "lever"}, {"plank", "back_extension_hold"}, id="load kind"
        ),
        pytest.param({"region": "legs", "load_kind": "effort"}, set(), id="both"),
    ],
)
def test_exercises_can_be_filtered(query, slugs):
    clinic = make_clinic()
    with_catalogue(clinic)

    answer = api_client(make_therapist(clinic)).get(PATH, query)

    assert {each["slug"] for each in answer.json()["results"]} == slugs


@pytest.mark.parametrize("query", [{"regoin": "legs"}, {"region": "elbow"}])
def test_exercises_refuse_an_unknown_filter_or_value(query):
    clinic = make_clinic()

    answer = api_client(make_therapist(clinic)).get(PATH, query)

    assert answer.status_code == 400


@pytest.mark.requirement("A2")
@pytest.mark.parametrize("role", [make_therapist, make_manager, make_assessor])
def test_every_member_reads_the_exercises_of_the_own_clinic_only(role):
    clinic, other = make_clinic(), make_clinic()
    with_catalogue(clinic)
    foreign = with_catalogue(other)["plank"]
    client = api_client(role(clinic))

    listed = client.get(PATH, {"page_size": 200}).json()["results"]
    one = client.get(f"{PATH}{foreign.public_id}/")

    assert len(listed) == 25
    assert str(foreign.public_id) not in {each["id"] for each in listed}
    assert one.status_code == 404


@pytest.mark.requirement("A2")
def test_a_patient_reads_the_exercises_of_the_own_clinic():
    clinic = make_clinic()
    plank = with_catalogue(clinic)["plank"]
    patient = make_patient(clinic)

    answer = api_client(patient.user).get(f"{PATH}{plank.public_id}/")

    assert answer.status_code == 200
    assert answer["ETag"] == '"1"'


@pytest.mark.requirement("A2")
def test_nobody_reads_no_exercise():
    assert api_client().get(PATH).status_code == 401


def test_a_manager_adds_an_exercise():
    clinic = make_clinic()

    answer = post(api_client(make_manager(clinic)))

    assert answer.status_code == 201
    assert answer.json()["increment"] == {"value": "2.0", "unit": "kg", "kg": "2.00"}
    assert own(clinic, "goblet_squat").muscle_groups == ["quadriceps"]
    assert AuditEvent.objects.filter(action="exercise.create").count() == 1


@pytest.mark.requirement("A2")
@pytest.mark.parametrize("role", [make_therapist, make_assessor])
def test_only_a_manager_adds_an_exercise(role):
    clinic = make_clinic()

    answer = post(api_client(role(clinic)))

    assert answer.status_code == 403
    assert own(clinic, "goblet_squat") is None


def test_a_slug_stands_once_in_a_clinic():
    clinic = make_clinic()
    client = api_client(make_manager(clinic))
    post(client)

    answer = post(client, name="Another squat")

    assert answer.status_code == 409
    assert answer.json()["code"] == "already_recorded"
    assert own(clinic, "goblet_squat").name == "Goblet squat"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"increment": None}, id="a weight without increment"),
        pytest.param({"minimum": None}, id="a weight without minimum"),
        pytest.param({"increment": {"value": "0", "unit": "kg"}}, id="no step"),
        pytest.param({"minimum": {"value": "4", "unit": "lb"}}, id="two units"),
        pytest.param({"increment": {"value": "1000", "unit": "kg"}}, id="too large"),
        pytest.param({"load_kind": "lever"}, id="a lever with steps"),
        pytest.param({"slug": "Goblet squat"}, id="slug with a space"),
        pytest.param({"name": " "}, id="no name"),
        pytest.param({"region": "elbow"}, id="unknown region"),
        pytest.param({"colour": "red"}, id="unknown field"),
    ],
)
def test_an_impossible_exercise_is_refused(changes):
    clinic = make_clinic()

    answer = post(api_client(make_manager(clinic)), **changes)

    assert answer.status_code == 400
    enter_also(clinic)
    assert not Exercise.objects.filter(clinic=clinic).exists()


def patch(client, exercise, *, version=1, **changes):
    body = {"correction_reason": "New machine"} | changes
    path = f"{PATH}{exercise.public_id}/"
    return client.patch(path, body, format="json", HTTP_IF_MATCH=f'"{version}"')


def test_a_manager_changes_the_steps_of_a_machine():
    clinic = make_clinic()
    leg_press = with_catalogue(clinic)["leg_press"]

    answer = patch(
        api_client(make_manager(clinic)),
        leg_press,
        increment={"value": "5", "unit": "kg"},
        minimum={"value": "10", "unit": "kg"},
    )

    assert answer.status_code == 200
    assert answer.json()["increment"]["value"] == "5.0"
    assert answer.json()["version"] == 2
    assert answer.json()["name"] == "Leg press"


def test_a_change_needs_the_version_that_was_read():
    clinic = make_clinic()
    leg_press = with_catalogue(clinic)["leg_press"]
    client = api_client(make_manager(clinic))
    patch(client, leg_press, name="Leg press 2")

    stale = patch(client, leg_press, name="Leg press 3")
    without = client.patch(
        f"{PATH}{leg_press.public_id}/",
        {"correction_reason": "x", "name": "y"},
        format="json",
    )

    assert stale.status_code == 412
    assert without.status_code == 400
    assert own(clinic, "leg_press").name == "Leg press 2"


def test_a_change_sent_twice_is_made_once():
    clinic = make_clinic()
    leg_press = with_catalogue(clinic)["leg_press"]
    client = api_client(make_manager(clinic))
    change_id = "0195e2a0-0000-7000-8000-000000000001"

    first = patch(client, leg_press, name="New", change_id=change_id)
    second = patch(client, leg_press, name="New", change_id=change_id)
    other = patch(client, leg_press, name="Newer", change_id=change_id)

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json()["version"] == 2
    assert other.status_code == 409
    assert own(clinic, "leg_press").version == 2


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"increment": None}, id="a weight loses its increment"),
        pytest.param({"increment": {"value": "5", "unit": "lb"}}, id="one unit only"),
        pytest.param({"name": None}, id="no name"),
        pytest.param({"load_kind": "hold"}, id="the kind of load is fixed"),
        pytest.param({"correction_reason": ""}, id="no reason"),
    ],
)
def test_an_impossible_change_is_refused(changes):
    clinic = make_clinic()
    leg_press = with_catalogue(clinic)["leg_press"]

    answer = patch(api_client(make_manager(clinic)), leg_press, **changes)

    assert answer.status_code == 400
    assert own(clinic, "leg_press").version == 1


@pytest.mark.requirement("A2")
def test_who_is_no_manager_of_the_clinic_changes_nothing():
    clinic, other = make_clinic(), make_clinic()
    leg_press = with_catalogue(clinic)["leg_press"]
    patient = make_patient(clinic)

    colleague = patch(api_client(make_therapist(clinic)), leg_press, name="Mine")
    treated = patch(api_client(patient.user), leg_press, name="Mine")
    stranger = patch(api_client(make_manager(other)), leg_press, name="Mine")
    nobody = patch(api_client(), leg_press, name="Mine")

    statuses = [each.status_code for each in (colleague, treated, stranger, nobody)]
    assert statuses == [403, 403, 404, 401]
    assert own(clinic, "leg_press").name == "Leg press"


def test_the_list_costs_the_same_for_one_exercise_and_for_all(
    django_assert_max_num_queries,
):
    clinic = make_clinic()
    with_catalogue(clinic)
    client = api_client(make_therapist(clinic))

    with django_assert_max_num_queries(5) as one:
        client.get(PATH, {"page_size": 1})
    with django_assert_max_num_queries(5) as all_of_them:
        client.get(PATH, {"page_size": 200})

    assert len(one) == len(all_of_them)
