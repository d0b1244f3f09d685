"""What the database itself refuses."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, ProgrammingError, connection, transaction

from apps.logbook.models import CheckIn, ExerciseEntry, HeldSession, SetEntry
from tests.factories.people import make_clinic, make_therapist
from tests.logbook.builders import make_ward, post, pre, record, skipped

pytestmark = pytest.mark.django_db

TEN_KG = {"load_kg": Decimal(10), "load_value": Decimal(10), "load_unit": "kg"}


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"seconds": 30}, "exactly_one_load"),
        ({"lever_level": 1}, "exactly_one_load"),
        ({"load_kg": None, "load_value": None, "load_unit": ""}, "exactly_one_load"),
        ({"load_unit": ""}, "load_as_typed"),
        ({"load_unit": "st"}, "load_as_typed"),
        ({"load_value": None}, "load_as_typed"),
        ({"load_kg": Decimal("1000.01")}, "load_possible"),
        ({"reps": 201}, "reps_possible"),
        ({"rpe": 5}, "rpe_on_scale"),
        ({"pain_mm": 101}, "pain_on_scale"),
    ],
)
def test_database_refuses_an_impossible_set(fields, constraint):
    ward = make_ward()
    record(ward.body(), by=ward.tove)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        SetEntry.objects.filter(position=1).update(**TEN_KG | fields)


@pytest.mark.parametrize(
    ("model", "fields", "constraint"),
    [
        (HeldSession, {"ended_at": "2026-03-02T09:00:00Z"}, "ends_after_it_starts"),
        (HeldSession, {"status": "done"}, "status_known"),
        (HeldSession, {"void_reason": "x"}, "void_is_signed"),
        (HeldSession, {"version": 0}, "version_from_one|version_check"),
        (ExerciseEntry, {"novel": True}, "override_says_why"),
        (ExerciseEntry, {"bout": {}, "skipped_reason": "pain"}, "skipped_has_no_bout"),
        (CheckIn, {"pain_mm": 101}, "pain_mm_on_scale"),
        (CheckIn, {"sleep": 11}, "sleep_on_scale"),
        (CheckIn, {"scale": "NRS10"}, "scale_known"),
        (CheckIn, {"moment": "h72"}, "moment_known"),
    ],
)
def test_database_refuses_an_impossible_row(model, fields, constraint):
    ward = make_ward()
    record(ward.body(skipped(ward.leg_press), check_ins=[post()]), by=ward.tove)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.update(**fields)


def test_database_refuses_a_second_pre_in_window():
    ward = make_ward()
    early = pre(answered_at="2026-03-02T06:00:00+01:00")
    record(ward.body(check_ins=[early, pre()]), by=ward.tove)

    with pytest.raises(IntegrityError, match="one_pre_and_post"), transaction.atomic():
        CheckIn.objects.update(in_window=True)


@pytest.mark.parametrize("table", ["logbook_heldsession", "logbook_checkin"])
def test_app_may_not_delete_what_a_patient_said(table):
    make_ward()

    with (
        pytest.raises(ProgrammingError, match="denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM {table}")


@pytest.mark.requirement("A2")
@pytest.mark.parametrize("model", [HeldSession, ExerciseEntry, SetEntry, CheckIn])
def test_rows_are_visible_to_patient_and_care_team_and_nobody_else(model):
    ward = make_ward()
    record(ward.body(check_ins=[pre()]), by=ward.tove)
    colleague, stranger = make_therapist(ward.clinic), make_therapist(make_clinic())

    def sees(user):
        return model.objects.visible_to(user).exists()

    assert [sees(ward.anna.user), sees(ward.tove)] == [True, True]
    assert [sees(colleague), sees(stranger), sees(AnonymousUser())] == [False] * 3
