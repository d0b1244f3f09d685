"""A patient's rows as the plain values that the detector reads."""

from datetime import date, time, timedelta

import pytest

from apps.clinical.flare.inputs import Analgesic, FlareAnswer, Location
from apps.clinical.scales import PainScale
from apps.exercises.models import Exercise
from apps.flares.history import record_of
from apps.flares.patient_rows import rows_of
from apps.logbook.models import DiaryRating
from apps.programmes.models import PhaseInForce, Programme, ProgrammeTemplate

from .course import CALM_VALUES, DAY, HOUR, ZONE, end_of, make_course, start_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F1")]


@pytest.fixture
def course():
    return make_course()


def novelty(course):
    record = record_of(rows_of(course.anna))
    return [record.novelty[session.key] for session in record.history.sessions]


def in_programme(course, **content):
    """Put the patient into a programme from the first session's day on."""
    template = ProgrammeTemplate.objects.create(
        clinic=course.clinic,
        key="t",
        version=1,
        name="T",
        weeks=15,
        sessions_per_week=2,
        content=content,
    )
    programme = Programme.objects.create(
        clinic=course.clinic,
        patient=course.anna,
        template=template,
        starts_on=start_of(1).date(),
        weekdays=[0, 3],
        time=time(10),
        enrolled_by=course.tove,
        enrolled_at=start_of(1) - DAY,
    )
    phase(course, programme, 1, start_of(1).date())
    return programme


def phase(course, programme, position, day):
    PhaseInForce.objects.create(
        clinic=course.clinic,
        programme=programme,
        position=position,
        in_force_from=day,
        reason="plan",
        decided_by=course.tove,
        decided_at=start_of(1) - DAY,
    )


def another_exercise(course):
    return Exercise.objects.create(
        clinic=course.clinic,
        slug="row",
        name="Row",
        region="back",
        modality="resistance",
        load_kind="external",
        increment_value="2.5",
        minimum_value="2.5",
    )


def test_record_of_somebody_without_entries_is_empty(course):
    record = record_of(rows_of(course.anna))

    assert record.history.ratings() == ()
    assert record.history.sessions == ()


def test_record_of_carries_every_answer_over(course):
    session = course.hold(1, pre=50, post=60, confounders=["infection"])
    course.rate(
        session,
        "h24",
        70,
        scale="NRS11",
        location="new",
        flare="unsure",
        analgesic="extra",
        sleep=3,
        red_flags=["fever"],
    )

    [only] = record_of(rows_of(course.anna)).history.sessions
    [h24] = [rating for rating in only.ratings if rating.moment == "h24"]

    assert (only.key, only.day) == (str(session.public_id), date(2026, 3, 2))
    assert only.confounders == {"infection"}
    assert (h24.pain_mm, h24.scale) == (70, PainScale.NRS11)
    assert (h24.location, h24.flare) == (Location.NEW_PLACE, FlareAnswer.NOT_SURE)
    assert (h24.analgesic, h24.sleep, h24.red_flags) == (
        Analgesic.EXTRA,
        3,
        ("fever",),
    )
    assert h24.answered_at == h24.received_at == session.ended_at + 24 * HOUR


def test_record_of_keeps_not_asked_apart_from_answered_with_none(course):
    session = course.hold(1, pre=50)
    course.rate(session, "h24", 50, red_flags=[])

    [only] = record_of(rows_of(course.anna)).history.sessions

    assert [rating.red_flags for rating in only.ratings] == [None, ()]


def test_record_of_takes_the_diary_of_the_month_before_the_first_session(course):
    days = (29, 31, 1, 0)
    for number, back in enumerate(days):
        DiaryRating.objects.create(
            clinic=course.clinic,
            patient=course.anna,
            region="Knee",
            day=start_of(1).date() - timedelta(days=back),
            original_value="4",
            pain_mm=40 + number,
            file_digest="0" * 64,
            line=number,
            imported_at=start_of(1),
        )
    course.hold(1, pre=50)

    diary = record_of(rows_of(course.anna)).history.diary

    assert [rating.pain_mm for rating in diary] == [40, 42, 43]
    assert diary[0].answered_at.astimezone(ZONE).hour == 12


def test_record_of_takes_one_diary_region_the_one_kept_on_most_days(course):
    kept = [("Back", 1), ("Back", 2), ("Knee", 1), ("Knee", 2), ("Knee", 3)]
    for number, (region, back) in enumerate(kept):
        DiaryRating.objects.create(
            clinic=course.clinic,
            patient=course.anna,
            region=region,
            day=start_of(1).date() - timedelta(days=back),
            original_value="4",
            pain_mm=20 if region == "Back" else 70,
            file_digest="0" * 64,
            line=number,
            imported_at=start_of(1),
        )
    course.hold(1, pre=50)

    diary = record_of(rows_of(course.anna)).history.diary

    assert [rating.pain_mm for rating in diary] == [70, 70, 70]


def test_record_of_dates_a_corrected_value_by_its_correction(course):
    session = course.hold(1, pre=50)
    value = course.rate(session, "h24", 60)
    later = session.ended_at + 5 * DAY

    course.correct(value, now=later, pain_mm=70)
    after_pain = record_of(rows_of(course.anna)).history.sessions[0].ratings[-1]
    course.correct(value, now=later + DAY, fatigue_mm=20)
    after_fatigue = record_of(rows_of(course.anna)).history.sessions[0].ratings[-1]

    assert (after_pain.pain_mm, after_pain.received_at) == (70, later)
    assert after_fatigue.received_at == later


def test_record_of_keeps_what_a_value_said_before_its_correction(course):
    session = course.hold(1, pre=50)
    value = course.rate(session, "h24", 60, sleep=4)
    later = session.ended_at + 5 * DAY

    course.correct(value, now=later, pain_mm=70)
    # What no rule reads is no new content.
    course.correct(value, now=later + DAY, fatigue_mm=20)

    [before] = record_of(rows_of(course.anna)).history.earlier
    assert before.session_key == str(session.public_id)
    assert (before.rating.pain_mm, before.rating.sleep) == (60, 4)
    assert before.rating.received_at == session.ended_at + DAY
    assert before.replaced_at == later


def test_record_of_names_why_sessions_were_novel(course):
    for number in range(1, 5):
        course.hold(number, pre=50)

    assert novelty(course) == [
        ("first_sessions", "new_exercise"),
        ("first_sessions",),
        ("first_sessions",),
        (),
    ]


def test_record_of_follows_phases_and_explosive_work_of_the_programme(course):
    programme = in_programme(
        course, explosive=[{"from_week": 2, "level": 1}, {"from_week": 4, "level": 2}]
    )
    phase(course, programme, 2, start_of(5).date())
    jump = [course.done(explosive=True)]
    for number in range(1, 9):
        course.hold(number, pre=50, **({"exercises": jump} if number >= 6 else {}))

    assert novelty(course)[3:] == [
        (),
        ("new_phase",),
        ("explosive_work",),
        ("explosive_work",),
        (),
    ]


def test_record_of_knows_new_exercises_skipped_ones_and_a_therapists_word(course):
    row = str(another_exercise(course).public_id)
    skipped = {"exercise": row, "skipped": True, "skipped_reason": "pain"}
    known = course.done(exercise=row, novel=False, novel_reason="Did it for years")
    plans = {
        4: [course.done(), skipped],
        5: [course.done(), known],
        6: [course.done(novel=True, novel_reason="New grip")],
    }
    for number in range(1, 7):
        course.hold(number, pre=50, exercises=plans.get(number, [course.done()]))

    assert novelty(course)[3:] == [(), (), ("therapist",)]


def test_record_of_costs_the_same_number_of_queries_for_many_sessions(
    course, django_assert_max_num_queries
):
    course.visit(1, CALM_VALUES)
    with django_assert_max_num_queries(12) as one:
        record_of(rows_of(course.anna))
    for number in range(2, 7):
        course.visit(number, CALM_VALUES)
    with django_assert_max_num_queries(12) as many:
        record_of(rows_of(course.anna))

    assert len(one) == len(many)
    assert end_of(6) in {
        session.ended_at for session in record_of(rows_of(course.anna)).history.sessions
    }
