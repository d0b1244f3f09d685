"""``manage.py import_diary`` as the operator meets it."""

import io
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.audit.models import AuditEvent
from apps.logbook.models import DiaryRating
from tests.factories.people import make_clinic, make_patient

from .diaries import DATA, DAYS_ONLY
from .held import make_session

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M4")]

NIGHT_OWL = DATA / "night_owl.csv"


def run(path, *, patient, region="Knee Pain", **options):
    """Return what the command prints."""
    out = io.StringIO()
    call_command(
        "import_diary", path, patient=patient, region=region, stdout=out, **options
    )
    return out.getvalue()


def test_command_prints_preview_account_and_report():
    patient = make_patient(make_clinic())

    text = run(NIGHT_OWL, patient=patient.email)

    preview, account, report = (
        text.index(part)
        for part in (
            "columns       name, startday, startmonth, startyear, intensity, date",
            "line 13 refused: 40 mm is kept for this stamp, the row says 50 mm",
            "Resting level of 'Knee Pain'",
        )
    )
    assert preview < account < report
    assert "says 50 mm\n7 imported, 1 duplicate, 3 other, 1 refused\n" in text
    assert "08:00 (the diary suggests 08:00, from 7 rows with day and stamp)" in text
    assert DiaryRating.objects.count() == 7


def test_command_run_twice_imports_nothing_more():
    patient = make_patient(make_clinic())
    run(NIGHT_OWL, patient=patient.email)

    text = run(NIGHT_OWL, patient=patient.email)

    assert "0 imported, 8 duplicate, 3 other, 1 refused" in text
    assert DiaryRating.objects.count() == 7


def test_command_dry_stores_nothing():
    patient = make_patient(make_clinic())

    text = run(NIGHT_OWL, patient=patient.email.upper(), dry_run=True)

    assert "7 imported, 1 duplicate, 3 other, 1 refused\nDry run" in text
    assert not DiaryRating.objects.exists()
    assert not AuditEvent.objects.exists()


def test_command_prints_every_note_of_the_preview(tmp_path):
    patient = make_patient(make_clinic())
    path = tmp_path / "diary.csv"
    path.write_bytes(
        "name;startday;startmonth;startyear;intensity;date;mood\n"
        "Knee Pain;29;3;2020;3;2020-03-29 02:30:00;Grå\n"
        "Knee Pain;25;10;2020;3;2020-10-25 02:30:00;\n"
        "Knee Pain;23;10;2020;3;2020-10-25 18:00:00;\n"
        "\x1b[31mred;23;10;2020;3;2020-10-25 18:00:00;\n".encode("cp1252")
    )

    text = run(path, patient=patient.email, zone="Europe/Paris", day_ends_at="03:00")

    for note in (
        "(ignored: 'mood')",
        "separated by  semicolon",
        "1 lines read as Windows-1252",
        "Europe/Paris",
        "03:00 (the diary suggests 00:00",
        "2 stamps before it",
        "1 days and stamps more than a day apart",
        "1 stamps that the clocks skipped",
        "1 stamps that came twice",
    ):
        assert note in text
    assert "\x1b" not in text


def test_command_takes_a_diary_of_days_alone():
    patient = make_patient(make_clinic())

    text = run(DATA / "days_only.csv", patient=patient.email)

    assert "no row has day and stamp" in text
    assert "6 imported, 0 duplicate, 2 other, 0 refused" in text


def test_command_shows_20_names_and_the_rest_as_a_sum(tmp_path):
    patient = make_patient(make_clinic())
    path = tmp_path / "diary.csv"
    rows = "".join(f"symptom {number},1,2,2020,3\n" for number in range(205))
    path.write_text(f"{DAYS_ONLY}\n{rows}")

    text = run(path, patient=patient.email, region="symptom 7")

    assert text.count("       1  symptom") == 20
    assert "     185  (further names)" in text


def test_command_lists_a_thousand_refusals_and_counts_the_rest(tmp_path):
    patient = make_patient(make_clinic())
    path = tmp_path / "diary.csv"
    path.write_text(f"{DAYS_ONLY}\n" + "Knee Pain,1,2,2020,11\n" * 1003)

    text = run(path, patient=patient.email)

    assert text.count(" refused: ") == 1000
    assert "3 more lines refused\n0 imported, 0 duplicate, 0 other, 1003 ref" in text
    assert "no value is stored" in text


def test_command_says_which_sessions_are_judged_again():
    patient = make_patient(make_clinic())
    make_session(patient, started_at=datetime(2020, 3, 10, 12, 0, tzinfo=UTC))

    text = run(NIGHT_OWL, patient=patient.email)

    assert "Sessions from 2020-03-10 are judged again." in text


def two_clinics_of_one_person():
    """Return the person's record in each of two clinics."""
    first = make_patient(make_clinic(name="North"))
    second = make_patient(make_clinic(name="South"), user=first.user)
    return first, second


def test_command_asks_for_the_clinic_of_a_person_with_several():
    first, _ = two_clinics_of_one_person()

    with pytest.raises(CommandError, match=r"North, South. Name one with --clinic"):
        run(NIGHT_OWL, patient=first.email)

    assert not DiaryRating.objects.exists()


@pytest.mark.parametrize("named_by", ["name", "public_id"])
def test_command_imports_into_the_clinic_that_is_named(named_by):
    _, second = two_clinics_of_one_person()

    run(NIGHT_OWL, patient=second.email, clinic=str(getattr(second.clinic, named_by)))

    assert set(DiaryRating.objects.values_list("patient", flat=True)) == {second.pk}


def test_command_refuses_a_clinic_that_does_not_treat_the_person():
    patient = make_patient(make_clinic(name="North"))
    make_clinic(name="South")

    with pytest.raises(CommandError, match="not treated in South, but in North"):
        run(NIGHT_OWL, patient=patient.email, clinic="South")

    assert not DiaryRating.objects.exists()


def test_command_refuses_an_address_that_nobody_has():
    with pytest.raises(CommandError, match=r"address nobody@test\.example"):
        run(NIGHT_OWL, patient="nobody@test.example")


def fifo(path):
    """Make a pipe that nobody writes to."""
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(lambda _: None, "No such file", id="missing"),
        pytest.param(Path.mkdir, "is not a file", id="directory"),
        pytest.param(fifo, "is not a file", id="pipe"),
        pytest.param(Path.touch, "empty", id="empty"),
        pytest.param(
            lambda path: path.write_bytes(b"PK\3\4\0\0"), "not text", id="binary"
        ),
        pytest.param(
            lambda path: path.write_text("a,b\n1,2\n", "utf-16"), "UTF-16", id="utf-16"
        ),
        pytest.param(
            lambda path: path.write_text("a,b\n1,2\n"), "lacks name", id="no diary"
        ),
        pytest.param(
            lambda path: path.write_bytes(
                NIGHT_OWL.read_bytes().replace(b"nee", b"now")
            ),
            "No row of the diary",
            id="region not there",
        ),
    ],
)
def test_command_refuses_what_is_no_diary(tmp_path, make, reason):
    patient = make_patient(make_clinic())
    path = tmp_path / "diary.csv"
    make(path)

    with pytest.raises(CommandError, match=reason):
        run(path, patient=patient.email)

    assert not DiaryRating.objects.exists()


@pytest.mark.parametrize(
    "options",
    [{"zone": "Mars/Crater"}, {"day_ends_at": "13:00"}, {"region": "@SUM(A1)"}],
)
def test_command_refuses_an_option_that_cannot_be(options):
    patient = make_patient(make_clinic())

    with pytest.raises(CommandError):
        run(NIGHT_OWL, patient=patient.email, **options)

    assert not DiaryRating.objects.exists()


def test_command_ends_with_1_and_one_line_when_it_refuses():
    process = subprocess.run(
        [
            *(sys.executable, "manage.py", "import_diary", "no-such-diary.csv"),
            *("--patient=anna@test.example", "--region=Knee Pain", "--skip-checks"),
        ],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "eihtrack.settings.test"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )

    assert process.returncode == 1
    assert process.stdout == ""
    assert process.stderr.strip() == (
        "CommandError: no-such-diary.csv cannot be read: No such file or directory. "
        "Check its name and rights."
    )
