"""The sweep: what makes somebody due, twice the same, and a bad record among others."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from apps.clinics.models import ProposalDue
from apps.flares import services as flares
from apps.progression import services
from apps.progression.models import LoadProposal
from tests.factories.training import make_one_rep_max

from .gym import DAY, HOUR, closed, make_gym, seen, start_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("D3")]


def trained(**options):
    gym = make_gym(**options)
    for number in range(1, 6):
        gym.hold(number, 22, 22)
    flares.judge_patient(patient=gym.anna, now=closed(5))
    return gym


def due_at(gym):
    rows = ProposalDue.objects.filter(patient=gym.anna)
    return rows.values_list("due_at", flat=True).first()


def test_the_command_drafts_what_judging_made_due(capsys):
    gym = trained()
    now = closed(5).isoformat()
    call_command("run_sweep", "progression.draft_due", "--now", now)

    report = json.loads(capsys.readouterr().out)
    assert (report["done"], report["failed"], report["held_up"]) == (1, 0, 0)
    assert gym.proposal().rule == 13


def test_a_second_run_writes_nothing():
    gym = trained()
    services.draft_due(now=closed(5))
    before = seen(gym)
    services.draft_patient(patient=gym.anna, now=closed(5) + HOUR)
    services.draft_patient(patient=gym.anna, now=closed(5) + DAY)

    assert seen(gym) == before


def test_a_patient_is_due_again_when_their_day_ends():
    gym = trained()
    services.draft_due(now=closed(5))

    # 18 March 23:00 in Stockholm: one hour is left of the day.
    assert due_at(gym) == closed(5) + HOUR


def test_a_new_one_rep_max_makes_due():
    gym = trained()
    services.draft_due(now=closed(5))
    later = closed(5) + timedelta(minutes=1)
    make_one_rep_max(gym.anna, gym.legs.exercise, by=gym.tove, now=later)

    assert due_at(gym) == later


def test_who_waits_to_be_judged_is_not_drafted_before():
    gym = trained()
    gym.hold(6, 22, 22)
    gym.rate("pre", 50, at=start_of(7))
    services.draft_patient(patient=gym.anna, now=closed(6))

    assert not LoadProposal.objects.exists()


def test_a_bad_record_delays_nobody(monkeypatch):
    good, bad = trained(), trained()
    draft = services.rows_of

    def broken(programme, **options):
        if programme == bad.programme:
            raise ValueError("broken")
        return draft(programme, **options)

    monkeypatch.setattr(services, "rows_of", broken)
    report = services.draft_due(now=closed(5))

    assert (report.done, report.failed, report.held_up) == (1, 1, 1)
    assert good.proposal().rule == 13
    assert due_at(bad) == closed(5) + timedelta(minutes=1)


def test_a_patient_costs_the_same_after_many_sessions(django_assert_max_num_queries):
    gym = trained()
    with django_assert_max_num_queries(40) as few:
        services.draft_patient(patient=gym.anna, now=closed(5))
    for number in range(6, 10):
        gym.hold(number, 22, 22)
    flares.judge_patient(patient=gym.anna, now=closed(9))
    with django_assert_max_num_queries(40) as many:
        services.draft_patient(patient=gym.anna, now=closed(9))

    assert len(many) <= len(few) + 1
