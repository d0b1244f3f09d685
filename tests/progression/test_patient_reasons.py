"""What a patient reads about a load that stands on a row of the table."""

import pytest

from apps.inbox.models import Alert
from apps.progression import services
from tests.factories.people import api_client

from .gym import DAY, closed, make_gym

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B4")]


@pytest.mark.parametrize(
    ("kind", "origin", "for_staff", "for_patient"),
    [
        ("hyperalgesia_watch", "pattern", "forming a pattern", "As before for now."),
        ("acute_flare", "flare", "A flare is open", "usually settles"),
    ],
)
def test_patient_hears_of_no_flare_and_of_no_pattern(
    kind, origin, for_staff, for_patient
):
    gym = make_gym()
    for number in range(1, 6):
        gym.hold(number, 18, 18)
    gym.think(closed(5))
    session = gym.anna.held_sessions.latest("started_at")
    Alert.objects.create(
        clinic=gym.clinic,
        patient=gym.anna,
        kind=kind,
        severity="low",
        origin_key=f"{origin}:{session.public_id}",
        opened_at=session.ended_at + DAY,
        sentence="Any.",
    )
    services.draft_patient(patient=gym.anna, now=closed(5))
    gym.accept(gym.proposal(), now=closed(5), confirmed=True)

    address = f"/api/v1/programmes/{gym.programme.public_id}/prescription/"
    told = {
        who: api_client(user).get(f"{address}?on=2026-03-19").json()["exercises"][0]
        for who, user in (("staff", gym.tove), ("patient", gym.anna.user))
    }

    assert for_staff in told["staff"]["reason"]
    assert for_patient in told["patient"]["reason"]
    assert for_staff not in told["patient"]["reason"]
    assert "Rule" not in told["patient"]["reason"]
