"""Logs are JSON lines without personal data."""

import json
import logging
from io import StringIO

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from rest_framework.test import APIClient

from apps.common.logs import json_formatter
from tests.factories import people

pytestmark = pytest.mark.requirement("N3")


@pytest.fixture
def lines():
    """Return a function that gives what was logged since, line by line."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(json_formatter())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_each_entry_is_one_json_object_on_one_line(lines):
    logging.getLogger("rooms").warning("two\nlines for %s", 7)

    (entry,) = lines()
    assert entry["event"] == "two\nlines for 7"
    assert entry["level"] == "warning"
    assert entry["logger"] == "rooms"
    assert entry["timestamp"].endswith("Z")


def crash(complaint):
    raise ValueError("a defect")


def test_a_traceback_holds_no_local_variables(lines):
    try:
        crash("my secret complaint")
    except ValueError:
        logging.getLogger("rooms").exception("It failed")

    (entry,) = lines()
    assert "ValueError: a defect" in entry["exception"]
    assert 'raise ValueError("a defect")' in entry["exception"]
    assert "secret" not in entry["exception"].replace('crash("my secret', "")


@pytest.mark.django_db
def test_a_database_error_does_not_quote_the_row(lines):
    clinic, family_name = people.make_clinic(), "Wilhelmsson"
    try:
        with transaction.atomic():
            people.make_patient(clinic, family_name=family_name, birth_year=1)
    except IntegrityError:
        logging.getLogger("rooms").exception("It failed")

    (entry,) = lines()
    assert "clinics_patient_birth_year_possible" in entry["exception"]
    assert "Wilhelmsson" not in entry["exception"]
    assert "@test.example" not in entry["exception"]


@pytest.mark.django_db
def test_a_database_error_in_the_message_does_not_quote_the_row_either(lines):
    people.make_user(email="unique@test.example")
    try:
        with transaction.atomic():
            people.make_user(email="unique@test.example")
    except IntegrityError as error:
        logging.getLogger("rooms").warning("It failed: %s", error)

    (entry,) = lines()
    assert "unique@test.example" not in json.dumps(entry)
    assert entry["event"].startswith("It failed: duplicate key")
    assert entry["event"].endswith("DETAIL: (left out)")


@pytest.mark.django_db
@pytest.mark.urls("tests.common.crashing_urls")
def test_a_crash_of_a_view_is_logged_without_what_was_said(lines):
    client = APIClient(raise_request_exception=False)

    client.post("/crash/", {"note": "it hurts like hell"}, format="json")

    (entry,) = [each for each in lines() if each["level"] == "error"]
    assert "RuntimeError: defect" in entry["exception"]
    assert "it hurts" not in json.dumps(lines())
    assert "secret words of a patient\n" not in entry["exception"]


@pytest.mark.django_db
def test_a_refused_entry_leaves_nothing_of_its_content_in_the_log(lines):
    client = people.api_client(people.make_therapist(people.make_clinic()))

    client.post(
        "/api/v1/patients/",
        {"email": "it hurts", "given_name": "Wilhelmina"},
        format="json",
    )

    assert "it hurts" not in json.dumps(lines())
    assert "Wilhelmina" not in json.dumps(lines())


@pytest.mark.requirement("H4")
def test_a_refused_form_of_a_link_does_not_tell_the_link(lines):
    answer = Client(enforce_csrf_checks=True).post("/l/Secret-of_a-link/")

    assert answer.status_code == 403
    (entry,) = lines()
    assert entry["event"].endswith("/l/(left out)/")
