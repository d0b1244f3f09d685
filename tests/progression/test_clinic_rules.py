"""Load proposals by the rules of a clinic, and what a change of them does."""

from decimal import Decimal

import pytest

from apps.audit.models import AuditEvent
from apps.progression import services
from tests.factories.people import api_client, make_manager
from tests.factories.training import decide_rules

from .gym import closed, make_gym

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("D3")]

UP = (22, 22)


def decide(gym, *, now, **fields):
    decide_rules(gym.clinic, by=make_manager(gym.clinic), now=now, **fields)


def trained(upto=5, **newest):
    """Return a patient after calm sessions, whose newest ends as told."""
    gym = make_gym()
    for number in range(1, upto):
        gym.hold(number, *UP)
    gym.hold(upto, *UP, **newest)
    return gym


def sequence(gym):
    return [(each.status, each.rule) for each in gym.proposals()]


# The value before is 50: with green up to 5 mm, 55 is the last that is green.
@pytest.mark.parametrize(("during", "rule"), [(54, 13), (55, 13), (56, 11)])
def test_another_threshold_makes_another_proposal(during, rule):
    gym = trained(during=during)
    decide(gym, now=closed(5), load_policy={"rise_green_up_to_mm": 5})
    gym.think(closed(5))

    found = gym.proposal()

    assert found.rule == rule
    assert found.rules.version == 1
    assert found.inputs["policy"]["rise_green_up_to_mm"] == 5


# The reference is 50: with settled below 5 mm, 54 is the last that has settled.
@pytest.mark.parametrize(("h48", "rule"), [(53, 13), (54, 13), (55, 8)])
def test_another_bound_of_what_has_settled_cuts_earlier(h48, rule):
    gym = trained(h48=h48)
    decide(gym, now=closed(5), load_policy={"settled_below_mm": 5})
    gym.think(closed(5))

    assert gym.proposal().rule == rule


@pytest.mark.parametrize(("sessions", "rule"), [(4, 15), (5, 13), (6, 13)])
def test_a_clinic_that_waits_for_five_sessions_raises_after_five(sessions, rule):
    gym = trained(sessions)
    decide(gym, now=closed(sessions), load_policy={"over_target_sessions": 5})
    gym.think(closed(sessions))

    found = gym.proposal()

    assert found.rule == rule
    assert len(found.inputs["sessions"]) == min(sessions, 5)
    if rule == 13:
        assert "over the target in 5 sessions" in found.reason


def test_a_raise_is_no_larger_than_the_clinic_allows():
    gym = trained()
    # A step of 2.5 kg on 40 kg is 6.25 %.
    decide(gym, now=closed(5), load_policy={"raise_max_pct": 6})
    gym.think(closed(5))

    found = gym.proposal()

    assert (found.rule, found.to_kg) == (13, Decimal("40.00"))
    assert (found.reps_min, found.reps_max) == (15, 24)
    assert "is more than 6 %" in found.reason


def test_before_any_decision_a_proposal_names_no_version():
    gym = trained()
    gym.think(closed(5))

    found = gym.proposal()

    assert found.rules is None
    told = api_client(gym.tove).get(f"/api/v1/load-proposals/{found.public_id}/").json()
    assert told["rules_version"] == 0


def test_an_open_proposal_is_drafted_anew_by_the_next_sweep():
    gym = trained(during=60)
    gym.think(closed(5))
    assert sequence(gym) == [("open", 13)]

    decide(gym, now=closed(5), load_policy={"rise_green_up_to_mm": 9})
    services.draft_due(now=closed(5))

    assert sequence(gym) == [("superseded", 13), ("open", 11)]
    found = gym.proposal()
    told = api_client(gym.tove).get(f"/api/v1/load-proposals/{found.public_id}/").json()
    assert told["rules_version"] == 1
    assert told["inputs"]["policy"]["rise_green_up_to_mm"] == 9


def test_what_was_decided_keeps_the_rules_that_it_was_made_by():
    gym = trained(during=60)
    gym.think(closed(5))
    gym.accept(gym.proposal(), now=closed(5))

    decide(gym, now=closed(5), load_policy={"rise_green_up_to_mm": 9})
    services.draft_due(now=closed(5))

    assert sequence(gym) == [("accepted", 13)]
    (decided,) = gym.proposals()
    assert decided.rules is None
    assert decided.inputs["policy"]["rise_green_up_to_mm"] == 10


def test_another_formula_for_heart_rates_leaves_proposals_alone():
    gym = trained()
    gym.think(closed(5))

    decide(gym, now=closed(5), hrmax_formula="fox")
    services.draft_due(now=closed(5))

    assert sequence(gym) == [("open", 13)]


@pytest.mark.parametrize(("kg", "beyond"), [("42.5", []), ("45", ["raise_max_pct"])])
def test_the_trail_tells_what_goes_over_the_rules_of_the_proposal(kg, beyond):
    gym = trained(during=56)
    # 40 kg and 7 %: 42.8 kg. Row 11 holds, so more than 40 kg is more than proposed.
    rules = {"rise_green_up_to_mm": 5, "raise_max_pct": 7}
    decide(gym, now=closed(5), load_policy=rules)
    gym.think(closed(5))

    gym.change(gym.proposal(), kg, now=closed(5))

    detail = AuditEvent.objects.get(action="load_proposal.changed").detail
    assert detail["beyond"] == [*beyond, "proposed_load"]


def test_the_rules_of_one_clinic_are_not_those_of_another():
    gym = trained(during=56)
    elsewhere = make_gym()
    decide(elsewhere, now=closed(5), load_policy={"rise_green_up_to_mm": 5})
    gym.think(closed(5))

    assert (gym.proposal().rule, gym.proposal().rules) == (13, None)
