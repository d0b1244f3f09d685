"""Reading sessions and check-ins, bad requests, and what they cost."""

import json
from uuid import uuid4

import pytest
from celery import current_app
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.audit.models import AuditEvent
from apps.common import tenancy
from apps.logbook.models import CheckIn, HeldSession, JudgementDue
from tests.factories.people import (
    api_client,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)
from tests.logbook.builders import (
    CHECK_INS,
    SESSIONS,
    check_in,
    done,
    make_exercise,
    make_programme,
    make_slot,
    make_ward,
    moved,
    post,
    pre,
    record,
    session_body,
)

pytestmark = pytest.mark.django_db


def ids(response):
    """Return the ids of a page, in order."""
    return [each["id"] for each in response.json()["results"]]


def statements(captured):
    """Return the statements that ask or write something."""
    return [
        each["sql"]
        for each in captured.captured_queries
        if "SAVEPOINT" not in each["sql"]
    ]


def test_list_is_newest_first_with_sets_and_by_day_of_the_patient():
    ward = make_ward()
    days = [record(moved(ward.body(), days=each), by=ward.tove) for each in (-1, 1, 0)]
    late = ward.body(
        started_at="2026-02-28T23:30:00+01:00", ended_at="2026-03-01T00:10:00+01:00"
    )
    night = record(late, by=ward.tove)
    client = api_client(ward.tove)
    anna = str(ward.anna.public_id)
    first, third, second, zeroth = (str(each.public_id) for each in (*days, night))

    everything = client.get(SESSIONS, {"patient": anna})
    some = client.get(
        SESSIONS, {"patient": anna, "from": "2026-03-01", "to": "2026-03-02"}
    )
    last_of_february = client.get(SESSIONS, {"patient": anna, "to": "2026-02-28"})

    assert ids(everything) == [third, second, first, zeroth]
    assert ids(some) == [second, first]
    assert ids(last_of_february) == [zeroth]
    assert len(everything.json()["results"][0]["exercises"][0]["sets"]) == 2


def test_pages_follow_each_other_without_gaps():
    ward = make_ward()
    for each in range(5):
        record(moved(ward.body(), hours=-2 * each), by=ward.tove)
    client = api_client(ward.tove)

    seen, address = [], f"{SESSIONS}?page_size=2"
    while address:
        page = client.get(address)
        seen += ids(page)
        address = page.json()["next"]

    newest_first = HeldSession.objects.order_by("-started_at")
    assert seen == [str(each.public_id) for each in newest_first]


def test_check_ins_are_listed_by_session_and_day():
    ward = make_ward()
    session = record(ward.body(check_ins=[pre(), post()]), by=ward.tove)
    next_day = check_in(ward.check_in(session), by=ward.tove)
    record(moved(ward.body(), days=-1) | {"check_ins": []}, by=ward.tove)
    client = api_client(ward.tove)

    by_session = client.get(CHECK_INS, {"session": str(session.public_id)})
    by_day = client.get(CHECK_INS, {"from": "2026-03-03", "to": "2026-03-03"})

    assert len(ids(by_session)) == 3
    assert ids(by_session)[0] == ids(by_day)[0] == str(next_day.public_id)
    assert len(ids(by_day)) == 1


@pytest.mark.parametrize(
    "query",
    [
        "?patent=x",
        "?patient=7",
        "?from=yesterday",
        "?from=2026-03-03&to=2026-03-02",
        "?from=2026-13-01",
        "?to=1",
        "?patient=%00",
        "?from=2026-03-01&from=2026-03-02",
    ],
)
@pytest.mark.parametrize("route", [SESSIONS, CHECK_INS])
def test_list_refuses_a_query_it_does_not_understand(route, query):
    ward = make_ward()

    assert api_client(ward.tove).get(route + query).status_code == 400


@pytest.mark.parametrize("query", ["?from=0001-01-01", "?to=9999-12-31"])
@pytest.mark.parametrize("route", [SESSIONS, CHECK_INS])
def test_list_bears_the_ends_of_the_calendar(route, query):
    ward = make_ward()

    assert api_client(ward.tove).get(route + query).status_code in (200, 400)


@pytest.mark.requirement("A2")
@pytest.mark.parametrize(
    ("who", "status", "rows"),
    [
        ("owner", 200, 1),
        ("therapist", 200, 1),
        ("colleague", 404, 0),
        ("manager", 404, 0),
        ("another patient", 404, 0),
        ("stranger", 404, 0),
    ],
)
def test_who_may_read(who, status, rows):
    ward = make_ward()
    session = record(ward.body(check_ins=[pre()]), by=ward.tove)
    people = {
        "owner": lambda: ward.anna.user,
        "therapist": lambda: ward.tove,
        "colleague": lambda: make_therapist(ward.clinic),
        "manager": lambda: make_manager(ward.clinic),
        "another patient": lambda: make_patient(ward.clinic).user,
        "stranger": lambda: make_therapist(make_clinic()),
    }
    row = CheckIn.objects.get()
    client = api_client(people[who]())
    routes = [
        f"{SESSIONS}{session.public_id}/",
        f"{SESSIONS}{session.public_id}/versions/",
        f"{CHECK_INS}{row.public_id}/",
        f"{CHECK_INS}{row.public_id}/versions/",
        f"{SESSIONS}?patient={ward.anna.public_id}",
        f"{CHECK_INS}?patient={ward.anna.public_id}",
    ]

    assert [client.get(route).status_code for route in routes] == [status] * 6
    assert len(ids(client.get(SESSIONS))) == rows
    assert len(ids(client.get(CHECK_INS))) == rows


def test_nobody_reads_nothing():
    client = api_client()

    routes = [SESSIONS, CHECK_INS, f"{SESSIONS}{uuid4()}/", f"{CHECK_INS}{uuid4()}/"]

    assert [client.get(route).status_code for route in routes] == [401] * 4


@pytest.mark.requirement("A6")
def test_looks_leave_a_trace_but_not_those_at_oneself():
    ward = make_ward()
    session = record(ward.body(), by=ward.tove)
    place = f"{SESSIONS}{session.public_id}/"

    api_client(ward.anna.user).get(place)
    assert not AuditEvent.objects.filter(action="look").exists()

    client = api_client(ward.tove)
    client.get(place)
    client.get(SESSIONS, {"patient": str(ward.anna.public_id)})
    client.get(SESSIONS, {"from": "2026-03-01"})

    assert AuditEvent.objects.filter(action="look", actor_id=ward.tove.pk).count() == 1
    listed = AuditEvent.objects.get(action="list")
    assert listed.clinic_id == ward.clinic.pk


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="half"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"x"', id="a text"),
        pytest.param(b'{"note": "a", "note": "b"}', id="a field twice"),
        pytest.param(b'{"note": "\\u0000"}', id="NUL"),
        pytest.param(b'{"note": "\\ud800"}', id="a lone surrogate"),
        pytest.param(b'{"note": NaN}', id="NaN"),
        pytest.param(b'{"note": Infinity}', id="Infinity"),
        pytest.param(b'{"note": 1e99999999}', id="a huge number"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
    ],
)
@pytest.mark.parametrize("route", [SESSIONS, CHECK_INS])
def test_what_is_no_good_json_is_400(route, body):
    ward = make_ward()

    response = api_client(ward.tove).post(route, body, content_type="application/json")

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"


def test_token_that_may_read_only_records_nothing():
    ward = make_ward()
    client = api_client(ward.tove, scope="read")

    response = client.post(SESSIONS, ward.body(), format="json")

    assert response.status_code == 403
    assert HeldSession.objects.count() == 0


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20
    )
    | st.sampled_from(
        [
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2026-03-02T10:02:00+01:00",
            "1e400",
            "-0",
            "99999999.999",
            "pre",
            "kg",
        ]
    )
    | st.uuids().map(str),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["value", "unit", "reps", "load", "id", "moment", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def places(value, path=()):
    """Return the path of everything within a body."""
    found = [path] if path else []
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, each in items:
        found += places(each, (*path, key))
    return found


def with_junk(body, path, value):
    """Return a copy of the body with junk in one place."""
    copy = json.loads(json.dumps(body))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return copy


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_hostile_input_is_never_a_500(data):
    with transaction.atomic():
        ward = make_ward()
        client = api_client(ward.tove)
        body = ward.body(
            warm_up={"activity": "rowing", "minutes": 5, "rpe": 9},
            blood_pressure={"systolic": 120, "diastolic": 80},
            supervised_by=str(ward.tove.public_id),
            planned_session=None,
            sent_at="2026-03-05T12:00:00+01:00",
            confounders=["injury"],
            check_ins=[pre(), post()],
            note="x",
        )
        alone = pre(new_places=["knee"], recorded_at=None, scale="VAS") | {
            "patient": str(ward.anna.public_id),
            "session": None,
            "planned_session": None,
        }
        route, base = data.draw(st.sampled_from([(SESSIONS, body), (CHECK_INS, alone)]))
        path = data.draw(st.sampled_from(places(base)))

        response = client.post(
            route, with_junk(base, path, data.draw(junk)), format="json"
        )
        transaction.set_rollback(True)

    assert response.status_code in (200, 201, 400, 404, 409), response.text


@pytest.mark.requirement("C1")
def test_session_of_16_sets_with_two_check_ins_costs_few_statements():
    ward = make_ward()
    exercises = [make_exercise(ward.clinic, slug=f"press_{each}") for each in range(8)]
    programme = make_programme(ward.anna, exercises=exercises)
    slot = make_slot(programme, "2026-03-02T10:00+01:00")
    record(moved(ward.body(), days=-3), by=ward.tove)
    body = ward.body(
        *[done(each) for each in exercises],
        planned_session=str(slot.public_id),
        supervised_by=str(ward.tove.public_id),
        check_ins=[pre(), post()],
    )
    client = api_client(ward.tove)

    with CaptureQueriesContext(connection) as captured:
        response = client.post(SESSIONS, body, format="json")

    assert response.status_code == 201
    # Sign-in with the wall, five reads, the keys, all new rows, the slot, the work due.
    assert len(statements(captured)) == 10


@pytest.mark.parametrize("route", [SESSIONS, CHECK_INS])
def test_list_costs_the_same_for_1_and_for_5(route):
    ward = make_ward()
    client = api_client(ward.tove)

    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{route}?page_size=200").status_code == 200
        return len(captured)

    record(ward.body(check_ins=[pre(), post()]), by=ward.tove)
    client.get(route)
    one = cost()
    for each in range(1, 5):
        body = moved(ward.body(), days=-each)
        record(body | {"check_ins": [pre()]}, by=ward.tove)

    assert cost() == one


@pytest.mark.django_db(transaction=True)
def test_session_is_recorded_with_the_broker_down(monkeypatch):
    # Nothing listens there.
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    with transaction.atomic():
        ward = make_ward()
        client = api_client(ward.tove)

    response = client.post(SESSIONS, ward.body(), format="json")

    assert response.status_code == 201
    with tenancy.in_clinic(ward.clinic.pk):
        assert JudgementDue.objects.count() == 1


@pytest.mark.requirement("A1")
def test_session_of_a_patient_in_another_clinic_is_behind_the_wall():
    ward, other = make_ward(), make_ward()
    session = record(session_body(other.anna, done(other.leg_press)), by=other.tove)

    response = api_client(ward.tove).get(f"{SESSIONS}{session.public_id}/")

    assert response.status_code == 404
    tenancy.enter_clinics([ward.clinic.pk])
    assert HeldSession.objects.count() == 0
