from datetime import timedelta

import pytest

from apps.common import clock
from tests.factories import people

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A1")]


def me(user):
    return people.api_client(user).get("/api/v1/me/")


def test_me_names_the_person_their_work_and_their_own_records():
    one, other = people.make_clinic(name="Aa"), people.make_clinic(name="Bb")
    user = people.make_manager(one, name="Maria", language="sv", time_zone="UTC")
    other.memberships.create(user=user, role="therapist", active_from=people.LONG_AGO)
    patient = people.make_patient(other, user=user)

    assert me(user).json() == {
        "id": str(user.public_id),
        "email": user.email,
        "name": "Maria",
        "language": "sv",
        "time_zone": "UTC",
        "memberships": [
            {"clinic": {"id": str(one.public_id), "name": "Aa"}, "role": "manager"},
            {"clinic": {"id": str(other.public_id), "name": "Bb"}, "role": "therapist"},
        ],
        "patients": [{"id": str(patient.public_id), "clinic": str(other.public_id)}],
    }


def test_me_of_somebody_without_a_clinic_is_empty():
    answer = me(people.make_user()).json()

    assert (answer["memberships"], answer["patients"]) == ([], [])


@pytest.mark.parametrize(("seconds", "is_member"), [(-1, False), (0, False), (1, True)])
def test_me_leaves_out_a_membership_that_has_ended(time_machine, seconds, is_member):
    now = clock.now().replace(microsecond=0)
    time_machine.move_to(now, tick=False)
    user = people.make_therapist(people.make_clinic())
    user.memberships.update(active_until=now + timedelta(seconds=seconds))

    assert bool(me(user).json()["memberships"]) is is_member


def test_me_costs_a_fixed_number_of_queries(django_assert_num_queries):
    user = people.make_user()

    def queries_of(count):
        for _ in range(count):
            clinic = people.make_clinic()
            clinic.memberships.create(
                user=user, role="therapist", active_from=people.LONG_AGO
            )
            people.make_patient(clinic, user=user)
        client = people.api_client(user)
        # Savepoint, token, clinics, memberships, records, end of savepoint.
        with django_assert_num_queries(5):
            client.get("/api/v1/me/")

    queries_of(1)
    queries_of(5)
