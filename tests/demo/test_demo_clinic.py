"""The demo looks like a clinic, on whatever day it is made."""

from datetime import UTC, datetime

import pytest

from apps.clinics.models import Condition, Patient
from apps.common import tenancy
from apps.demo.casebook import CASES, OTHER_CASES
from apps.demo.clinic import make_demo
from apps.inbox.models import Alert
from apps.logbook.models import CheckIn, HeldSession
from apps.programmes.models import PlannedSession
from apps.strength.models import OneRepMaxTest

pytestmark = [pytest.mark.django_db, pytest.mark.long]
# A leap day, on a Thursday.
NOW = datetime(2024, 2, 29, 13, 0, tzinfo=UTC)


@pytest.fixture
def demo(time_machine):
    time_machine.move_to(NOW)
    make_demo(now=NOW, seed=7, say=str)
    tenancy.enter_clinics(
        Patient.objects.order_by().values_list("clinic_id", flat=True).distinct()
    )


def alerts_of(family_name):
    return set(
        Alert.objects.filter(patient__family_name=family_name).values_list(
            "kind", flat=True
        )
    )


@pytest.mark.requirement("N1")
def test_demo_holds_a_year_of_a_clinic_with_every_kind_of_story(demo):
    patients = Patient.objects.filter(clinic__name__startswith="Lindhaga")

    assert patients.count() == len(CASES) == 24
    assert Patient.objects.count() == 24 + len(OTHER_CASES)
    assert set(patients.values_list("condition", flat=True)) >= set(
        Condition.values
    ) - {"none"}
    first = HeldSession.objects.order_by("started_at").first().started_at
    assert (NOW - first).days > 330
    assert set(PlannedSession.objects.values_list("status", flat=True)) >= {
        "planned",
        "held",
        "missed",
        "excused",
    }
    # Nine before the start, then four at each of three retests.
    tests = OneRepMaxTest.objects.filter(patient__family_name="Persson")
    assert tests.count() == 21
    assert "hyperalgesia" in alerts_of("Holm")
    assert alerts_of("Nordin") <= {"possible_flare"}
    assert alerts_of("Lindqvist") == set()
    assert alerts_of("Ek") == {"not_judgeable"}
    silent = CheckIn.objects.filter(patient__family_name="Ek")
    assert silent.filter(moment__in=("h24", "h48")).count() < 6


def test_demo_is_made_once(demo):
    before = HeldSession.objects.count()

    said = make_demo(now=NOW, seed=7, say=str)

    assert said == "The demo clinic is there already."
    assert HeldSession.objects.count() == before
