"""Verdicts over HTTP: for whom, and when there is none."""

from uuid import uuid4

import pytest

from apps.audit.models import AuditEvent
from tests.factories.people import (
    api_client,
    enter_also,
    make_assessor,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)

from .course import HOUR, make_course

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F1")]


@pytest.fixture
def course():
    return make_course()


def path(session, name="verdict"):
    return f"/api/v1/sessions/{session.public_id}/{name}/"


def get(user, session, name="verdict"):
    return api_client(user).get(path(session, name))


def judged(course):
    session = course.hold(1, pre=50, post=55)
    course.rate(session, "h24", 75)
    course.judge(now=session.ended_at + 24 * HOUR)
    return session


def test_verdict_is_not_there_before_anything_was_judged(course):
    session = course.hold(1, pre=50, post=55)

    assert get(course.tove, session).status_code == 404


def test_verdict_is_not_there_while_there_is_nothing_to_judge_by(course):
    session = course.hold(1, post=55)
    course.judge(now=session.ended_at)

    answer = get(course.tove, session)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_verdict_holds_what_the_contract_promises(course):
    session = judged(course)

    body = get(course.tove, session).json()

    assert body["ref_mm"] == 50.0
    assert body["response_mm"] == pytest.approx((0.5 * 5 + 25) / 1.5)
    assert body["pattern"] is None
    assert body["tiers"] == ["T1"]
    assert (body["alert_status"], body["severity"]) == ("opened", "info")
    assert set(body) == {
        "med_mm",
        "ref_mm",
        "sig_mm",
        "immediate_mm",
        "d24_mm",
        "d48_mm",
        "response_mm",
        "likely_doms",
        "novel",
        "confounded",
        "usable",
        "tiers",
        "alert_status",
        "severity",
        "pattern",
        "policy_version",
        "superseded",
        "judged_at",
        "superseded_at",
        "remarks",
    }


def test_verdicts_lists_superseded_ones_too(course):
    session = judged(course)
    course.judge(now=session.ended_at + 60 * HOUR)

    rows = get(course.tove, session, "verdicts").json()["results"]

    assert [(row["superseded"], row["tiers"]) for row in rows] == [
        (False, ["T1", "T2"]),
        (True, ["T1"]),
    ]


def test_verdict_marks_values_that_were_recalled_and_flags_not_asked(course):
    session = course.hold(1, pre=50)
    course.rate(session, "h24", 60, recorded_at=None, now=session.ended_at + 24 * HOUR)
    felt = session.ended_at + 48 * HOUR
    late = felt + 13 * HOUR
    course.rate(session, "h48", 60, at=felt, recorded_at=late.isoformat(), now=late)
    course.judge(now=late)

    remarks = get(course.tove, session).json()["remarks"]

    assert (remarks["recalled"], remarks["red_flags_asked"]) == (True, False)


def test_verdict_refuses_unknown_parameters(course):
    session = judged(course)

    answer = api_client(course.tove).get(path(session), {"rounded": "yes"})

    assert answer.status_code == 400


def test_verdict_of_no_session_is_not_there(course):
    answer = api_client(course.tove).get(f"/api/v1/sessions/{uuid4()}/verdict/")

    assert answer.status_code == 404


def people(course):
    return {
        "owner": (course.tove, 200),
        "colleague": (make_therapist(course.clinic), 404),
        "manager": (make_manager(course.clinic), 404),
        "assessor": (make_assessor(course.clinic), 404),
        "stranger": (make_therapist(make_clinic()), 404),
        "patient": (course.anna.user, 403),
        "another patient": (make_patient(course.clinic).user, 404),
        "nobody": (None, 401),
    }


@pytest.mark.requirement("A2")
@pytest.mark.parametrize("name", ["verdict", "verdicts"])
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
        "nobody",
    ],
)
def test_who_may_read_verdicts_and_only_they_leave_a_look(course, who, name):
    session = judged(course)
    user, status = people(course)[who]

    answer = get(user, session, name)

    enter_also(course.clinic)
    looks = AuditEvent.objects.filter(action="look")
    assert answer.status_code == status
    assert [look.actor_id for look in looks] == (
        [course.tove.pk] if who == "owner" else []
    )


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_verdicts_cannot_be_written(course, method):
    session = judged(course)

    answer = getattr(api_client(course.tove), method)(path(session), {}, format="json")

    assert answer.status_code == 405
