"""Every bug that fuzzing found, once more and plainly."""

import io
import json
import time

import pytest
from django.test import Client
from rest_framework.exceptions import ParseError

from apps.common.api.parsing import StrictJSONParser

ADDRESS = "/api/v1/invitations/accept/"


def seconds_to_read(body: bytes) -> tuple[float, str]:
    """Return how long the parser takes, and why it refuses, if it does."""
    began = time.perf_counter()
    try:
        StrictJSONParser().parse(io.BytesIO(body))
    except ParseError as error:
        return time.perf_counter() - began, str(error)
    return time.perf_counter() - began, ""


def test_a_repeated_name_among_very_many_costs_no_more_than_none():
    names = [f'"{number}":1' for number in range(30_000)]
    once = "{" + ",".join(names) + "}"
    twice = "{" + ",".join([*names, names[-1]]) + "}"

    plain_s, _ = seconds_to_read(once.encode())
    repeated_s, reason = seconds_to_read(twice.encode())

    assert "'29999' stands there twice" in reason
    # It was a thousand times as long, for anybody, without a sign-in.
    assert repeated_s < 100 * plain_s


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"n" * 1_000_000: 1}, id="unknown"),
        pytest.param({"token": "x", "/" * 100_000: 1}, id="slashes"),
    ],
)
def test_a_very_long_name_is_not_sent_back_in_full(body):
    response = Client().post(ADDRESS, json.dumps(body), "application/json")

    assert response.status_code == 400
    assert len(response.content) < 2000


@pytest.mark.django_db
def test_a_very_long_name_that_stands_twice_is_not_sent_back_in_full():
    name = "n" * 500_000
    body = f'{{"{name}": 1, "{name}": 2}}'

    response = Client().post(ADDRESS, body, "application/json")

    assert response.status_code == 400
    assert len(response.content) < 1000
