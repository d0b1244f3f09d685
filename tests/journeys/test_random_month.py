"""Random weeks over HTTP: verdicts, adherence and proposals are those of the core.

The plain side is a ledger of what was typed. At many moments of the weeks it is handed
to the rules, and what they say must be what the API answers, number by number.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine

from apps.clinical.adherence.course import adherence_of
from apps.clinical.adherence.figures import Figures, Share
from apps.clinical.check_in_windows import Moment
from tests.factories.ledgers import six_decimals

from .ledger import CLINIC_ZONE, FIRST_DAY, Ledger
from .next_loads import Standing, Wanted, decide
from .random_month import RUN_IN_BEGINS, Life, Month, Story

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("D3"),
    pytest.mark.requirement("F1"),
    pytest.mark.requirement("G1"),
]
STORIES = (Story(),)
LONG_STORIES = (
    Story(is_calm=True, is_live=False, pauses=True, zone="America/New_York"),
    Story(weeks=6, is_calm=True),
    Story(weeks=6, is_away=True),
    Story(weeks=5, patients=2, zone="Asia/Tokyo"),
    Story(weeks=5, pem=None),
    Story(weeks=5, is_calm=True, is_away=True, is_live=False),
    Story(weeks=6, is_calm=True, pauses=True, corrects=False),
    Story(weeks=5, pem=True, is_live=False),
    Story(weeks=6, is_calm=True, is_away=True, pauses=True, patients=2),
    Story(weeks=6, is_calm=True, after_mm=17),
)
NUMBERS = (
    *("med_mm", "ref_mm", "sig_mm", "immediate_mm", "d24_mm", "d48_mm"),
    *("response_mm", "likely_doms", "novel", "confounded", "usable"),
)
REMARKS = (
    *("pre_mm", "post_mm", "h24_mm", "h48_mm", "rise_mm", "only_trained"),
    *("mixed_scales", "flare_at_h24", "flare_at_h48", "extra_analgesic", "sleep_h24"),
    *("t2_severity", "trend_mm", "dq_with_value", "about", "is_final", "recalled"),
    "red_flags_asked",
)
COUNTS = (
    *("due", "attended", "partial", "excused", "excused_pain_flare", "excused_late"),
    *("missed", "cancelled", "paused", "held", "dose_modified"),
)
RATIOS = (
    *("attendance", "attendance_without_excused", "dose", "dose_when_attended"),
    *("intensity", "time", "kinds", "diary", "held_share"),
)


@pytest.mark.long
@pytest.mark.parametrize(
    ("seed", "story"),
    [*enumerate([*STORIES, *LONG_STORIES])],
)
def test_a_random_month_over_http_is_what_the_plain_core_says(seed, story):
    with time_machine.travel(RUN_IN_BEGINS, tick=False) as clock:
        month = Month(seed, story, clock=clock)
        compared = 0
        for moment in moments(story, month):
            month.live(moment)
            month.sweep()
            for life in month.lives:
                compared += compare(life, month)
                if decide_some(life, month):
                    month.sweep()
                    compare_proposals(life, month)
        assert compared or story.pem is not False
        assert all(life.ledger.held for life in month.lives)


def moments(story: Story, month: Month) -> list[datetime]:
    """Return when to look: on most days once, at any hour, midnight among them."""
    first = FIRST_DAY - timedelta(days=2)
    days = [first + timedelta(days=each) for each in range(7 * story.weeks + 5)]
    return [
        datetime.combine(day, hour, tzinfo=CLINIC_ZONE)
        for day in days
        for hour in sorted(month.chance.sample(HOURS, month.chance.choice((0, 1, 1))))
    ]


HOURS = [time(0, 1), time(9, 40), time(11, 5), time(15), time(21, 30)]


def compare(life: Life, month: Month) -> int:
    compare_verdicts(life, month)
    compare_adherence(life, month)
    return compare_proposals(life, month)


def standing(life: Life, month: Month, *, day: date | None = None) -> Standing:
    return Standing(
        ledger=life.ledger,
        now=month.now,
        is_live=month.story.is_live,
        another_day=day,
    )


def compare_verdicts(life: Life, month: Month) -> None:
    plain = standing(life, month).judgement
    reasons = life.ledger.novelty()
    for verdict, why in zip(plain.verdicts, reasons, strict=True):
        answer = month.find(f"sessions/{verdict.session_key}/verdict/")
        if verdict.ref_mm is None and not verdict.tiers:
            assert answer is None
            continue
        expected = {name: getattr(verdict, name) for name in NUMBERS}
        assert {name: answer[name] for name in NUMBERS} == expected
        assert answer["tiers"] == [tier.value for tier in verdict.tiers]
        remarks = {name: getattr(verdict, name) for name in REMARKS}
        assert {name: answer["remarks"][name] for name in REMARKS} == remarks
        assert answer["remarks"]["novel_because"] == list(why)
        assert answer["alert_status"] == (
            verdict.alert_status.value
            if month.story.is_live or verdict.alert_status == "none"
            else "shadow"
        )
        assert answer["pattern"] == (
            verdict.pattern
            and {
                name: getattr(verdict.pattern, name)
                for name in ("n", "mean_mm", "z", "at_least_10")
            }
        )
    for held in life.ledger.sessions.values():
        if held.is_void:
            assert month.find(f"sessions/{held.id}/verdict/") is None


def compare_adherence(life: Life, month: Month) -> None:
    plain = adherence_of(life.ledger.course(), now=month.now)
    rows = month.get("adherence/", patient=life.id)["results"]
    by_window = {row["window"]: row for row in rows}
    assert by_window.keys() == {window.value for window in plain.windows}
    for window, figures in plain.windows.items():
        row = by_window[window]
        expected = adherence_answer(figures) | {
            "light": plain.light.value,
            "misses_in_a_row": plain.misses_in_a_row,
            "drop_out": plain.drop_out and plain.drop_out.value,
        }
        assert as_numbers(row, names=expected) == expected
        assert moments_of(row) == dict(figures.diary_by_moment)
    told = {row["period"]: row for row in by_window["programme"]["periods"]}
    assert told.keys() == {period.value for period in plain.periods}
    for period, figures in plain.periods.items():
        expected = adherence_answer(figures)
        assert as_numbers(told[period], names=expected) == expected
        assert moments_of(told[period]) == dict(figures.diary_by_moment)


def moments_of(row: dict) -> dict[Moment, Share]:
    """Return the check-ins of an answer by their moment; no ratio is another's."""
    found = {
        Moment(name): Share(
            part=Fraction(each["numerator"]), whole=Fraction(each["denominator"])
        )
        for name, each in row["diary_by_moment"].items()
    }
    for moment, share in found.items():
        ratio = row["diary_by_moment"][moment.value]["ratio"]
        assert share.rounded == (None if ratio is None else Decimal(ratio))
    return found


def adherence_answer(figures: Figures) -> dict:
    shares = {name: getattr(figures, name) for name in RATIOS}
    return (
        {name: getattr(figures, name) for name in COUNTS}
        | {name: share.rounded for name, share in shares.items()}
        | {
            "dose_weight": figures.dose_weight and figures.dose_weight.value,
            "parts": {
                name: (six_decimals(share.part), six_decimals(share.whole))
                for name, share in shares.items()
            },
        }
    )


def as_numbers(row: dict, *, names: dict) -> dict:
    """Return an answer with its decimals, which travel as texts, as numbers."""
    found = {name: row[name] for name in names}
    for name in RATIOS:
        found[name] = None if row[name] is None else Decimal(row[name])
    found["parts"] = {
        name: (Decimal(each["numerator"]), Decimal(each["denominator"]))
        for name, each in row["parts"].items()
    }
    return found


def compare_proposals(life: Life, month: Month) -> int:
    plain = standing(life, month).wanted()
    answer = month.get(
        "load-proposals/", patient=life.id, status="open", page_size="100"
    )
    found = {each["prescription"]: each for each in answer["results"]}
    expected = {key: proposal_answer(each) for key, each in plain.items()}
    names = ("rule", "action", "made", "from", "to", "change_percent", "sets")
    names += ("reps", "offered", "phase", "unknowns", "session", "therapist_decides")
    assert {
        key: {name: plain_value(each[name]) for name in names}
        for key, each in found.items()
    } == expected
    for key, each in found.items():
        assert stood_on(each["inputs"]) == stood_on(plain[key].proposal.inputs)
        drafted = datetime.fromisoformat(each["drafted_at"])
        # It stays while only days go by, so its words are those of its own day.
        worded = standing(life, month, day=life.ledger.day(drafted)).wanted()[key]
        assert each["reason"] == worded.proposal.explanation.text
    return len(found)


def stood_on(inputs: dict) -> dict:
    """Return what a proposal stood on, but for what a new day leaves alone."""
    told = {name: inputs["situation"][name] for name in ("confidence", "red_flags")}
    values = {k: v for k, v in inputs["values"].items() if k != "days_off"}
    return told | values | inputs["conditions"]


def proposal_answer(wanted: Wanted) -> dict:
    proposal = wanted.proposal
    reps = (proposal.reps_min, proposal.reps_max)
    change = proposal.change_pct
    return {
        "rule": proposal.row,
        "action": proposal.action.value,
        "made": proposal.made.value,
        "from": proposal.load_in_force_kg,
        "to": proposal.next_load_kg,
        "change_percent": None if change is None else str(change),
        "sets": proposal.sets,
        "reps": None if None in reps else list(reps),
        "offered": proposal.offered_load_kg,
        "phase": wanted.phase and wanted.phase.position,
        "unknowns": list(proposal.unknowns),
        "session": wanted.session,
        "therapist_decides": proposal.therapist_decides,
    }


def plain_value(value):
    """Return a load in kilograms; anything else as it is."""
    is_load = isinstance(value, dict) and "kg" in value
    return Decimal(value["kg"]) if is_load else value


def decide_some(life: Life, month: Month) -> int:
    """Let the therapist decide on some of what waits."""
    chance, ledger = month.chance, life.ledger
    waiting = standing(life, month).wanted()
    some = [each for each in waiting.values() if chance.random() < 0.25]
    if not some:
        return 0
    ids = ids_of(life, month)
    for each in some:
        decide_one(ledger, each, month=month, proposal_id=ids[each.prescribed.id])
    return len(some)


def ids_of(life: Life, month: Month) -> dict[str, str]:
    answer = month.get(
        "load-proposals/", patient=life.id, status="open", page_size="100"
    )
    return {each["prescription"]: each["id"] for each in answer["results"]}


def decide_one(
    ledger: Ledger, wanted: Wanted, *, month: Month, proposal_id: str
) -> None:
    verb = month.chance.choice(("accept", "accept", "dismiss", "change"))
    from_kg, kg = wanted.proposal.load_in_force_kg, None
    if verb == "change" and from_kg is None:
        verb = "dismiss"
    body: dict = {"confirmed": True} if verb == "accept" else {}
    if verb == "change":
        kg = from_kg + month.chance.choice((-1, 1, 2)) * Decimal(1)
        body = {"load": {"value": str(kg), "unit": "kg"}, "reason": "She wants to"}
    month.send(f"load-proposals/{proposal_id}/{verb}/", body)
    decide(ledger, wanted, verb=verb, kg=kg, now=month.now)
