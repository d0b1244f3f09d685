"""What nobody looks at is told to the managers: when, once, and to whom."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.audit.models import AuditEvent
from apps.common.heartbeat import late_sweeps
from apps.common.models import Heartbeat
from apps.common.tenancy import across_clinics
from apps.inbox.entry import Act, OpeningHoursEntry
from apps.inbox.models import Alert, AlertKind, Severity
from apps.inbox.services import (
    acknowledge,
    act,
    close_itself,
    escalate,
    mark_no_longer_holds,
    resolve,
    set_opening_hours,
    waiting,
)
from apps.inbox.tasks import escalate as escalate_task
from apps.messaging.models import OutboxMail
from apps.programmes.models import Closure
from tests.factories.people import (
    api_client,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)

from .inbox_helpers import MINUTE, NOON, acknowledgement, put, resolution

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F3")]
HOUR = timedelta(hours=1)
# Monday noon in Stockholm, and four hours of opening later.
HIGH_DUE = datetime(2026, 3, 2, 15, tzinfo=UTC)
# Two working days later, when the clinic closes at 17:00.
MODERATE_DUE = datetime(2026, 3, 4, 16, tzinfo=UTC)
DUE = {
    (AlertKind.RED_FLAG, Severity.HIGH): NOON + 30 * MINUTE,
    (AlertKind.SUSTAINED_FLARE, Severity.HIGH): HIGH_DUE,
    (AlertKind.ACUTE_FLARE, Severity.MODERATE): MODERATE_DUE,
}


@pytest.fixture
def clinic():
    return make_clinic()


@pytest.fixture
def tove(clinic):
    return make_therapist(clinic)


@pytest.fixture
def patient(clinic, tove):
    return make_patient(clinic, therapist=tove)


@pytest.fixture
def maja(clinic):
    return make_manager(clinic)


def letters(**filters):
    """Return the mails to managers about what waits."""
    with across_clinics():
        rows = OutboxMail.objects.filter(kind="escalation", **filters)
        return list(rows.order_by("id"))


def hours(*spans, **fields):
    spans = [
        {"weekday": day, "opens_at": opens, "closes_at": closes}
        for day, opens, closes in spans
    ]
    return OpeningHoursEntry.parse({"opening_hours": spans} | fields)


@pytest.mark.parametrize("kind_and_severity", DUE)
def test_alert_escalates_when_it_is_due_and_not_a_second_before(
    patient, maja, kind_and_severity
):
    kind, severity = kind_and_severity
    due = DUE[kind_and_severity]
    alert = put(patient, kind=kind, severity=severity)

    early = escalate(now=due - timedelta(seconds=1))
    in_time = escalate(now=due)
    again = escalate(now=due + MINUTE)

    assert (early.escalated, in_time.escalated, again.escalated) == (0, 1, 0)
    alert.refresh_from_db()
    assert (alert.escalated_at, alert.escalates_at, alert.status) == (due, None, "open")
    [letter] = letters()
    assert letter.to_address == maja.email
    [event] = AuditEvent.objects.filter(action="alert.escalate")
    assert (event.actor_id, event.subject_id) == (None, alert.public_id)
    assert event.detail == {"kind": kind, "severity": severity, "managers": 1}


@pytest.mark.parametrize("severity", [Severity.LOW, Severity.INFO])
def test_alert_that_can_wait_never_escalates(patient, maja, severity):
    put(patient, kind=AlertKind.RISING_PAIN, severity=severity)

    assert escalate(now=NOON + timedelta(days=90)).escalated == 0
    assert letters() == []


def test_alert_of_which_nobody_was_told_does_not_wait(patient, maja):
    put(patient, tells=False)
    assert escalate(now=NOON + timedelta(days=90)).escalated == 0

    put(patient, now=NOON + timedelta(days=90))

    # A Sunday: Monday and Tuesday are its two working days.
    assert Alert.objects.get().escalates_at == datetime(2026, 6, 2, 15, tzinfo=UTC)


def test_letter_says_nothing_of_health_and_names_nobody(patient, maja):
    put(patient, kind=AlertKind.RED_FLAG, severity=Severity.HIGH)

    escalate(now=NOON + HOUR)

    [letter] = letters()
    said = letter.subject + letter.body_text + letter.body_html
    hidden = (patient.given_name, patient.family_name, "Pain", "flare", "flag")
    assert [word for word in hidden if word.lower() in said.lower()] == []
    assert letter.subject == f"{patient.clinic.name}: something waits for a colleague"


@pytest.mark.parametrize(
    "deal",
    [
        lambda alert, by: acknowledge(
            alert_id=alert.public_id, request=acknowledgement(), by=by, now=NOON
        ),
        lambda alert, by: act(
            alert_id=alert.public_id, request=Act(action="talked"), by=by, now=NOON
        ),
        lambda alert, by: resolve(
            alert_id=alert.public_id, request=resolution(), by=by, now=NOON
        ),
        lambda alert, _: mark_no_longer_holds(alert=alert, now=NOON),
    ],
    ids=["acknowledged", "acted on", "resolved", "no longer holds"],
)
def test_alert_that_is_dealt_with_never_escalates(patient, tove, maja, deal):
    alert = put(patient)

    deal(alert, tove)

    assert Alert.objects.get().escalates_at is None
    assert escalate(now=MODERATE_DUE).escalated == 0
    assert letters() == []


def test_grave_alert_that_closed_itself_still_escalates(patient, maja):
    alert = put(patient)
    close_itself(alert=alert, now=NOON + MINUTE)

    assert escalate(now=MODERATE_DUE).escalated == 1


def test_rise_begins_the_wait_anew_and_escalates_again(patient, maja):
    put(patient)
    escalate(now=MODERATE_DUE)
    thursday = datetime(2026, 3, 5, 8, tzinfo=UTC)

    put(patient, severity=Severity.HIGH, now=thursday)

    assert Alert.objects.get().escalates_at == thursday + 4 * HOUR
    assert escalate(now=thursday + 4 * HOUR).escalated == 1
    assert len(letters()) == 2


def test_rise_of_which_nobody_is_told_leaves_the_wait_running(patient):
    put(patient)

    put(patient, severity=Severity.HIGH, tells=False, now=NOON + HOUR)

    assert Alert.objects.get().escalates_at == MODERATE_DUE


def test_pattern_that_becomes_grave_waits_as_short_as_a_grave_alert(patient, maja):
    pattern = {"kind": AlertKind.HYPERALGESIA}
    put(patient, severity=Severity.MODERATE, **pattern)

    put(patient, severity=Severity.HIGH, now=NOON + HOUR, **pattern)

    assert Alert.objects.get().escalates_at == HIGH_DUE
    assert escalate(now=HIGH_DUE).escalated == 1


def test_same_finding_again_changes_no_wait(patient):
    put(patient)

    put(patient, now=NOON + HOUR, evidence={"n": 2})

    assert Alert.objects.get().escalates_at == MODERATE_DUE


def test_what_holds_again_after_a_correction_waits_again(patient):
    alert = put(patient)
    mark_no_longer_holds(alert=alert, now=NOON)

    put(patient, now=NOON + timedelta(days=1))

    assert Alert.objects.get().escalates_at == MODERATE_DUE + timedelta(days=1)


def test_closure_that_is_entered_meanwhile_gives_more_time(patient, clinic, maja):
    put(patient)
    shut = date(2026, 3, 3)
    Closure.objects.create(clinic=clinic, first_day=shut, last_day=shut, reason="Moved")

    first = escalate(now=MODERATE_DUE)
    second = escalate(now=MODERATE_DUE + timedelta(days=1))

    assert (first.escalated, first.postponed) == (0, 1)
    assert second.escalated == 1
    assert len(letters()) == 1


def test_new_opening_hours_are_reckoned_for_what_waits(patient, clinic, maja):
    high = put(patient, severity=Severity.HIGH)
    told = put(patient, kind=AlertKind.RED_FLAG, severity=Severity.HIGH, origin="b")

    # Only on Tuesdays, in the evening.
    set_opening_hours(
        entry=hours((1, "15:00", "20:00")), clinic=clinic, by=maja, now=NOON
    )

    high.refresh_from_db()
    told.refresh_from_db()
    assert high.escalates_at == datetime(2026, 3, 3, 18, tzinfo=UTC)
    assert told.escalates_at == NOON + 30 * MINUTE


def test_letter_about_a_moderate_alert_waits_for_the_morning(patient, clinic, maja):
    set_opening_hours(
        entry=hours(*((day, "12:00", "21:00") for day in range(5))),
        clinic=clinic,
        by=maja,
        now=NOON,
    )
    put(patient)
    put(patient, kind=AlertKind.RED_FLAG, severity=Severity.HIGH, origin="b")
    # Wednesday at 21:00, which is quiet from 20:00 to 07:00.
    evening = datetime(2026, 3, 4, 20, tzinfo=UTC)

    assert escalate(now=evening).escalated == 2

    times = sorted(letter.next_attempt_at for letter in letters())
    assert times == [evening, datetime(2026, 3, 5, 6, tzinfo=UTC)]


def test_letter_that_still_waits_is_withdrawn_when_somebody_looks(
    patient, clinic, tove, maja
):
    set_opening_hours(
        entry=hours(*((day, "12:00", "21:00") for day in range(5))),
        clinic=clinic,
        by=maja,
        now=NOON,
    )
    alert = put(patient)
    evening = datetime(2026, 3, 4, 20, tzinfo=UTC)
    escalate(now=evening)

    acknowledge(
        alert_id=alert.public_id,
        request=acknowledgement(),
        by=tove,
        now=evening + MINUTE,
    )

    assert [letter.state for letter in letters()] == ["suppressed"]


def test_every_manager_of_this_clinic_alone_is_told(patient, clinic, maja):
    second = make_manager(clinic)
    make_manager(make_clinic())
    put(patient)

    escalate(now=MODERATE_DUE)

    assert {one.to_address for one in letters()} == {maja.email, second.email}


def test_one_that_fails_keeps_no_other_from_being_heard(
    patient, clinic, maja, monkeypatch
):
    broken = put(make_patient(clinic), origin="a")
    put(patient, origin="b")
    tell = waiting.mails.tell_managers

    def failing(alert, **told):
        if alert.pk == broken.pk:
            raise RuntimeError("not today")
        tell(alert, **told)

    monkeypatch.setattr(waiting.mails, "tell_managers", failing)

    report = escalate(now=MODERATE_DUE)

    assert (report.escalated, report.held_up) == (1, 1)
    monkeypatch.undo()
    assert escalate(now=MODERATE_DUE + MINUTE).escalated == 1
    assert len(letters()) == 2


def test_sweep_shows_that_it_ran():
    escalate_task()

    beat = Heartbeat.objects.get(name="inbox.escalate")
    assert beat.report == {"escalated": 0, "postponed": 0, "held_up": 0}
    assert "inbox.escalate" not in late_sweeps(now=beat.beat_at)


def test_managers_see_that_one_waits_and_nothing_of_what_it_says(
    patient, tove, maja, django_assert_max_num_queries
):
    alert = put(patient)
    put(patient, origin="fresh", now=MODERATE_DUE)
    escalate(now=MODERATE_DUE)

    with django_assert_max_num_queries(12):
        answer = api_client(maja).get("/api/v1/escalations/")

    assert answer.json()["results"] == [
        {
            "alert": str(alert.public_id),
            "patient": str(patient.public_id),
            "severity": "moderate",
            "opened_at": "2026-03-02T11:00:00Z",
            "escalated_at": "2026-03-04T16:00:00Z",
            "therapists": [{"id": str(tove.public_id), "name": tove.name}],
        }
    ]
    assert api_client(maja).get("/api/v1/alerts/").json()["results"] == []
    assert api_client(tove).get("/api/v1/escalations/").status_code == 403
    theirs = api_client(tove).get("/api/v1/alerts/").json()["results"]
    assert [row["escalated_at"] for row in theirs] == [None, "2026-03-04T16:00:00Z"]


def test_escalation_is_gone_from_the_list_when_somebody_looks(patient, tove, maja):
    alert = put(patient)
    escalate(now=MODERATE_DUE)

    acknowledge(
        alert_id=alert.public_id, request=acknowledgement(), by=tove, now=MODERATE_DUE
    )

    assert api_client(maja).get("/api/v1/escalations/").json()["results"] == []


def test_escalations_of_another_clinic_are_not_listed(patient):
    put(patient)
    escalate(now=MODERATE_DUE)
    elsewhere = make_manager(make_clinic())

    assert api_client(elsewhere).get("/api/v1/escalations/").json()["results"] == []
