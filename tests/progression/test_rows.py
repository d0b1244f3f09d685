"""Each row of the load table, from rows of the database to what is asked."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from apps.clinics.models import Patient
from apps.flares.models import Verdict
from apps.inbox.entry import Resolution
from apps.inbox.models import Alert
from apps.inbox.services import resolve
from apps.logbook.models import JudgementDue
from apps.programmes.models import PhaseInForce
from apps.progression import services
from apps.progression.models import LoadProposal

from .gym import DAY, HOUR, closed, make_gym, start_of, work

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("D3")]

UP = (22, 22)


def trained(upto=5, *reps, **options):
    """Return a patient after calm sessions, the last two well over the target."""
    gym = make_gym(**options)
    kg = options.get("kg", "40")
    for number in range(1, upto + 1):
        gym.hold(number, *(reps or UP), kg=kg)
    return gym


def asked(found: LoadProposal) -> tuple:
    return (found.rule, found.action, found.to_kg, found.sets)


def open_flare(gym, session, *, kind="acute_flare"):
    return Alert.objects.create(
        clinic=gym.clinic,
        patient=gym.anna,
        kind=kind,
        severity="moderate",
        origin_key=f"flare:{session.public_id}",
        opened_at=session.ended_at + DAY,
        sentence="Pain rose.",
    )


def draft(gym, now):
    services.draft_patient(patient=gym.anna, now=now)


@pytest.mark.parametrize(
    ("kg", "step", "to", "pct"),
    [("40", "2.5", "42.50", "6.3"), ("60", "5", "65.00", "8.3")],
)
def test_13_two_repetitions_over_in_two_sessions_raise_by_one_step(kg, step, to, pct):
    gym = trained(kg=kg, step=step)
    gym.think(closed(5))

    found = gym.proposal()

    assert asked(found) == (13, "raise", Decimal(to), 2)
    assert str(found.change_pct) == pct
    assert (found.reps_min, found.reps_max) == (15, 20)
    assert not found.therapist_decides
    assert gym.kg() == f"{kg}.00"


@pytest.mark.parametrize(("kg", "step"), [("20", "2.5"), ("12.5", "2.5"), ("5", "1")])
def test_13_a_step_of_more_than_a_tenth_adds_repetitions_first(kg, step):
    gym = trained(kg=kg, step=step)
    gym.think(closed(5))

    found = gym.proposal()

    assert asked(found) == (13, "raise", Decimal(kg), 2)
    assert (found.reps_min, found.reps_max) == (15, 24)
    assert found.changes_reps


@pytest.mark.parametrize("last", [(22, 16), (22, 17)])
def test_13_the_last_set_counts_by_the_target_of_the_phase(last):
    gym = trained(4)
    # Phase 2 asks for 12 to 15: 17 is two over.
    PhaseInForce.objects.create(
        clinic=gym.clinic,
        programme=gym.programme,
        position=2,
        in_force_from=start_of(5).date(),
        reason="planned",
        decided_by=gym.tove,
        decided_at=start_of(5) - DAY,
    )
    for number in (5, 6):
        gym.hold(number, *last)
    gym.think(closed(6))

    assert gym.proposal().rule == (13 if last[-1] == 17 else 15)


@pytest.mark.parametrize(
    ("days", "rule", "to", "sets"),
    [
        *((7, 13, "45.00", 2), (8, 7, "37.50", 2), (14, 7, "37.50", 2)),
        *((15, 6, "32.50", 1), (28, 6, "32.50", 1), (29, 5, "27.50", 2)),
    ],
)
def test_5_to_7_days_off_with_a_missed_slot_cut(days, rule, to, sets):
    gym = trained(kg="42.5")
    now = start_of(5) + days * DAY
    gym.programme.planned_sessions.filter(starts_at__lt=now, number__gt=5).update(
        status="missed"
    )
    gym.think(now)

    found = gym.proposal()

    assert (found.rule, found.to_kg, found.sets) == (rule, Decimal(to), sets)
    assert found.retest_within_days == (14 if rule == 5 else None)


def test_5_to_7_a_gap_of_the_calendar_is_no_break():
    gym = trained()
    gym.think(start_of(5) + 9 * DAY)

    assert gym.proposal().rule == 13


def test_5_to_7_sessions_that_were_moved_to_later_days_are_a_break():
    gym = trained()
    late = start_of(5) + 30 * DAY
    waiting = gym.programme.planned_sessions.filter(number__gt=5, starts_at__lt=late)
    waiting.update(starts_at=late)
    gym.think(late - HOUR)

    found = gym.proposal()
    assert (found.rule, found.action) == (5, "restart")


@pytest.mark.parametrize("kind", ["acute_flare", "sustained_flare"])
def test_3_an_open_flare_cuts_what_was_trained_and_less_of_the_rest(kind):
    gym = trained(kg="42.5")
    session = gym.hold(6, kg="42.5")
    gym.think(closed(6))
    open_flare(gym, session, kind=kind)
    draft(gym, closed(6))

    assert asked(gym.proposal()) == (3, "reduce", Decimal("32.50"), 1)
    assert not gym.proposal().explosive_allowed
    # 42.5 - 10 % = 38.25, floored, and its own number of sets.
    assert asked(gym.proposal(of=gym.bench)) == (3, "reduce", Decimal("37.50"), 2)


def test_3_a_possible_flare_cuts_nothing():
    gym = trained()
    session = gym.hold(6)
    gym.think(closed(6))
    open_flare(gym, session, kind="possible_flare")
    draft(gym, closed(6))

    assert gym.proposal().rule != 3


def test_3_a_flare_that_the_detector_finds_itself():
    gym = trained(kg="42.5")
    session = gym.hold(6, kg="42.5", h24=95, h48=92)
    gym.think(closed(6))

    assert Verdict.objects.get(session=session, superseded_at=None).tiers[:2] == [
        "T1",
        "T2",
    ]
    assert asked(gym.proposal()) == (3, "reduce", Decimal("32.50"), 1)


def test_in_shadow_a_flare_has_no_effect_on_loads():
    gym = trained(kg="42.5", live=False)
    gym.hold(6, kg="42.5", h24=95, h48=92)
    gym.think(closed(6))

    # The next-day rise itself does.
    assert asked(gym.proposal()) == (8, "reduce", Decimal("37.50"), 2)


def test_in_shadow_a_raise_is_proposed_all_the_same():
    gym = trained(live=False)
    gym.think(closed(5))

    assert gym.proposal().rule == 13


def test_1_a_warning_sign_means_no_training():
    gym = trained(4)
    gym.hold(5, *UP, told={"red_flags": ["chest_pain"]})
    gym.think(closed(5))

    found = gym.proposal()

    assert asked(found) == (1, "no_training", Decimal("40.00"), 0)
    assert found.is_urgent


def test_1_a_warning_sign_stops_raises_until_somebody_has_resolved_it():
    gym = trained(4)
    session = gym.hold(5, *UP, h24=None, h48=None)
    gym.rate("h24", 52, session=session, red_flags=["chest_pain"])
    gym.rate("h48", 50, session=session, red_flags=[])
    gym.think(closed(5))
    assert asked(gym.proposal()) == (15, "hold", Decimal("40.00"), 2)

    alert = Alert.objects.get(kind="red_flag")
    request = Resolution.parse({"judgement": "other_cause", "action": "talked"})
    resolve(alert_id=alert.public_id, request=request, by=gym.tove, now=closed(5))
    gym.think(closed(5) + HOUR)
    assert gym.proposal().rule == 13


def test_1_a_void_session_takes_no_open_warning_sign_along():
    gym = trained(4)
    session = gym.hold(5, *UP, told={"red_flags": ["chest_pain"]})
    gym.think(session.ended_at)
    gym.void(session, now=closed(5))
    gym.think(closed(5))

    assert asked(gym.proposal()) == (15, "hold", Decimal("40.00"), 2)


def test_1_warning_signs_not_asked_about_since_raise_nothing():
    gym = trained(4)
    gym.hold(5, *UP, told={"red_flags": None})
    gym.think(closed(5))

    found = gym.proposal()
    assert asked(found) == (15, "hold", Decimal("40.00"), 2)
    assert found.reason == "Same load: warning signs have not been asked about."


def test_1_a_warning_sign_is_asked_about_on_an_evening_that_comes_twice():
    gym = make_gym()
    for zone, at, flags in (
        ("Pacific/Auckland", datetime(2026, 3, 2, 12, tzinfo=UTC), []),
        ("America/Los_Angeles", datetime(2026, 3, 3, 2, tzinfo=UTC), ["chest_pain"]),
    ):
        gym.anna.refresh_from_db()
        gym.anna.time_zone = zone
        gym.anna.save()
        gym.hold(None, at=at, h24=None, h48=None, told={"red_flags": flags})
    gym.think(datetime(2026, 3, 3, 3, 30, tzinfo=UTC))

    assert gym.proposal().rule == 1


HIGH = {"systolic": 165, "diastolic": 85}


@pytest.mark.parametrize("fields", [{"blood_pressure": HIGH}, {"acute_illness": True}])
def test_2_what_was_measured_before_the_last_session_postpones_no_other(fields):
    gym = trained(4)
    gym.hold(5, *UP, **fields)
    gym.think(closed(5))

    assert gym.proposal().rule == 13


def test_2_a_bad_day_that_was_trained_hides_no_flare():
    gym = trained(kg="42.5")
    gym.hold(6, kg="42.5", h24=95, h48=92, blood_pressure=HIGH, acute_illness=True)
    gym.think(closed(6))

    assert asked(gym.proposal()) == (3, "reduce", Decimal("32.50"), 1)


@pytest.mark.parametrize("kind", ["hyperalgesia", "hyperalgesia_watch"])
def test_4_and_12_a_pattern_stops_a_raise(kind):
    gym = trained()
    gym.think(closed(5))
    alert = open_flare(gym, gym.hold(6, *UP), kind=kind)
    alert.origin_key = alert.origin_key.replace("flare:", "pattern:")
    alert.save()
    gym.think(closed(6))
    Alert.objects.filter(pk=alert.pk).update(no_longer_holds=False)
    draft(gym, closed(6))

    if kind == "hyperalgesia":
        assert not LoadProposal.objects.filter(status="open").exists()
    else:
        assert asked(gym.proposal()) == (12, "hold", Decimal("40.00"), 2)


@pytest.mark.parametrize(("during", "rule"), [(60, 13), (61, 11), (70, 11), (71, 8)])
def test_8_and_11_the_rise_during_a_session(during, rule):
    gym = trained(4)
    gym.hold(5, *UP, during=during)
    gym.think(closed(5))

    found = gym.proposal()

    assert found.rule == rule
    if rule == 8:
        assert asked(found) == (8, "reduce", Decimal("35.00"), 2)
        # It was not done that day.
        assert gym.proposal(of=gym.bench).action == "hold"


def test_9_the_rise_from_week_to_week_holds():
    gym = trained()
    gym.think(closed(5))
    verdict = Verdict.objects.get(session__started_at=start_of(5), superseded_at=None)
    verdict.tiers = ["T5_GATE"]
    verdict.remarks |= {"trend_mm": 16.0}
    verdict.save()
    draft(gym, closed(5))

    assert asked(gym.proposal()) == (9, "hold", Decimal("40.00"), 2)


def test_10_likely_soreness_holds_without_a_cut():
    gym = make_gym()
    first = gym.hold(1, h24=None, h48=None)
    gym.rate("h24", 75, session=first, location="only_trained")
    gym.rate("h48", 52, session=first, location="only_trained")
    gym.think(closed(1))

    assert asked(gym.proposal()) == (10, "hold", Decimal("40.00"), 2)


@pytest.mark.parametrize(
    ("confidence", "rule", "decides"),
    [(4, 11, False), (5, 13, True), (6, 13, True), (7, 13, False), (None, 15, False)],
)
def test_11_and_13_confidence(confidence, rule, decides):
    gym = make_gym()
    told = {} if confidence is None else {"confidence": confidence}
    for number in range(1, 6):
        gym.hold(number, *UP, told={"confidence": None} | told)
    gym.think(closed(5))

    found = gym.proposal()

    assert (found.rule, found.therapist_decides) == (rule, decides)
    if confidence is None:
        assert found.reason == "Same load: confidence has not been asked."


def test_11_a_set_below_the_target_holds():
    gym = trained(4)
    gym.hold(5, 15, 11)
    gym.think(closed(5))

    assert asked(gym.proposal()) == (11, "hold", Decimal("40.00"), 2)


@pytest.mark.parametrize(
    ("reps", "fields", "rule", "reason"),
    [
        pytest.param(
            (),
            {"skipped": "pain"},
            11,
            "Hold: this exercise was left out last time because of pain.",
            id="left out because of pain",
        ),
        pytest.param((), {"skipped": "time"}, 13, None, id="left out for want of time"),
        pytest.param(
            UP,
            {"broken_off_because": "It hurt"},
            11,
            "Hold: the last session was broken off. Ask why.",
            id="broken off",
        ),
        pytest.param(
            UP[:1],
            {},
            11,
            "Hold: a set of the last two sessions stayed below the target or was not "
            "done.",
            id="a set too few",
        ),
        pytest.param((*UP, 22), {}, 13, None, id="a set more"),
    ],
)
def test_11_work_that_was_not_done_raises_nothing(reps, fields, rule, reason):
    gym = trained()
    gym.hold(6, *reps, **fields)
    gym.think(closed(6))

    found = gym.proposal()
    assert found.rule == rule
    assert reason in (None, found.reason)


def test_11_the_one_set_of_a_first_session_is_all_that_was_asked():
    gym = make_gym()
    gym.legs.loads.update(sets=1)
    gym.hold(1, 18)
    gym.hold(2, 18)
    gym.think(closed(2))

    found = gym.proposal()
    works = [each["exercises"][0] for each in found.inputs["sessions"]]
    assert [each["sets_asked"] for each in works] == [1, 2]
    assert found.inputs["conditions"]["below_target"] == "yes"


@pytest.mark.parametrize(
    ("answer", "rule"), [("yes", 11), ("unsure", 13), ("no", 13), (None, 13)]
)
@pytest.mark.parametrize("live", [True, False])
def test_11_what_the_person_calls_a_flare_raises_nothing(answer, rule, live):
    gym = trained(4, live=live)
    session = gym.hold(5, *UP, h24=None)
    told = {} if answer is None else {"flare": answer}
    gym.rate("h24", 52, session=session, **told)
    gym.think(closed(5))

    found = gym.proposal()
    assert found.rule == rule
    assert (rule == 13) is (
        found.reason
        != "Hold: the days after the last session were called a flare-up. Ask about it."
    )


def test_15_confidence_of_an_older_session_raises_nothing():
    gym = trained(4)
    gym.hold(5, *UP, told={"confidence": None})
    gym.think(closed(5))

    found = gym.proposal()
    assert asked(found) == (15, "hold", Decimal("40.00"), 2)
    assert found.reason == "Same load: confidence has not been asked."


def test_14_the_weeks_of_the_phase_are_done():
    gym = make_gym(kg="30")
    other = {
        "exercise": str(gym.bench.exercise.public_id),
        "sets": work(15, 15, kg="30"),
    }
    for number in range(1, 6):
        gym.hold(number, 15, 15, kg="30", others=[other])
    gym.think(closed(5))

    found = gym.proposal()

    assert (found.rule, found.action, found.phase) == (14, "next_phase", 2)
    assert (found.reps_min, found.reps_max) == (12, 15)
    assert not found.changes_reps


def test_15_without_a_next_day_value_the_load_stays():
    gym = trained(4)
    gym.hold(5, *UP, h24=None, h48=None)
    gym.think(closed(5))

    found = gym.proposal()

    assert asked(found) == (15, "hold", Decimal("40.00"), 2)
    assert found.reason == "Same load: no next-day value."


def test_nothing_is_drafted_before_the_two_day_value_has_come():
    gym = trained(4)
    gym.hold(5, *UP, h48=None)
    gym.think(start_of(5) + 26 * HOUR)
    assert not LoadProposal.objects.filter(status="open").exists()

    gym.think(closed(5))
    assert gym.proposal().session.started_at == start_of(5)


@pytest.mark.parametrize("pem", [None, True])
def test_pem_or_not_asked_blocks_all_but_safety(pem):
    gym = trained(4, pem=pem)
    gym.think(closed(4))
    assert not LoadProposal.objects.exists()

    gym.hold(5, *UP, told={"red_flags": ["fainting"]})
    gym.think(closed(5))
    assert asked(gym.proposal()) == (1, "no_training", Decimal("40.00"), 0)


def test_asking_about_pem_takes_an_open_proposal_back():
    gym = trained()
    gym.think(closed(5))
    Patient.objects.filter(pk=gym.anna.pk).update(pem=True)
    draft(gym, closed(5))

    [found] = gym.proposals()
    assert found.status == "superseded"


def test_a_judgement_that_failed_raises_nothing():
    gym = trained()
    gym.think(closed(5))
    JudgementDue.objects.update_or_create(
        patient=gym.anna,
        defaults={
            "clinic": gym.clinic,
            "from_started_at": start_of(1),
            "due_at": closed(6),
            "reason": "failed",
            "attempts": 1,
        },
    )
    draft(gym, closed(5))

    assert gym.proposal().reason == (
        "Same load: the last session has not been judged yet."
    )


class TestAtPre:
    """The check before a session: downgrades alone."""

    def check(self, gym, *, pain_mm=50, number=6, **fields):
        at = start_of(number) - HOUR / 2
        fields = {"confidence": 8, "red_flags": []} | fields
        gym.rate("pre", pain_mm, at=at, **fields)
        gym.think(at)

    def test_a_warning_sign_comes_on_top_of_a_raise(self):
        gym = trained()
        gym.think(closed(5))
        raised = gym.proposal()
        self.check(gym, red_flags=["chest_pain"])

        raised.refresh_from_db()
        found = gym.proposal()
        assert raised.status == "superseded"
        assert (found.made, found.rule, found.sets) == ("at_pre", 1, 0)
        assert found.inputs["standing"]

    def test_low_confidence_holds(self):
        gym = trained()
        gym.think(closed(5))
        self.check(gym, confidence=4)

        assert asked(gym.proposal()) == (11, "hold", Decimal("40.00"), 2)

    def test_a_good_answer_raises_nothing(self):
        gym = make_gym()
        for number in range(1, 6):
            gym.hold(number, *UP, told={"confidence": 4})
        gym.think(closed(5))
        held = gym.proposal()
        self.check(gym, confidence=9)

        assert gym.proposal() == held
        assert held.rule == 11

    def test_a_calm_answer_keeps_the_raise(self):
        gym = trained()
        gym.think(closed(5))
        raised = gym.proposal()
        self.check(gym)

        assert gym.proposal() == raised

    @pytest.mark.parametrize(
        ("fields", "rule"),
        [
            ({"blood_pressure": {"systolic": 161, "diastolic": 80}}, 2),
            ({"blood_pressure": {"systolic": 150, "diastolic": 91}}, 2),
            ({"blood_pressure": {"systolic": 160, "diastolic": 90}}, 13),
            ({"acute_illness": True}, 2),
            ({"acute_illness": False}, 13),
        ],
    )
    def test_2_high_blood_pressure_or_illness_postpones(self, fields, rule):
        gym = trained()
        gym.think(closed(5))
        self.check(gym, **fields)

        found = gym.proposal()
        assert found.rule == rule
        if rule == 2:
            assert (found.made, found.action, found.sets) == (
                "at_pre",
                "no_training",
                0,
            )

    def test_2_it_is_asked_again_on_another_day_and_gone_on_a_good_one(self):
        gym = trained()
        gym.think(closed(5))
        self.check(gym, acute_illness=True)
        gym.dismiss(gym.proposal(), now=start_of(6))
        gym.think(start_of(6))
        assert not gym.proposals(status="open")

        self.check(gym, number=7, acute_illness=True)
        assert gym.proposal().rule == 2
        self.check(gym, number=8, acute_illness=False)
        assert not [each for each in gym.proposals(status="open") if each.rule == 2]

    def test_2_a_corrected_answer_takes_it_back(self):
        gym = trained()
        gym.think(closed(5))
        self.check(gym, acute_illness=True)
        gym.correct(None, "pre", now=start_of(6), acute_illness=False)
        gym.think(start_of(6))

        assert gym.proposal().rule == 13
