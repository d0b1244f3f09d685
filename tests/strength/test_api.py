"""``/one-rep-max-tests/``: record, retry, correct, void, read, and who may."""

import uuid

import pytest

from apps.audit.models import AuditEvent
from apps.clinics.models import Snapshot
from apps.exercises.models import Exercise
from apps.strength.models import OneRepMaxTest
from tests.factories.people import (
    api_client,
    enter_also,
    make_assessor,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)
from tests.factories.training import (
    make_one_rep_max,
    one_rep_max_body,
    trial,
    with_catalogue,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("D1")]

PATH = "/api/v1/one-rep-max-tests/"


class Gym:
    """A clinic with a therapist, their patient and the catalogue."""

    def __init__(self):
        self.clinic = make_clinic()
        self.therapist = make_therapist(self.clinic)
        self.patient = make_patient(self.clinic, therapist=self.therapist)
        self.exercises = with_catalogue(self.clinic)
        self.client = api_client(self.therapist)

    def body(self, **fields):
        return one_rep_max_body(self.patient, self.exercises["leg_press"], **fields)

    def post(self, client=None, **fields):
        return (client or self.client).post(PATH, self.body(**fields), format="json")

    def stored(self):
        enter_also(self.clinic)
        return list(OneRepMaxTest.objects.order_by("tested_at", "id"))


@pytest.fixture
def gym():
    return Gym()


def test_a_test_is_answered_with_its_result(gym):
    answer = gym.post()

    body = answer.json()
    assert answer.status_code == 201
    assert body["one_rep_max"] == {"value": "83.0", "unit": "kg", "kg": "83.00"}
    assert (body["confidence"], body["version"]) == ("normal", 1)
    assert (body["change_percent"], body["beyond_noise"]) == (None, None)
    assert body["trials"][1] == {
        "load": {"value": "83.0", "unit": "kg", "kg": "83.00"},
        "reps": 1,
        "success": True,
        "rpe": 18,
        "pain_before_mm": None,
        "pain_after_mm": None,
    }
    assert body["equation"] is None
    assert answer["ETag"] == '"1"'


def test_a_retest_tells_the_change(gym):
    gym.post(tested_at="2026-02-20T10:00:00Z")

    body = gym.post(trials=[trial("100")]).json()

    # 100 / 83 = 1.2048
    assert (body["change_percent"], body["beyond_noise"]) == ("20.5", True)


def test_a_refusal_of_the_rules_points_to_the_trial(gym):
    answer = gym.post(method="estimated", trials=[trial("40", reps=13)])

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/trials/0/reps"
    assert "1 to 12" in answer.json()["errors"][0]["detail"]
    assert gym.stored() == []


@pytest.mark.requirement("C3")
def test_the_same_id_and_content_gives_the_same_record(gym):
    test_id = str(uuid.uuid4())

    first = gym.post(id=test_id)
    second = gym.post(id=test_id)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert first.json()["id"] == test_id
    assert len(gym.stored()) == 1


@pytest.mark.requirement("C3")
def test_the_same_id_with_other_content_is_refused(gym):
    test_id = str(uuid.uuid4())
    gym.post(id=test_id)

    answer = gym.post(id=test_id, trials=[trial("90")])

    assert answer.status_code == 409
    assert answer.json()["code"] == "id_reused"
    assert [each.one_rep_max_kg for each in gym.stored()] == [83]


@pytest.mark.requirement("C3")
def test_the_id_of_somebody_elses_record_is_refused_without_content(gym):
    other = Gym()
    test_id = str(uuid.uuid4())
    other.post(id=test_id)

    answer = gym.post(id=test_id)

    assert answer.status_code == 409
    assert answer.json()["code"] == "id_reused"
    assert "83" not in answer.content.decode()
    enter_also(gym.clinic)
    enter_also(other.clinic)
    assert OneRepMaxTest.objects.count() == 1


@pytest.mark.requirement("C3")
def test_a_replay_after_a_correction_gives_the_current_record(gym):
    test_id = str(uuid.uuid4())
    gym.post(id=test_id)
    patch(gym, test_id, machine="B")

    answer = gym.post(id=test_id)

    assert answer.status_code == 200
    assert (answer.json()["machine"], answer.json()["version"]) == ("B", 2)


def patch(gym, test_id, *, version=1, client=None, **changes):
    return (client or gym.client).patch(
        f"{PATH}{test_id}/",
        {"correction_reason": "Typing error"} | changes,
        format="json",
        HTTP_IF_MATCH=f'"{version}"',
    )


@pytest.mark.requirement("C4")
def test_a_correction_recomputes_and_keeps_the_earlier_version(gym):
    test_id = gym.post().json()["id"]

    answer = patch(gym, test_id, trials=[trial("80"), trial("83", success=False)])

    versions = gym.client.get(f"{PATH}{test_id}/versions/").json()
    assert answer.status_code == 200
    assert answer.json()["one_rep_max"]["kg"] == "80.00"
    assert (answer.json()["version"], len(answer.json()["trials"])) == (2, 2)
    assert [each["version"] for each in versions] == [1]
    assert versions[0]["content"]["one_rep_max"]["kg"] == "83.00"
    assert versions[0]["reason"] == "Typing error"
    assert versions[0]["replaced_by"] == str(gym.therapist.public_id)


@pytest.mark.requirement("C4")
def test_a_correction_keeps_what_it_does_not_name(gym):
    test_id = gym.post(machine="A", analgesic_hours="12.5").json()["id"]

    body = patch(gym, test_id, machine="B").json()

    assert (body["machine"], body["analgesic_hours"]) == ("B", "12.5")
    assert body["one_rep_max"]["kg"] == "83.00"
    assert len(body["trials"]) == 3


@pytest.mark.requirement("C4")
def test_a_correction_needs_the_current_version_and_a_reason(gym):
    test_id = gym.post().json()["id"]
    patch(gym, test_id, machine="B")

    stale = patch(gym, test_id, machine="C")
    silent = patch(gym, test_id, version=2, machine="C", correction_reason="")
    impossible = patch(gym, test_id, version=2, trials=[trial("40", reps=5)])

    statuses = [each.status_code for each in (stale, silent, impossible)]
    assert statuses == [412, 400, 400]
    assert impossible.json()["errors"][0]["pointer"] == "/trials"
    assert [each.machine for each in gym.stored()] == ["B"]
    assert Snapshot.objects.count() == 1


def test_a_correction_sent_twice_is_made_once(gym):
    test_id = gym.post().json()["id"]
    change_id = str(uuid.uuid4())

    first = patch(gym, test_id, machine="B", change_id=change_id)
    second = patch(gym, test_id, machine="B", change_id=change_id)

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json()["version"] == 2


@pytest.mark.requirement("C4")
@pytest.mark.parametrize(
    "change",
    [{"unilateral": True}, {"is_active": False}, {"load_kind": "hold"}],
    ids=["one-sided", "retired", "without a weight"],
)
def test_a_test_is_corrected_after_its_exercise_changed(gym, change):
    test_id = gym.post().json()["id"]
    row = gym.exercises["leg_press"]
    steps = {"increment_value": None, "minimum_value": None}
    fields = change | (steps if "load_kind" in change else {})
    Exercise.objects.filter(pk=row.pk).update(**fields)

    answer = patch(gym, test_id, machine="B")
    same = patch(gym, test_id, version=2, exercise=str(row.public_id), side=None)

    assert (answer.status_code, same.status_code) == (200, 200)
    assert answer.json()["machine"] == "B"


@pytest.mark.requirement("C4")
def test_a_correction_says_the_side_of_what_became_one_sided(gym):
    test_id = gym.post().json()["id"]
    early = patch(gym, test_id, side="left")
    row = gym.exercises["leg_press"]
    Exercise.objects.filter(pk=row.pk).update(unilateral=True)

    answer = patch(gym, test_id, side="left")
    without = patch(gym, test_id, version=2, side=None)

    codes = [each.json()["errors"][0]["code"] for each in (early, without)]
    assert codes == ["not_for_this_exercise", "required"]
    assert (answer.status_code, answer.json()["side"]) == (200, "left")


@pytest.mark.requirement("C4")
def test_a_test_is_corrected_after_its_tester_left(gym):
    lena = make_therapist(gym.clinic)
    test_id = gym.post(tester=str(lena.public_id)).json()["id"]
    enter_also(gym.clinic)
    lena.memberships.all().delete()

    answer = patch(gym, test_id, machine="B")

    assert answer.status_code == 200
    assert answer.json()["tester"] == str(lena.public_id)


def void(gym, test_id, client=None, **fields):
    body = {"reason": "Wrong patient"} | fields
    return (client or gym.client).post(f"{PATH}{test_id}/void/", body, format="json")


def test_a_void_test_stays_readable_and_counts_no_more(gym):
    test_id = gym.post().json()["id"]

    answer = void(gym, test_id)

    again = void(gym, test_id)
    corrected = patch(gym, test_id, machine="B")
    listed = gym.client.get(PATH, {"patient": str(gym.patient.public_id)}).json()
    assert answer.status_code == 200
    assert answer.json()["void_reason"] == "Wrong patient"
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    assert corrected.status_code == 409
    assert [each["id"] for each in listed["results"]] == [test_id]


def test_a_void_sent_twice_is_answered_twice(gym):
    test_id = gym.post().json()["id"]
    change_id = str(uuid.uuid4())

    first = void(gym, test_id, change_id=change_id)
    second = void(gym, test_id, change_id=change_id)

    assert (first.status_code, second.status_code) == (200, 200)
    assert AuditEvent.objects.filter(action="one_rep_max_test.void").count() == 1


def test_a_void_needs_a_reason(gym):
    test_id = gym.post().json()["id"]

    answer = void(gym, test_id, reason=" ")

    assert answer.status_code == 400
    assert gym.stored()[0].voided_at is None


def test_the_list_is_filtered_by_exercise_and_the_patients_days(gym):
    # 23:30 UTC is half past midnight of the next day in Stockholm.
    late = gym.post(tested_at="2026-02-20T23:30:00Z").json()["id"]
    gym.post(tested_at="2026-02-20T22:30:00Z")
    gym.post(exercise=str(gym.exercises["rowing"].public_id))

    def ids(**query):
        answer = gym.client.get(PATH, query)
        return [each["id"] for each in answer.json()["results"]]

    leg_press = str(gym.exercises["leg_press"].public_id)
    days = {"from": "2026-02-21", "to": "2026-02-21"}
    assert ids(**days) == [late]
    assert len(ids(exercise=leg_press)) == 2
    assert len(ids()) == 3
    assert gym.client.get(PATH, {"pacient": "x"}).status_code == 400


@pytest.mark.requirement("A6")
def test_looks_leave_a_trace(gym):
    test_id = gym.post().json()["id"]

    gym.client.get(f"{PATH}{test_id}/")
    gym.client.get(PATH, {"patient": str(gym.patient.public_id)})
    gym.client.get(PATH)

    assert AuditEvent.objects.filter(action="look").count() == 1
    assert AuditEvent.objects.filter(action="list").count() == 1


@pytest.mark.requirement("A2")
def test_who_may_read_a_test(gym):
    test_id = gym.post().json()["id"]
    other = make_clinic()
    readers = {
        "patient": gym.patient.user,
        "colleague": make_therapist(gym.clinic),
        "manager": make_manager(gym.clinic),
        "assessor": make_assessor(gym.clinic),
        "stranger": make_therapist(other),
        "other patient": make_patient(gym.clinic).user,
        "nobody": None,
    }

    def statuses(user):
        client = api_client(user)
        own = {"patient": str(gym.patient.public_id)}
        return (
            client.get(f"{PATH}{test_id}/").status_code,
            client.get(f"{PATH}{test_id}/versions/").status_code,
            client.get(PATH, own).status_code,
        )

    found = {name: statuses(user) for name, user in readers.items()}
    assert found == {
        "patient": (200, 200, 200),
        "colleague": (404, 404, 404),
        "manager": (404, 404, 404),
        "assessor": (404, 404, 404),
        "stranger": (404, 404, 404),
        "other patient": (404, 404, 404),
        "nobody": (401, 401, 401),
    }


@pytest.mark.requirement("A2")
def test_who_may_write_a_test(gym):
    test_id = gym.post().json()["id"]
    writers = {
        "patient": gym.patient.user,
        "colleague": make_therapist(gym.clinic),
        "manager": make_manager(gym.clinic),
        "stranger": make_therapist(make_clinic()),
        "nobody": None,
    }

    def statuses(user):
        client = api_client(user)
        return (
            gym.post(client).status_code,
            patch(gym, test_id, client=client, machine="B").status_code,
            void(gym, test_id, client=client).status_code,
        )

    found = {name: statuses(user) for name, user in writers.items()}
    assert found == {
        "patient": (403, 403, 403),
        "colleague": (404, 404, 404),
        "manager": (404, 404, 404),
        "stranger": (404, 404, 404),
        "nobody": (401, 401, 401),
    }
    (stored,) = gym.stored()
    assert (stored.version, stored.machine, stored.voided_at) == (1, "", None)
    assert not Snapshot.objects.exists()


def test_the_list_costs_the_same_for_one_test_and_for_five(
    gym, django_assert_max_num_queries
):
    def add(count):
        enter_also(gym.clinic)
        for day in range(1, count + 1):
            make_one_rep_max(
                gym.patient,
                gym.exercises["leg_press"],
                by=gym.therapist,
                tested_at=f"2026-02-{day:02}T10:00:00Z",
            )

    # Two, so that one has a test before it.
    add(2)
    with django_assert_max_num_queries(12) as two:
        gym.client.get(PATH)
    add(5)
    with django_assert_max_num_queries(12) as seven:
        gym.client.get(PATH)

    assert len(two) == len(seven)


def test_recording_costs_a_fixed_number_of_statements(
    gym, django_assert_max_num_queries
):
    gym.post()

    with django_assert_max_num_queries(22) as one:
        gym.post(trials=[trial("83")])
    with django_assert_max_num_queries(22) as many:
        gym.post(trials=[trial("83")] * 20)

    assert len(one) == len(many)
