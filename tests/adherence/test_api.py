"""Adherence over HTTP: what it tells, and to whom."""

from datetime import UTC, datetime

import pytest

from apps.adherence import services
from apps.audit.models import AuditEvent
from tests.factories.people import (
    api_client,
    enter_also,
    make_assessor,
    make_clinic,
    make_manager,
    make_therapist,
)

from .training import (
    DAY,
    HOUR,
    due_of,
    make_training,
    refresh,
    start_of,
    work,
    worked_example,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("G1")]
NOW = datetime(2026, 3, 30, 6, tzinfo=UTC)
PATH = "/api/v1/adherence/"
OF_THE_CONTRACT = {
    *("window", "due", "attended", "excused", "cancelled", "attendance"),
    *("attendance_without_excused", "dose", "dose_when_attended", "intensity"),
    *("diary", "light", "computed_at"),
}


@pytest.fixture
def one():
    one = worked_example()
    refresh(NOW)
    return one


def get(user, **query):
    return api_client(user).get(PATH, query)


def of(one, user, window="4w"):
    response = get(user, patient=str(one.anna.public_id), window=window)
    assert response.status_code == 200
    [row] = response.json()["results"]
    return row


def test_a_therapist_reads_every_ratio_with_both_its_numbers(one):
    row = of(one, one.tove, "programme")

    assert set(row) >= OF_THE_CONTRACT
    assert row["patient"] == str(one.anna.public_id)
    assert row["programme"] == str(one.programme.public_id)
    ratios = ("attendance", "attendance_without_excused", "dose", "dose_when_attended")
    assert [row[name] for name in ratios] == ["0.7143", "0.8333", "0.6615", "0.9282"]
    assert (row["held"], row["partial"], row["held_share"]) == (5, 0, "0.7143")
    # Two sessions had fewer repetitions than asked for.
    assert row["dose_modified"] == 2
    assert row["intensity"] == "1.0000"
    assert row["diary"] == "0.0000"
    assert row["parts"]["dose"] == {"numerator": "11510", "denominator": "17400"}
    assert row["parts"]["attendance"] == {"numerator": "5", "denominator": "7"}
    assert (row["due"], row["attended"], row["excused"]) == (7, 5, 1)
    assert (row["excused_pain_flare"], row["cancelled"]) == (1, 1)
    assert (row["light"], row["misses_in_a_row"], row["drop_out"]) == ("green", 0, None)
    assert row["sentences"] == [
        "Attended 5 of 7 due sessions (71.4 %), 0 of them in part.",
        (
            "Excused: 1, of these 1 because of a pain flare; without excused ones "
            "attendance is 83.3 %."
        ),
    ]
    assert row["computed_at"] == "2026-03-30T06:00:00Z"


def test_all_three_windows_come_together(one):
    response = get(one.tove, patient=str(one.anna.public_id))

    assert [row["window"] for row in response.json()["results"]] == [
        "2w",
        "4w",
        "programme",
    ]


def test_the_whole_programme_comes_with_its_periods(one):
    row = of(one, one.tove, "programme")

    # Slots 1-8 lie in weeks 1-4; on 30 March nothing later has come due.
    early, middle, late = row["periods"]
    spans = [
        (each["period"], each["first_week"], each["last_week"])
        for each in row["periods"]
    ]
    assert spans == [("early", 1, 4), ("middle", 5, 10), ("late", 11, 15)]
    assert {name: early[name] for name in early.keys() & row.keys()} == {
        name: row[name] for name in early.keys() & row.keys()
    }
    assert early["dose"] == "0.6615"
    for later in (middle, late):
        assert (later["due"], later["attendance"], later["dose"]) == (0, None, None)
    assert of(one, one.tove, "4w")["periods"] is None


def test_a_session_counts_in_the_period_where_it_was_planned_at_first():
    one = make_training()
    # Planned on Thursday of week 4, held on Tuesday of week 5.
    one.attend(8, at=start_of(8) + 5 * DAY)
    one.attend(9)
    refresh(due_of(9))

    early, middle, _ = of(one, one.tove, "programme")["periods"]

    assert (early["due"], early["attended"], early["missed"]) == (8, 1, 7)
    assert (middle["due"], middle["attended"], middle["missed"]) == (1, 1, 0)


def test_check_ins_are_told_for_each_moment():
    one = make_training()
    pre = ("pre", -HOUR)
    one.attend(1, check_ins=[pre])
    two = one.attend(2, check_ins=[pre, ("post", HOUR)])
    one.rate(two, "h24", at=two.ended_at + 24 * HOUR)
    one.attend(9)
    now = start_of(9) + 70 * HOUR
    refresh(now)

    row = of(one, one.tove, "programme")

    told = {
        moment: (each["numerator"], each["denominator"], each["ratio"])
        for moment, each in row["diary_by_moment"].items()
    }
    assert told == {
        "pre": ("2", "3", "0.6667"),
        "post": ("1", "3", "0.3333"),
        "h24": ("1", "3", "0.3333"),
        "h48": ("0", "3", "0.0000"),
    }
    assert row["parts"]["diary"] == {"numerator": "4", "denominator": "12"}
    _, middle, _ = row["periods"]
    assert middle["diary_by_moment"]["pre"] == {
        "ratio": "0.0000",
        "numerator": "0",
        "denominator": "1",
    }
    assert middle["parts"]["diary"] == {"numerator": "0", "denominator": "4"}
    # The two weeks before hold the newest session alone.
    short = of(one, one.tove, "2w")["diary_by_moment"]
    assert {each["denominator"] for each in short.values()} == {"1"}


def test_periods_stand_as_the_figures_do_until_the_next_sweep():
    one = make_training()
    services.refresh_all(now=due_of(1) - HOUR)
    one.attend(1)
    # By the clock of this test everything has come due long ago.
    early, _, _ = of(one, one.tove, "programme")["periods"]
    assert (early["due"], early["missed"]) == (0, 0)

    refresh(due_of(1))

    early, _, _ = of(one, one.tove, "programme")["periods"]
    assert (early["due"], early["attended"], early["missed"]) == (1, 1, 0)


def test_where_nothing_is_due_there_is_no_ratio():
    one = make_training()
    services.refresh_all(now=due_of(1).replace(day=1))

    row = of(one, one.tove)

    assert (row["due"], row["attendance"], row["dose"]) == (0, None, None)
    assert row["light"] == "too_early"
    assert row["sentences"] == ["No session has come due yet."]


def test_a_patient_reads_kind_words_and_no_mark(one):
    row = of(one, one.anna.user)

    assert (row["light"], row["misses_in_a_row"], row["drop_out"]) == (None, None, None)
    assert row["sentences"] == [
        (
            "You trained 5 times in the last four weeks. Each session counts, also "
            "one that you did in part."
        ),
        (
            "Thank you for telling us when you could not come. It helps us to plan "
            "with you."
        ),
    ]
    assert of(one, one.anna.user, "programme")["sentences"] == []


def test_a_patient_sees_their_own_rows_alone(one):
    other = make_training(one.clinic, tove=one.tove)
    services.refresh_all(now=NOW)

    rows = get(one.anna.user).json()["results"]

    assert {row["patient"] for row in rows} == {str(one.anna.public_id)}
    assert get(one.anna.user, patient=str(other.anna.public_id)).status_code == 404


def test_a_clinic_as_a_whole_names_nobody(one):
    other = make_training(one.clinic, tove=one.tove)
    other.attend(1, work(15))
    services.refresh_all(now=NOW)
    manager = make_manager(one.clinic)
    clinic = str(one.clinic.public_id)

    response = get(manager, clinic=clinic, window="4w")

    [row] = response.json()["results"]
    assert (row["patient"], row["programme"], row["programmes"]) == (None, None, 2)
    # Sessions 1-8 of the other are due on 30 March: one of eight was held.
    assert (row["due"], row["attended"], row["missed"]) == (15, 6, 8)
    assert row["attendance"] == "0.4000"
    assert row["parts"]["attendance"] == {"numerator": "6", "denominator": "15"}
    assert (row["held"], row["held_share"]) == (6, "0.4000")
    # The mean of 0.6615 and 1200 of 19200.
    assert row["dose"] == "0.3620"
    assert row["parts"]["dose"] == {"numerator": "0.724", "denominator": "2"}
    assert row["light"] is None
    beside = ("periods", "diary_by_moment", "rules_version")
    assert [row[name] for name in beside] == [None, None, None]
    assert row["lights"] == {"green": 1, "amber": 0, "red": 1, "too_early": 0}
    assert row["sentences"] == []
    assert one.anna.given_name not in response.content.decode()
    assert get(one.tove, clinic=clinic).status_code == 200
    assert AuditEvent.objects.filter(
        actor_id=manager.pk, action="list", subject="adherence"
    ).exists()


def test_who_may_read_whose(one):
    elsewhere = make_clinic()
    enter_also(one.clinic)
    patient, clinic = str(one.anna.public_id), str(one.clinic.public_id)
    people = {
        "colleague": (make_therapist(one.clinic), 404, 200),
        "manager": (make_manager(one.clinic), 404, 200),
        "assessor": (make_assessor(one.clinic), 404, 403),
        "stranger": (make_therapist(elsewhere), 404, 404),
        "patient": (one.anna.user, 200, 403),
    }

    for who, (user, for_patient, for_clinic) in people.items():
        assert get(user, patient=patient).status_code == for_patient, who
        assert get(user, clinic=clinic).status_code == for_clinic, who
        if who != "patient":
            assert get(user).json()["results"] == [], who
    assert api_client().get(PATH).status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        {"window": "3w"},
        {"patient": "x"},
        {"therapist": "x"},
        {
            "patient": "00000000-0000-0000-0000-000000000000",
            "clinic": "00000000-0000-0000-0000-000000000000",
        },
    ],
    ids=["window", "id", "unknown", "both"],
)
def test_a_question_that_cannot_be_is_refused(one, query):
    assert get(one.tove, **query).status_code == 400


def test_a_list_of_many_takes_as_many_queries_as_one(
    one, django_assert_max_num_queries
):
    client = api_client(one.tove)
    with django_assert_max_num_queries(30) as first:
        assert len(client.get(PATH).json()["results"]) == 3
    for _ in range(3):
        make_training(one.clinic, tove=one.tove)
    services.refresh_all(now=NOW)

    with django_assert_max_num_queries(30) as second:
        assert len(client.get(PATH).json()["results"]) == 12

    assert len(first) == len(second)
