"""Today's prescription and why this load; loads come into force by a person."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.common.errors import InvalidEntryError, NotAllowedError, WrongStateError
from apps.exercises.models import Exercise
from apps.programmes import queries, services
from apps.programmes.entry import EndRequest, LoadRequest, PhaseRequest
from apps.programmes.models import LoadInForce, Prescription
from apps.strength import services as strength
from apps.strength.entry import VoidTestRequest
from tests.factories.training import NOW, make_one_rep_max, trial, with_catalogue

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B4")]

DAY = date(2026, 3, 2)
RULE = "40 % of 83.0 kg (1RM of 2026-02-27), floored to 2.5 kg"


def prescribed(programme, slug, *, on=DAY, side=""):
    found = queries.prescription_on(programme=programme, on=on)
    return next(
        each
        for each in found.exercises
        if (each.prescription.exercise.slug, each.prescription.side) == (slug, side)
    )


def measured(gym, *, slug="leg_press", **fields):
    exercise = Exercise.objects.get(clinic=gym.clinic, slug=slug)
    return make_one_rep_max(gym.patient, exercise, by=gym.therapist, **fields)


def put(gym, programme, value, *, slug="leg_press", unit="kg", now=NOW, by=None):
    row = Prescription.objects.get(programme=programme, exercise__slug=slug)
    return services.put_load_in_force(
        prescription_id=row.public_id,
        entry=LoadRequest.parse(
            {"load": {"value": value, "unit": unit}, "reason": "Agreed with her"}
        ),
        by=by or gym.therapist,
        now=now,
    )


def set_phase(gym, programme, position, *, now=NOW):
    services.set_phase(
        programme_id=programme.public_id,
        entry=PhaseRequest(position=position, reason="All green"),
        by=gym.therapist,
        now=now,
    )


def test_without_a_test_there_is_no_load_and_no_suggestion(gym):
    leg_press = prescribed(gym.enrol(), "leg_press")

    assert (leg_press.load, leg_press.suggested) == (None, None)
    assert leg_press.reason == "No 1RM yet: test before the first load (40 % of it)."
    assert (leg_press.sets, leg_press.reps) == (2, (15, 20))


@pytest.mark.requirement("D2")
def test_after_a_test_the_load_is_suggested_but_not_in_force(gym):
    programme = gym.enrol()
    test = measured(gym)

    leg_press = prescribed(programme, "leg_press")

    assert leg_press.load is None
    assert leg_press.suggested.kg == Decimal("32.50")
    assert leg_press.suggested.test == test
    assert leg_press.reason == RULE


@pytest.mark.requirement("D2")
@pytest.mark.parametrize(
    ("one_rep_max", "increment", "loads"),
    [
        pytest.param("83", "2.5", ["32.5", "47.5", "57.5", "65.0"], id="83 by 2.5"),
        pytest.param("83", "5", ["30", "45", "55", "65"], id="83 by 5"),
        pytest.param("37.5", "2.5", ["15", "22.5", "25", "30"], id="37.5 by 2.5"),
        pytest.param("12", "2.5", ["2.5", "5", "7.5", "7.5"], id="12 by 2.5"),
        pytest.param("12", "1", ["4", "7", "8", "9"], id="12 by 1"),
    ],
)
def test_suggested_loads_of_the_specification(gym, one_rep_max, increment, loads):
    programme = gym.enrol()
    Exercise.objects.filter(slug="leg_press").update(
        increment_value=increment, minimum_value=increment
    )
    measured(gym, trials=[trial(one_rep_max)])
    found = []
    # Phases 1, 3, 4 and 5 ask for 40, 60, 70 and 80 %.
    for position in (1, 3, 4, 5):
        if position > 1:
            set_phase(gym, programme, position)
        found.append(prescribed(programme, "leg_press").suggested.kg)

    assert found == [Decimal(load) for load in loads]


@pytest.mark.requirement("D2")
def test_when_the_smallest_load_is_too_much_the_reason_says_so(gym):
    programme = gym.enrol()
    Exercise.objects.filter(slug="leg_press").update(increment_value=5, minimum_value=5)
    measured(gym, trials=[trial("12")])

    leg_press = prescribed(programme, "leg_press")

    assert leg_press.suggested.must_ask
    assert leg_press.suggested.kg == Decimal(5)
    # 5 of 12 kg
    assert leg_press.suggested.percent_1rm == Decimal("41.67")
    assert leg_press.reason == (
        "40 % of 12.0 kg (1RM of 2026-02-27), is less than the smallest load, 5.0 kg "
        "(41.7 % of the 1RM): ask before using it"
    )


@pytest.mark.requirement("C5")
def test_a_machine_in_pounds_is_floored_in_pounds(gym):
    programme = gym.enrol()
    Exercise.objects.filter(slug="leg_press").update(
        increment_value=5, minimum_value=5, increment_unit="lb"
    )
    measured(gym, trials=[trial("200", unit="lb")])

    suggested = prescribed(programme, "leg_press").suggested

    # 40 % of 200 lb is 80 lb: a detour over kilograms must not make it 75.
    assert (suggested.value, suggested.unit) == (Decimal(80), "lb")
    assert suggested.kg == Decimal("36.29")


@pytest.mark.requirement("C5")
@pytest.mark.parametrize(
    ("machine", "typed", "value"),
    [
        pytest.param("lb", ("83", "kg"), 70, id="83 kg on a machine in lb"),
        pytest.param("kg", ("183", "lb"), "32.5", id="183 lb on a machine in kg"),
    ],
)
def test_a_test_in_the_other_unit_is_converted(gym, machine, typed, value):
    programme = gym.enrol()
    step = {"lb": 5, "kg": "2.5"}[machine]
    Exercise.objects.filter(slug="leg_press").update(
        increment_value=step, minimum_value=step, increment_unit=machine
    )
    measured(gym, trials=[trial(typed[0], unit=typed[1])])

    # 83 kg are 182.98 lb: 40 % is 73.2 lb. 183 lb are 83.01 kg: 40 % is 33.2 kg.
    assert prescribed(programme, "leg_press").suggested.value == Decimal(value)


def test_a_load_in_force_says_why_and_who(gym):
    programme = gym.enrol()
    test = measured(gym)

    decision = put(gym, programme, "32.5")

    leg_press = prescribed(programme, "leg_press")
    assert leg_press.load == decision.load
    assert (decision.load.percent_1rm, decision.load.one_rep_max_test) == (40, test)
    assert decision.remarks == ()
    assert leg_press.reason == (
        f"{RULE}; Agreed with her ({gym.therapist.name}, 2026-02-28)"
    )


def test_another_load_than_suggested_stands_on_its_reason_alone(gym):
    programme = gym.enrol()
    measured(gym)

    decision = put(gym, programme, "30")

    leg_press = prescribed(programme, "leg_press")
    assert decision.load.percent_1rm is None
    assert decision.load.one_rep_max_test is None
    assert leg_press.reason == f"Agreed with her ({gym.therapist.name}, 2026-02-28)"
    assert leg_press.suggested.kg == Decimal("32.50")


@pytest.mark.parametrize(
    ("value", "remarks"),
    [
        pytest.param("32.5", [], id="on the step"),
        pytest.param("33", ["33.0 kg is not a multiple"], id="off the step"),
        pytest.param(
            "1",
            ["1.0 kg is not a multiple", "1.0 kg is less than"],
            id="below smallest",
        ),
        pytest.param("0", ["0.0 kg is less than"], id="nothing"),
        pytest.param("1000", [], id="the most that can be"),
    ],
)
def test_any_possible_load_is_accepted_and_oddness_is_said(gym, value, remarks):
    decision = put(gym, gym.enrol(), value)

    assert decision.load.load_kg == Decimal(value)
    assert len(decision.remarks) == len(remarks)
    for found, begins in zip(decision.remarks, remarks, strict=True):
        assert found.startswith(begins)


def test_what_was_typed_is_kept(gym):
    decision = put(gym, gym.enrol(), "70", unit="lb")

    load = LoadInForce.objects.get(pk=decision.load.pk)
    assert (load.load_value, load.load_unit) == (Decimal("70.000"), "lb")
    assert load.load_kg == Decimal("31.75")


def test_a_load_over_1000_kg_is_refused(gym):
    programme = gym.enrol()

    with pytest.raises(InvalidEntryError):
        put(gym, programme, "1000.01")

    assert not LoadInForce.objects.exists()


def test_an_exercise_without_weight_gets_no_load(gym):
    with pytest.raises(InvalidEntryError, match="no weight"):
        put(gym, gym.enrol(), "10", slug="plank")


def test_a_patient_puts_no_load_in_force(gym):
    programme = gym.enrol()

    with pytest.raises(NotAllowedError):
        put(gym, programme, "30", by=gym.patient.user)

    assert not LoadInForce.objects.exists()


def test_an_ended_programme_gets_no_load(gym):
    programme = gym.enrol()
    services.end(
        programme_id=programme.public_id,
        entry=EndRequest.parse(
            {"on": "2026-03-09", "outcome": "completed", "reason": "Done"}
        ),
        by=gym.therapist,
        now=NOW,
    )

    with pytest.raises(WrongStateError):
        put(gym, programme, "30")


def test_the_prescription_of_a_day_is_that_of_the_day(gym):
    programme = gym.enrol()
    measured(gym)
    put(gym, programme, "32.5", now=datetime(2026, 3, 2, 8, tzinfo=UTC))
    # 9 March ends at 23:00 UTC in Stockholm.
    put(gym, programme, "35", now=datetime(2026, 3, 9, 22, 59, tzinfo=UTC))
    put(gym, programme, "37.5", now=datetime(2026, 3, 9, 23, 0, tzinfo=UTC))
    set_phase(gym, programme, 2, now=datetime(2026, 3, 16, 8, tzinfo=UTC))

    def seen(day):
        found = prescribed(programme, "leg_press", on=day)
        return found.load and found.load.load_kg, found.reps

    assert seen(date(2026, 3, 1)) == (None, (15, 20))
    assert seen(date(2026, 3, 2)) == (Decimal("32.50"), (15, 20))
    assert seen(date(2026, 3, 9)) == (Decimal("35.00"), (15, 20))
    assert seen(date(2026, 3, 10)) == (Decimal("37.50"), (15, 20))
    assert seen(date(2026, 3, 16)) == (Decimal("37.50"), (12, 15))


def test_a_retest_changes_the_suggestion_and_not_the_load(gym):
    programme = gym.enrol()
    measured(gym)
    put(gym, programme, "32.5")

    measured(gym, tested_at="2026-02-28T10:00:00Z", trials=[trial("100")])

    leg_press = prescribed(programme, "leg_press")
    assert leg_press.load.load_kg == Decimal("32.50")
    assert leg_press.suggested.kg == Decimal("40.00")
    assert leg_press.reason.startswith(RULE)


def test_a_test_of_a_later_day_is_not_known_yet(gym):
    programme = gym.enrol()
    later = datetime(2026, 3, 10, 12, tzinfo=UTC)
    measured(gym, tested_at="2026-03-03T10:00:00Z", now=later)

    assert prescribed(programme, "leg_press", on=DAY).suggested is None
    assert prescribed(programme, "leg_press", on=date(2026, 3, 3)).suggested is not None


def test_a_void_test_suggests_nothing(gym):
    programme = gym.enrol()
    test = measured(gym)

    strength.void_one_rep_max_test(
        test_id=test.public_id,
        entry=VoidTestRequest(reason="Wrong machine"),
        by=gym.therapist,
        now=NOW,
    )

    assert prescribed(programme, "leg_press").suggested is None


def test_a_test_of_the_left_hand_suggests_for_the_left_hand(gym):
    programme = gym.enrol()
    measured(gym, slug="hand_grip", side="left", trials=[trial("20")])

    left = prescribed(programme, "hand_grip", side="left")
    right = prescribed(programme, "hand_grip", side="right")

    assert left.suggested.kg == Decimal("8.00")
    assert right.suggested is None


def test_low_confidence_is_said(gym):
    programme = gym.enrol()
    measured(gym, method="estimated", trials=[trial("30", reps=12)])

    # Epley: 42.0 kg
    assert prescribed(programme, "leg_press").reason == (
        "40 % of 42.0 kg (1RM of 2026-02-27, low confidence), floored to 2.5 kg"
    )


def test_body_weight_exercises_ask_for_level_or_seconds(gym):
    programme = gym.enrol()

    plank = prescribed(programme, "plank")
    draw = prescribed(programme, "abdominal_draw")

    assert (plank.reps, plank.seconds) == ((15, 20), None)
    assert plank.reason == "Own body: choose the lever level (0-4) with the patient."
    assert (draw.sets, draw.reps, draw.seconds) == (2, None, (10, 30))


@pytest.mark.parametrize(
    ("template", "slug", "reason"),
    [
        ("aerobic_start", "cycle_ergometer", "60-65 % of the highest heart rate"),
        ("hiit", "cycle_intervals", "85-95 % of the highest heart rate"),
        ("mind_body", "yoga", "Effort 9-11 on the scale of 6 to 20"),
        ("aquatic", "aquatic_exercise", "Effort 11-12 on the scale of 6 to 20"),
        ("relaxation_15w", "autogenic_training", "Effort 6-9 on the scale of 6 to 20"),
    ],
)
def test_other_templates_name_their_intensity(gym, template, slug, reason):
    weekdays = {"aerobic_start": [0, 3, 5, 1]}.get(template, [0, 3])

    programme = gym.enrol(template=template, weekdays=weekdays)

    assert prescribed(programme, slug).reason == reason


def test_a_prescription_costs_seven_queries_with_and_without_loads(
    gym, django_assert_num_queries
):
    programme = gym.enrol()
    with django_assert_num_queries(7):
        queries.prescription_on(programme=programme, on=DAY)
    for slug in ("leg_press", "rowing", "chest_press", "biceps_curl"):
        measured(gym, slug=slug)
        put(gym, programme, "32.5", slug=slug)

    with django_assert_num_queries(7):
        queries.prescription_on(programme=programme, on=DAY)


def test_the_newest_decision_of_one_moment_holds(gym):
    programme = gym.enrol()
    put(gym, programme, "30")
    put(gym, programme, "35")

    assert prescribed(programme, "leg_press").load.load_kg == Decimal(35)


def test_an_enrolled_patient_stays_on_the_version_they_started(gym, tmp_path):
    programme = gym.enrol()
    content = programme.template.content | {"version": 2}
    content["phases"][0]["percent_1rm"] = 45
    (tmp_path / "newer.json").write_text(json.dumps(content), encoding="utf-8")
    services.load_templates(folder=tmp_path)
    measured(gym)

    own = queries.visible_programme(gym.therapist, programme.public_id)

    assert prescribed(own, "leg_press").suggested.percent_1rm == 40
    newest = queries.template_for(clinic_id=gym.clinic.pk, name="resistance_fm_15w")
    assert newest.version == 2


@pytest.mark.parametrize(
    ("changes", "rule"),
    [({"load_kg": "1000.01"}, "load_possible"), ({"reason": ""}, "says_why")],
)
def test_the_database_holds_the_rules_of_a_load(gym, changes, rule):
    load = put(gym, gym.enrol(), "30").load

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        LoadInForce.objects.filter(pk=load.pk).update(**changes)


def test_the_seconds_of_a_slot_give_way_when_it_is_filled_with_a_counted_exercise(gym):
    plank = with_catalogue(gym.clinic)["plank"]
    programme = gym.enrol(exercises={"abdominal_draw": str(plank.public_id)})

    row = Prescription.objects.get(programme=programme, slot="abdominal_draw")
    found = queries.prescription_on(programme=programme, on=DAY + timedelta(days=1))

    seen = next(each for each in found.exercises if each.prescription == row)
    assert (seen.reps, seen.seconds) == ((15, 20), None)
