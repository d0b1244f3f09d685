"""When the database is away, the API says so and asks to send again."""

import pytest
from django.db import OperationalError

from apps.accounts import queries
from tests.factories.people import api_client, make_clinic, make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("N3")]


def test_request_without_a_database_is_a_503_that_says_to_send_again(monkeypatch):
    client = api_client(make_therapist(make_clinic()))

    def cut(*args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(queries, "valid_token", cut)
    response = client.get("/api/v1/me/")

    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"] == "5"
    body = response.json()
    assert body["code"] == "unavailable"
    assert "server closed" not in str(body)
