"""Every route and method, as everybody, on real rows."""

import pytest
from django.urls import reverse

from apps.audit.models import AuditEvent
from apps.common import tenancy
from tests.walls.ledger import rolled_back

from .permission_table import TABLE, Line
from .routes import api_routes
from .scene import NAME, NOW, OUTSIDERS, PEOPLE, Scene

ROUTES = {route.name: route for route in api_routes()}


def send(line: Line, scene: Scene, *, person: str):
    """Make the line's request as one of the people."""
    route = ROUTES[line.route]
    path = reverse(
        line.route, kwargs={name: scene.ids[name] for name in route.arguments}
    )
    headers = {} if line.version is None else {"If-Match": f'"{line.version}"'}
    client = scene.clients[person]
    if line.method == "GET":
        query = line.query(scene) if line.query else {}
        return client.get(path, query, headers=headers)
    return client.generic(
        line.method,
        path,
        **json_body(line, scene),
        headers=headers,
    )


def json_body(line: Line, scene: Scene) -> dict[str, object]:
    """Return the line's body as the client takes it."""
    if line.body is None:
        return {}
    encoded = scene.clients["nobody"]._encode_data(line.body(scene), format="json")
    return {"data": encoded[0], "content_type": "application/json"}


def test_every_route_and_method_has_its_line():
    wanted = {
        (route.name, method) for route in ROUTES.values() for method in route.methods
    }

    assert {(line.route, line.method) for line in TABLE} == wanted


def test_every_line_has_a_status_for_everybody():
    assert [str(line) for line in TABLE if len(line.expected) != len(PEOPLE)] == []


@pytest.mark.requirement("A1")
@pytest.mark.requirement("A2")
@pytest.mark.parametrize("line", TABLE, ids=str)
def test_everybody_gets_what_the_table_says_and_a_refusal_writes_nothing(
    line, scene, ledger
):
    statuses, written, told = {}, {}, {}

    for person in PEOPLE:
        with rolled_back():
            response, changed = ledger.watch(
                lambda who=person: send(line, scene, person=who)
            )
            statuses[person] = response.status_code
            written[person] = [
                each for each in changed if not may_change(each, line, response)
            ]
            told[person] = NAME.encode() in response.content

    assert statuses == dict(zip(PEOPLE, line.expected, strict=True))
    assert {person: what for person, what in written.items() if what} == {}
    opened = line.route == "patient-break-glass"
    assert not [each for each in OUTSIDERS if told[each] and not opened]


def may_change(table: str, line: Line, response) -> bool:
    """Say whether a table may be another one after this answer."""
    if response.status_code >= 400:
        return False
    # A look leaves its trace, and nothing else.
    return line.method != "GET" or table == AuditEvent._meta.db_table


@pytest.mark.requirement("A6")
@pytest.mark.parametrize(
    "line",
    [line for line in TABLE if line.method == "GET" and line.expected[1] == 200],
    ids=str,
)
def test_every_look_of_a_therapist_at_a_patient_leaves_a_trace(line, scene):
    if line.route in WITHOUT_PATIENTS:
        pytest.skip("It speaks of no patient.")

    with rolled_back():
        send(line, scene, person="therapist")

        assert {"look", "list"} & set(actions_of_therapist(scene))


WITHOUT_PATIENTS = {
    # one's own alone, of which staff have none
    "exports",
    "openapi",
    "docs",
    "me",
    "tokens",
    "clinic-opening-hours",
    "exercises",
    "exercise",
    "instruments",
    "instrument-wordings",
    "questionnaire-schedules",
    "fhir-questionnaire",
    "programme-templates",
    "programme-template",
    "alert-policies",
    "alert-policy",
    "alert-policy-replay",
    "clinic-rules",
    "clinic-rules-versions",
    "closures",
    "consent-texts",
    "pain-test-settings",
}


@pytest.mark.requirement("A6")
@pytest.mark.parametrize(
    "line",
    [
        line
        for line in TABLE
        if line.method != "GET" and line.expected[1] in (200, 201, 204)
    ],
    ids=str,
)
def test_every_change_of_a_therapist_leaves_a_trace(line, scene):
    if line.route == "patient-break-glass":
        pytest.skip("The chart is open to the therapist already.")

    with rolled_back():
        response = send(line, scene, person="therapist")

        assert response.status_code < 300
        assert set(actions_of_therapist(scene)) - {"look", "list"}


def actions_of_therapist(scene: Scene) -> list[str]:
    """Return what the trail says that the therapist did by the API."""
    with tenancy.across_clinics():
        return list(
            AuditEvent.objects.filter(
                actor_id=scene.users["therapist"].pk, door="api", at=NOW
            ).values_list("action", flat=True)
        )
