"""An alert from its opening to its end, every step and every refused one."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from apps.audit.models import AuditEvent
from apps.common.errors import IdReusedError, NotThereError, WrongStateError
from apps.common.tenancy import across_clinics
from apps.inbox.models import Alert, AlertKind, Severity
from apps.inbox.services import (
    acknowledge,
    close_itself,
    mark_no_longer_holds,
    note_judged,
    resolve,
)
from apps.messaging.models import OutboxMail
from tests.factories.people import make_clinic, make_patient, make_therapist

from .inbox_helpers import (
    MINUTE,
    NOON,
    acknowledgement,
    mails,
    put,
    resolution,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F3")]
LATER = NOON + MINUTE


@pytest.fixture
def clinic():
    return make_clinic()


@pytest.fixture
def tove(clinic):
    return make_therapist(clinic)


@pytest.fixture
def patient(clinic, tove):
    return make_patient(clinic, therapist=tove)


def fresh(alert):
    return Alert.objects.get(pk=alert.pk)


def acknowledged(alert, by):
    return acknowledge(
        alert_id=alert.public_id, request=acknowledgement(), by=by, now=LATER
    )


def resolved(alert, by):
    return resolve(alert_id=alert.public_id, request=resolution(), by=by, now=LATER)


def actions():
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_open_or_update_alert_opens_one(patient):
    alert = put(patient)

    assert (alert.status, alert.opened_at, alert.clinic) == (
        "open",
        NOON,
        patient.clinic,
    )
    assert actions() == ["alert.open"]


def test_open_or_update_alert_twice_is_one_alert_and_one_mail(patient):
    put(patient)
    put(patient, now=LATER)

    assert Alert.objects.count() == 1
    assert len(mails()) == 1
    assert actions() == ["alert.open"]


def test_open_or_update_alert_raises_kind_and_severity(patient):
    put(patient, kind=AlertKind.POSSIBLE_FLARE, severity=Severity.INFO)
    alert = put(patient, kind=AlertKind.SUSTAINED_FLARE, severity=Severity.HIGH)

    assert (fresh(alert).kind, fresh(alert).severity) == ("sustained_flare", "high")
    assert actions() == ["alert.open", "alert.raise"]


def test_open_or_update_alert_never_lowers_the_severity(patient):
    put(patient, severity=Severity.HIGH)
    alert = put(patient, severity=Severity.MODERATE)

    assert fresh(alert).severity == "high"


def test_open_or_update_alert_with_a_lower_kind_says_that_it_no_longer_holds(patient):
    put(patient)
    put(patient, kind=AlertKind.POSSIBLE_FLARE, severity=Severity.INFO)

    [alert] = Alert.objects.all()
    assert (alert.kind, alert.severity) == ("acute_flare", "moderate")
    assert alert.no_longer_holds
    assert [mail.state for mail in mails()] == ["suppressed"]


def test_open_or_update_alert_that_holds_again_says_so_and_lets_its_mail_out(patient):
    alert = put(patient)
    mark_no_longer_holds(alert=alert, now=LATER)
    put(patient, now=LATER)

    assert not fresh(alert).no_longer_holds
    assert [mail.state for mail in mails()] == ["pending"]


def sent():
    with across_clinics():
        OutboxMail.objects.filter(state="pending").update(state="sent", sent_at=NOON)


def test_open_or_update_alert_is_a_rise_when_another_session_makes_it_hold_again(
    patient, tove
):
    alert = put(patient, evidence={"session": "s1"})
    sent()
    acknowledged(alert, tove)
    mark_no_longer_holds(alert=fresh(alert), now=LATER)

    for _ in range(2):
        put(patient, evidence={"session": "s2"}, now=LATER)

    now_stands = fresh(alert)
    assert (now_stands.status, now_stands.acknowledged_by) == ("open", None)
    assert (now_stands.no_longer_holds, now_stands.round) == (False, 2)
    assert sorted(mail.state for mail in mails()) == ["pending", "sent"]


def test_open_or_update_alert_is_no_rise_when_the_same_session_holds_again(
    patient, tove
):
    alert = put(patient, evidence={"session": "s1"})
    sent()
    acknowledged(alert, tove)
    mark_no_longer_holds(alert=fresh(alert), now=LATER)

    put(patient, evidence={"session": "s1"}, now=LATER)

    assert (fresh(alert).status, fresh(alert).round) == ("acknowledged", 1)
    assert [mail.state for mail in mails()] == ["sent"]


def test_open_or_update_alert_is_no_rise_when_an_alert_that_holds_grows(patient, tove):
    alert = put(patient, evidence={"session": "s1"})
    acknowledged(alert, tove)

    put(patient, evidence={"session": "s2"}, now=LATER)

    assert (fresh(alert).status, fresh(alert).round) == ("acknowledged", 1)


def test_note_judged_leaves_what_a_person_resolved(patient, tove):
    alert = put(patient)
    note_judged({patient.pk: NOON})
    resolved(alert, tove)

    note_judged({patient.pk: LATER})

    assert fresh(alert).judged_until == NOON


def test_open_or_update_alert_opens_an_acknowledged_one_again_when_it_rises(
    patient, tove
):
    alert = put(patient)
    acknowledged(alert, tove)
    put(patient, kind=AlertKind.SUSTAINED_FLARE, severity=Severity.HIGH, now=LATER)

    assert fresh(alert).status == "open"
    assert fresh(alert).acknowledged_by is None
    assert [mail.state for mail in mails()].count("pending") == 1


def test_open_or_update_alert_leaves_an_acknowledged_one_that_does_not_rise(
    patient, tove
):
    alert = put(patient)
    acknowledged(alert, tove)
    put(patient, evidence={"n": 2}, now=LATER)

    assert (fresh(alert).status, fresh(alert).evidence) == ("acknowledged", {"n": 2})
    assert [mail.state for mail in mails()] == ["suppressed"]


def test_open_or_update_alert_notes_a_patterns_severity_without_calling_anybody(
    patient, tove
):
    alert = put(patient, kind=AlertKind.HYPERALGESIA, origin="pattern:s1")
    acknowledged(alert, tove)
    put(
        patient,
        kind=AlertKind.HYPERALGESIA,
        severity=Severity.HIGH,
        origin="pattern:s1",
        now=LATER,
    )

    assert (fresh(alert).status, fresh(alert).severity) == ("acknowledged", "high")
    assert len(mails()) == 1


def test_open_or_update_alert_leaves_what_a_person_resolved(patient, tove):
    alert = put(patient)
    resolved(alert, tove)
    put(patient, kind=AlertKind.SUSTAINED_FLARE, severity=Severity.HIGH, now=LATER)

    assert (fresh(alert).status, fresh(alert).kind) == ("resolved", "acute_flare")
    assert len(mails(state="pending")) == 0


def test_open_or_update_alert_opens_one_again_that_had_closed_itself(patient):
    alert = put(patient, kind=AlertKind.HYPERALGESIA_WATCH, severity=Severity.LOW)
    close_itself(alert=alert, now=LATER)
    put(patient, kind=AlertKind.HYPERALGESIA_WATCH, severity=Severity.LOW, now=LATER)

    assert fresh(alert).status == "open"
    assert fresh(alert).closed_itself_at is None


def test_close_itself_takes_a_mild_alert_out_of_the_inbox(patient):
    alert = put(patient, kind=AlertKind.POSSIBLE_FLARE, severity=Severity.INFO)

    close_itself(alert=alert, now=LATER)
    close_itself(alert=alert, now=LATER + MINUTE)

    assert (fresh(alert).status, fresh(alert).closed_itself_at) == ("resolved", LATER)
    assert actions() == ["alert.open", "alert.close_itself"]


def test_close_itself_keeps_a_grave_alert_open_until_somebody_has_looked(patient, tove):
    alert = put(patient)

    close_itself(alert=alert, now=LATER)
    before = fresh(alert).status
    acknowledged(alert, tove)

    assert (before, fresh(alert).status) == ("open", "resolved")


def test_close_itself_ends_a_grave_alert_that_somebody_looks_into(patient, tove):
    alert = acknowledged(put(patient), tove)

    close_itself(alert=alert, now=LATER)

    assert fresh(alert).status == "resolved"


def test_mark_no_longer_holds_keeps_the_alert_and_its_history(patient):
    alert = put(patient)

    mark_no_longer_holds(alert=alert, now=LATER)
    mark_no_longer_holds(alert=alert, now=LATER + MINUTE)

    assert fresh(alert).status == "open"
    assert fresh(alert).no_longer_holds
    [mail] = mails()
    assert mail.suppressed_reason == "After a correction the rule no longer holds."
    assert actions() == ["alert.open", "alert.no_longer_holds"]


def test_acknowledge_signs_and_withdraws_the_waiting_mail(patient, tove):
    alert = acknowledged(put(patient), tove)

    assert (alert.status, alert.acknowledged_by, alert.acknowledged_at) == (
        "acknowledged",
        tove,
        LATER,
    )
    assert [mail.state for mail in mails()] == ["suppressed"]


def test_resolve_signs_with_judgement_action_and_note(patient, tove):
    alert = resolve(
        alert_id=put(patient).public_id,
        request=resolution(judgement="soreness", action="education", note=" Calm. "),
        by=tove,
        now=LATER,
    )

    assert (alert.status, alert.resolved_by, alert.resolved_at) == (
        "resolved",
        tove,
        LATER,
    )
    assert (alert.judgement, alert.action, alert.resolution_note) == (
        "soreness",
        "education",
        "Calm.",
    )


def test_resolve_after_acknowledging_keeps_who_acknowledged(patient, tove):
    alert = resolved(acknowledged(put(patient), tove), tove)

    assert (alert.acknowledged_by, alert.resolved_by) == (tove, tove)


def test_resolve_may_judge_an_alert_that_closed_itself(patient, tove):
    alert = put(patient, kind=AlertKind.POSSIBLE_FLARE, severity=Severity.INFO)
    close_itself(alert=alert, now=LATER)

    assert resolved(alert, tove).judgement == "true_flare"


def test_acknowledge_refuses_what_somebody_looks_into_already(patient, tove):
    alert = acknowledged(put(patient), tove)

    with pytest.raises(WrongStateError, match="acknowledged already"):
        acknowledged(alert, tove)


def test_acknowledge_refuses_what_is_resolved(patient, tove):
    alert = resolved(put(patient), tove)

    with pytest.raises(WrongStateError, match="resolved already"):
        acknowledged(alert, tove)


def test_acknowledge_refuses_a_mild_alert_that_closed_itself(patient, tove):
    alert = put(patient, kind=AlertKind.POSSIBLE_FLARE, severity=Severity.INFO)
    close_itself(alert=alert, now=LATER)

    with pytest.raises(WrongStateError):
        acknowledged(alert, tove)


def test_resolve_refuses_what_a_person_resolved(patient, tove):
    alert = resolved(put(patient), tove)

    with pytest.raises(WrongStateError, match="resolved already"):
        resolved(alert, tove)


def test_acknowledge_with_the_same_change_id_is_done_once(patient, tove):
    alert = put(patient)
    request = acknowledgement(change_id=str(uuid4()))

    answers = [
        acknowledge(alert_id=alert.public_id, request=request, by=tove, now=LATER)
        for _ in range(2)
    ]

    assert [answer.status for answer in answers] == ["acknowledged", "acknowledged"]
    assert actions() == ["alert.open", "alert.acknowledge"]


def test_resolve_refuses_another_content_under_the_same_change_id(patient, tove):
    alert = put(patient)
    change_id = str(uuid4())
    resolve(
        alert_id=alert.public_id,
        request=resolution(change_id=change_id),
        by=tove,
        now=LATER,
    )

    with pytest.raises(IdReusedError):
        resolve(
            alert_id=alert.public_id,
            request=resolution(change_id=change_id, judgement="false_alarm"),
            by=tove,
            now=LATER,
        )
    assert fresh(alert).judgement == "true_flare"


def test_resolve_hides_an_alert_from_a_stranger(patient):
    alert = put(patient)
    stig = make_therapist(make_clinic())

    with pytest.raises(NotThereError):
        resolved(alert, stig)
    assert fresh(alert).status == "open"


@pytest.mark.parametrize(
    "half",
    [
        {"status": "resolved"},
        {"resolved_at": NOON},
        {"judgement": "soreness"},
        {"acknowledged_at": NOON},
        {"kind": "headache"},
        {"severity": "deadly"},
    ],
)
def test_database_refuses_half_an_end_and_unknown_words(patient, half):
    alert = put(patient)

    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(**half)


def test_database_refuses_a_second_alert_of_the_same_origin(patient):
    alert = put(patient)
    alert.pk, alert.public_id = None, uuid4()

    with pytest.raises(IntegrityError, match="one_an_origin"), transaction.atomic():
        alert.save(force_insert=True)
