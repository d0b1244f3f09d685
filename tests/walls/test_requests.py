"""Ids of others in every place of a request that takes one, and fields nobody may set.

What may be sent where is read from the API's own document, so a new id or a new body
without a case fails here.
"""

from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest

from tests.contracts.permission_table import check_in, meeting, pain_test, session
from tests.contracts.scene import Scene

from .asking import Asking, asking, fetch, put, who_may
from .document import Operation, ids_in, names, objects_in, operations
from .ledger import MODELS, Ledger, rolled_back

pytestmark = [pytest.mark.requirement("A1"), pytest.mark.requirement("A2")]

OPERATIONS = operations()
ROWS = {
    "actor": "user_id",
    "based_on": "policy_id",
    "clinic": "clinic_id",
    "copy_of": "template_id",
    "exercise": "exercise_id",
    "id": "response_id",
    "order": "order_id",
    "patient": "patient_id",
    "planned_session": "planned_session_id",
    "held_by": "user_id",
    "prescription": "prescription_id",
    "programme": "programme_id",
    "questionnaire": "questionnaire_id",
    "session": "session_id",
    "supervised_by": "user_id",
    "tester": "user_id",
    "therapist": "user_id",
    "wording": "wording_id",
    "?": "exercise_id",
}
"""Which of the scene's rows a name in a query or body speaks of."""
SHARED = {
    "clinic_id",
    "exercise_id",
    "policy_id",
    "instrument_id",
    "template_id",
    "user_id",
    "wording_id",
}
"""Rows that patients of one clinic have in common."""
OPEN_TO_THE_CLINIC = {
    ("audit-events", "patient"),  # the manager's trail of the whole clinic
    ("patient-break-glass", "patient_id"),
}
"""Places where the id of a fellow patient opens something, and is meant to."""
OPEN_TO_ASSESSORS = {
    *(("function-tests", name) for name in ("patient", "/patient")),
    *(("pain-tests", name) for name in ("patient", "/patient")),
    ("p50-order", "order_id"),
    ("p50-orders", "/patient"),
    *((f"function-test{what}", "function_test_id") for what in ("", "-void")),
    *((f"pain-test{what}", "pain_test_id") for what in ("", "-void")),
    ("function-test-versions", "function_test_id"),
    ("pain-test-versions", "pain_test_id"),
}
"""Places where an assessor, who tests the whole clinic, may name any patient of it."""
MADE_BY_THE_CLIENT = {
    ("alert-policies", "/id"): "policy_id",
    ("adverse-events", "/id"): "adverse_event_id",
    ("agreements", "/id"): "agreement_id",
    ("co-interventions", "/id"): "co_intervention_id",
    ("flare-plans", "/id"): "flare_plan_id",
    ("consents", "/id"): "consent_id",
    ("phenotypes", "/id"): "phenotype_id",
    ("check-ins", "/id"): "check_in_id",
    ("function-tests", "/id"): "function_test_id",
    ("p50-orders", "/id"): "order_id",
    ("pain-tests", "/id"): "pain_test_id",
    ("programme-introductory-meeting", "/id"): "meeting_id",
    ("one-rep-max-tests", "/id"): "test_id",
    ("fhir-questionnaire-responses", "/id"): "response_id",
    ("questionnaire-responses", "/id"): "response_id",
    ("questionnaires", "/id"): "questionnaire_id",
    ("session", "/check_ins/*/id"): "check_in_id",
    ("sessions", "/check_ins/*/id"): "check_in_id",
    ("sessions", "/id"): "session_id",
}
"""Ids that clients choose; those of others are taken, and that is all they learn."""


def ids_of(operation: Operation) -> Iterator[tuple[str, str]]:
    """Yield every place of a request that takes an id."""
    for place in ("path", "query"):
        for name, schema in operation.parameters(place).items():
            if ids_in(schema):
                yield place, name
    for pointer in ids_in(operation.body or {}):
        yield "body", pointer


def row_named(operation: Operation, place: str, name: str) -> str | None:
    """Return which row of the scene an id speaks of; None if clients make it up."""
    leaf = name.rpartition("/")[2]
    if leaf == "change_id" or (operation.route.name, name) in MADE_BY_THE_CLIENT:
        return None
    return name if place == "path" else ROWS[leaf]


PLACES = [
    (operation, place, name)
    for operation in OPERATIONS
    for place, name in ids_of(operation)
]
NAMED = [each for each in PLACES if row_named(*each)]
MADE = [each for each in PLACES if not row_named(*each)]


def label(value: object) -> str:
    return str(value)


def base_of(operation: Operation, scene: Scene) -> Asking:
    """Return the request of the permission table, with something in each list."""
    request = asking(operation.route, operation.method, scene)
    full = {
        "session": session,
        "check-in": check_in,
        "introductory-meeting": meeting,
        "pain-test": pain_test,
    }.get(operation.route.name)
    if operation.method == "PATCH" and full:
        # Only what a correction may name.
        known = objects_in(operation.body)[""]
        wanted = {"exercises", "moment", "answered_at", "p50", "adjustments"} & known
        body = {name: each for name, each in full(scene).items() if name in wanted}
        request = Asking(**vars(request) | {"body": request.body | body})
    if operation.route.name == "programmes" and request.body:
        newcomer = {"patient": str(scene.ids["newcomer_id"])}
        request = Asking(**vars(request) | {"body": request.body | newcomer})
    if operation.route.name in ("sessions", "session") and request.body:
        pre = {"moment": "pre", "answered_at": "2026-03-05T09:58:00+01:00"}
        request = Asking(
            **vars(request) | {"body": put(request.body, "/check_ins/*", pre)}
        )
    return request


def answer_to(
    request: Asking, scene: Scene, ledger: Ledger, *, person: str, said: UUID
):
    """Return status, body without the id that was said, and the tables that changed."""
    with rolled_back():
        response, changed = ledger.watch(lambda: request.send(scene, person=person))
    text = response.content.decode(errors="replace").replace(str(said), "<said>")
    return response.status_code, text, changed


@pytest.mark.parametrize(("operation", "place", "name"), NAMED, ids=label)
def test_the_id_of_somebody_elses_row_is_as_good_as_none(
    operation, place, name, scene, ledger
):
    row = row_named(operation, place, name)
    base = base_of(operation, scene)
    others = ["stranger"]
    if row not in SHARED and (operation.route.name, name) not in OPEN_TO_THE_CLINIC:
        others.append("fellow")
    people = who_may(operation.route, operation.method)
    assert people

    for person in people:
        tests_all = person == "assessor" and (
            (operation.route.name, name) in OPEN_TO_ASSESSORS
        )
        closed = [who for who in others if who != "fellow" or not tests_all]

        def answer(said, person=person):
            request = base.at(place, name, said)
            return answer_to(request, scene, ledger, person=person, said=said)

        unknown = answer(uuid4())
        assert unknown[0] in (400, 404) or (unknown[0] == 200 and place == "query")
        assert not [each for each in unknown[2] if each != "audit_auditevent"]
        assert {who: answer(scene.others[who][row]) for who in closed} == dict.fromkeys(
            closed, unknown
        )
        assert answer(scene.ids[row])[:2] != unknown[:2], "The own id must do more."


@pytest.mark.parametrize(("operation", "place", "name"), MADE, ids=label)
def test_an_id_that_somebody_else_made_is_taken_and_tells_nothing(
    operation, place, name, scene, ledger
):
    row = MADE_BY_THE_CLIENT.get((operation.route.name, name), "change_id")
    base = base_of(operation, scene)

    for person in who_may(operation.route, operation.method):
        answers = [
            answer_to(
                base.at(place, name, said), scene, ledger, person=person, said=said
            )
            for said in (scene.others[who][row] for who in ("fellow", "stranger"))
        ]
        assert answers[0] == answers[1]
        status, text, changed = answers[0]
        assert (status, changed) == (409, [])
        assert '"id_reused"' in text
        free = uuid4()
        request = base.at(place, name, free)
        assert (
            "id_reused"
            not in answer_to(request, scene, ledger, person=person, said=free)[1]
        )


def test_the_same_answer_meets_every_version_of_somebody_elses_row(scene, ledger):
    """``If-Match`` must not tell whether the version was guessed right."""
    for operation in OPERATIONS:
        if operation.method != "PATCH" or operation.route.name == "exercise":
            continue
        (argument,) = operation.route.arguments
        base = base_of(operation, scene)
        found = set()
        for said in (uuid4(), *(each[argument] for each in scene.others.values())):
            for version in ('"1"', '"2"', '"99"'):
                aimed = base.at("path", argument, said)
                request = Asking(**vars(aimed) | {"version": version})
                answer = answer_to(
                    request, scene, ledger, person="therapist", said=said
                )
                found.add((answer[0], answer[1], not answer[2]))
        assert [(status, clean) for status, _, clean in found] == [(404, True)]


MADE_UP = {
    name: b64encode(place.encode()).decode()
    for name, place in [
        ("adverse-event-register", "r=1&p=2020-01-01"),
        ("adverse-events", "r=1&p=2020-01-01"),
        ("agreements", "r=1&p=2020-01-01"),
        ("audit-events", "r=1&p=2020-01-01 00:00:00%2B00:00"),
        ("clinic-rules-versions", "p=2"),
        ("closures", "p=2020-01-01"),
        ("co-interventions", "r=1&p=2020-01-01 00:00:00%2B00:00"),
        ("consents", "r=1&p=2020-01-01 00:00:00%2B00:00"),
        ("erasure-requests", "r=1&p=2020-01-01 00:00:00%2B00:00"),
        ("escalations", "p=2020-01-01 00:00:00%2B00:00"),
        ("flare-plans", "r=1&p=2020-01-01"),
        ("exports", "r=1&p=2020-01-01 00:00:00%2B00:00"),
        ("function-tests", "r=1&p=2020-01-01 00:00:00%2B00:00"),
        ("instrument-wordings", "r=1&p=2020-01-01 00:00:00%2B00:00"),
        ("one-rep-max-tests", "r=1&p=2020-01-01 00:00:00%2B00:00"),
        ("pain-tests", "r=1&p=2020-01-01 00:00:00%2B00:00"),
        ("phenotypes", "r=1&p=2020-01-01"),
        ("programmes", "r=1&p=2020-01-01"),
        ("questionnaire-responses", "r=1&p=2020-01-01 00:00:00%2B00:00"),
        ("questionnaire-schedules", "r=1&p=2020-01-01 00:00:00%2B00:00"),
        ("retests-due", "p=2020-01-01"),
        ("session-verdicts", "r=1&p=2020-01-01 00:00:00%2B00:00"),
        ("sessions", "r=1&p=2020-01-01 00:00:00%2B00:00"),
        ("silent-patients", "p=2020-01-01 00:00:00%2B00:00"),
    ]
}
"""Cursors for lists of which the stranger has no second page: all since 2020."""
PAGED = [each for each in OPERATIONS if "cursor" in each.parameters("query")]


@pytest.mark.parametrize("operation", PAGED, ids=label)
def test_a_cursor_of_another_list_leads_to_own_rows_only(operation, scene):
    base = asking(operation.route, "GET", scene)
    person, own = next(
        (each, rows)
        for each in who_may(operation.route, "GET")
        if (rows := page(base, scene, each)["results"])
    )

    others = page(base, scene, "stranger", page_size="1")
    after = others.get("next")
    cursor = (
        parse_qs(urlsplit(after).query)["cursor"][0]
        if after
        else MADE_UP[operation.route.name]
    )
    found = page(base, scene, person, cursor=cursor)["results"]

    assert found or after
    assert not [row for row in found if row not in own]


def page(base: Asking, scene: Scene, person: str, **query: str):
    """Return one page, up to 200 rows unless told otherwise."""
    request = Asking(**vars(base) | {"query": {"page_size": "200"} | query})
    with rolled_back():
        return request.send(scene, person=person).json()


COLUMNS = {
    name
    for model in MODELS
    for column in model._meta.concrete_fields
    for name in (column.name, column.attname)
}
NAMES = sorted(COLUMNS | names() | {"is_superuser", "_state", "pk", "__class__"})
FIXED = {"id", "patient"}
"""What a correction refuses under a code of its own."""
MOST_AT_ONCE = 90
OBJECTS = [
    (operation, pointer)
    for operation in OPERATIONS
    if operation.body
    for pointer in objects_in(operation.body)
]


@pytest.mark.parametrize(("operation", "pointer"), OBJECTS, ids=label)
def test_no_field_can_be_set_that_the_document_does_not_name(
    operation, pointer, scene, ledger
):
    known = objects_in(operation.body)[pointer]
    fixed = FIXED if operation.method == "PATCH" and not pointer else set()
    extra = [each for each in NAMES if each not in known | fixed]
    base = base_of(operation, scene)
    person = (who_may(operation.route, operation.method) or ["nobody"])[0]
    within = pointer.replace("*", "0")

    assert {"clinic_id", "patient_id", "public_id", "entered_by", "is_staff"} <= set(
        extra
    )
    for first in range(0, len(extra), MOST_AT_ONCE):
        added = dict.fromkeys(extra[first : first + MOST_AT_ONCE], 1)
        inner = (fetch(base.body, pointer) or {}) | added
        request = Asking(**vars(base) | {"body": put(base.body, pointer, inner)})
        with rolled_back():
            response, changed = ledger.watch(
                lambda request=request: request.send(scene, person=person)
            )
        refused = {
            each["pointer"]
            for each in response.json().get("errors", [])
            if each["code"] == "unknown_field"
        }
        assert (response.status_code, changed) == (400, [])
        assert refused == {f"{within}/{name}" for name in added}


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.method == "PATCH"], ids=label
)
def test_whose_and_which_record_it_is_cannot_be_corrected(operation, scene, ledger):
    base = base_of(operation, scene)
    for name in FIXED:
        body = base.body | {name: str(scene.others["fellow"]["patient_id"])}
        request = Asking(**vars(base) | {"body": body})
        person = who_may(operation.route, operation.method)[0]
        with rolled_back():
            response, changed = ledger.watch(
                lambda request=request, who=person: request.send(scene, person=who)
            )
        assert (response.status_code, changed) == (400, [])
        codes = {each["code"] for each in response.json()["errors"]}
        assert codes <= {"unknown_field", "not_correctable"}


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.method == "GET"], ids=label
)
def test_no_list_takes_a_filter_that_it_does_not_name(operation, scene):
    base = asking(operation.route, "GET", scene)
    person = who_may(operation.route, "GET")[0]

    for name in ("clinic", "clinic_id", "patient__clinic", "user", "all"):
        request = Asking(**vars(base) | {"query": {name: "1"}})
        with rolled_back():
            assert request.send(scene, person=person).status_code == 400, name
