"""Which numbers a clinic judges by, and who lets them go live."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from apps.audit.models import AuditEvent
from apps.clinical.flare.policy import DetectorPolicy as Numbers
from apps.clinics.models import Membership
from apps.common.errors import NotAllowedError
from apps.flares import policies
from apps.flares.models import ClinicPolicy, DetectorPolicy
from tests.factories.people import (
    make_assessor,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F1")]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_load_policies_stores_the_shipped_one_once():
    policies.load_policies()
    [row] = policies.load_policies()

    assert DetectorPolicy.objects.count() == 1
    assert (row.key, row.version) == ("eih", 1)
    assert Numbers.from_mapping(row.content) == Numbers()


def test_load_policies_command_names_what_it_stored(capsys):
    call_command("load_policies")

    assert "policy eih 1" in capsys.readouterr().out


def test_load_policies_refuses_a_version_that_has_changed(monkeypatch):
    policies.load_policies()
    monkeypatch.setattr(policies, "SHIPPED", (Numbers(t1_rise_mm=21.0),))

    with pytest.raises(CommandError, match="eih-1 is stored with other numbers"):
        call_command("load_policies")
    assert DetectorPolicy.objects.get().content["t1_rise_mm"] == 20.0


def test_policy_of_a_clinic_without_one_is_the_shipped_one_in_shadow():
    in_force = policies.policy_of(make_clinic().pk)

    assert (in_force.numbers, in_force.is_live) == (Numbers(), False)


@pytest.mark.parametrize("make", [make_therapist, make_manager])
def test_sign_policy_lets_it_go_live_in_that_clinic_alone(make):
    clinic, other = make_clinic(), make_clinic()
    signer = make(clinic)

    signed = policies.sign_policy(clinic=clinic, by=signer, now=NOW)

    assert (signed.signed_by, signed.signed_at) == (signer, NOW)
    assert policies.policy_of(clinic.pk).is_live
    assert not policies.policy_of(other.pk).is_live
    assert AuditEvent.objects.get().detail == {"policy": "eih-1"}


def test_sign_policy_twice_keeps_the_first_signature():
    clinic = make_clinic()
    first, second = make_therapist(clinic), make_manager(clinic)
    policies.sign_policy(clinic=clinic, by=first, now=NOW)

    signed = policies.sign_policy(clinic=clinic, by=second, now=NOW + timedelta(days=1))

    assert (signed.signed_by, signed.signed_at) == (first, NOW)


def nobody(clinic):
    return make_therapist(make_clinic())


def patient(clinic):
    return make_patient(clinic).user


def former_therapist(clinic):
    user = make_therapist(clinic)
    Membership.objects.filter(user=user).update(active_until=NOW)
    return user


@pytest.mark.parametrize("make", [make_assessor, nobody, patient, former_therapist])
def test_sign_policy_refuses_everybody_else_and_writes_nothing(make):
    clinic = make_clinic()

    with pytest.raises(NotAllowedError):
        policies.sign_policy(clinic=clinic, by=make(clinic), now=NOW)
    assert not ClinicPolicy.objects.exists()


def test_database_refuses_a_live_policy_without_a_signature():
    clinic = make_clinic()
    policy = policies.policy_of(clinic.pk).row

    with (
        pytest.raises(IntegrityError, match="live_is_signed"),
        transaction.atomic(),
    ):
        ClinicPolicy.objects.create(clinic=clinic, policy=policy, mode="live")
