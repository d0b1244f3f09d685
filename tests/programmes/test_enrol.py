"""Enrolment builds prescriptions, the first phase and the calendar; and the end."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.audit.models import AuditEvent
from apps.clinics.models import Patient
from apps.common.errors import (
    AlreadyRecordedError,
    InvalidEntryError,
    NotAllowedError,
    NotThereError,
    WrongStateError,
)
from apps.exercises.models import Exercise
from apps.programmes import queries, services
from apps.programmes.entry import ClosureEntry, EndRequest
from apps.programmes.models import (
    LoadInForce,
    PlannedSession,
    Prescription,
    Programme,
    ProgrammeTemplate,
)
from tests.factories.people import make_clinic, make_manager, make_therapist
from tests.factories.training import NOW, calendar_of, with_catalogue

from .conftest import make_gym

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B3")]


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_enrolment_builds_thirty_sessions(gym):
    programme = gym.enrol()

    calendar = calendar_of(programme)
    assert [each.number for each in calendar] == list(range(1, 31))
    assert {each.status for each in calendar} == {"planned"}
    assert {each.minutes for each in calendar} == {60}
    assert calendar[0].starts_at == at(2026, 3, 2, 9)
    assert calendar[29].starts_at == at(2026, 6, 11, 8)
    assert all(each.original_starts_at == each.starts_at for each in calendar)


def test_the_wall_time_stays_through_both_changes_of_the_clocks(gym):
    spring = calendar_of(gym.enrol())
    services.end(
        programme_id=spring[0].programme.public_id,
        entry=end_request(on="2026-06-12"),
        by=gym.therapist,
        now=NOW,
    )
    autumn = calendar_of(gym.enrol(starts_on="2026-10-19"))

    # Summer time begins on 29 March and ends on 25 October.
    assert [each.starts_at for each in spring[7:9]] == [
        at(2026, 3, 26, 9),
        at(2026, 3, 30, 8),
    ]
    assert [each.starts_at for each in autumn[1:3]] == [
        at(2026, 10, 22, 8),
        at(2026, 10, 26, 9),
    ]


def test_a_time_that_the_clocks_leap_over_is_an_hour_later(gym):
    programme = gym.enrol(starts_on="2026-03-22", weekdays=[6, 2], time="02:30")

    sundays = [each for each in calendar_of(programme) if each.starts_at.weekday() == 6]
    assert sundays[0].starts_at == at(2026, 3, 22, 1, 30)
    # 02:30 does not exist on 29 March: it is 03:30 summer time.
    assert sundays[1].starts_at == at(2026, 3, 29, 1, 30)


def test_a_time_that_the_clocks_show_twice_is_the_first(gym):
    programme = gym.enrol(starts_on="2026-10-25", weekdays=[6, 2], time="02:30")

    assert calendar_of(programme)[0].starts_at == at(2026, 10, 25, 0, 30)


def test_times_are_those_of_the_clinic_not_of_the_patient():
    gym = make_gym(time_zone="America/New_York")
    assert gym.patient.time_zone == "Europe/Stockholm"

    programme = gym.enrol()

    # 10:00 in New York is 15:00 UTC before 8 March, 14:00 UTC after.
    calendar = calendar_of(programme)
    assert [each.starts_at for each in calendar[1:3]] == [
        at(2026, 3, 5, 15),
        at(2026, 3, 9, 14),
    ]


def test_a_programme_over_the_leap_day(gym):
    programme = gym.enrol(
        starts_on="2028-02-22", weekdays=[1, 4], now=at(2028, 2, 1, 12)
    )

    assert calendar_of(programme)[2].starts_at == at(2028, 2, 29, 9)


def test_enrolment_prescribes_every_slot_and_both_sides_where_needed(gym):
    programme = gym.enrol()

    rows = programme.prescriptions.select_related("exercise").order_by("position")
    assert [(row.slot, row.exercise.slug, row.side) for row in rows] == [
        ("leg_press", "leg_press", ""),
        ("knee_extension", "knee_extension", ""),
        ("knee_flexion", "knee_flexion", ""),
        ("heel_raise", "heel_raise", ""),
        ("back_pull", "rowing", ""),
        ("biceps_curl", "biceps_curl", ""),
        ("arm_press", "chest_press", ""),
        ("hand_grip", "hand_grip", "left"),
        ("hand_grip", "hand_grip", "right"),
        ("plank", "plank", ""),
        ("back_extension_hold", "back_extension_hold", ""),
        ("abdominal_draw", "abdominal_draw", ""),
    ]
    assert [row.position for row in rows] == list(range(1, 13))


def test_enrolment_puts_the_first_phase_in_force_and_no_load(gym):
    programme = gym.enrol()

    (phase,) = queries.phase_history(programme)
    assert (phase.position, phase.in_force_from) == (1, date(2026, 3, 2))
    assert phase.decided_by == gym.therapist
    assert not LoadInForce.objects.exists()


def test_a_slot_can_be_filled_with_another_exercise(gym):
    lat_pull = with_catalogue(gym.clinic)["lat_pull"]

    programme = gym.enrol(exercises={"back_pull": str(lat_pull.public_id)})

    assert programme.prescriptions.get(slot="back_pull").exercise == lat_pull


def test_a_slot_falls_back_to_what_the_clinic_has(gym):
    with_catalogue(gym.clinic)
    Exercise.objects.filter(slug="rowing").update(is_active=False)

    programme = gym.enrol()

    assert programme.prescriptions.get(slot="back_pull").exercise.slug == "lat_pull"


def test_a_slot_that_the_clinic_cannot_fill_is_refused(gym):
    with_catalogue(gym.clinic)
    Exercise.objects.filter(slug="plank").update(is_active=False)

    assert pointers(gym) == ["/exercises/plank"]


def pointers(gym, **fields):
    with pytest.raises(InvalidEntryError) as refusal:
        gym.enrol(**fields)
    assert not Programme.objects.exists()
    assert not PlannedSession.objects.exists()
    assert not Prescription.objects.exists()
    return [each["pointer"] for each in refusal.value.errors]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        pytest.param({"weekdays": [0]}, "/weekdays", id="one weekday for two"),
        pytest.param({"weekdays": [0, 2, 4]}, "/weekdays", id="three for two"),
        pytest.param({"weekdays": [0, 1]}, "/weekdays", id="a day between"),
        pytest.param({"weekdays": [6, 0]}, "/weekdays", id="round the week's end"),
        pytest.param({"weekdays": [0, 0]}, "/weekdays", id="one twice"),
        pytest.param({"weekdays": [0, 7]}, "/weekdays/1", id="an eighth day"),
        pytest.param({"weekdays": []}, "/weekdays", id="none"),
        pytest.param({"time": "25:00"}, "/time", id="hour 25"),
        pytest.param({"time": "10:00:30"}, "/time", id="seconds"),
        pytest.param({"time": "10"}, "/time", id="hours alone"),
        pytest.param({"time": 36000}, "/time", id="a number"),
        pytest.param({"template": "nothing"}, "/template", id="no such template"),
        pytest.param({"starts_on": "1999-01-01"}, "/starts_on", id="far back"),
        pytest.param({"starts_on": "2028-03-01"}, "/starts_on", id="far ahead"),
        pytest.param({"starts_on": "0001-01-01"}, "/starts_on", id="year 1"),
        pytest.param({"starts_on": "9999-12-31"}, "/starts_on", id="year 9999"),
        pytest.param(
            {"exercises": {"no_slot": "0195e2a0-0000-7000-8000-000000000001"}},
            "/exercises/no_slot",
            id="no such slot",
        ),
        pytest.param(
            {"exercises": {"plank": "0195e2a0-0000-7000-8000-000000000001"}},
            "/exercises/plank",
            id="no such exercise",
        ),
        pytest.param({"gaol": "walk"}, "/gaol", id="unknown field"),
    ],
)
def test_an_impossible_enrolment_is_refused_at_its_place(gym, fields, pointer):
    assert pointers(gym, **fields) == [pointer]


@pytest.mark.parametrize("weekdays", [[0, 2], [0, 5], [3, 0]])
def test_weekdays_with_48_hours_between_are_accepted(gym, weekdays):
    programme = gym.enrol(weekdays=weekdays)

    assert len(calendar_of(programme)) == 30


def test_another_clinics_exercise_fills_no_slot(gym):
    foreign = with_catalogue(make_clinic())["plank"]

    assert pointers(gym, exercises={"plank": str(foreign.public_id)}) == [
        "/exercises/plank"
    ]


def test_a_template_is_found_by_id_or_by_key(gym):
    services.load_templates()
    template = ProgrammeTemplate.objects.get(key="hiit")

    programme = gym.enrol(template=str(template.public_id))

    assert programme.template == template
    assert len(calendar_of(programme)) == 16


def test_a_programme_that_began_weeks_ago_can_be_entered(gym):
    programme = gym.enrol(starts_on="2026-01-05")

    assert calendar_of(programme)[0].starts_at == at(2026, 1, 5, 9)


def test_one_programme_at_a_time(gym):
    gym.enrol()

    with pytest.raises(AlreadyRecordedError, match="End it"):
        gym.enrol()

    assert Programme.objects.count() == 1
    assert PlannedSession.objects.count() == 30


def test_the_database_holds_one_programme_at_a_time(gym):
    gym.enrol()

    with pytest.raises(IntegrityError, match="one_at_a_time"), transaction.atomic():
        Programme.objects.bulk_create([second_of(gym.patient)])


def second_of(patient):
    first = Programme.objects.get(patient=patient)
    return Programme(
        clinic_id=first.clinic_id,
        patient=patient,
        template=first.template,
        starts_on=first.starts_on,
        weekdays=[0, 3],
        time=time(10),
        enrolled_by=first.enrolled_by,
        enrolled_at=NOW,
    )


def test_a_patient_who_left_is_not_enrolled(gym):
    Patient.objects.filter(pk=gym.patient.pk).update(status="ended")

    with pytest.raises(WrongStateError):
        gym.enrol()


@pytest.mark.requirement("A2")
def test_only_the_care_team_enrols(gym):
    colleague = make_therapist(gym.clinic)
    manager = make_manager(gym.clinic)
    stranger = make_therapist(make_clinic())
    for user, refusal in [
        (gym.patient.user, NotAllowedError),
        (colleague, NotThereError),
        (manager, NotThereError),
        (stranger, NotThereError),
    ]:
        gym.therapist = user
        with pytest.raises(refusal):
            gym.enrol()

    assert not Programme.objects.exists()
    assert not AuditEvent.objects.filter(subject="programme").exists()


def test_enrolment_leaves_a_trace(gym):
    programme = gym.enrol()

    event = AuditEvent.objects.get(action="programme.enrol")
    assert event.subject_id == programme.public_id
    assert event.detail == {
        "template": "resistance_fm_15w",
        "version": 1,
        "sessions": 30,
    }


def test_enrolment_costs_the_same_for_a_long_programme(
    gym, django_assert_max_num_queries
):
    with_catalogue(gym.clinic)
    services.load_templates()
    other = make_gym()
    with_catalogue(other.clinic)

    # 21 belong to catalogue and templates, which the factory adds again.
    with django_assert_max_num_queries(70) as short:
        gym.enrol(template="aerobic_start", weekdays=[0, 2, 4, 6])
    with django_assert_max_num_queries(70) as long:
        other.enrol(template="resistance_fm_15w")

    assert len(short) == len(long)


def closed(clinic, first, last, reason="Easter"):
    services.add_closure(
        entry=ClosureEntry.parse(
            {"first_day": first, "last_day": last, "reason": reason}
        ),
        clinic=clinic,
        by=make_manager(clinic),
        now=NOW,
    )


def test_a_session_on_a_closed_day_is_made_as_cancelled(gym):
    closed(gym.clinic, "2026-04-02", "2026-04-06")

    programme = gym.enrol()

    calendar = calendar_of(programme)
    cancelled = [each for each in calendar if each.status == "cancelled"]
    assert [each.starts_at.date() for each in cancelled] == [
        date(2026, 4, 2),
        date(2026, 4, 6),
    ]
    assert [each.number for each in cancelled] == [10, 11]
    assert cancelled[0].cancel_reason == "The clinic is closed: Easter"
    assert len(calendar) == 30


def test_a_closure_cancels_what_is_planned_and_leaves_what_was_held(gym):
    programme = gym.enrol()
    services.mark_slot_held(planned_session=gym.session(programme, 1), status="held")

    closed(gym.clinic, "2026-03-02", "2026-03-05", reason="Water damage")

    statuses = [each.status for each in calendar_of(programme)[:3]]
    assert statuses == ["held", "cancelled", "planned"]


def test_a_closure_of_another_clinic_cancels_nothing(gym):
    programme = gym.enrol()
    other = make_clinic()

    closed(other, "2026-03-02", "2026-03-05")

    assert {each.status for each in calendar_of(programme)} == {"planned"}


def test_the_days_of_a_closure_are_those_of_the_clinic():
    # 20:00 in New York on 2 March is already 3 March in UTC.
    gym = make_gym(time_zone="America/New_York")
    programme = gym.enrol(time="20:00")

    closed(gym.clinic, "2026-03-02", "2026-03-02")

    statuses = [each.status for each in calendar_of(programme)[:2]]
    assert statuses == ["cancelled", "planned"]


def end_request(**fields):
    values = {"on": "2026-03-09", "outcome": "completed", "reason": "Done"}
    return EndRequest.parse(values | fields)


def end(gym, programme, **fields):
    return services.end(
        programme_id=programme.public_id,
        entry=end_request(**fields),
        by=gym.therapist,
        now=NOW,
    )


def test_the_end_cancels_what_is_planned_from_its_day_on(gym):
    programme = gym.enrol()

    ended = end(gym, programme, outcome="withdrawn", reason="Moved away")

    calendar = calendar_of(programme)
    assert (ended.status, ended.end_reason) == ("withdrawn", "Moved away")
    assert ended.ended_on == date(2026, 3, 9)
    assert [each.status for each in calendar[:4]] == [
        "planned",
        "planned",
        "cancelled",
        "cancelled",
    ]
    assert calendar[2].cancel_reason == "The programme ended."


def test_after_the_end_another_programme_can_begin(gym):
    end(gym, gym.enrol())

    programme = gym.enrol(template="hiit", starts_on="2026-04-06")

    assert programme.status == "active"
    assert Programme.objects.count() == 2


def test_an_ended_programme_does_not_end_again(gym):
    programme = gym.enrol()
    end(gym, programme)

    with pytest.raises(WrongStateError, match="ended on 2026-03-09"):
        end(gym, programme, on="2026-03-16")


def test_a_programme_does_not_end_before_it_starts(gym):
    programme = gym.enrol()

    with pytest.raises(InvalidEntryError):
        end(gym, programme, on="2026-03-01")

    assert end(gym, programme, on="2026-03-02").ended_on == date(2026, 3, 2)


def test_programme_at_is_the_one_of_that_day_in_the_clinic(gym):
    programme = gym.enrol()
    end(gym, programme, on="2026-03-09")

    def found(instant):
        return queries.programme_at(patient=gym.patient, at=instant)

    # 2 March begins at 23:00 UTC, 9 March ends at 23:00 UTC.
    assert found(at(2026, 3, 1, 22, 59)) is None
    assert found(at(2026, 3, 1, 23, 0)) == programme
    assert found(at(2026, 3, 9, 22, 59)) == programme
    assert found(at(2026, 3, 9, 23, 0)) is None


def test_only_slot_of_day_is_the_single_open_one(gym):
    programme = gym.enrol()
    first = gym.session(programme, 1)

    def found(instant):
        return queries.only_slot_of_day(patient=gym.patient, started_at=instant)

    assert found(at(2026, 3, 2, 9)) == first
    assert found(at(2026, 3, 1, 23, 0)) == first
    assert found(at(2026, 3, 2, 23, 0)) is None
    PlannedSession.objects.filter(pk=first.pk).update(status="missed")
    assert found(at(2026, 3, 2, 9)) == first
    PlannedSession.objects.filter(pk=first.pk).update(status="held")
    assert found(at(2026, 3, 2, 9)) is None


def test_only_slot_of_day_is_none_when_there_are_two(gym):
    programme = gym.enrol()
    second = gym.session(programme, 2)
    PlannedSession.objects.filter(pk=second.pk).update(
        starts_at=at(2026, 3, 2, 9) + timedelta(hours=5)
    )

    found = queries.only_slot_of_day(patient=gym.patient, started_at=at(2026, 3, 2, 9))

    assert found is None
