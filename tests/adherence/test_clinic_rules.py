"""Adherence by the rules of a clinic, and what a change of them does."""

from datetime import UTC, datetime

import pytest

from apps.adherence import services
from apps.adherence.models import CourseOutcome
from apps.programmes.models import AdherenceDue
from tests.factories.people import api_client, make_manager
from tests.factories.training import decide_rules

from .training import DAY, due_of, make_training, refresh, worked_example

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("G1")]
NOW = datetime(2026, 3, 30, 6, tzinfo=UTC)


def decide(one, *, now=NOW, **numbers):
    decide_rules(
        one.clinic,
        by=make_manager(one.clinic),
        now=now,
        adherence_policy=numbers,
    )


def answer(one, window="4w"):
    query = {"patient": str(one.anna.public_id), "window": window}
    [row] = api_client(one.tove).get("/api/v1/adherence/", query).json()["results"]
    return row


# Five of six were attended, excused ones left out: 83.3 %.
@pytest.mark.parametrize(
    ("green", "amber", "light"),
    [(83, 60, "green"), (84, 60, "amber"), (90, 83, "amber"), (90, 84, "red")],
)
def test_the_light_follows_the_clinic_by_the_next_sweep(green, amber, light):
    one = worked_example()
    refresh(NOW)
    before = answer(one)
    assert (before["light"], before["rules_version"]) == ("green", 0)

    decide(one, green_from_pct=green, amber_from_pct=amber)
    assert answer(one) == before
    refresh(NOW)

    found = answer(one)
    assert (found["light"], found["rules_version"]) == (light, 1)
    open_now = [each.kind for each in one.alerts(status="open")]
    assert open_now == (["low_adherence"] if light == "red" else [])


def test_an_alert_closes_that_the_clinic_would_not_have_opened():
    one = make_training()
    services.refresh_all(now=due_of(2))
    assert [each.kind for each in one.alerts(status="open")] == ["missed_sessions"]

    decide(one, now=due_of(2), alert_from_misses=3)
    refresh(due_of(2))
    assert one.alerts(status="open") == []

    refresh(due_of(3))
    assert [each.kind for each in one.alerts(status="open")] == ["missed_sessions"]


def test_the_sentence_says_how_many_sessions_the_clinic_waits_for():
    one = worked_example()
    decide(one, judged_from_due=8)
    refresh(NOW)

    found = answer(one)

    assert found["light"] == "too_early"
    assert found["sentences"][-1].startswith("7 of the 8 due sessions")


def test_drop_out_comes_after_the_days_of_the_clinic():
    one = make_training(sessions=4)
    one.attend(1)
    # Held on 2 March, the last one planned on 12 March; 14 days are over on the 16th.
    late = datetime(2026, 3, 17, 12, tzinfo=UTC)
    refresh(late)
    assert answer(one)["drop_out"] is None

    decide(one, now=late, dropped_out_after_days=14)
    refresh(late)

    assert answer(one)["drop_out"] == "silent"
    decide(one, now=late, dropped_out_after_days=21)
    refresh(late)
    assert answer(one)["drop_out"] is None
    refresh(late + 7 * DAY)
    assert answer(one)["drop_out"] == "silent"


def test_the_complete_pass_finds_who_was_judged_by_other_numbers():
    one = worked_example()
    refresh(NOW)
    decide(one, green_from_pct=84)
    # As after a restored backup.
    AdherenceDue.objects.all().delete()

    services.refresh_all(now=NOW)

    found = answer(one)
    assert (found["light"], found["rules_version"]) == ("amber", 1)


def test_other_rules_leave_adherence_as_it_was_judged():
    one = worked_example()
    refresh(NOW)
    decide_rules(one.clinic, by=make_manager(one.clinic), now=NOW, hrmax_formula="fox")
    refresh(NOW)

    assert answer(one)["rules_version"] == 0
    assert CourseOutcome.objects.get(programme=one.programme).rules is None


def test_what_another_clinic_decides_moves_nobody_here():
    one, other = worked_example(), worked_example()
    decide(other, green_from_pct=84)

    services.refresh_all(now=NOW)

    assert (answer(one)["light"], answer(one)["rules_version"]) == ("green", 0)
    assert (answer(other)["light"], answer(other)["rules_version"]) == ("amber", 1)
