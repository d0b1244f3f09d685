"""What was told once is not silenced later by the word about another session."""

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.clinical.flare.detector import judge_history
from apps.clinical.flare.inputs import Closing, Family
from apps.clinical.flare.policy import DetectorPolicy
from apps.clinical.flare.verdicts import AlertStatus
from apps.flares.simulation.histories import history_of

from .test_simulation import WORKED, made_patient

pytestmark = pytest.mark.requirement("F1")

# A watch from session 3 ("02"), an alert from session 4 ("03") on.
HISTORY = history_of(made_patient(WORKED))


def closing(index, *, alerted=False):
    """Return a resolution of what a session opened, just before the next session."""
    closed_at = HISTORY.sessions[index + 1].started_at - timedelta(hours=1)
    return Closing(
        family=Family.PATTERN,
        opened_by=f"{index:02}",
        closed_at=closed_at,
        session_keys=(f"{index:02}",),
        alerted_on=HISTORY.sessions[index].day if alerted else None,
    )


def patterns(history, *closings):
    """Return what each of the first four sessions did about the pattern."""
    now = history.sessions[-1].ended_at + timedelta(days=7)
    judgement = judge_history(
        history, policy=DetectorPolicy(), now=now, closings=closings
    )
    return [
        [event.status for event in verdict.events if event.family == Family.PATTERN]
        for verdict in judgement.verdicts[:4]
    ]


def test_a_resolved_alert_takes_no_earlier_watch_back():
    watch, alert = closing(2), closing(3, alerted=True)

    before = patterns(HISTORY, watch)
    after = patterns(HISTORY, watch, alert)

    assert before == after == [[], [], [AlertStatus.OPENED], [AlertStatus.OPENED]]


def test_a_resolved_alert_silences_an_earlier_session_that_came_in_after_it():
    alert = closing(3, alerted=True)
    sessions = list(HISTORY.sessions)
    late = alert.closed_at + timedelta(minutes=1)
    sessions[2] = replace(
        sessions[2],
        ratings=tuple(
            replace(rating, received_at=late) for rating in sessions[2].ratings
        ),
    )

    statuses = patterns(replace(HISTORY, sessions=tuple(sessions)), alert)

    assert statuses[2] == [AlertStatus.SILENT]


def test_a_value_that_came_in_as_the_alert_was_resolved_had_been_told():
    alert = closing(3, alerted=True)
    sessions = list(HISTORY.sessions)
    sessions[2] = replace(
        sessions[2],
        ratings=tuple(
            replace(rating, received_at=alert.closed_at)
            for rating in sessions[2].ratings
        ),
    )

    statuses = patterns(replace(HISTORY, sessions=tuple(sessions)), alert)

    assert statuses[2] == [AlertStatus.OPENED]
