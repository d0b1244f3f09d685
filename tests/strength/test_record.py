"""Recording 1RM tests: the result, its change, and what is refused."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.audit.models import AuditEvent
from apps.common.errors import InvalidEntryError, NotAllowedError, NotThereError
from apps.strength import queries, services
from apps.strength.entry import OneRepMaxTestEntry, VoidTestRequest
from apps.strength.models import OneRepMaxTest, Trial
from apps.strength.results import change_since
from tests.factories.people import make_clinic, make_patient, make_therapist
from tests.factories.training import (
    NOW,
    make_one_rep_max,
    one_rep_max_body,
    trial,
    with_catalogue,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("D1")]


@pytest.fixture
def gym():
    """Return a therapist, their patient and the clinic's exercises."""
    clinic = make_clinic()
    therapist = make_therapist(clinic)
    return (
        therapist,
        make_patient(clinic, therapist=therapist),
        with_catalogue(clinic),
    )


def estimated(**fields):
    values = {"method": "estimated", "trials": [trial("40", reps=8)]}
    return values | fields


def test_the_best_single_repetition_is_the_direct_one_rep_max(gym):
    therapist, patient, exercises = gym

    test = make_one_rep_max(patient, exercises["leg_press"], by=therapist)

    assert test.one_rep_max_kg == Decimal("83.00")
    assert (test.unit, test.confidence, test.equation) == ("kg", "normal", "")
    assert [each.load_kg for each in test.trials.order_by("position")] == [60, 83, 85]


@pytest.mark.parametrize(
    ("equation", "kg"),
    [
        pytest.param("epley", "50.67"),
        pytest.param("brzycki", "49.66"),
        pytest.param("lombardi", "49.25"),
        pytest.param("o_conner", "48.00"),
        pytest.param("mayhew", "50.51"),
        pytest.param("wathan", "51.07"),
        pytest.param("lander", "50.04"),
    ],
)
def test_forty_kilograms_eight_times_by_every_equation(gym, equation, kg):
    therapist, patient, exercises = gym

    test = make_one_rep_max(
        patient, exercises["leg_press"], by=therapist, **estimated(equation=equation)
    )

    assert test.one_rep_max_kg == Decimal(kg)
    assert test.equation == equation


def test_an_estimate_uses_epley_unless_another_equation_is_named(gym):
    therapist, patient, exercises = gym

    test = make_one_rep_max(
        patient, exercises["leg_press"], by=therapist, **estimated()
    )

    assert (test.equation, test.one_rep_max_kg) == ("epley", Decimal("50.67"))


def test_an_estimate_uses_the_heaviest_successful_trial(gym):
    therapist, patient, exercises = gym
    trials = [
        trial("20", reps=15),
        trial("40", reps=8),
        trial("45", reps=3, success=False),
    ]

    test = make_one_rep_max(
        patient, exercises["leg_press"], by=therapist, **estimated(trials=trials)
    )

    assert test.one_rep_max_kg == Decimal("50.67")


@pytest.mark.parametrize(
    ("reps", "confidence"), [(10, "normal"), (11, "low"), (12, "low")]
)
def test_many_repetitions_lower_the_confidence(gym, reps, confidence):
    therapist, patient, exercises = gym

    test = make_one_rep_max(
        patient,
        exercises["leg_press"],
        by=therapist,
        **estimated(trials=[trial("30", reps=reps)]),
    )

    assert test.confidence == confidence


def test_pounds_stay_pounds(gym):
    therapist, patient, exercises = gym

    test = make_one_rep_max(
        patient, exercises["leg_press"], by=therapist, trials=[trial("100", unit="lb")]
    )

    assert (test.one_rep_max_value, test.unit) == (Decimal("100.000"), "lb")
    assert test.one_rep_max_kg == Decimal("45.36")


REFUSED = [
    pytest.param(
        estimated(trials=[trial("40", reps=13)]), "/trials/0/reps", id="13 repetitions"
    ),
    pytest.param(estimated(trials=[trial("0", reps=5)]), "/trials/0/load", id="0 kg"),
    pytest.param(
        estimated(trials=[trial("40", reps=5, success=False)]),
        "/trials",
        id="an estimate without success",
    ),
    pytest.param({"trials": [trial("40", reps=5)]}, "/trials", id="no single"),
    pytest.param(
        {"trials": [trial("40", success=False)]}, "/trials", id="no single succeeded"
    ),
    pytest.param({"trials": []}, "/trials", id="no trial"),
    pytest.param({"trials": [trial("40")] * 21}, "/trials", id="21 trials"),
    pytest.param({"trials": [trial("1000.1")]}, "/trials/0/load", id="over 1000 kg"),
    pytest.param({"trials": [trial("40", reps=0)]}, "/trials/0", id="success of none"),
    pytest.param({"trials": [trial("40", rpe=21)]}, "/trials/0/rpe", id="RPE 21"),
    pytest.param(
        {"trials": [trial("40", pain_before_mm=101)]},
        "/trials/0/pain_before_mm",
        id="pain 101",
    ),
    pytest.param({"equation": "epley"}, "", id="a direct test with an equation"),
    pytest.param(estimated(equation="guess"), "/equation", id="unknown equation"),
    pytest.param({"method": "felt"}, "/method", id="unknown method"),
    pytest.param({"side": "middle"}, "/side", id="unknown side"),
    pytest.param({"tested_at": "2026-02-27T10:00"}, "/tested_at", id="no offset"),
    pytest.param({"tested_at": "0001-01-01T00:00+14:00"}, "/tested_at", id="year 1"),
    pytest.param({"tested_at": "2026-03-01T12:00Z"}, "/tested_at", id="in future"),
    pytest.param(
        {"tester": "0195e2a0-0000-7000-8000-000000000001"}, "/tester", id="no tester"
    ),
    pytest.param(
        {"exercise": "0195e2a0-0000-7000-8000-000000000001"},
        "/exercise",
        id="no such exercise",
    ),
    pytest.param({"machina": "A"}, "/machina", id="unknown field"),
]


@pytest.mark.parametrize(("fields", "pointer"), REFUSED)
def test_an_impossible_test_is_refused_at_its_place(gym, fields, pointer):
    therapist, patient, exercises = gym

    with pytest.raises(InvalidEntryError) as refusal:
        make_one_rep_max(patient, exercises["leg_press"], by=therapist, **fields)

    assert [each["pointer"] for each in refusal.value.errors] == [pointer]
    assert not OneRepMaxTest.objects.exists()


def test_an_exercise_without_weight_has_no_one_rep_max(gym):
    therapist, patient, exercises = gym

    with pytest.raises(InvalidEntryError, match="weight"):
        make_one_rep_max(patient, exercises["plank"], by=therapist)


def test_a_one_sided_exercise_needs_its_side(gym):
    therapist, patient, exercises = gym

    with pytest.raises(InvalidEntryError, match="left or right"):
        make_one_rep_max(patient, exercises["hand_grip"], by=therapist)

    test = make_one_rep_max(patient, exercises["hand_grip"], by=therapist, side="left")
    assert test.side == "left"


def test_an_exercise_of_both_sides_has_none(gym):
    therapist, patient, exercises = gym

    with pytest.raises(InvalidEntryError) as refusal:
        make_one_rep_max(patient, exercises["leg_press"], by=therapist, side="left")

    [error] = refusal.value.errors
    assert (error["pointer"], error["code"]) == ("/side", "not_for_this_exercise")
    assert not OneRepMaxTest.objects.exists()


def test_another_clinics_exercise_is_refused(gym):
    therapist, patient, _ = gym
    foreign = with_catalogue(make_clinic())["leg_press"]

    with pytest.raises(InvalidEntryError, match="no such exercise"):
        make_one_rep_max(patient, foreign, by=therapist)


@pytest.mark.requirement("A2")
def test_patient_stranger_and_colleague_record_nothing(gym):
    _, patient, exercises = gym
    colleague = make_therapist(patient.clinic)
    stranger = make_therapist(make_clinic())

    for user, refusal in [
        (patient.user, NotAllowedError),
        (colleague, NotThereError),
        (stranger, NotThereError),
    ]:
        with pytest.raises(refusal):
            make_one_rep_max(patient, exercises["leg_press"], by=user)

    assert not OneRepMaxTest.objects.exists()
    assert not Trial.objects.exists()
    assert not AuditEvent.objects.filter(subject="one_rep_max_test").exists()


def test_recording_leaves_a_trace(gym):
    therapist, patient, exercises = gym

    test = make_one_rep_max(patient, exercises["leg_press"], by=therapist)

    event = AuditEvent.objects.get(action="one_rep_max_test.record")
    assert (event.actor_id, event.patient_id) == (therapist.pk, patient.pk)
    assert event.subject_id == test.public_id


@pytest.mark.requirement("C2")
def test_a_slow_device_clock_is_put_right(gym):
    therapist, patient, exercises = gym

    # The device is an hour slow: it shows 11:00 UTC at 12:00 UTC.
    test = make_one_rep_max(
        patient,
        exercises["leg_press"],
        by=therapist,
        tested_at="2026-02-28T10:30:00Z",
        recorded_at="2026-02-28T10:45:00Z",
        sent_at="2026-02-28T11:00:00Z",
    )

    assert test.tested_at == datetime(2026, 2, 28, 11, 30, tzinfo=UTC)
    assert test.recorded_at == datetime(2026, 2, 28, 11, 45, tzinfo=UTC)
    assert (test.clock_offset_s, test.received_at) == (3600, NOW)


def series(gym, *bodies):
    """Record tests of one exercise a week apart; return each with its change."""
    therapist, patient, exercises = gym
    first = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
    for week, body in enumerate(bodies):
        make_one_rep_max(
            patient,
            exercises["leg_press"],
            by=therapist,
            tested_at=(first + timedelta(weeks=week)).isoformat(),
            **body,
        )
    rows = list(queries.with_details(OneRepMaxTest.objects.all()).order_by("tested_at"))
    previous = queries.previous_tests(rows)
    return [change_since(row, previous.get(row.pk)) for row in rows]


def direct(kg):
    return {"trials": [trial(kg)]}


@pytest.mark.parametrize(
    ("kg", "percent", "beyond_noise"),
    [
        pytest.param("111.5", "11.5", False, id="one below the noise"),
        pytest.param("111.6", "11.6", True, id="exactly the noise"),
        pytest.param("111.7", "11.7", True, id="one above the noise"),
        pytest.param("88.5", "-11.5", False, id="a loss within the noise"),
        pytest.param("88.4", "-11.6", True, id="a loss beyond the noise"),
        pytest.param("100", "0.0", False, id="no change"),
    ],
)
def test_a_change_is_measured_against_the_noise(gym, kg, percent, beyond_noise):
    first, second = series(gym, direct("100"), direct(kg))

    assert (first.percent, first.beyond_noise) == (None, None)
    assert (second.percent, second.beyond_noise) == (Decimal(percent), beyond_noise)


def test_another_method_starts_a_new_baseline(gym):
    changes = series(gym, direct("50"), estimated(), direct("60"), direct("75"))

    assert [each.beyond_noise for each in changes] == [None, None, None, True]
    assert changes[3].percent == Decimal("25.0")


def test_another_equation_starts_a_new_baseline(gym):
    changes = series(gym, estimated(), estimated(equation="brzycki"))

    assert changes[1].percent is None


def test_low_confidence_tells_no_change(gym):
    low = estimated(trials=[trial("30", reps=12)])

    changes = series(gym, estimated(), low, estimated())

    assert [each.beyond_noise for each in changes] == [None, None, None]


def test_a_void_test_is_no_baseline_and_has_no_change(gym):
    therapist, *_ = gym
    series(gym, direct("100"), direct("50"), direct("120"))
    middle = OneRepMaxTest.objects.order_by("tested_at")[1]

    services.void_one_rep_max_test(
        test_id=middle.public_id,
        entry=VoidTestRequest(reason="Wrong machine"),
        by=therapist,
        now=NOW,
    )

    rows = list(queries.with_details(OneRepMaxTest.objects.order_by("tested_at")))
    previous = queries.previous_tests(rows)
    changes = [change_since(row, previous.get(row.pk)) for row in rows]
    assert [each.percent for each in changes] == [None, None, Decimal("20.0")]


def test_sides_and_exercises_are_series_of_their_own(gym):
    therapist, patient, exercises = gym
    make_one_rep_max(
        patient, exercises["hand_grip"], by=therapist, side="left", **direct("20")
    )
    right = make_one_rep_max(
        patient, exercises["hand_grip"], by=therapist, side="right", **direct("30")
    )
    press = make_one_rep_max(patient, exercises["leg_press"], by=therapist)

    assert queries.previous_tests([right, press]) == {}


def test_latest_one_rep_max_is_the_newest_valid_one_up_to_the_time(gym):
    therapist, patient, exercises = gym
    leg_press = exercises["leg_press"]
    series(gym, direct("50"), direct("60"))
    first, second = OneRepMaxTest.objects.order_by("tested_at")

    def latest(at):
        return queries.latest_one_rep_max(
            patient=patient, exercise=leg_press, side="", at=at
        )

    assert latest(first.tested_at - timedelta(microseconds=1)) is None
    assert latest(first.tested_at) == first
    assert latest(NOW) == second
    assert queries.latest_one_rep_maxes(patient=patient, at=NOW) == {
        (leg_press.pk, ""): second
    }
    services.void_one_rep_max_test(
        test_id=second.public_id,
        entry=VoidTestRequest(reason="Wrong patient"),
        by=therapist,
        now=NOW,
    )
    assert latest(NOW) == first


def stored_test(gym):
    therapist, patient, exercises = gym
    return make_one_rep_max(patient, exercises["leg_press"], by=therapist)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"one_rep_max_kg": 0}, "result_positive"),
        ({"equation": "epley"}, "estimate_names_its_equation"),
        ({"method": "estimated"}, "estimate_names_its_equation"),
        ({"confidence": "high"}, "confidence_known"),
        ({"side": "up"}, "side_known"),
        ({"void_reason": "x"}, "void_is_signed"),
        ({"version": 0}, "version_from_one"),
    ],
)
def test_the_database_holds_the_rules_of_a_test(gym, changes, rule):
    test = stored_test(gym)

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        OneRepMaxTest.objects.filter(pk=test.pk).update(**changes)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"load_kg": "1000.01"}, "load_possible"),
        ({"rpe": 5}, "rpe_on_scale"),
        ({"pain_after_mm": 101}, "pain_on_scale"),
    ],
)
def test_the_database_holds_the_rules_of_a_trial(gym, changes, rule):
    test = stored_test(gym)

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Trial.objects.filter(test=test, position=0).update(**changes)


def test_the_same_content_written_otherwise_has_the_same_digest(gym):
    _, patient, exercises = gym
    body = one_rep_max_body(patient, exercises["leg_press"])
    other = body | {
        "tested_at": "2026-02-27T09:00:00Z",
        "side": None,
        "trials": [trial("60.0"), trial("83.00", rpe=18), *body["trials"][2:]],
    }

    digests = {OneRepMaxTestEntry.parse(each).digest() for each in (body, other)}

    assert len(digests) == 1
