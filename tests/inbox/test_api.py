"""The inbox over HTTP: who sees what, in which order, and what is refused."""

from datetime import timedelta
from uuid import uuid4

import pytest

from apps.audit.models import AuditEvent
from apps.clinics.models import CareTeamMember
from apps.common import clock
from apps.inbox.models import Alert, AlertKind, Severity
from apps.inbox.services import close_itself, mark_no_longer_holds
from tests.factories.people import (
    api_client,
    enter_also,
    give_care,
    make_assessor,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
    make_user,
)

from .inbox_helpers import FOUND, MINUTE, NOON, put

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F3")]
LIST = "/api/v1/alerts/"


@pytest.fixture
def clinic():
    return make_clinic()


@pytest.fixture
def tove(clinic):
    return make_therapist(clinic)


@pytest.fixture
def patient(clinic, tove):
    return make_patient(clinic, therapist=tove)


def path(alert, action=""):
    return f"{LIST}{alert.public_id}/{action}"


def listed(user, **filters):
    answer = api_client(user).get(LIST, filters)
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def ids(*alerts):
    return [str(alert.public_id) for alert in alerts]


def orphan(patient):
    CareTeamMember.objects.filter(patient=patient).update(
        active_until=clock.now() - MINUTE
    )


def test_alert_says_everything_that_the_contract_promises(patient, tove):
    alert = put(patient)

    body = api_client(tove).get(path(alert)).json()

    assert body == {
        "id": str(alert.public_id),
        "patient": str(patient.public_id),
        "kind": "acute_flare",
        "severity": "moderate",
        "opened_at": "2026-03-02T11:00:00Z",
        "sentence": "Pain rose.",
        "evidence": {"n": 1},
        "policy_version": "eih-1",
        "status": "open",
        "no_longer_holds": False,
        "closed_itself_at": None,
        "acknowledged_by": None,
        "acknowledged_at": None,
        "escalated_at": None,
        "acts": [],
        "resolution": None,
    }


def test_alert_that_no_longer_holds_says_so_in_its_sentence(patient, tove):
    alert = put(patient)
    mark_no_longer_holds(alert=alert, now=NOON)

    body = api_client(tove).get(path(alert)).json()

    assert body["sentence"].endswith("After a correction the rule no longer holds.")
    assert body["no_longer_holds"] is True


def test_list_is_sorted_by_severity_and_then_by_age(patient, tove):
    low = put(patient, kind=AlertKind.RISING_PAIN, severity=Severity.LOW, origin="a")
    old = put(patient, origin="b")
    new = put(patient, origin="c", now=NOON + MINUTE)
    raised = put(patient, origin="d", now=NOON - timedelta(days=9))
    put(patient, origin="d", severity=Severity.HIGH)

    assert listed(tove) == ids(raised, new, old, low)


@pytest.mark.parametrize(
    "filters",
    [
        {"status": "resolved"},
        {"severity": "low"},
        {"kind": "rising_pain"},
    ],
)
def test_list_filters(patient, tove, filters):
    low = put(patient, kind=AlertKind.RISING_PAIN, severity=Severity.LOW, origin="a")
    close_itself(alert=low, now=NOON)
    put(patient, origin="b")

    assert listed(tove, **filters) == ids(low)


def test_list_filters_by_patient_and_by_several_at_once(patient, tove, clinic):
    mine = put(patient)
    put(make_patient(clinic, therapist=tove))
    wanted = {"patient": str(patient.public_id), "status": "open"}

    assert listed(tove, **wanted) == ids(mine)
    assert listed(tove, **(wanted | {"severity": "high"})) == []
    assert listed(tove, patient=str(uuid4())) == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("status", "opened", "invalid_choice"),
        ("sevrity", "high", "unknown_field"),
        ("patient", "17", "invalid"),
    ],
)
def test_list_refuses_filters_that_it_does_not_know(patient, tove, name, value, code):
    answer = api_client(tove).get(LIST, {name: value})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == f"/{name}"
    assert answer.json()["errors"][0]["code"] == code


def test_list_pages_lose_and_double_nothing(patient, tove):
    alerts = [put(patient, origin=f"o{n}", tells=False, now=NOON) for n in range(7)]
    client, seen = api_client(tove), []

    url = f"{LIST}?page_size=3"
    while url:
        body = client.get(url).json()
        seen += [row["id"] for row in body["results"]]
        url = body["next"]

    assert sorted(seen) == sorted(ids(*alerts))


def test_list_costs_the_same_number_of_queries_for_one_and_for_many(
    patient, tove, clinic, django_assert_max_num_queries
):
    client = api_client(tove)
    put(patient)
    with django_assert_max_num_queries(12) as one:
        client.get(LIST)
    for number in range(5):
        put(make_patient(clinic, therapist=tove), origin=f"o{number}")
    with django_assert_max_num_queries(12) as many:
        client.get(LIST)

    assert len(one) == len(many)


def test_look_at_an_alert_and_at_the_list_leaves_a_trace(patient, tove):
    alert = put(patient)

    api_client(tove).get(path(alert))
    api_client(tove).get(LIST, {"status": "open"})

    look = AuditEvent.objects.get(action="look")
    listing = AuditEvent.objects.get(action="list", subject="alerts")
    assert (look.actor_id, look.patient_id) == (tove.pk, patient.pk)
    assert listing.detail == {"status": "open"}


def test_acknowledge_and_resolve_answer_with_the_alert(patient, tove):
    alert, client = put(patient), api_client(tove)

    first = client.post(path(alert, "acknowledge/"), {}, format="json")
    second = client.post(
        path(alert, "resolve/"), FOUND | {"note": "Seen."}, format="json"
    )

    person = {"id": str(tove.public_id), "name": tove.name}
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["status"] == "acknowledged"
    assert first.json()["acknowledged_by"] == person
    assert second.json()["status"] == "resolved"
    found = second.json()["resolution"]
    assert (found["judgement"], found["action"], found["note"]) == (
        "true_flare",
        "talked",
        "Seen.",
    )
    assert found["resolved_by"] == person


@pytest.mark.parametrize("action", ["acknowledge/", "resolve/"])
def test_second_action_is_a_wrong_state_unless_it_is_the_same_change(
    patient, tove, action
):
    alert, client = put(patient), api_client(tove)
    body = (FOUND if action == "resolve/" else {}) | {"change_id": str(uuid4())}

    first = client.post(path(alert, action), body, format="json")
    again = client.post(path(alert, action), body, format="json")
    other = client.post(
        path(alert, action), body | {"change_id": str(uuid4())}, format="json"
    )

    assert [first.status_code, again.status_code] == [200, 200]
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "wrong_state")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"action": "talked"}, "/judgement", "required"),
        (FOUND | {"judgement": "dunno"}, "/judgement", "invalid_choice"),
        (FOUND | {"action": "prayed"}, "/action", "invalid_choice"),
        (FOUND | {"nota": "x"}, "/nota", "unknown_field"),
        (FOUND | {"note": "x" * 4001}, "/note", "max_length"),
    ],
)
def test_resolve_refuses_what_it_cannot_understand(patient, tove, body, pointer, code):
    alert = put(patient)

    answer = api_client(tove).post(path(alert, "resolve/"), body, format="json")

    assert answer.status_code == 400
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        (pointer, code)
    ]
    assert Alert.objects.get().status == "open"


def people(patient, tove):
    """Return who asks, with the status of list and of one alert."""
    clinic = patient.clinic
    nobody_knows = make_user()
    return {
        "owner": (tove, 200, 200),
        "colleague": (make_therapist(clinic), 200, 404),
        "manager": (make_manager(clinic), 200, 404),
        "assessor": (make_assessor(clinic), 403, 404),
        "stranger": (make_therapist(make_clinic()), 200, 404),
        "patient": (patient.user, 403, 403),
        "another patient": (make_patient(clinic).user, 403, 404),
        "no role": (nobody_knows, 403, 404),
        "nobody": (None, 401, 401),
    }


@pytest.mark.requirement("A2")
@pytest.mark.parametrize(
    "who",
    [
        "owner",
        "colleague",
        "manager",
        "assessor",
        "stranger",
        "patient",
        "another patient",
        "no role",
        "nobody",
    ],
)
def test_who_may_do_what_and_nothing_is_written_on_refusal(patient, tove, who):
    alert = put(patient)
    user, of_list, of_one = people(patient, tove)[who]
    client = api_client(user)

    answers = [
        client.get(path(alert)),
        client.post(path(alert, "acknowledge/"), {}, format="json"),
        client.post(path(alert, "resolve/"), FOUND, format="json"),
    ]
    listing = client.get(LIST)

    assert listing.status_code == of_list
    assert [answer.status_code for answer in answers] == [of_one] * 3
    if who != "owner":
        # The stranger's requests had closed this wall.
        enter_also(patient.clinic)
        assert Alert.objects.get().status == "open"
        assert not AuditEvent.objects.filter(actor_id__isnull=False).exclude(
            action__in=("list", "token.issue")
        )
        if of_list == 200:
            assert listing.json()["results"] == []


@pytest.mark.requirement("A2")
def test_manager_works_on_the_alerts_of_a_patient_whom_nobody_treats(
    patient, tove, clinic
):
    alert, manager = put(patient), make_manager(clinic)
    elsewhere = make_manager(make_clinic())
    orphan(patient)

    answer = api_client(manager).post(path(alert, "resolve/"), FOUND, format="json")

    assert answer.status_code == 200
    assert listed(manager) == ids(alert)
    assert listed(elsewhere) == listed(tove) == []
    assert api_client(elsewhere).get(path(alert)).status_code == 404


def test_cover_sees_the_alerts_and_a_read_only_token_changes_nothing(patient, clinic):
    alert, cover = put(patient), make_therapist(clinic)
    give_care(
        cover,
        patient,
        kind="cover",
        reason="leave",
        active_until=clock.now() + timedelta(days=1),
    )
    client = api_client(cover, scope="read")

    seen = client.get(path(alert))
    tried = client.post(path(alert, "acknowledge/"), {}, format="json")

    assert (seen.status_code, tried.status_code) == (200, 403)
    assert Alert.objects.get().status == "open"
