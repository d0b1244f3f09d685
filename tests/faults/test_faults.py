"""Whatever breaks: no entry is lost or doubled, one alert, at least one mail."""

import pytest

from .ground import Outcome
from .scenarios import SCENARIOS, Scenario

pytestmark = [
    pytest.mark.fault,
    pytest.mark.requirement("F2"),
    pytest.mark.requirement("N3"),
]


def cases():
    """Return every scenario with its marks."""
    return [
        pytest.param(one, id=one.name, marks=[pytest.mark.long] if one.is_long else [])
        for one in SCENARIOS
    ]


@pytest.mark.parametrize("scenario", cases())
def test_nothing_is_lost_doubled_or_silent_after(scenario: Scenario, request, fault):
    whose = "own_ground" if scenario.own_postgres else "shared_ground"
    ground = request.getfixturevalue(whose)
    device = ground.take_device(scenario.ended_at)
    fault.begins(scenario.name, ground=ground)
    if scenario.ended_at is None:
        device.prepare()
        if scenario.holds_session:
            device.deliver(device.session())
        ground.settle(device)

    scenario.play(ground, device)
    ground.settle(device)
    ground.wait_for_green()

    found = fault.found(ground.measure(device))
    assert found == Outcome(
        entries_lost=0,
        entries_doubled=0,
        alerts=1,
        alerts_doubled=0,
        mails=1 + scenario.repeats,
        repeats=scenario.repeats,
        message_ids=1,
        mails_of_outbox=1,
    )
