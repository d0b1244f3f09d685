"""What the detector refuses to read, and what was known when."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.clinical.check_in_windows import Moment
from apps.clinical.errors import ClinicalInputError
from apps.clinical.flare.detector import judge_history
from apps.clinical.flare.inputs import (
    Closing,
    EarlierRating,
    Family,
    PatientHistory,
    Session,
)
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
        ({"pain_mm": 101}, "^pain_mm must"),
        ({"pain_mm": 55, "scale": PainScale.NRS11}, "multiple of 10"),
        ({"sleep": 11}, "^sleep must"),
        ({"received_at": NAIVE}, "^received_at must be a timezone"),
        ({"recorded_at": NAIVE}, "^recorded_at must be a timezone"),
    ],
)
def test_rating_refuses_what_cannot_be(fields, message):
    with pytest.raises(ClinicalInputError, match=message):
        rating("r", Moment.PRE, FIRST, **fields)


def test_rating_refuses_a_naive_answer():
    with pytest.raises(ClinicalInputError, match=r"^answered_at must be a timezone"):
        rating("r", Moment.PRE, NAIVE)


@pytest.mark.parametrize("fields", [{"pain_mm": 0}, {"pain_mm": 100}, {"sleep": 0}])
def test_rating_takes_the_ends_of_its_scales(fields):
    one = rating("r", Moment.PRE, FIRST, **fields)

    assert fields.items() <= {"pain_mm": one.pain_mm, "sleep": one.sleep}.items()


@pytest.mark.parametrize(
    ("started_at", "ended_at", "message"),
    [
        (NAIVE, FIRST, "^started_at must be a timezone"),
        (FIRST, NAIVE, "^ended_at must be a timezone"),
        (
            FIRST,
            FIRST - timedelta(seconds=1),
            "^Session s must not end before it starts, got .*9, 59, 59.* for a start",
        ),
    ],
)
def test_session_refuses_impossible_times(started_at, ended_at, message):
    with pytest.raises(ClinicalInputError, match=message):
        Session(
            key="s", day=a_date("2026-03-02"), started_at=started_at, ended_at=ended_at
        )


def test_session_may_end_as_it_starts():
    day = a_date("2026-03-02")

    session = Session(key="s", day=day, started_at=FIRST, ended_at=FIRST)

    assert session.ended_at == session.started_at


def test_history_refuses_two_sessions_of_one_name():
    twice = (visit(1), visit(2), visit(1), visit(2), visit(3))

    with pytest.raises(
        ClinicalInputError,
        match=(
            r"^Each session key must be unique in a history, got s01, s02 "
            r"more than once\.$"
        ),
    ):
        PatientHistory(sessions=twice)


def test_history_refuses_two_ratings_of_one_name():
    doubled = rating("r", Moment.RUN_IN, FIRST, 50)

    with pytest.raises(
        ClinicalInputError,
        match=r"^Each rating key must be unique in a history, got r more than once\.$",
    ):
        PatientHistory(run_in=(doubled,), diary=(doubled,))


def test_closing_refuses_a_naive_instant():
    with pytest.raises(ClinicalInputError, match=r"^closed_at must be a timezone"):
        Closing(family=Family.FLARE, opened_by="s01", closed_at=NAIVE)
    with pytest.raises(ClinicalInputError, match=r"^judged_until must be a timezone"):
        Closing(
            family=Family.FLARE, opened_by="s01", closed_at=FIRST, judged_until=NAIVE
        )


def test_earlier_rating_refuses_a_naive_instant():
    with pytest.raises(ClinicalInputError, match=r"^replaced_at must be a timezone"):
        EarlierRating(
            rating=rating("r", Moment.PRE, FIRST, 50),
            session_key="s01",
            replaced_at=NAIVE,
        )


def test_judge_history_refuses_a_naive_now():
    with pytest.raises(ClinicalInputError, match=r"^now must be a timezone"):
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
    with pytest.raises(ClinicalInputError, match=r"^instant must be a timezone"):
        PatientHistory().known_at(NAIVE)


def test_known_at_holds_a_session_from_its_start_on():
    full = history(visit(1, pre=50))

    before, on, after = (
        full.known_at(FIRST + timedelta(seconds=seconds)) for seconds in (-1, 0, 1)
    )

    assert [len(known.sessions) for known in (before, on, after)] == [0, 1, 1]


def test_same_instants_in_other_zones_give_the_same_verdict():
    zone = datetime.fromisoformat("2026-03-02T12:00+02:00").tzinfo
    here = visit(1, pre=50, h24=80)
    there = visit(1, pre=50, h24=80, start=FIRST.astimezone(zone))

    first, second = (
        judge_history(history(one), policy=POLICY, now=datetime(2026, 4, 1, tzinfo=UTC))
        for one in (here, there)
    )

    assert first == second
