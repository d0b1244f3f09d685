"""Every route and method, as everybody, on real rows."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import time_machine
from django.apps import apps
from django.db import connection, transaction
from django.urls import reverse

from apps.audit.models import AuditEvent
from apps.common import tenancy

from .permission_table import TABLE, Line
from .routes import api_routes
from .scene import NAME, NOW, OUTSIDERS, PEOPLE, Scene, make_scene

ROUTES = {route.name: route for route in api_routes()}


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker) -> Iterator[Scene]:
    """Return one scene for all lines; each request is rolled back."""
    with (
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        rolled_back(),
    ):
        yield make_scene()


@contextmanager
def rolled_back() -> Iterator[None]:
    """Run a block of which nothing remains."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def contents() -> dict[str, str]:
    """Return a fingerprint of each table: every row with who wrote it last."""
    tables = sorted(
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.startswith("apps.")
    )
    one_table = (
        "SELECT '{0}', count(*) || ':' || coalesce("
        "sum(hashtextextended(t::text || t.xmin::text, 0)), 0) FROM {0} t"
    )
    query = " UNION ALL ".join(one_table.format(table) for table in tables)
    with tenancy.across_clinics(), connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())


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
def test_everybody_gets_what_the_table_says_and_a_refusal_writes_nothing(line, scene):
    before = contents()
    statuses, written, told = {}, {}, {}

    for person in PEOPLE:
        with rolled_back():
            response = send(line, scene, person=person)
            statuses[person] = response.status_code
            written[person] = changed(before, line=line, status=response.status_code)
            told[person] = NAME in response.content.decode()

    assert statuses == dict(zip(PEOPLE, line.expected, strict=True))
    assert {person: what for person, what in written.items() if what} == {}
    opened = line.route == "patient-break-glass"
    assert not [each for each in OUTSIDERS if told[each] and not opened]


def changed(before: dict[str, str], *, line: Line, status: int) -> list[str]:
    """Return the tables that changed though they must not."""
    after = contents()
    tables = [table for table in before if before[table] != after[table]]
    if status >= 400:
        return tables
    if line.method == "GET":
        # A look leaves its trace, and nothing else.
        return [each for each in tables if each != AuditEvent._meta.db_table]
    return []


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
    "openapi",
    "docs",
    "me",
    "tokens",
    "exercises",
    "exercise",
    "programme-templates",
    "programme-template",
    "closures",
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
