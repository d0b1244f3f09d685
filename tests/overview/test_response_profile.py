"""How pain answered sessions: words for the patient, numbers for staff."""

from datetime import timedelta
from decimal import Decimal
from typing import get_args

import pytest

from apps.audit.models import AuditEvent
from apps.audit.services import LOOK
from apps.clinical.response_profile import (
    KIND_OF_MODALITY,
    SessionAnswer,
    response_profile,
)
from apps.exercises.entry import Modality
from apps.logbook import services as logbook
from apps.logbook.entry import VoidRequest
from tests.factories.people import (
    api_client,
    make_assessor,
    make_clinic,
    make_patient,
    make_therapist,
)
from tests.factories.training import make_one_rep_max, with_catalogue
from tests.flares.course import GOLDEN, end_of, make_course, start_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F7")]
KILO_OF_83 = Decimal(100) / 83


def get(course, user=None, **query):
    url = f"/api/v1/patients/{course.anna.public_id}/response-profile/"
    return api_client(user or course.tove).get(url, query)


def exercised(slug, course):
    return with_catalogue(course.clinic)[slug]


def test_profile_counts_the_worked_course_by_kind_and_load():
    course = make_course()
    make_one_rep_max(course.anna, course.exercise, by=course.tove)
    course.golden()

    told = get(course).json()

    # Changes 4, 6, 17, 14, 10, 14 and 13; one session has no value after.
    overall = told["overall"]
    assert (overall["n"], overall["not_counted"]) == (7, 1)
    assert overall["relief_possible"] == 7
    counts = {name: overall[name]["count"] for name in ("relief", "no_change", "rise")}
    assert counts == {"relief": 0, "no_change": 2, "rise": 5}
    assert overall["rise"]["typical_mm"] == 14.0
    # Wilson's limits of 5 of 7.
    assert overall["rise"]["share"] == pytest.approx(0.714286, abs=1e-6)
    assert overall["rise"]["low"] == pytest.approx(0.358934, abs=1e-6)
    assert overall["rise"]["high"] == pytest.approx(0.917781, abs=1e-6)
    # 32.5 of 83 kg are 39 %.
    assert [(each["kind"], each["load_band"]) for each in told["by_load"]] == [
        ("resistance", "light")
    ]
    assert told["by_kind"][0]["headings"] == ["Strength training"]
    assert overall["sentences"][0].startswith("Of 7 sessions: relief 0")


def test_patient_reads_words_and_counts_and_no_shares():
    course = make_course()
    for number, after in enumerate((30, 35, 40, 50, 55, 62), start=1):
        course.hold(number, pre=50, post=after)

    overall = get(course, course.anna.user).json()["overall"]

    assert overall["sentences"] == [
        "After 3 of 6 sessions your pain was lower.",
        "It was then lower by about 15 of 100.",
        "After 2 of 6 sessions your pain was about the same.",
        (
            "After 1 of 6 sessions your pain was higher. That can happen; talk with "
            "your therapist if it worries you."
        ),
    ]
    assert overall["relief"] == {
        "count": 3,
        "share": None,
        "low": None,
        "high": None,
        "typical_mm": 15.0,
    }


def test_too_few_sessions_are_told_as_too_early():
    course = make_course()
    for number in range(1, 6):
        course.hold(number, pre=50, post=30)

    overall = get(course).json()["overall"]

    assert overall["is_too_early"] is True
    assert overall["relief"]["count"] == 5
    assert overall["relief"]["share"] is None


def test_profile_of_nothing_says_so():
    told = get(make_course()).json()

    assert told["overall"]["n"] == 0
    assert (told["by_kind"], told["by_load"]) == ([], [])


def test_void_sessions_and_other_explanations_do_not_count():
    course = make_course()
    void = course.hold(1, pre=50, post=30)
    course.hold(2, pre=50, post=30, confounders=["infection"])
    course.hold(3, pre=50, post=80)
    logbook.void_session(
        session_id=void.public_id,
        request=VoidRequest.parse({"reason": "Another patient's"}),
        by=course.tove,
        now=end_of(3),
    )

    overall = get(course).json()["overall"]

    assert (overall["n"], overall["not_counted"]) == (1, 1)
    assert overall["rise"]["count"] == 1


def test_a_value_out_of_its_window_does_not_count():
    course = make_course()
    session = course.hold(1, pre=50)
    late = end_of(1) + timedelta(hours=3)
    course.rate(session, "post", 20, at=late)

    overall = get(course).json()["overall"]

    assert (overall["n"], overall["not_counted"]) == (0, 1)


def test_the_load_is_a_share_of_the_1rm_that_held_at_that_session():
    course = make_course()
    make_one_rep_max(course.anna, course.exercise, by=course.tove)
    course.hold(1, pre=50, post=50)
    # From the second session on the same 32.5 kg are 65 % of 50 kg.
    make_one_rep_max(
        course.anna,
        course.exercise,
        by=course.tove,
        now=start_of(2),
        tested_at=(start_of(2) - timedelta(hours=2)).isoformat(),
        trials=[
            {"load": {"value": "50", "unit": "kg"}, "reps": 1, "success": True},
        ],
    )
    course.hold(2, pre=50, post=50)

    bands = {each["load_band"]: each["n"] for each in get(course).json()["by_load"]}

    assert bands == {"light": 1, "moderate": 1}


def test_a_load_without_a_1rm_and_a_bout_have_no_band():
    course = make_course()
    cycling = exercised("cycle_ergometer", course)
    course.hold(1, pre=50, post=50)
    course.hold(
        2,
        pre=50,
        post=40,
        exercises=[
            {"exercise": str(cycling.public_id), "bout": {"minutes": "20", "rpe": 12}}
        ],
    )

    told = get(course).json()

    assert [(one["kind"], one["load_band"], one["n"]) for one in told["by_load"]] == [
        ("resistance", "not_known", 1),
        ("aerobic", "not_known", 1),
    ]


def test_days_are_those_of_the_patient_and_both_included():
    course = make_course()
    for number in (1, 2, 3):
        course.hold(number, pre=50, post=50)

    one = get(course, **{"from": "2026-03-05", "to": "2026-03-05"}).json()

    assert one["overall"]["n"] == 1
    assert get(course, **{"from": "2026-03-06", "to": "2026-03-05"}).status_code == 400
    assert get(course, days="5").status_code == 400


def test_profile_equals_the_plain_rule_on_the_values_that_were_typed():
    course = make_course()
    make_one_rep_max(course.anna, course.exercise, by=course.tove)
    course.golden()

    told = get(course).json()["overall"]

    plain = response_profile(
        SessionAnswer(
            kind=None,
            percent_1rm=Decimal("32.5") * KILO_OF_83,
            pre_mm=pre,
            post_mm=post,
        )
        for pre, post, _, _ in GOLDEN
    ).overall
    for name in ("relief", "no_change", "rise"):
        part = getattr(plain, name)
        assert told[name]["count"] == part.count
        assert told[name]["share"] == part.proportion.share
        assert told[name]["low"] == part.proportion.low
        assert told[name]["typical_mm"] == part.typical_mm


@pytest.mark.parametrize("who", ["assessor", "stranger", "fellow", "nobody"])
def test_others_learn_nothing_and_leave_no_look(who):
    course = make_course()
    people = {
        "assessor": lambda: make_assessor(course.clinic),
        "stranger": lambda: make_therapist(make_clinic(name="Another")),
        "fellow": lambda: make_patient(course.clinic, therapist=course.tove).user,
        "nobody": lambda: None,
    }
    user = people[who]()

    if user is None:
        url = f"/api/v1/patients/{course.anna.public_id}/response-profile/"
        status = api_client(None).get(url).status_code
    else:
        status = get(course, user).status_code

    assert status == (401 if who == "nobody" else 404)
    assert not AuditEvent.objects.filter(action=LOOK).exists()


def test_a_look_is_noted():
    course = make_course()

    get(course)

    assert AuditEvent.objects.filter(
        action=LOOK, patient_id=course.anna.pk, actor_id=course.tove.pk
    ).exists()


def test_queries_do_not_grow_with_the_sessions(django_assert_max_num_queries):
    course = make_course()
    course.hold(1, pre=50, post=40)
    client = api_client(course.tove)
    url = f"/api/v1/patients/{course.anna.public_id}/response-profile/"
    client.get(url)
    with django_assert_max_num_queries(30) as first:
        client.get(url)
    count = len(first)
    for number in range(2, 8):
        course.hold(number, pre=50, post=40)

    with django_assert_max_num_queries(count):
        client.get(url)


def test_each_modality_of_the_catalogue_has_a_kind():
    assert set(KIND_OF_MODALITY) == set(get_args(Modality))
