"""What a 1RM test offers, what holds it back, and the test that a restart promises."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from apps.inbox.models import Alert
from apps.messaging.models import OutboxMail
from apps.programmes import services as programmes
from apps.programmes import tolerance
from apps.programmes.queries import prescription_on
from tests.factories.people import api_client
from tests.factories.training import make_one_rep_max, trial

from .gym import DAY, HOUR, closed, make_gym, start_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("D2")]

NOW = closed(5)
PEM_UNKNOWN = "post-exertional malaise has not been asked about"


def measured(gym, at, kg="150", *, of=None, **fields):
    return make_one_rep_max(
        gym.anna,
        (of or gym.legs).exercise,
        by=gym.tove,
        now=at,
        tested_at=at.isoformat(),
        **{"trials": [trial(kg)]} | fields,
    )


def leg_press(gym, on=NOW):
    return prescription_on(programme=gym.programme, on=on.date()).exercises[0]


def alert(gym, kind, **fields):
    return Alert.objects.create(
        **{
            "clinic": gym.clinic,
            "patient": gym.anna,
            "kind": kind,
            "severity": "moderate",
            "origin_key": f"test:{kind}",
            "opened_at": NOW,
            "sentence": "Test.",
        }
        | fields
    )


def test_a_retest_offers_more_where_nothing_speaks_against_it():
    gym = make_gym()
    measured(gym, NOW)

    found = leg_press(gym)
    # 40 % of 150 = 60; 10 % over 40 is 44, floored 42.5.
    assert (found.offered.value, found.offer_withheld) == (Decimal("42.5"), None)


def test_deciding_on_the_same_load_again_keeps_the_offer():
    gym = make_gym()
    gym.load("40", at=NOW - DAY)
    measured(gym, NOW - 5 * HOUR)
    for hours in (4, 3):
        gym.load("40", at=NOW - hours * HOUR)
    assert leg_press(gym).offered.value == Decimal("42.5")

    # Another load, and then the one from before the test: decisions of their own.
    for kg, hours in (("42.5", 2), ("40", 1)):
        gym.load(kg, at=NOW - hours * HOUR)
        assert leg_press(gym).offered is None


@pytest.mark.parametrize(
    ("pem", "why"),
    [
        (None, PEM_UNKNOWN),
        (True, "with post-exertional malaise more load is the therapist's alone"),
    ],
)
def test_no_load_is_offered_with_malaise_or_unasked(pem, why):
    gym = make_gym(pem=pem)
    measured(gym, NOW)

    found = leg_press(gym)
    assert found.offered is None
    assert found.offer_withheld == (
        f"A retest gives more load; it is not offered: {why}."
    )


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("acute_flare", "a flare is open"),
        ("sustained_flare", "a flare is open"),
        ("hyperalgesia", "a pattern alert is open"),
        ("red_flag", "a warning sign is unresolved"),
    ],
)
def test_no_load_is_offered_while_an_alert_is_open(kind, why):
    gym = make_gym()
    measured(gym, NOW)
    row = alert(gym, kind)
    assert leg_press(gym).offered is None
    assert why in leg_press(gym).offer_withheld

    with time_machine.travel(NOW, tick=False):
        api_client(gym.tove).post(
            f"/api/v1/alerts/{row.public_id}/resolve/",
            {"judgement": "false_alarm", "action": "none"},
            format="json",
        )
    assert leg_press(gym).offered is not None


def test_what_nobody_knows_speaks_against_an_offer(monkeypatch):
    gym = make_gym()
    measured(gym, NOW)
    monkeypatch.setattr(tolerance, "_reader", tolerance.NothingKnown())

    assert "it is not known whether a flare is open" in leg_press(gym).offer_withheld


def test_less_after_a_retest_is_no_offer_that_is_withheld():
    gym = make_gym(pem=None)
    measured(gym, NOW, "70")

    assert leg_press(gym).offer_withheld is None


def test_therapists_read_why_and_patients_do_not():
    gym = make_gym(pem=None)
    measured(gym, NOW)
    url = f"/api/v1/programmes/{gym.programme.public_id}/prescription/"
    read = {}
    with time_machine.travel(NOW, tick=False):
        for who in (gym.tove, gym.anna.user):
            body = api_client(who).get(url, {"on": NOW.date().isoformat()}).json()
            read[who] = body["exercises"][0]

    assert PEM_UNKNOWN in read[gym.tove]["offer_withheld"]
    assert read[gym.tove]["offered_load"] is None
    assert read[gym.anna.user]["offer_withheld"] is None


@pytest.mark.parametrize(
    ("first", "reps", "doubts"),
    [
        pytest.param(None, 12, " Low confidence.", id="the first, of many repetitions"),
        pytest.param(
            "direct", 8, " Another method starts a new series.", id="another method"
        ),
        pytest.param("estimated", 8, "", id="the same method"),
    ],
)
def test_an_offer_says_what_its_test_cannot_bear(first, reps, doubts):
    gym = make_gym()
    if first == "direct":
        measured(gym, NOW - DAY, "90")
    elif first:
        measured(gym, NOW - DAY, method=first, trials=[trial("70", reps=8)])
    measured(gym, NOW, method="estimated", trials=[trial("120", reps=reps)])

    sentence = leg_press(gym).offered.sentence
    assert sentence.partition("A retest changes no load by itself.")[2] == doubts


class TestPromised:
    """A restart after a long break promises a 1RM test within 14 days."""

    def restarted(self):
        """Return a gym, and when the restart was accepted after the tests of week 0."""
        gym = make_gym()
        for number in range(1, 5):
            gym.hold(number, 20, 20)
        now = start_of(4) + 35 * DAY
        gym.programme.planned_sessions.filter(number__gt=4, starts_at__lt=now).update(
            status="missed"
        )
        gym.think(now)
        for row in (gym.legs, gym.bench):
            # Those of week 4 or 8 are made, so that nothing else is due.
            measured(gym, now - HOUR, "100", of=row)
        gym.think(now)
        proposal = gym.proposal()
        assert (proposal.rule, proposal.retest_within_days) == (5, 14)
        gym.accept(proposal, now=now)
        return gym, now

    def due(self, gym, now):
        with time_machine.travel(now, tick=False):
            found = api_client(gym.tove).get("/api/v1/retests-due/").json()["results"]
        return [
            (each["week"], each["due_on"])
            for each in found
            if each["exercise"] == str(gym.legs.exercise.public_id)
        ]

    def test_it_is_due_on_the_fourteenth_day_and_mailed_once(self):
        gym, now = self.restarted()
        day = now.date() + timedelta(days=14)

        assert (None, day.isoformat()) not in self.due(gym, now + 13 * DAY)
        found = self.due(gym, now + 14 * DAY)
        assert found == [(None, day.isoformat())]

        programmes.remind_retests(now=now + 14 * DAY)
        programmes.remind_retests(now=now + 14 * DAY + HOUR)
        key = f"retest:{gym.programme.public_id}:{day.isoformat()}"
        assert OutboxMail.objects.filter(reason_key__startswith=key).count() == 1

    def test_any_test_since_is_the_one(self):
        gym, now = self.restarted()
        measured(gym, now + DAY, "95")

        assert self.due(gym, now + 14 * DAY) == []

    def test_a_load_put_in_force_since_does_not_take_the_promise_back(self):
        gym, now = self.restarted()
        gym.load("35", at=now + DAY)

        [(week, _)] = self.due(gym, now + 14 * DAY)
        assert week is None
