"""Machines in pounds: proposed and put in force on their steps, counted in kilograms.

1 lb is 0.45359237 kg, so 90 lb are 40.8233 kg and kept as 40.82.
"""

from decimal import Decimal

import pytest

from apps.inbox.models import Alert
from apps.progression import services
from apps.progression.machine import as_typed
from tests.factories.people import api_client

from .gym import DAY, closed, make_gym

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("D3")]


def trained(*reps, load="90", upto=5, **values):
    """Return a patient after sessions on machines with steps of 5 lb."""
    gym = make_gym(kg=load, step="5", unit="lb")
    for number in range(1, upto):
        gym.hold(number, *(reps or (22, 22)), kg=load)
    gym.hold(upto, *(reps or (22, 22)), kg=load, **values)
    gym.think(closed(upto))
    return gym


def told(gym):
    """Return the open proposal as the API tells it."""
    found = api_client(gym.tove).get(
        f"/api/v1/load-proposals/{gym.proposal().public_id}/"
    )
    return found.json()


@pytest.mark.parametrize(
    ("load", "from_kg", "to", "to_kg", "percent"),
    [
        # 5 lb are 2.268 kg: 43.0913 kg is 5.6 % more than 40.82.
        ("90", "40.82", "95", "43.09", "5.6"),
        # 45.3592 is kept as 45.36, 47.6272 as 47.63: 5.0 %.
        ("100", "45.36", "105", "47.63", "5.0"),
    ],
)
def test_a_raise_is_one_step_of_the_machine(load, from_kg, to, to_kg, percent):
    gym = trained(load=load)

    found = told(gym)

    assert (found["rule"], found["change_percent"]) == (13, percent)
    assert found["from"]["unit"] == found["to"]["unit"] == "lb"
    assert Decimal(found["from"]["value"]) == Decimal(load)
    assert Decimal(found["to"]["value"]) == Decimal(to)
    assert (found["from"]["kg"], found["to"]["kg"]) == (from_kg, to_kg)


def test_a_cut_goes_down_to_a_step_of_the_machine():
    # 75 mm during the session: 10 % less of 90 lb are 81 lb, so 80 lb, 36.2874 kg.
    gym = trained(during=75)

    found = told(gym)

    assert (found["rule"], found["action"]) == (8, "reduce")
    assert (Decimal(found["to"]["value"]), found["to"]["unit"]) == (80, "lb")
    assert found["to"]["kg"] == "36.29"


def test_a_flare_goes_down_by_a_fifth_to_a_step_of_the_machine():
    gym = trained(upto=6)
    session = gym.anna.held_sessions.latest("started_at")
    Alert.objects.create(
        clinic=gym.clinic,
        patient=gym.anna,
        kind="acute_flare",
        severity="moderate",
        origin_key=f"flare:{session.public_id}",
        opened_at=session.ended_at + DAY,
        sentence="Pain rose.",
    )
    services.draft_patient(patient=gym.anna, now=closed(6))

    # A fifth less of 90 lb are 72 lb, so 70 lb, 31.7515 kg.
    assert (gym.proposal().rule, gym.proposal().to_kg) == (3, Decimal("31.75"))
    assert Decimal(told(gym)["to"]["value"]) == 70


@pytest.mark.requirement("D4")
def test_what_is_accepted_is_in_force_as_the_machine_has_it():
    gym = trained()
    decided = gym.accept(gym.proposal(), now=closed(5))

    load = decided.load_in_force
    assert (load.load_value, load.load_unit, load.load_kg) == (
        Decimal(95),
        "lb",
        Decimal("43.09"),
    )


@pytest.mark.requirement("D4")
def test_another_load_may_be_typed_in_pounds():
    gym = trained()
    decided = gym.change(gym.proposal(), "100", now=closed(5), reason="She is strong")

    load = decided.load_in_force
    assert (load.load_value, load.load_unit, load.load_kg) == (
        Decimal(100),
        "lb",
        Decimal("45.36"),
    )
    assert load.reason == "She is strong (instead of rule 13: 95.0 lb)"


def test_kilograms_between_two_steps_stay_as_they_are():
    gym = make_gym(step="5", unit="lb")

    # 41 kg are 90.39 lb: no step, so nothing is made of it.
    typed = as_typed(gym.legs.exercise, load_kg=Decimal(41))

    assert typed.unit == "lb"
    assert abs(typed.value - Decimal("90.39")) < Decimal("0.01")
