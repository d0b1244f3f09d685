"""A diary comes in: every row accounted for, each rating once, behind the wall."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import ProgrammingError, connection, transaction

from apps.audit.models import AuditEvent
from apps.common import tenancy
from apps.common.errors import NotAllowedError, NotThereError
from apps.exchange import services
from apps.exchange.diary.errors import (
    DiaryChangedError,
    DiaryReadOtherwiseError,
    RegionNotInDiaryError,
    UnreadableDiaryError,
)
from apps.logbook.models import DiaryRating, JudgementDue
from tests.factories.people import (
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)

from .diaries import DAYS_ONLY, NOW, diary, sample
from .held import make_session

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M4")]


def taken_in(source, *, patient, region="Knee Pain", by=None, dry_run=False, **options):
    """Return the outcome of previewing and importing a diary."""
    preview = services.preview_diary(
        source=source, patient=patient, region=region, now=NOW, **options
    )
    return services.import_diary(
        source=source, preview=preview, patient=patient, by=by, now=NOW, dry_run=dry_run
    )


def counts(outcome):
    """Return imported, duplicate, other, refused."""
    return outcome.imported, outcome.duplicate, outcome.other, outcome.refused


def values(patient, *, region="Knee Pain"):
    """Return day and mm of the patient's ratings, in the order of their lines."""
    rows = DiaryRating.objects.filter(patient=patient, region=region)
    return list(rows.order_by("line").values_list("day", "pain_mm"))


def test_preview_diary_tells_what_is_there():
    patient = make_patient(make_clinic())

    preview = services.preview_diary(
        source=sample("night_owl.csv"), patient=patient, region="knee pain", now=NOW
    )

    assert (preview.rows, preview.ratings, preview.other, preview.refused) == (
        12,
        9,
        3,
        0,
    )
    assert [(each.name, each.rows) for each in preview.names] == [
        ("Knee Pain", 9),
        ("Headache", 1),
        ("Leg pain", 1),
        ("happiness", 1),
    ]
    assert (preview.region, preview.region_rows, preview.stamped) == ("Knee Pain", 9, 9)
    assert (preview.first_day, preview.last_day) == (date(2020, 3, 4), date(2020, 3, 8))
    assert preview.zone.key == "Europe/Stockholm"
    assert (preview.day_ends_at, preview.day_end_evidence) == (time(8), 7)
    assert preview.stamps_before_day_end == 3


def test_preview_diary_counts_clock_changes_and_days_that_do_not_fit():
    patient = make_patient(make_clinic())
    source = diary(
        "Knee Pain,29,3,2020,3,2020-03-29 02:30:00",
        "Knee Pain,25,10,2020,3,2020-10-25 02:30:00",
        "Knee Pain,24,10,2020,3,2020-10-25 01:30:00",
        "Knee Pain,23,10,2020,3,2020-10-25 18:00:00",
    )

    preview = services.preview_diary(
        source=source, patient=patient, region="Knee Pain", now=NOW
    )
    elsewhere = services.preview_diary(
        source=source, patient=patient, region="Knee Pain", now=NOW, zone="Asia/Tokyo"
    )

    assert (preview.skipped_stamps, preview.repeated_stamps) == (1, 1)
    assert (elsewhere.skipped_stamps, elsewhere.repeated_stamps) == (0, 0)
    assert preview.days_apart == 1


def test_preview_diary_takes_a_given_end_of_the_day_and_tells_the_inferred_one():
    patient = make_patient(make_clinic())

    preview = services.preview_diary(
        source=sample("night_owl.csv"),
        patient=patient,
        region="Knee Pain",
        now=NOW,
        day_ends_at=time(7, 45),
    )

    assert (preview.day_ends_at, preview.inferred_day_ends_at) == (time(7, 45), time(8))
    assert preview.stamps_before_day_end == 2


def test_preview_diary_keeps_the_first_200_names():
    patient = make_patient(make_clinic())
    source = diary(*(f"symptom {number},1,2,2020,3," for number in range(203)))

    preview = services.preview_diary(
        source=source, patient=patient, region="symptom 202", now=NOW
    )

    assert (len(preview.names), preview.rows_of_further_names) == (200, 3)
    assert preview.region_rows == 1


@pytest.mark.parametrize(
    "options", [{"zone": "Mars/Crater"}, {"region": "=1+1"}, {"region": " "}]
)
def test_preview_diary_refuses_an_argument_that_cannot_be(options):
    patient = make_patient(make_clinic())

    with pytest.raises(UnreadableDiaryError):
        services.preview_diary(
            **(
                {
                    "source": sample("night_owl.csv"),
                    "patient": patient,
                    "region": "Knee Pain",
                    "now": NOW,
                }
                | options
            )
        )


def test_import_diary_accounts_for_every_row():
    patient = make_patient(make_clinic())

    outcome = taken_in(sample("night_owl.csv"), patient=patient)

    assert outcome.rows == 12
    assert counts(outcome) == (7, 1, 3, 1)
    (refusal,) = outcome.refusals
    assert (refusal.line, refusal.reason) == (
        13,
        "40 mm is kept for this stamp, the row says 50 mm",
    )


def test_import_diary_stores_value_day_stamp_and_where_it_came_from():
    therapist = make_therapist(clinic := make_clinic())
    patient = make_patient(clinic, therapist=therapist)

    taken_in(sample("night_owl.csv"), patient=patient, by=therapist)

    assert values(patient) == [
        (date(2020, 3, 4), 30),
        (date(2020, 3, 5), 32),
        (date(2020, 3, 6), 20),
        (date(2020, 3, 7), 30),
        (date(2020, 3, 7), 33),
        (date(2020, 3, 7), 30),
        (date(2020, 3, 8), 40),
    ]
    rating = DiaryRating.objects.get(line=8)
    assert rating.clinic == clinic
    assert rating.original_value == "3.25"
    assert rating.stamped_at == datetime(2020, 3, 7, 20, 15, tzinfo=UTC)
    assert (rating.imported_by, rating.imported_at) == (therapist, NOW)
    assert len(rating.file_digest) == 64


def test_import_diary_takes_stamps_as_wall_time_of_the_zone():
    patient = make_patient(make_clinic())
    source = diary("Knee Pain,0,,0,3,2020-07-07 21:15:00")

    taken_in(source, patient=patient, zone="America/New_York")

    rating = DiaryRating.objects.get()
    assert rating.stamped_at == datetime(2020, 7, 8, 1, 15, tzinfo=UTC)
    assert rating.day == date(2020, 7, 7)


@pytest.mark.parametrize("name", ["night_owl.csv", "days_only.csv", "awkward.csv"])
def test_import_diary_a_second_time_imports_nothing(name):
    patient = make_patient(make_clinic())
    first = taken_in(sample(name), patient=patient)
    kept = list(DiaryRating.objects.order_by("pk").values())

    second = taken_in(sample(name), patient=patient)

    assert first.imported > 0
    assert (second.imported, second.duplicate) == (
        0,
        first.imported + first.duplicate,
    )
    assert second.refusals == first.refusals
    assert list(DiaryRating.objects.order_by("pk").values()) == kept


@pytest.mark.parametrize("options", [{"zone": "Asia/Tokyo"}, {"day_ends_at": time(7)}])
def test_import_diary_refuses_the_same_file_read_otherwise(options):
    patient = make_patient(make_clinic())
    taken_in(sample("night_owl.csv"), patient=patient)

    with pytest.raises(DiaryReadOtherwiseError, match=r"line \d is kept at 2020-03-0"):
        taken_in(sample("night_owl.csv"), patient=patient, **options)

    assert len(values(patient)) == 7


def test_import_diary_takes_only_the_new_line_of_a_longer_export():
    patient = make_patient(make_clinic())
    old = ("Knee Pain,1,2,2020,3,2020-02-01 18:00:00",)
    taken_in(diary(*old), patient=patient)

    outcome = taken_in(
        diary("Knee Pain,2,2,2020,4,2020-02-02 18:00:00", *old), patient=patient
    )

    assert counts(outcome) == (1, 1, 0, 0)
    assert sorted(values(patient)) == [(date(2020, 2, 1), 30), (date(2020, 2, 2), 40)]


def test_import_diary_without_stamps_takes_only_the_new_line_of_a_longer_export():
    patient = make_patient(make_clinic())
    old = ["Knee Pain,1,2,2020,3", "Knee Pain,1,2,2020,3", "Knee Pain,1,2,2020,2"]
    taken_in(diary(*old, header=DAYS_ONLY), patient=patient)

    longer = diary("Knee Pain,1,2,2020,3.0", *old, header=DAYS_ONLY)
    outcome = taken_in(longer, patient=patient)

    assert counts(outcome) == (1, 3, 0, 0)
    assert sorted(mm for _, mm in values(patient)) == [20, 30, 30, 30]


def test_import_diary_keeps_one_spelling_of_a_region_over_several_files():
    patient = make_patient(make_clinic())
    taken_in(diary("Knee Pain,1,2,2020,3,2020-02-01 18:00:00"), patient=patient)

    outcome = taken_in(
        diary(
            "KNEE PAIN,1,2,2020,3,2020-02-01 18:00:00",
            "KNEE PAIN,2,2,2020,3,2020-02-02 18:00:00",
        ),
        patient=patient,
        region="knee pain",
    )

    assert counts(outcome) == (1, 1, 0, 0)
    assert outcome.region == "Knee Pain"
    assert len(values(patient, region="Knee Pain")) == 2


def test_import_diary_takes_several_regions_of_one_file():
    patient = make_patient(make_clinic())

    knee = taken_in(sample("night_owl.csv"), patient=patient)
    leg = taken_in(sample("night_owl.csv"), patient=patient, region="Leg pain")

    assert (knee.imported, leg.imported) == (7, 1)


def test_import_diary_of_two_patients_does_not_mix_them():
    clinic = make_clinic()
    first, second = make_patient(clinic), make_patient(clinic)
    taken_in(sample("night_owl.csv"), patient=first)

    outcome = taken_in(sample("night_owl.csv"), patient=second)

    assert outcome.imported == 7


def test_import_diary_accounts_for_more_rows_than_a_batch():
    patient = make_patient(make_clinic())
    start = datetime(2019, 1, 1, 12, 0, tzinfo=UTC)
    lines = [
        f"Knee Pain,0,,0,3,{start + timedelta(minutes=minute):%Y-%m-%d %H:%M:%S}"
        for minute in range(services.BATCH_ROWS + 1)
    ]

    outcome = taken_in(diary(*lines, lines[0], lines[-1]), patient=patient)

    assert counts(outcome) == (services.BATCH_ROWS + 1, 2, 0, 0)
    assert DiaryRating.objects.count() == services.BATCH_ROWS + 1


def test_import_diary_asks_as_many_queries_for_a_full_batch_as_for_one_row(
    django_assert_max_num_queries,
):
    patient = make_patient(make_clinic())
    lines = [f"Knee Pain,{day},2,2020,3," for day in range(1, 29)]

    with django_assert_max_num_queries(12):
        taken_in(diary(*lines), patient=patient)


def test_import_diary_keeps_the_first_thousand_refusals_and_counts_all():
    patient = make_patient(make_clinic())

    outcome = taken_in(diary(*["Knee Pain,1,2,2020,11,"] * 1001), patient=patient)

    assert counts(outcome) == (0, 0, 0, 1001)
    assert len(outcome.refusals) == 1000


def test_import_diary_dry_writes_nothing_and_accounts_the_same():
    patient = make_patient(make_clinic())
    make_session(patient, started_at=datetime(2020, 3, 10, 12, 0, tzinfo=UTC))

    dry = taken_in(sample("night_owl.csv"), patient=patient, dry_run=True)
    written = DiaryRating.objects.count(), AuditEvent.objects.count()
    real = taken_in(sample("night_owl.csv"), patient=patient)

    assert written == (0, 0)
    assert (dry.is_dry_run, real.is_dry_run) == (True, False)
    assert dry.judged_again_from is None
    assert (counts(dry), dry.refusals) == (counts(real), real.refusals)


def test_import_diary_dry_after_an_import_marks_nothing_for_judgement():
    patient = make_patient(make_clinic())
    make_session(patient, started_at=datetime(2020, 3, 10, 12, 0, tzinfo=UTC))

    taken_in(sample("night_owl.csv"), patient=patient, dry_run=True)

    assert not JudgementDue.objects.exists()


def test_import_diary_of_a_header_alone_imports_nothing():
    outcome = taken_in(diary(), patient=make_patient(make_clinic()))

    assert (outcome.rows, *counts(outcome)) == (0, 0, 0, 0, 0)


def test_import_diary_refuses_a_region_that_is_not_there():
    patient = make_patient(make_clinic())

    with pytest.raises(RegionNotInDiaryError, match=r"'Neck'.*'Knee Pain', 'Headache'"):
        taken_in(sample("night_owl.csv"), patient=patient, region="Neck")


def test_import_diary_refuses_a_file_that_is_not_the_previewed_one():
    patient = make_patient(make_clinic())
    preview = services.preview_diary(
        source=sample("night_owl.csv"), patient=patient, region="Knee Pain", now=NOW
    )

    with pytest.raises(DiaryChangedError):
        services.import_diary(
            source=sample("awkward.csv"),
            preview=preview,
            patient=patient,
            by=None,
            now=NOW,
        )

    assert not DiaryRating.objects.exists()


def test_import_diary_leaves_a_trail_without_what_was_felt():
    therapist = make_therapist(clinic := make_clinic())
    patient = make_patient(clinic, therapist=therapist)

    taken_in(sample("night_owl.csv"), patient=patient, by=therapist)
    taken_in(sample("night_owl.csv"), patient=patient, by=therapist)

    event = AuditEvent.objects.get(action="diary.import")
    assert (event.actor_id, event.patient_id, event.clinic_id, event.at) == (
        therapist.pk,
        patient.pk,
        clinic.pk,
        NOW,
    )
    digest = event.detail.pop("file_digest")
    assert len(digest) == 64
    assert event.detail == {"imported": 7, "duplicate": 1, "other": 3, "refused": 1}


@pytest.mark.parametrize(
    ("times", "marked"),
    [
        pytest.param("0,,0,3,2020-02-11 12:59:59", False, id="a second too early"),
        pytest.param("0,,0,3,2020-02-11 13:00:00", True, id="28 days to the second"),
        pytest.param("9,1,2020,3,2020-02-11 13:00:00", True, id="whatever day it says"),
        pytest.param("0,,0,3,2020-03-10 12:59:59", True, id="a second before it"),
        pytest.param("0,,0,3,2020-03-10 13:00:00", False, id="when it begins"),
        pytest.param("10,2,2020,3,", False, id="29 days before"),
        pytest.param("11,2,2020,3,", True, id="28 days before"),
        pytest.param("10,3,2020,3,", True, id="on the day"),
        pytest.param("11,3,2020,3,", False, id="after it"),
    ],
)
def test_import_diary_has_sessions_judged_again_that_it_gives_a_resting_level(
    times, marked
):
    patient = make_patient(make_clinic())
    first = datetime(2020, 3, 10, 12, 0, tzinfo=UTC)
    make_session(patient, started_at=first - timedelta(days=90), voided_at=first)
    make_session(patient, started_at=first + timedelta(days=2))
    make_session(patient, started_at=first)

    outcome = taken_in(diary(f"Knee Pain,{times}"), patient=patient)

    due = JudgementDue.objects.filter(patient=patient).first()
    assert (due is not None) is marked
    assert outcome.judged_again_from == (first if marked else None)
    if due is not None:
        assert (due.from_started_at, due.due_at) == (first, NOW)


def test_import_diary_again_asks_for_no_judgement():
    patient = make_patient(make_clinic())
    source = diary("Knee Pain,1,3,2020,3,2020-03-01 12:00:00")
    taken_in(source, patient=patient)
    make_session(patient, started_at=datetime(2020, 3, 10, 12, 0, tzinfo=UTC))

    taken_in(source, patient=patient)

    assert not JudgementDue.objects.exists()


def test_import_diary_of_the_patient_by_themself_is_not_allowed():
    patient = make_patient(make_clinic())

    with pytest.raises(NotAllowedError):
        taken_in(sample("night_owl.csv"), patient=patient, by=patient.user)

    assert not DiaryRating.objects.exists()


@pytest.mark.parametrize("who", ["colleague", "manager", "stranger"])
def test_import_diary_by_who_does_not_treat_the_patient_finds_nobody(who):
    clinic = make_clinic()
    patient = make_patient(clinic, therapist=make_therapist(clinic))
    people = {
        "colleague": make_therapist(clinic),
        "manager": make_manager(clinic),
        "stranger": make_therapist(make_clinic()),
    }

    with pytest.raises(NotThereError):
        taken_in(sample("night_owl.csv"), patient=patient, by=people[who])

    assert not DiaryRating.objects.exists()


def test_import_diary_into_another_clinic_is_stopped_by_the_wall():
    patient = make_patient(make_clinic())
    elsewhere = make_clinic()
    tenancy.enter_clinics([elsewhere.pk])

    with pytest.raises(NotThereError):
        taken_in(sample("night_owl.csv"), patient=patient)

    tenancy.enter_clinics([patient.clinic_id])
    assert not DiaryRating.objects.exists()


def test_diary_ratings_of_another_clinic_can_be_neither_written_nor_read():
    patient = make_patient(make_clinic())
    taken_in(diary("Knee Pain,1,2,2020,3,"), patient=patient)
    elsewhere = make_clinic()
    tenancy.enter_clinics([elsewhere.pk])
    rating = DiaryRating(
        clinic_id=patient.clinic_id,
        patient=patient,
        region="Knee Pain",
        day=date(2020, 2, 2),
        original_value="3",
        pain_mm=30,
        file_digest="",
        line=2,
        imported_at=NOW,
    )

    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        DiaryRating.objects.bulk_create([rating], ignore_conflicts=True)

    assert not DiaryRating.objects.exists()


def test_resting_report_takes_the_latest_value_of_each_day():
    patient = make_patient(make_clinic())
    taken_in(sample("night_owl.csv"), patient=patient)

    report = services.resting_report(patient=patient, region="KNEE PAIN")

    # 30, 32, 20, 30 (after midnight), 40 mm
    assert (report.region, report.overall.days, report.overall.median_mm) == (
        "Knee Pain",
        5,
        30.0,
    )


def test_resting_report_takes_the_last_line_of_a_day_without_times():
    patient = make_patient(make_clinic())
    source = diary(
        "Knee Pain,1,2,2020,3",
        "Knee Pain,1,2,2020,3",
        "Knee Pain,1,2,2020,2",
        header=DAYS_ONLY,
    )
    taken_in(source, patient=patient)

    report = services.resting_report(patient=patient, region="Knee Pain")

    assert report.overall.median_mm == 20.0


def test_resting_report_of_nothing_says_so():
    report = services.resting_report(
        patient=make_patient(make_clinic()), region="Knee Pain"
    )

    assert (report.years, report.overall) == ((), None)


def test_diary_value_in_mm_is_ten_times_the_original():
    patient = make_patient(make_clinic())
    taken_in(sample("days_only.csv"), patient=patient)

    for rating in DiaryRating.objects.all():
        assert rating.pain_mm == 10 * Decimal(rating.original_value)


def test_import_diary_does_not_hold_up_who_records_for_the_patient():
    patient = make_patient(make_clinic())
    taken_in(sample("days_only.csv"), patient=patient)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() "
            "AND relation = 'clinics_patient'::regclass AND mode LIKE '%Exclusive%'"
        )
        modes = {mode for (mode,) in cursor.fetchall()}

    assert modes <= {"RowExclusiveLock"}
