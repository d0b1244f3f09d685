"""The OpenAPI document is valid, complete, and keeps what api.md promises."""

import re

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.generators import SchemaGenerator
from openapi_spec_validator import validate

from apps.common.api.paging import Pages

from .api_table import FILTERS, TABLE
from .routes import api_routes

pytestmark = pytest.mark.requirement("M5")

# The document and its reader are not part of what they describe.
OURS = [route for route in api_routes() if route.name not in ("openapi", "docs")]
BY_NAME = {route.name: route for route in OURS}


@pytest.fixture(scope="module")
def document():
    """Return the document as a client would get it."""
    return Client().get("/api/v1/openapi.json").json()


def operation(document, name, method):
    return document["paths"][BY_NAME[name].path][method.lower()]


def resolved(document, schema):
    """Return a schema with its reference followed."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def operations(document):
    return [
        (path, method, each)
        for path, methods in document["paths"].items()
        for method, each in methods.items()
    ]


def test_the_document_is_valid(document):
    validate(document)

    assert document["openapi"] == "3.1.1"
    assert document["info"]["title"] == "EIHtrack"


def test_the_generator_has_nothing_to_complain_about(capsys):
    reset_generator_stats()

    SchemaGenerator().get_schema(request=None, public=True)

    assert dict(GENERATOR_STATS._warn_cache) == {}
    assert dict(GENERATOR_STATS._error_cache) == {}


def test_every_route_and_method_is_in_the_document(document):
    wanted = {(route.path, each.lower()) for route in OURS for each in route.methods}

    assert {(path, method) for path, method, _ in operations(document)} == wanted


def test_every_operation_has_its_own_name(document):
    names = [each["operationId"] for _, _, each in operations(document)]

    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []


def test_every_operation_says_what_it_does(document):
    assert [
        path for path, _, each in operations(document) if not each.get("description")
    ] == []


def test_every_reference_leads_somewhere(document):
    names = set(re.findall(r"#/components/schemas/([\w.-]+)", str(document)))

    assert names <= set(document["components"]["schemas"])


def test_ids_in_paths_are_uuids(document):
    for path, _, each in operations(document):
        for parameter in each.get("parameters", []):
            if parameter["in"] == "path":
                assert parameter["schema"] == {"type": "string", "format": "uuid"}, path


def test_every_operation_but_one_needs_a_sign_in(document):
    schemes = document["components"]["securitySchemes"]
    assert schemes["token"]["scheme"] == "bearer"
    assert schemes["session"]["in"] == "cookie"
    is_open = [
        path
        for path, _, each in operations(document)
        if each.get("security") != [{"token": []}, {"session": []}]
    ]

    assert is_open == ["/api/v1/invitations/accept/"]


def test_every_refusal_is_a_problem(document):
    for path, method, each in operations(document):
        refusals = {
            status: answer
            for status, answer in each["responses"].items()
            if int(status) >= 400
        }
        assert "400" in refusals
        if path != "/api/v1/invitations/accept/":
            assert {"401", "403", "404"} <= set(refusals)
        if method == "patch":
            assert {"409", "412"} <= set(refusals)
        for answer in refusals.values():
            assert answer["content"] == {
                "application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"}
                }
            }


def parameters(each, place):
    return {
        one["name"]: one for one in each.get("parameters", []) if one["in"] == place
    }


def test_headers_are_told_where_they_count(document):
    for path, method, each in operations(document):
        headers = parameters(each, "header")
        if path != "/api/v1/invitations/accept/":
            assert "X-Clinic" in headers
        assert ("If-Match" in headers) is (method == "patch")


def test_paged_lists_say_how_to_page(document):
    paged = []
    for path, _, each in operations(document):
        answer = each["responses"].get("200", {}).get("content", {})
        schema = resolved(
            document, answer.get("application/json", {}).get("schema", {})
        )
        is_paged = {"next", "previous", "results"} <= set(schema.get("properties", {}))
        names = set(parameters(each, "query"))
        assert ({"cursor", "page_size"} <= names) is is_paged, path
        paged += [path] * is_paged

    assert "/api/v1/sessions/" in paged
    size = parameters(operation(document, "sessions", "GET"), "query")["page_size"]
    assert size["schema"]["maximum"] == Pages.max_page_size == 200


@pytest.mark.parametrize(
    ("name", "method", "request_fields", "answer_fields"),
    TABLE,
    ids=[f"{method} {name}" for name, method, _, _ in TABLE],
)
def test_names_of_the_contract_are_there(
    document, name, method, request_fields, answer_fields
):
    each = operation(document, name, method)
    if request_fields:
        body = each["requestBody"]["content"]["application/json"]["schema"]
        known = set(resolved(document, body)["properties"])
        assert set(request_fields.split()) - known == set()
    success = next(
        answer
        for status, answer in each["responses"].items()
        if status in ("200", "201", "202")
    )
    schema = success["content"]["application/json"]["schema"]
    known = set(resolved(document, schema)["properties"])
    assert set(answer_fields.split()) - known == set()


@pytest.mark.parametrize(("name", "filters"), FILTERS)
def test_filters_of_the_contract_are_there(document, name, filters):
    known = set(parameters(operation(document, name, "GET"), "query"))

    assert set(filters.split()) - known == set()


def test_bodies_refuse_unknown_fields(document):
    for path, _, each in operations(document):
        if "requestBody" not in each:
            continue
        body = each["requestBody"]["content"]["application/json"]["schema"]
        assert resolved(document, body)["additionalProperties"] is False, path


class TestDocs:
    def test_the_page_works_under_the_content_policy(self):
        response = Client().get("/api/v1/docs/")

        assert response.status_code == 200
        policy = response["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'self'" in policy
        html = response.content.decode()
        assert "<style" not in html
        assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []
        assert re.findall(r"\son\w+=|\sstyle=", html) == []
        assert re.findall(r"(?:src|href)=\"(?!/)", html) == []

    # The end of a file's answer lets Django look after its connections.
    @pytest.mark.django_db
    def test_everything_the_page_loads_is_there(self):
        html = Client().get("/api/v1/docs/").content.decode()
        loaded = re.findall(r"(?:src|href)=\"([^\"]+)\"", html)

        assert len(loaded) == 5
        for address in loaded:
            response = Client().get(address)
            assert response.status_code == 200, address
            assert response.getvalue(), address
            response.close()

    def test_the_script_of_the_page_points_at_the_document(self):
        response = Client().get("/api/v1/docs/?script=")

        assert response["Content-Type"].startswith("application/javascript")
        assert "/api/v1/openapi.json" in response.content.decode()
