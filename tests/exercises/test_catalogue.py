"""The shared catalogue and a clinic's own copy of it."""

from decimal import Decimal

import pytest

from apps.exercises import services
from apps.exercises.catalogue_file import shared_exercises
from apps.exercises.models import Exercise
from tests.factories.people import make_clinic

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B1")]

SLOTS_OF_THE_TRIAL = {
    "leg_press",
    "knee_extension",
    "knee_flexion",
    "heel_raise",
    "rowing",
    "lat_pull",
    "biceps_curl",
    "chest_press",
    "hand_grip",
    "plank",
    "back_extension_hold",
    "abdominal_draw",
}


def test_shared_catalogue_covers_the_slots_of_the_trial():
    slugs = [exercise.slug for exercise in shared_exercises()]

    assert set(slugs) >= SLOTS_OF_THE_TRIAL
    assert len(slugs) == len(set(slugs)) == 25


def test_add_catalogue_copies_every_exercise_into_the_clinic():
    clinic = make_clinic()

    added = services.add_catalogue(clinic=clinic)

    leg_press = Exercise.objects.get(clinic=clinic, slug="leg_press")
    plank = Exercise.objects.get(clinic=clinic, slug="plank")
    assert added == 25
    assert (leg_press.increment_value, leg_press.increment_unit) == (
        Decimal("2.500"),
        "kg",
    )
    assert leg_press.load_kind == "external"
    assert (plank.load_kind, plank.increment_value) == ("lever", None)


def test_add_catalogue_twice_adds_nothing_and_keeps_what_the_clinic_changed():
    clinic = make_clinic()
    services.add_catalogue(clinic=clinic)
    Exercise.objects.filter(clinic=clinic, slug="plank").update(name="Our plank")

    added = services.add_catalogue(clinic=clinic)

    assert added == 0
    assert Exercise.objects.get(clinic=clinic, slug="plank").name == "Our plank"


def test_two_clinics_have_copies_of_their_own():
    one, other = make_clinic(), make_clinic()

    services.add_catalogue(clinic=one)
    services.add_catalogue(clinic=other)

    assert Exercise.objects.filter(slug="leg_press").count() == 2
