"""How exercise was borne, as the gates of the programmes below are told."""

import pytest

from apps.clinics.models import Patient
from apps.inbox.entry import Resolution
from apps.inbox.models import Alert, AlertKind, Severity
from apps.inbox.services import (
    Finding,
    close_itself,
    mark_no_longer_holds,
    open_or_update_alert,
    resolve,
)
from apps.programmes import tolerance
from apps.programmes.models import ProgrammeTemplate
from apps.programmes.plan import plan_of
from apps.programmes.queries import gate_of_phase
from apps.programmes.queries.gates import gate_of_explosive_work
from apps.programmes.services import load_templates
from tests.factories.people import make_manager
from tests.factories.training import decide_rules

from .course import DAY, HOUR, make_course, start_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B6")]


@pytest.fixture
def course():
    found = make_course()
    found.run_in()
    return found


def train(course, week, *, worst=52, h24=52):
    """Hold one session a week; the usual level is about 50."""
    start = start_of(1) + week * 7 * DAY
    a_set = {"reps": 15, "load": {"value": "32.5", "unit": "kg"}, "pain_mm": worst}
    session = course.hold(
        week, pre=50, post=51, at=start, exercises=[course.done(sets=[a_set])]
    )
    if h24 is not None:
        course.rate(session, "h24", h24)
    return session


def weeks_of(course, *, after):
    now = after.started_at + 2 * DAY
    patient = Patient.objects.select_related("clinic").get(pk=course.anna.pk)
    return (
        patient,
        [list(week) for week in tolerance.green_by_week(patient, now=now)],
        now,
    )


def test_four_green_weeks_open_the_gate_of_intervals(course):
    sessions = [train(course, week) for week in range(4)]
    load_templates()
    plan = plan_of(ProgrammeTemplate.objects.get(key="hiit", clinic=None))

    patient, weeks, now = weeks_of(course, after=sessions[-1])

    assert weeks == [[True]] * 4
    assert gate_of_phase(patient, phase=plan.phase(1), now=now).is_open
    earlier = sessions[2].started_at + 2 * DAY
    closed = gate_of_phase(patient, phase=plan.phase(1), now=earlier)
    assert "too_few_weeks" in closed.reasons


@pytest.mark.parametrize(
    ("fields", "green"),
    [
        # Green is up to 10 mm over the value before, 50.
        pytest.param({"worst": 60}, True, id="10 mm during"),
        pytest.param({"worst": 61}, False, id="11 mm during"),
        pytest.param({"h24": None}, None, id="no follow-up"),
        pytest.param({"worst": None}, None, id="worst pain not told"),
        pytest.param({"h24": 80}, False, id="much more on the next day"),
    ],
)
def test_a_session_is_green_by_the_load_table(course, fields, green):
    session = train(course, 0, **fields)

    assert weeks_of(course, after=session)[1] == [[green]]


@pytest.mark.parametrize(
    ("worst", "told_after", "minutes", "green"),
    [
        pytest.param(52, 90, 1, False, id="told right after"),
        pytest.param(None, 55, 1, True, id="told right after alone"),
        pytest.param(None, 55, 300, None, id="told hours later"),
    ],
)
def test_the_worst_pain_may_be_told_right_after(
    course, worst, told_after, minutes, green
):
    start = start_of(1)
    a_set = {"reps": 15, "load": {"value": "32.5", "unit": "kg"}, "pain_mm": worst}
    session = course.hold(1, pre=50, at=start, exercises=[course.done(sets=[a_set])])
    felt = session.ended_at + minutes * HOUR / 60
    course.rate(session, "post", 51, at=felt, worst_pain_mm=told_after)
    course.rate(session, "h24", 52)

    assert weeks_of(course, after=session)[1] == [[green]]


@pytest.mark.parametrize(("worst", "green"), [(54, True), (55, True), (56, False)])
def test_green_is_what_the_clinic_calls_green(course, worst, green):
    session = train(course, 0, worst=worst)
    decide_rules(
        course.clinic,
        by=make_manager(course.clinic),
        now=session.ended_at,
        load_policy={"rise_green_up_to_mm": 5},
    )

    assert weeks_of(course, after=session)[1] == [[green]]


def test_a_week_without_training_is_an_empty_week(course):
    train(course, 0)
    last = train(course, 2)

    assert weeks_of(course, after=last)[1] == [[True], [], [True]]


def test_nobody_who_never_trained_has_weeks(course):
    now = start_of(1)

    assert tolerance.green_by_week(course.anna, now=now) == ()


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (AlertKind.RED_FLAG, "red_flag_open"),
        (AlertKind.ACUTE_FLARE, "flare_open"),
        (AlertKind.SUSTAINED_FLARE, "flare_open"),
        (AlertKind.HYPERALGESIA, "pattern_open"),
    ],
)
def test_an_open_alert_closes_the_gates_of_harder_work(course, kind, reason):
    sessions = [train(course, week) for week in range(4)]
    load_templates()
    intervals = plan_of(ProgrammeTemplate.objects.get(key="hiit", clinic=None))
    explosive = plan_of(
        ProgrammeTemplate.objects.get(key="resistance_fm_15w", clinic=None)
    )
    patient, _, now = weeks_of(course, after=sessions[-1])
    finding = Finding(
        origin_key=f"test:{kind}", kind=kind, severity=Severity.HIGH, sentence="Test."
    )
    open_or_update_alert(patient=patient, finding=finding, tells=False, now=now)

    gate = gate_of_phase(patient, phase=intervals.phase(1), now=now)
    fast = gate_of_explosive_work(patient, plan=explosive, week=5)
    assert gate.reasons == fast.reasons == (reason,)


def test_open_alerts_are_told_until_they_are_resolved(course):
    def told():
        found = tolerance.open_alerts(course.anna)
        return found.flare, found.pattern

    assert told() == (False, False)
    for kind, expected in (
        (AlertKind.RISING_PAIN, (False, False)),
        (AlertKind.ACUTE_FLARE, (True, False)),
        (AlertKind.HYPERALGESIA, (True, True)),
    ):
        finding = Finding(
            origin_key=f"test:{kind}",
            kind=kind,
            severity=Severity.MODERATE,
            sentence="Test.",
        )
        open_or_update_alert(
            patient=course.anna, finding=finding, tells=False, now=start_of(1)
        )
        assert told() == expected
    resolve(
        alert_id=Alert.objects.get(kind=AlertKind.ACUTE_FLARE).public_id,
        request=Resolution(judgement="true_flare", action="talked"),
        by=course.tove,
        now=start_of(1) + HOUR,
    )
    assert told() == (False, True)


@pytest.mark.parametrize("ends", [close_itself, mark_no_longer_holds])
def test_what_came_to_rest_or_was_corrected_is_open_no_more(course, ends):
    finding = Finding(
        origin_key="test:flare",
        kind=AlertKind.ACUTE_FLARE,
        severity=Severity.HIGH,
        sentence="Test.",
    )
    alert = open_or_update_alert(
        patient=course.anna, finding=finding, tells=False, now=start_of(1)
    )
    ends(alert=alert, now=start_of(2))

    alert.refresh_from_db()
    # Somebody has yet to look at it; the load table lets it go all the same.
    assert alert.status == "open"
    assert tolerance.open_alerts(course.anna).flare is False
