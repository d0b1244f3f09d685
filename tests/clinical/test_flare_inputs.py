"""What the detector refuses to read, and what was known when."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.clinical.check_in_windows import Moment
from apps.clinical.errors import ClinicalInputError
from apps.clinical.flare.detector import judge_history
from apps.clinical.flare.inputs import Closing, Family, PatientHistory, Session
from apps.clinical.scales import PainScale

from .flare_builders import (
    FIRST,
    POLICY,
    a_date,
    end_of,
    history,
    rating,
    run_in,
    start_of,
    visit,
)

pytestmark = pytest.mark.requirement("F1")

NAIVE = datetime(2026, 3, 2, 10, 0)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"pain_mm": 101}, "pain_mm must"),
        ({"pain_mm": 55, "scale": PainScale.NRS11}, "multiple of 10"),
        ({"sleep": 11}, "sleep must"),
        ({"received_at": NAIVE}, "received_at must be a timezone"),
        ({"recorded_at": NAIVE}, "recorded_at must be a timezone"),
    ],
)
def test_rating_refuses_what_cannot_be(fields, message):
    with pytest.raises(ClinicalInputError, match=message):
        rating("r", Moment.PRE, FIRST, **fields)


def test_rating_refuses_a_naive_answer():
    with pytest.raises(ClinicalInputError, match="answered_at"):
        rating("r", Moment.PRE, NAIVE)


@pytest.mark.parametrize(
    ("started_at", "ended_at", "message"),
    [
        (NAIVE, FIRST, "started_at"),
        (FIRST, NAIVE, "ended_at"),
        (FIRST, FIRST - timedelta(seconds=1), "must not end before it starts"),
    ],
)
def test_session_refuses_impossible_times(started_at, ended_at, message):
    with pytest.raises(ClinicalInputError, match=message):
        Session(
            key="s", day=a_date("2026-03-02"), started_at=started_at, ended_at=ended_at
        )


def test_history_refuses_two_sessions_of_one_name():
    with pytest.raises(ClinicalInputError, match=r"session key must be unique.*s01"):
        PatientHistory(sessions=(visit(1), visit(1)))


def test_history_refuses_two_ratings_of_one_name():
    doubled = rating("r", Moment.RUN_IN, FIRST, 50)

    with pytest.raises(ClinicalInputError, match=r"rating key must be unique.*r more"):
        PatientHistory(run_in=(doubled,), diary=(doubled,))


def test_closing_refuses_a_naive_instant():
    with pytest.raises(ClinicalInputError, match="closed_at"):
        Closing(family=Family.FLARE, opened_by="s01", closed_at=NAIVE)


def test_judge_history_refuses_a_naive_now():
    with pytest.raises(ClinicalInputError, match="now must be a timezone"):
        judge_history(PatientHistory(), policy=POLICY, now=NAIVE)


def test_judge_history_of_nobody_is_empty():
    judgement = judge_history(PatientHistory(), policy=POLICY, now=FIRST)

    assert (judgement.verdicts, judgement.alerts, judgement.next_due_at) == (
        (),
        (),
        None,
    )


def test_known_at_holds_what_had_arrived_by_then():
    late = end_of(1) + timedelta(days=3)
    full = history(
        visit(1, pre=50, h24=60, h48=70, received={"h24": late}),
        visit(2, pre=52),
        diary=run_in((40,), moment=Moment.DIARY),
    )

    known = full.known_at(start_of(2) - timedelta(seconds=1))

    assert [session.key for session in known.sessions] == ["s01"]
    assert [r.moment for r in known.sessions[0].ratings] == ["pre", "h48"]
    assert (len(known.run_in), len(known.diary)) == (6, 1)
    assert full.known_at(late).sessions[0].ratings == full.sessions[0].ratings


def test_known_at_refuses_a_naive_instant():
    with pytest.raises(ClinicalInputError, match="instant"):
        PatientHistory().known_at(NAIVE)


def test_same_instants_in_other_zones_give_the_same_verdict():
    zone = datetime.fromisoformat("2026-03-02T12:00+02:00").tzinfo
    here = visit(1, pre=50, h24=80)
    there = visit(1, pre=50, h24=80, start=FIRST.astimezone(zone))

    first, second = (
        judge_history(history(one), policy=POLICY, now=datetime(2026, 4, 1, tzinfo=UTC))
        for one in (here, there)
    )

    assert first == second
