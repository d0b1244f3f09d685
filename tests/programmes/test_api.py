"""The routes of programmes: shapes, retries, filters, and who may."""

import uuid
from datetime import UTC, datetime

import pytest

from apps.audit.models import AuditEvent
from apps.programmes import services
from apps.programmes.models import (
    Closure,
    LoadInForce,
    Pause,
    PhaseInForce,
    PlannedSession,
    Prescription,
    Programme,
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
from tests.factories.training import (
    calendar_of,
    enrolment_body,
    make_one_rep_max,
    make_programme,
    with_catalogue,
)

from .conftest import make_gym

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B3")]

V1 = "/api/v1"
NOW = datetime(2026, 2, 28, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _february(time_machine):
    time_machine.move_to(NOW, tick=False)


def post(user, path, body, **fields):
    return api_client(user).post(f"{V1}{path}", body | fields, format="json")


def get(user, path, **query):
    return api_client(user).get(f"{V1}{path}", query)


def enrol(gym, **fields):
    services.load_templates()
    with_catalogue(gym.clinic)
    return post(gym.therapist, "/programmes/", enrolment_body(gym.patient, **fields))


def test_templates_are_listed_with_their_source(gym):
    services.load_templates()

    listed = get(gym.patient.user, "/programme-templates/").json()["results"]
    one = next(each for each in listed if each["key"] == "resistance_fm_15w")
    whole = get(gym.patient.user, f"/programme-templates/{one['id']}/").json()

    assert len(listed) == 7
    assert set(one) == {
        *("id", "clinic", "key", "version", "name"),
        *("weeks", "sessions_per_week", "source"),
    }
    assert (one["version"], one["weeks"], one["sessions_per_week"]) == (1, 15, 2)
    assert whole["content"]["phases"][0]["percent_1rm"] == 40
    assert get(None, "/programme-templates/").status_code == 401
    missing = get(gym.therapist, f"/programme-templates/{uuid.uuid4()}/")
    assert missing.status_code == 404


def test_enrolment_is_answered_with_the_number_of_sessions(gym):
    answer = enrol(gym, goal="Carry my shopping")

    body = answer.json()
    assert answer.status_code == 201
    assert body["planned_sessions"] == 30
    assert body["template"]["key"] == "resistance_fm_15w"
    assert (body["time"], body["weekdays"]) == ("10:00", [0, 3])
    assert (body["status"], body["goal"]) == ("active", "Carry my shopping")
    assert body["phase"]["position"] == 1
    assert body["phase"]["weeks"] == [1, 2]
    assert body["phase"]["percent_1rm"] == 40
    assert body["automatic_proposals"] is True
    assert get(gym.therapist, f"/programmes/{body['id']}/").json() == body
    listed = get(gym.patient.user, "/programmes/").json()["results"]
    assert listed == [body]


@pytest.mark.requirement("B7")
@pytest.mark.parametrize("pem", [True, None])
def test_proposals_are_blocked_for_pem_and_when_it_was_not_asked(gym, pem):
    gym.patient.pem = pem
    gym.patient.save(update_fields=["pem"])

    assert enrol(gym).json()["automatic_proposals"] is False


def test_a_second_enrolment_is_a_conflict(gym):
    enrol(gym)
    enter_also(gym.clinic)

    answer = enrol(gym)

    assert (answer.status_code, answer.json()["code"]) == (409, "already_recorded")
    enter_also(gym.clinic)
    assert Programme.objects.count() == 1


def test_an_impossible_enrolment_points_to_its_fault(gym):
    answer = enrol(gym, weekdays=[0, 1])

    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/weekdays", "gap_too_short")
    assert "48 hours" in fault["detail"]


@pytest.mark.requirement("B4")
def test_the_prescription_of_a_day_has_the_promised_shape(gym):
    programme_id = enrol(gym).json()["id"]
    enter_also(gym.clinic)
    leg_press = with_catalogue(gym.clinic)["leg_press"]
    make_one_rep_max(gym.patient, leg_press, by=gym.therapist)
    path = f"/programmes/{programme_id}/prescription/"

    body = get(gym.patient.user, path, on="2026-03-02").json()

    exercise = body["exercises"][0]
    assert body["on"] == "2026-03-02"
    assert body["phase"] == {"position": 1, "weeks": [1, 2], "percent_1rm": 40}
    assert body["week"] == 1
    assert body["warm_up"]["minutes"] == 10
    assert (body["explosive_level"], body["one_rep_max_test_due"]) == (None, False)
    assert exercise["exercise"]["slug"] == "leg_press"
    assert (exercise["sets"], exercise["reps"], exercise["rest_s"]) == (2, [15, 20], 45)
    assert exercise["load"] is None
    assert exercise["suggested_load"] == {"value": "32.5", "unit": "kg", "kg": "32.50"}
    assert exercise["reason"] == (
        "40 % of 83.0 kg (1RM of 2026-02-27), floored to 2.5 kg"
    )
    assert get(gym.therapist, path, on="2026-02-28").json()["one_rep_max_test_due"]
    assert get(gym.therapist, path).json()["on"] == "2026-02-28"
    assert get(gym.therapist, path, on="2026-04-01").json()["explosive_level"] == 1
    assert get(gym.therapist, path, on="2026-05-01").json()["explosive_level"] == 2
    assert get(gym.therapist, path, on="soon").status_code == 400
    assert get(gym.therapist, path, on="9999-12-31").status_code == 400


@pytest.mark.requirement("D2")
@pytest.mark.parametrize(
    ("increment", "loads"),
    [
        ("2.5", ["32.50", "47.50", "57.50", "65.00"]),
        ("5", ["30.00", "45.00", "55.00", "65.00"]),
    ],
)
def test_83_kilograms_reach_the_patient_as_the_specified_loads(gym, increment, loads):
    programme_id = enrol(gym).json()["id"]
    enter_also(gym.clinic)
    leg_press = with_catalogue(gym.clinic)["leg_press"]
    make_one_rep_max(gym.patient, leg_press, by=gym.therapist)
    api_client(make_manager(gym.clinic)).patch(
        f"{V1}/exercises/{leg_press.public_id}/",
        {
            "correction_reason": "Machine",
            "increment": {"value": increment, "unit": "kg"},
        },
        format="json",
        HTTP_IF_MATCH='"1"',
    )
    path = f"/programmes/{programme_id}"
    found = []
    for position in (1, 3, 4, 5):
        if position > 1:
            phase = {"position": position, "reason": "All green"}
            assert post(gym.therapist, f"{path}/phase/", phase).status_code == 200
        # Phases come into force on the first day at the earliest.
        body = get(gym.therapist, f"{path}/prescription/", on="2026-03-02").json()
        found.append(body["exercises"][0]["suggested_load"]["kg"])

    assert found == loads


@pytest.mark.requirement("B4")
def test_a_load_is_put_in_force_once(gym):
    programme = started(gym)
    make_one_rep_max(
        gym.patient, with_catalogue(gym.clinic)["leg_press"], by=gym.therapist
    )
    row = Prescription.objects.get(programme=programme, slot="leg_press")
    path = f"/prescriptions/{row.public_id}/load/"
    body = {
        "load": {"value": "32.5", "unit": "kg"},
        "reason": "First load",
        "change_id": str(uuid.uuid4()),
    }

    first = post(gym.therapist, path, body)
    second = post(gym.therapist, path, body)
    other = post(gym.therapist, path, body, reason="Another")

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert other.json()["code"] == "id_reused"
    assert first.json()["percent_1rm"] == "40"
    assert first.json()["on_increment"] is True
    assert first.json()["one_rep_max_test"] is not None
    off = post(gym.therapist, path, {"load": {"value": "33", "unit": "kg"}}, reason="x")
    assert (off.json()["on_increment"], len(off.json()["remarks"])) == (False, 1)
    enter_also(gym.clinic)
    assert LoadInForce.objects.count() == 2


def started(gym):
    """Return a programme made without the API."""
    return make_programme(gym.patient, by=gym.therapist, now=NOW)


def test_pause_resume_and_end_by_the_api(gym):
    path = f"/programmes/{started(gym).public_id}"

    paused = post(gym.therapist, f"{path}/pause/", {"from": "2026-03-09"}, reason="Flu")
    listed = get(gym.therapist, "/planned-sessions/", **{"from": "2026-03-05"})
    resumed = post(gym.therapist, f"{path}/resume/", {"on": "2026-03-25"})
    ended = post(
        gym.therapist,
        f"{path}/end/",
        {"on": "2026-04-01", "outcome": "withdrawn", "reason": "Moved"},
    )
    late = post(gym.therapist, f"{path}/phase/", {"position": 2, "reason": "x"})

    assert paused.json()["pauses"] == [
        {"from": "2026-03-09", "until": None, "reason": "Flu"}
    ]
    assert [each["paused"] for each in listed.json()["results"][:3]] == [
        False,
        True,
        True,
    ]
    assert resumed.json()["pauses"][0]["until"] == "2026-03-25"
    assert (ended.json()["status"], ended.json()["end_reason"]) == (
        "withdrawn",
        "Moved",
    )
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state")


def actions(programme):
    """Return every action with a body that succeeds, by name."""
    planned = calendar_of(programme)
    row = Prescription.objects.get(programme=programme, slot="leg_press")
    base = f"/programmes/{programme.public_id}"

    def session(number):
        return f"/planned-sessions/{planned[number - 1].public_id}"

    return {
        "load": (
            f"/prescriptions/{row.public_id}/load/",
            {"load": {"value": "30", "unit": "kg"}, "reason": "x"},
        ),
        "phase": (f"{base}/phase/", {"position": 2, "reason": "x"}),
        "cancel": (f"{session(2)}/cancel/", {"reason": "x"}),
        "move": (f"{session(3)}/move/", {"starts_at": "2026-03-10T10:00:00+01:00"}),
        "pause": (f"{base}/pause/", {"from": "2026-03-16", "reason": "x"}),
        "resume": (f"{base}/resume/", {"on": "2026-03-16"}),
        "end": (
            f"{base}/end/",
            {"on": "2026-03-30", "outcome": "completed", "reason": "x"},
        ),
    }


@pytest.mark.requirement("C3")
def test_every_action_sent_twice_is_done_once(gym):
    programme = started(gym)
    for name, (path, body) in actions(programme).items():
        change_id = str(uuid.uuid4())

        first = post(gym.therapist, path, body, change_id=change_id)
        second = post(gym.therapist, path, body, change_id=change_id)

        assert (name, first.status_code, second.status_code) == (name, 200, 200)
        assert first.json() == second.json()
    enter_also(gym.clinic)
    assert Pause.objects.count() == 1
    assert LoadInForce.objects.count() == 1
    assert PhaseInForce.objects.count() == 2


@pytest.mark.requirement("A2")
def test_no_action_is_open_to_others(gym):
    programme = started(gym)
    others = {
        "patient": (gym.patient.user, 403),
        "colleague": (make_therapist(gym.clinic), 404),
        "manager": (make_manager(gym.clinic), 404),
        "assessor": (make_assessor(gym.clinic), 404),
        "stranger": (make_therapist(make_clinic()), 404),
        "other patient": (make_patient(gym.clinic).user, 404),
        "nobody": (None, 401),
    }
    found = actions(programme)
    before = state_of(gym)

    for who, (user, status) in others.items():
        for name, (path, body) in found.items():
            answer = post(user, path, body)
            assert (who, name, answer.status_code) == (who, name, status)

    assert state_of(gym) == before


def state_of(gym):
    """Return everything that an action could have changed."""
    enter_also(gym.clinic)
    return (
        list(Programme.objects.values()),
        list(PlannedSession.objects.order_by("pk").values()),
        list(PhaseInForce.objects.values()),
        LoadInForce.objects.count(),
        Pause.objects.count(),
        AuditEvent.objects.filter(subject__in=("programme", "load")).count(),
    )


@pytest.mark.requirement("A2")
def test_who_may_enrol(gym):
    services.load_templates()
    with_catalogue(gym.clinic)
    others = [
        (gym.patient.user, 403),
        (make_therapist(gym.clinic), 404),
        (make_manager(gym.clinic), 404),
        (make_therapist(make_clinic()), 404),
        (None, 401),
    ]

    for user, status in others:
        answer = post(user, "/programmes/", enrolment_body(gym.patient))
        assert answer.status_code == status

    enter_also(gym.clinic)
    assert not Programme.objects.exists()
    assert not PlannedSession.objects.exists()


@pytest.mark.requirement("A2")
def test_who_may_read(gym):
    programme = started(gym)
    base = f"/programmes/{programme.public_id}/"
    own = {"patient": str(gym.patient.public_id)}
    readers = [
        (gym.therapist, 200),
        (gym.patient.user, 200),
        (make_therapist(gym.clinic), 404),
        (make_manager(gym.clinic), 404),
        (make_assessor(gym.clinic), 404),
        (make_therapist(make_clinic()), 404),
        (None, 401),
    ]

    for user, status in readers:
        answers = [
            get(user, base),
            get(user, f"{base}prescription/"),
            get(user, "/programmes/", **own),
            get(user, "/planned-sessions/", **own),
        ]
        assert [each.status_code for each in answers] == [status] * 4


def test_lists_show_only_the_own_patients(gym):
    started(gym)
    stranger = make_therapist(gym.clinic)

    assert get(stranger, "/programmes/").json()["results"] == []
    assert get(stranger, "/planned-sessions/").json()["results"] == []


def test_a_patient_excuses_themself_by_the_api(gym):
    planned = gym.session(started(gym), 1)
    path = f"/planned-sessions/{planned.public_id}/excuse/"
    change_id = str(uuid.uuid4())

    first = post(gym.patient.user, path, {"reason": "travel"}, change_id=change_id)
    second = post(gym.patient.user, path, {"reason": "travel"}, change_id=change_id)
    again = post(gym.patient.user, path, {"reason": "travel"})

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["excuse_reason"] == "travel"
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


@pytest.mark.requirement("A2")
def test_others_excuse_nobody(gym):
    planned = gym.session(started(gym), 1)
    path = f"/planned-sessions/{planned.public_id}/excuse/"
    others = [
        (make_therapist(gym.clinic), 404),
        (make_patient(gym.clinic).user, 404),
        (make_therapist(make_clinic()), 404),
        (None, 401),
    ]

    for user, status in others:
        assert post(user, path, {"reason": "illness"}).status_code == status

    enter_also(gym.clinic)
    planned.refresh_from_db()
    assert planned.status == "planned"


@pytest.mark.parametrize("reason", ["tired", "", None])
def test_an_excuse_needs_a_known_reason(gym, reason):
    planned = gym.session(started(gym), 1)

    answer = post(
        gym.therapist,
        f"/planned-sessions/{planned.public_id}/excuse/",
        {"reason": reason},
    )

    assert answer.status_code == 400


def test_planned_sessions_carry_the_clock_of_the_clinic():
    gym = make_gym(time_zone="America/New_York")
    started(gym)

    first = get(gym.therapist, "/planned-sessions/").json()["results"][0]

    assert first["starts_at"] == "2026-03-02T10:00:00-05:00"
    assert first["ends_at"] == "2026-03-02T11:00:00-05:00"
    assert first["original_starts_at"] == first["starts_at"]
    assert (first["number"], first["status"], first["paused"]) == (1, "planned", False)


def test_planned_sessions_are_filtered_by_days_of_the_clinic_and_status(gym):
    programme = started(gym)
    services.mark_slot_held(planned_session=gym.session(programme, 1), status="held")

    def numbers(**query):
        listed = get(gym.therapist, "/planned-sessions/", **query).json()["results"]
        return [each["number"] for each in listed]

    assert numbers(**{"from": "2026-03-05", "to": "2026-03-09"}) == [2, 3]
    assert numbers(status="held") == [1]
    assert len(numbers(programme=str(programme.public_id))) == 30
    assert numbers(to="2026-03-01") == []
    for wrong in ({"status": "gone"}, {"form": "2026-03-05"}, {"from": "x"}):
        assert get(gym.therapist, "/planned-sessions/", **wrong).status_code == 400


def test_closures_are_read_by_all_and_written_by_managers(gym):
    body = {"first_day": "2026-04-02", "last_day": "2026-04-06", "reason": "Easter"}
    manager = make_manager(gym.clinic)
    stranger = make_therapist(make_clinic())

    refused = [
        post(user, "/closures/", body).status_code
        for user in (gym.therapist, gym.patient.user, stranger, None)
    ]
    added = post(manager, "/closures/", body)

    assert refused == [403, 403, 403, 401]
    assert added.status_code == 201
    for user in (gym.therapist, gym.patient.user, manager):
        listed = get(user, "/closures/").json()["results"]
        assert [each["reason"] for each in listed] == ["Easter"]
    assert get(stranger, "/closures/").json()["results"] == []
    assert get(None, "/closures/").status_code == 401
    assert get(manager, "/closures/", **{"from": "2026-04-07"}).json()["results"] == []
    enter_also(gym.clinic)
    assert Closure.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {"first_day": "2026-04-06", "last_day": "2026-04-02", "reason": "x"},
        {"first_day": "2026-04-06", "last_day": "9999-12-31", "reason": "x"},
        {"first_day": "2026-04-06", "last_day": "2026-04-06", "reason": ""},
        {"first_day": "2026-04-06"},
    ],
)
def test_an_impossible_closure_is_refused(gym, body):
    answer = post(make_manager(gym.clinic), "/closures/", body)

    assert answer.status_code == 400
    enter_also(gym.clinic)
    assert not Closure.objects.exists()


def test_lists_cost_the_same_for_one_and_for_many(gym, django_assert_max_num_queries):
    started(gym)
    client = api_client(gym.therapist)

    def cost(path):
        with django_assert_max_num_queries(14) as found:
            assert client.get(f"{V1}{path}").status_code == 200
        return len(found)

    few = [cost("/programmes/"), cost("/planned-sessions/?page_size=1")]
    enter_also(gym.clinic)
    for _ in range(4):
        other = make_patient(gym.clinic, therapist=gym.therapist)
        make_programme(other, by=gym.therapist, now=NOW)
    many = [cost("/programmes/"), cost("/planned-sessions/?page_size=200")]

    assert few == many


@pytest.mark.requirement("A6")
def test_looks_are_noted(gym):
    programme = started(gym)

    get(gym.therapist, f"/programmes/{programme.public_id}/")
    get(gym.therapist, "/planned-sessions/")
    get(gym.patient.user, f"/programmes/{programme.public_id}/")

    enter_also(gym.clinic)
    assert AuditEvent.objects.filter(action="look").count() == 1
    assert AuditEvent.objects.filter(action="list").count() == 1
