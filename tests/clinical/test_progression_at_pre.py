"""The check before a session only lowers what stood, and its record tells why."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.progression.conditions import Condition, facts_of
from apps.clinical.progression.inputs import Decided, Deload, DetectorState
from apps.clinical.progression.policy import LoadPolicy
from apps.clinical.progression.proposals import Pass, at_pre, draft
from apps.clinical.progression.record import digest_of, plain
from apps.clinical.progression.sentences import kg as shown_kg

from .progression_builders import (
    NEXT,
    PHASE_1,
    PHASE_2,
    checked,
    exercise,
    flare,
    kg,
    machine,
    over,
    plan,
    session,
    situation,
    told,
    with_newest,
)

pytestmark = pytest.mark.requirement("D3")


def later(case, days, **values):
    on = case.newest.day + timedelta(days=days)
    return replace(case, on=on, missed_slot=True, **values)


def red(**values):
    return with_newest(over(**({"load": "42.5"} | values)), h24_mm=80)


def test_nothing_new_leaves_the_draft_as_it_is():
    standing = draft(over())

    assert at_pre(over(), standing=standing) is standing
    assert at_pre(over(), standing=None) is None


@pytest.mark.parametrize(
    ("case", "outcome"),
    [
        pytest.param(
            over(red_flags=("fever",)), (1, "no_training", 40.0), id="red flag"
        ),
        pytest.param(over(acute_illness=True), (2, "no_training", 40.0), id="illness"),
        pytest.param(over(systolic_mmhg=161), (2, "no_training", 40.0), id="pressure"),
        pytest.param(over(confidence=4), (11, "hold", 40.0), id="confidence"),
        pytest.param(over(pem=None), (0, "hold", 40.0), id="malaise not asked"),
        pytest.param(later(over(), 8), (7, "reduce", 35.0), id="a week off"),
        pytest.param(later(over(), 15), (6, "reduce", 30.0), id="two weeks off"),
        pytest.param(later(over(), 29), (5, "restart", 27.5), id="four weeks off"),
        pytest.param(over(confidence=None), (13, "raise", 42.5), id="not asked"),
        pytest.param(over(detector=flare()), (13, "raise", 42.5), id="not this row"),
        pytest.param(
            with_newest(over(), h24_mm=80), (11, "hold", 40.0), id="red only holds"
        ),
    ],
)
def test_a_raise_gives_way_to_the_rows_of_the_check(case, outcome):
    proposal = checked(case, standing=over())

    assert told(proposal) == outcome


def test_a_level_that_proves_not_settled_stops_a_raise():
    before = with_newest(over(), h48_mm=None)
    calm, raised = replace(before, next_pre_mm=59), replace(before, next_pre_mm=60)

    assert told(checked(calm, standing=before)) == (13, "raise", 42.5)
    assert told(checked(raised, standing=before)) == (11, "hold", 40.0)
    assert checked(raised, standing=before).explanation.text == (
        "Hold: pain has not settled since the last session."
    )


def test_a_cut_of_the_draft_stays_under_a_hold_or_a_smaller_cut():
    standing = draft(red())

    assert at_pre(red(confidence=2), standing=standing) is standing
    assert at_pre(later(red(), 9), standing=standing) is standing
    assert told(standing) == (8, "reduce", 37.5)


def test_a_larger_cut_comes_instead():
    proposal = checked(later(red(), 16), standing=red())

    assert told(proposal) == (6, "reduce", 32.5)
    assert (proposal.sets, proposal.made) == (1, Pass.AT_PRE)
    assert proposal.change_pct == Decimal("-23.5")
    assert proposal.notes == ()


def test_a_larger_cut_comes_instead_with_as_few_sets():
    case = over(detector=flare(load_at_start_kg=kg("45"), regions=frozenset({"legs"})))
    standing = draft(case)

    proposal = at_pre(later(case, 15), standing=standing)

    assert (told(standing), standing.sets) == ((3, "reduce", 35.0), 1)
    assert (told(proposal), proposal.sets) == ((6, "reduce", 30.0), 1)


def test_fewer_sets_alone_come_instead_and_the_lower_load_stays():
    # At 5 kg by 5 neither goes lower, but a long break asks for one set.
    small = plan(load_kg="5", steps=machine("5"))
    base = replace(red(), plan=small)

    assert told(checked(later(base, 16), standing=base)) == (6, "reduce", 5.0)
    assert checked(later(base, 16), standing=base).sets == 1


def test_no_training_keeps_the_lower_load_of_the_draft():
    proposal = checked(red(acute_illness=True), standing=red())

    assert told(proposal) == (2, "no_training", 37.5)
    assert (proposal.sets, proposal.change_pct) == (0, Decimal("-11.8"))
    assert proposal.notes == (draft(red()).explanation,)
    assert proposal.therapist_decides
    assert not proposal.explosive_allowed


def test_limits_of_a_flare_stay_under_a_restart():
    case = over(load="42.5", detector=flare())
    proposal = checked(later(case, 29), standing=case)

    assert told(proposal) == (5, "restart", 27.5)
    assert (proposal.sets, proposal.explosive_allowed) == (1, False)
    assert proposal.retest_within_days == 14


def test_a_restart_and_its_1rm_stay_when_the_person_is_ill():
    in_second = plan(phase=PHASE_2, previous_phase=PHASE_1)
    case = later(over(plan=in_second), 29)
    proposal = checked(replace(case, acute_illness=True), standing=case)

    assert told(proposal) == (2, "no_training", 27.5)
    assert (proposal.phase_change, proposal.retest_within_days) == (-1, 14)


def test_a_red_flag_comes_over_a_postponed_session_but_not_back():
    ill = over(acute_illness=True)
    flagged = over(red_flags=("fall",))

    assert checked(flagged, standing=ill).row == 1
    assert checked(flagged, standing=ill).is_urgent
    assert checked(ill, standing=flagged).row == 1
    assert checked(ill, standing=ill) == draft(ill)


@pytest.mark.parametrize("other", [over(pem=True), over(confidence=2)])
def test_what_is_blocked_stays_so(other):
    blocked = over(pem=None)
    standing = draft(blocked)

    assert at_pre(other, standing=standing) is standing
    assert at_pre(later(over(), 20), standing=standing) is standing
    assert at_pre(over(acute_illness=True), standing=standing).row == 2
    assert at_pre(over(red_flags=("fall",)), standing=standing).row == 1


def test_a_block_comes_over_a_hold():
    assert checked(situation(pem=True), standing=situation()).is_blocked


def test_a_hold_leaves_a_hold():
    standing = draft(situation())

    assert at_pre(situation(confidence=2), standing=standing) is standing


def test_repetitions_that_were_to_come_first_do_not_come():
    small = situation(load="20", reps=(20, 22))
    proposal = checked(replace(small, confidence=3), standing=small)

    assert told(proposal) == (11, "hold", 20.0)
    assert (proposal.reps_min, proposal.reps_max) == (15, 20)


def test_an_offer_does_not_outlive_a_hold():
    small = situation(load="20", reps=(20, 24))
    proposal = checked(replace(small, confidence=3), standing=small)

    assert draft(small).offered_load_kg == kg("22.5")
    assert (proposal.offered_load_kg, proposal.offered_reps_min) == (None, None)
    assert proposal.therapist_decides


def test_a_phase_that_was_to_come_does_not_come():
    due = plan(phase_started_on=NEXT - timedelta(weeks=2))
    standing = situation(plan=due)
    proposal = checked(replace(standing, confidence=3), standing=standing)

    assert draft(standing).phase_change == 1
    assert (proposal.row, proposal.phase_change) == (11, 0)


def test_without_a_draft_the_check_speaks_for_itself():
    proposal = at_pre(over(confidence=4), standing=None)

    assert told(proposal) == (11, "hold", 40.0)
    assert proposal.made == Pass.AT_PRE
    assert proposal.inputs["pass"] == "at_pre"


def test_without_kilograms_the_check_still_lowers():
    bare = over(plan=plan(load_kg=None))

    assert told(checked(later(bare, 9), standing=bare)) == (7, "reduce", None)


@pytest.mark.parametrize(
    ("other", "got"),
    [
        (over(load="42.5"), "leg_press at 42.5"),
        (replace(over(), exercise="rowing"), "rowing at 40"),
    ],
)
def test_a_draft_for_something_else_is_refused(other, got):
    with pytest.raises(ClinicalInputError) as refused:
        at_pre(over(), standing=draft(other))

    assert str(refused.value) == (
        f"standing must be for leg_press at 40 kg, got one for {got} kg; draft it anew."
    )


# the record


def test_the_record_is_plain_and_complete():
    deload = Deload(row=3, from_load_kg=kg("42.50"), after_session="s1")
    decided = Decided(row=8, about="s1", load_before_kg=kg("42.5"))
    state = flare(regions=frozenset({"legs", "arms"}), load_at_start_kg=kg("42.5"))
    other = exercise(10, name="rowing")
    case = situation(
        session(1, exercise(20, 22, pains=(51,)), other),
        session(2, other, novel=True),
        session(3, exercise(18, 17)),
        deload=deload,
        decided=(decided,),
        detector=state,
    )
    inputs = draft(case).inputs

    assert json.loads(json.dumps(inputs)) == inputs
    assert type(inputs["situation"]["detector"]["flare"]["kind"]) is str
    assert inputs["table"] == {"key": "load_table", "version": 1}
    assert inputs["policy"] == LoadPolicy().to_mapping()
    assert inputs["pass"] == "draft"
    assert set(inputs) == {
        *("table", "policy", "pass"),
        *("situation", "sessions", "values", "conditions"),
    }
    assert inputs["situation"] == {
        "exercise": "leg_press",
        "region": "legs",
        "on": "2026-03-09",
        "plan": inputs["situation"]["plan"],
        "pem": False,
        "red_flags": [],
        "acute_illness": False,
        "systolic_mmhg": None,
        "diastolic_mmhg": None,
        "confidence": 8,
        "next_pre_mm": None,
        "missed_slot": False,
        "detector": {
            "is_judged": True,
            "flare": {
                "key": "episode",
                "kind": "acute_flare",
                "regions": ["arms", "legs"],
                "load_at_start_kg": "42.5",
            },
            "pattern": "none",
            "rising": False,
        },
        "deload": {
            "row": 3,
            "from_load_kg": "42.5",
            "after_session": "s1",
            "steps_taken": 0,
        },
        "decided": [{"row": 8, "about": "s1", "load_before_kg": "42.5"}],
    }
    assert inputs["situation"]["plan"]["load_kg"] == "40"
    assert inputs["situation"]["plan"]["phase"]["percent_1rm"] == "40"
    assert [one["key"] for one in inputs["sessions"]] == ["s1", "s2", "s3"]
    assert inputs["sessions"][0]["exercises"] == [
        {
            "exercise": "leg_press",
            "sets": [
                {"repetitions": 20, "load_kg": "40", "pain_mm": 51},
                {"repetitions": 22, "load_kg": "40", "pain_mm": None},
            ],
            "sets_asked": None,
            "reps_min": 15,
            "reps_max": 20,
            "left_out_for_pain": False,
        }
    ]
    assert inputs["sessions"][1]["exercises"] == []
    assert inputs["sessions"][1]["novel"] is True
    assert inputs["sessions"][2]["day"] == "2026-03-09"
    assert inputs["values"] == {
        "usual_mm": 50.0,
        "days_off": 0,
        "response": {
            "worst_mm": 55,
            "during_mm": 5,
            "rise24_mm": 2.0,
            "rise48_mm": 0.0,
            "rise_next_pre_mm": None,
            "during": "green",
            "next_day": "green",
            "settled": "yes",
            "soreness": "no",
        },
    }
    assert inputs["conditions"]["flare_open"] == "yes"
    assert len(inputs["conditions"]) == 29


def test_the_record_keeps_only_sessions_that_rules_look_at():
    many = [session(number) for number in range(1, 6)]
    inputs = draft(situation(*many, on=NEXT + timedelta(days=9))).inputs

    assert [one["key"] for one in inputs["sessions"]] == ["s4", "s5"]
    assert draft(replace(situation(), sessions=())).inputs["values"] == {
        "usual_mm": None,
        "days_off": None,
        "response": None,
    }


def test_the_same_values_give_the_same_digest_and_others_another():
    first = draft(over()).inputs_digest

    assert first == draft(over()).inputs_digest
    assert len(first) == 64
    others = [
        over(confidence=7),
        over(load="42.5"),
        with_newest(over(), h24_mm=53),
        with_newest(over(), exercises=(exercise(20, 23),)),
        over(detector=DetectorState()),
    ]
    digests = {draft(case).inputs_digest for case in others}
    digests.add(draft(over(), policy=LoadPolicy(settled_below_mm=11)).inputs_digest)
    assert first not in digests
    assert len(digests) == 6


def test_the_digest_is_of_canonical_json():
    expected = "43258cff783fe7036d8a43033f830adfc60ec037382473548ac742b888292777"

    assert digest_of({"b": 2, "a": 1}) == expected
    assert digest_of({"a": 1, "b": 2}) == expected


def test_a_lowered_proposal_names_the_draft_that_it_lowers():
    standing = draft(over())
    proposal = at_pre(over(confidence=4), standing=standing)
    alone = at_pre(over(confidence=4), standing=None)

    assert proposal.inputs["standing"] == standing.inputs_digest
    assert proposal.inputs_digest == digest_of(proposal.inputs)
    assert proposal.inputs_digest != alone.inputs_digest


@pytest.mark.parametrize(
    ("value", "expected"),
    [(Decimal("42.50"), "42.5"), (Decimal("100"), "100"), (None, None), (True, True)],
)
def test_plain_values(value, expected):
    assert plain(value) == expected


@pytest.mark.parametrize(
    ("load", "text"), [("42.50", "42.5"), ("100", "100"), ("1E+2", "100"), (None, "-")]
)
def test_loads_as_they_are_shown(load, text):
    assert shown_kg(kg(load)) == text


def test_a_flare_that_is_cut_for_already_asks_for_one_set_alone():
    # 20 % less than 50 kg at its start is the 40 kg in force.
    opened = flare(load_at_start_kg=kg("50"), regions=frozenset({"legs"}))

    proposal = draft(over(detector=opened))

    assert told(proposal) == (3, "reduce", 40.0)
    assert (proposal.sets, proposal.change_pct) == (1, Decimal("0.0"))
    assert proposal.explanation.key == "load.flare_again"


@pytest.mark.parametrize(
    ("days", "is_break", "is_long"),
    [(7, "no", "no"), (8, "yes", "no"), (14, "yes", "no"), (15, "no", "yes")],
)
def test_a_break_ends_where_a_long_one_begins(days, is_break, is_long):
    facts = facts_of(later(over(), days), policy=LoadPolicy())

    assert facts.truth(Condition.BREAK) == is_break
    assert facts.truth(Condition.LONG_BREAK) == is_long
