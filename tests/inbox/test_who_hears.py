"""Who hears of which alert by mail, and when."""

from datetime import timedelta

import pytest

from apps.clinics.models import CareTeamMember
from apps.inbox.models import AlertKind, Severity
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
    put(patient, sentence="Pain rose to 90.")

    [mail] = mails()
    text = mail.subject + mail.body_text + mail.body_html
    for secret in (patient.given_name, patient.family_name, "90", "Pain", "flare"):
        assert secret not in text
