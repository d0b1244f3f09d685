"""Who hears of which alert by mail, and when."""

from datetime import timedelta

import pytest

from apps.accounts.models import User
from apps.clinics.models import CareTeamMember
from apps.inbox.models import Alert, AlertKind, Severity
from apps.inbox.services import redirect_all_waiting_mails, redirect_waiting_mails
from tests.factories.people import (
    give_care,
    make_assessor,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)

from .inbox_helpers import EVENING, MINUTE, NEXT_MORNING, NOON, mails, put

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F2")]

AT_ONCE = [
    (AlertKind.RED_FLAG, Severity.HIGH),
    (AlertKind.SUSTAINED_FLARE, Severity.HIGH),
    (AlertKind.ACUTE_FLARE, Severity.HIGH),
]
POLITE = [
    (AlertKind.ACUTE_FLARE, Severity.MODERATE),
    (AlertKind.HYPERALGESIA, Severity.MODERATE),
    (AlertKind.HYPERALGESIA, Severity.HIGH),
]
INBOX_ONLY = [
    (AlertKind.POSSIBLE_FLARE, Severity.INFO),
    (AlertKind.HYPERALGESIA_WATCH, Severity.LOW),
    (AlertKind.RISING_PAIN, Severity.LOW),
    (AlertKind.NOT_JUDGEABLE, Severity.INFO),
    (AlertKind.LOW_ADHERENCE, Severity.MODERATE),
]


@pytest.fixture
def clinic():
    return make_clinic()


@pytest.fixture
def tove(clinic):
    return make_therapist(clinic)


@pytest.fixture
def patient(clinic, tove):
    return make_patient(clinic, therapist=tove)


@pytest.mark.parametrize(("kind", "severity"), AT_ONCE)
def test_mail_goes_at_once_also_in_quiet_hours(patient, tove, kind, severity):
    put(patient, kind=kind, severity=severity, now=EVENING)

    [mail] = mails()
    assert (mail.to_address, mail.next_attempt_at) == (tove.email, EVENING)


@pytest.mark.parametrize(("kind", "severity"), POLITE)
def test_mail_that_can_wait_waits_for_the_end_of_the_quiet_hours(
    patient, kind, severity
):
    put(patient, kind=kind, severity=severity, now=EVENING)

    [mail] = mails()
    assert mail.next_attempt_at == NEXT_MORNING


@pytest.mark.parametrize(("kind", "severity"), POLITE)
def test_mail_that_can_wait_goes_at_once_by_day(patient, kind, severity):
    put(patient, kind=kind, severity=severity)

    [mail] = mails()
    assert mail.next_attempt_at == NOON


@pytest.mark.parametrize(("kind", "severity"), INBOX_ONLY)
def test_no_mail_for_what_the_inbox_is_enough_for(patient, kind, severity):
    put(patient, kind=kind, severity=severity)

    assert mails() == []


def test_no_mail_when_the_finding_may_not_tell(patient):
    put(patient, tells=False)

    assert mails() == []


def test_at_most_one_polite_mail_a_patient_a_day(patient):
    put(patient, origin="flare:s1")
    put(patient, origin="flare:s2", now=NOON + MINUTE)
    put(patient, kind=AlertKind.HYPERALGESIA, origin="pattern:s2", now=EVENING)

    assert [mail.next_attempt_at for mail in mails()] == [
        NOON,
        NEXT_MORNING,
        NEXT_MORNING + timedelta(days=1),
    ]


def test_the_day_of_another_patient_stays_free(patient, clinic, tove):
    put(patient)
    put(make_patient(clinic, therapist=tove))

    assert [mail.next_attempt_at for mail in mails()] == [NOON, NOON]


def test_a_grave_mail_waits_for_no_polite_one(patient):
    put(patient, origin="flare:s1")
    put(patient, kind=AlertKind.RED_FLAG, severity=Severity.HIGH, origin="red_flag:c1")

    assert [mail.next_attempt_at for mail in mails()] == [NOON, NOON]


def test_a_rise_overtakes_the_mail_that_still_waits(patient):
    put(patient, now=EVENING)
    put(
        patient,
        kind=AlertKind.SUSTAINED_FLARE,
        severity=Severity.HIGH,
        now=EVENING + MINUTE,
    )

    assert [(mail.state, mail.next_attempt_at) for mail in mails()] == [
        ("pending", EVENING + MINUTE),
        ("suppressed", NEXT_MORNING),
    ]


def test_everybody_who_treats_the_patient_hears(patient, clinic, tove):
    colleague = make_therapist(clinic)
    give_care(colleague, patient)

    put(patient)

    assert {mail.to_address for mail in mails()} == {tove.email, colleague.email}


def test_managers_assessors_and_colleagues_do_not_hear_of_a_patient_with_a_therapist(
    patient, clinic, tove
):
    make_manager(clinic)
    make_assessor(clinic)
    make_therapist(clinic)

    put(patient)

    assert [mail.to_address for mail in mails()] == [tove.email]


def test_managers_hear_while_the_only_therapist_is_on_leave(patient, clinic):
    CareTeamMember.objects.update(active_until=NOON - MINUTE)
    managers = {make_manager(clinic).email, make_manager(clinic).email}
    make_manager(make_clinic())

    put(patient)

    assert {mail.to_address for mail in mails()} == managers


def test_cover_hears_while_the_only_therapist_is_on_leave(patient, clinic):
    CareTeamMember.objects.update(active_until=NOON - MINUTE)
    make_manager(clinic)
    cover = make_therapist(clinic)
    give_care(cover, patient, kind="cover", reason="leave", active_until=NOON + MINUTE)

    put(patient)

    assert [mail.to_address for mail in mails()] == [cover.email]


def away(user, *, since):
    CareTeamMember.objects.filter(membership__user=user).update(active_until=since)


def addressed(**filters):
    return {mail.to_address for mail in mails(**filters)}


def test_waiting_mail_of_a_leaver_goes_to_who_hears_now(patient, clinic, tove):
    manager = make_manager(clinic)
    put(patient, now=EVENING)
    away(tove, since=EVENING + MINUTE)

    withdrawn = [
        redirect_waiting_mails(patients=[patient], now=EVENING + 2 * MINUTE)
        for _ in range(2)
    ]

    assert withdrawn == [1, 0]
    assert addressed(state="suppressed") == {tove.email}
    [waiting] = mails(state="pending")
    assert (waiting.to_address, waiting.next_attempt_at) == (
        manager.email,
        NEXT_MORNING,
    )


def test_waiting_mail_comes_back_to_who_is_back(patient, clinic, tove):
    manager = make_manager(clinic)
    put(patient, now=EVENING)
    away(tove, since=EVENING + MINUTE)
    redirect_waiting_mails(patients=[patient], now=EVENING + 2 * MINUTE)
    away(tove, since=None)

    redirect_waiting_mails(patients=[patient], now=EVENING + 3 * MINUTE)

    assert addressed(state="pending") == {tove.email}
    assert addressed(state="suppressed") == {manager.email}


def test_waiting_mail_of_who_still_treats_the_patient_stays_alone(
    patient, clinic, tove
):
    put(patient, now=EVENING)
    give_care(make_therapist(clinic), patient)

    assert redirect_waiting_mails(patients=[patient], now=EVENING + MINUTE) == 0
    assert addressed() == {tove.email}


def test_mail_of_a_leaver_about_an_alert_that_closed_itself_is_told_nobody(
    patient, clinic, tove
):
    make_manager(clinic)
    alert = put(patient, now=EVENING)
    Alert.objects.filter(pk=alert.pk).update(
        status="resolved", closed_itself_at=NOON, escalates_at=None
    )
    away(tove, since=EVENING + MINUTE)

    redirect_waiting_mails(patients=[patient], now=EVENING + 2 * MINUTE)

    assert [mail.state for mail in mails()] == ["suppressed"]


def test_all_waiting_mails_are_redirected_in_every_clinic(patient, clinic, tove):
    other = make_clinic()
    lena = make_therapist(other)
    put(make_patient(other, therapist=lena), now=EVENING)
    put(patient, now=EVENING)
    expected = {make_manager(clinic).email, make_manager(other).email}
    for user in (tove, lena):
        away(user, since=EVENING + MINUTE)

    assert redirect_all_waiting_mails(now=EVENING + 2 * MINUTE) == 2
    assert addressed(state="pending") == expected


@pytest.mark.parametrize(
    ("zone", "goes_at"),
    [
        # 21:00 UTC is 16:00 in New York: by day.
        ("America/New_York", EVENING),
        # 06:00 the next day in Tokyo; 07:00 there is 22:00 UTC.
        ("Asia/Tokyo", EVENING + 60 * MINUTE),
        # Never named: the clinic's clock.
        ("UTC", NEXT_MORNING),
    ],
)
def test_quiet_hours_follow_the_clock_of_who_gets_the_mail(
    patient, tove, zone, goes_at
):
    User.objects.filter(pk=tove.pk).update(time_zone=zone)

    put(patient, now=EVENING)

    [mail] = mails()
    assert mail.next_attempt_at == goes_at


def test_somebody_who_opened_the_chart_in_an_emergency_does_not_hear(
    patient, clinic, tove
):
    guest = make_therapist(clinic)
    give_care(
        guest, patient, kind="break_glass", reason="x", active_until=NOON + MINUTE
    )

    put(patient)

    assert [mail.to_address for mail in mails()] == [tove.email]


def test_mail_names_neither_patient_nor_reason(patient):
    put(patient, sentence="Pain rose to 90 mm.")

    [mail] = mails()
    text = mail.subject + mail.body_text + mail.body_html
    for secret in (patient.given_name, patient.family_name, "90 mm", "Pain", "flare"):
        assert secret not in text
