"""What a row of a diary says."""

from datetime import date, datetime

import pytest

from apps.exchange.diary.errors import UnreadableDiaryError
from apps.exchange.diary.rows import (
    DiaryReader,
    Other,
    Rating,
    Refusal,
    region_key,
    require_region,
)

from .diaries import STAMPED, diary, sample

pytestmark = pytest.mark.requirement("M4")

UNTIL = datetime(2026, 3, 2, 12, 0)  # noqa: DTZ001 - wall time


def rows_of(source, *, region="Knee Pain"):
    """Return every row of a diary."""
    return list(DiaryReader(source, region=region, until=UNTIL))


def only_row(line, **options):
    """Return the row of a diary of one line."""
    (row,) = rows_of(diary(line, **options))
    return row


def test_diary_reader_reads_a_rating():
    row = only_row('"Knee Pain",31,1,2018,3.2,2018-01-31 20:21:49')

    assert row == Rating(
        line=2,
        name="Knee Pain",
        value="3.2",
        pain_mm=32,
        written_day=date(2018, 1, 31),
        stamp=datetime(2018, 1, 31, 20, 21, 49),  # noqa: DTZ001 - wall time
    )


@pytest.mark.parametrize(
    ("value", "pain_mm"),
    [
        ("0", 0),
        ("1.5", 15),
        ("3,2", 32),
        ("3.24", 32),
        ("3.25", 33),
        ("10", 100),
        ("10.0", 100),
    ],
)
def test_diary_reader_makes_mm_of_points_and_keeps_the_original(value, pain_mm):
    header = STAMPED.replace(",", ";")

    row = only_row(f"Knee Pain;1;2;2020;{value};", header=header)

    assert (row.value, row.pain_mm) == (value, pain_mm)


@pytest.mark.parametrize("value", ["-0.1", "10.01", "101", "", "=3", "1e1", "٣", "nan"])
def test_diary_reader_refuses_a_value_that_is_not_on_the_scale(value):
    row = only_row(f"Knee Pain,1,2,2020,{value},")

    assert row.reason == f"intensity must be a number from 0 to 10, got '{value}'"


@pytest.mark.parametrize("day", ["0,,0", "0,0,0", ",,"])
def test_diary_reader_takes_days_of_zeros_as_not_written(day):
    row = only_row(f"Knee Pain,{day},3,2020-03-07 08:00:00")

    assert row.written_day is None


def test_diary_reader_takes_a_diary_without_columns_for_the_day():
    row = only_row("Knee Pain,3,2020-03-07 08:00:00", header="name,intensity,date")

    assert (row.pain_mm, row.written_day) == (30, None)


@pytest.mark.parametrize("name", ["knee pain", " KNEE   PAIN ", '"Knee Pain"'])
def test_diary_reader_finds_the_region_in_any_spelling(name):
    assert isinstance(only_row(f"{name},1,2,2020,3,"), Rating)


def test_diary_reader_tells_another_symptom_whatever_its_value():
    row = only_row("happiness,1,2,2020,a lot,")

    assert isinstance(row, Other)
    assert row.name == "happiness"


def test_diary_reader_refuses_each_awkward_line_with_its_reason():
    rows = rows_of(sample("awkward.csv"))

    reasons = {row.line: row.reason for row in rows if isinstance(row, Refusal)}
    assert reasons == {
        3: "there is no day '2020-2-31'",
        4: "intensity must be a number from 0 to 10, got ''",
        5: "intensity must be a number from 0 to 10, got '11'",
        6: "intensity must be a number from 0 to 10, got '-1'",
        7: "intensity must be a number from 0 to 10, got '=1+1'",
        8: "intensity must be a number from 0 to 10, got 'nan'",
        9: "the row has neither a day nor a stamp",
        10: "the day must be three numbers, got '2020--2'",
        11: "the year must be 1900 or later, got 20",
        12: "there is no time '2020-02-02 25:00:00'",
        13: "date must be wall time like 2018-01-31 20:21:49 without an offset, "
        "got '02.02.2020 18:00'",
        14: "date must be wall time like 2018-01-31 20:21:49 without an offset, "
        "got '2020-02-02T18:00:00+01:00'",
        15: "2031-02-02 lies in the future",
        16: "2031-02-02 18:00:00 lies in the future",
        17: "name is empty",
        18: "the row has 5 cells, the header 6",
        19: "the row has 7 cells, the header 6",
        20: "the quotes do not fit: unexpected end of data",
        21: "the quotes do not fit: ',' expected after '\"'",
    }
    assert [row.line for row in rows if isinstance(row, Rating)] == [2, 24]
    assert [row.line for row in rows if isinstance(row, Other)] == [23]


@pytest.mark.parametrize(
    ("stamp", "kind"),
    [
        pytest.param("2026-03-02 11:59:59", Rating, id="a second ago"),
        pytest.param("2026-03-02 12:00:00", Rating, id="now"),
        pytest.param("2026-03-02 12:00:01", Refusal, id="in a second"),
    ],
)
def test_diary_reader_refuses_what_lies_in_the_future(stamp, kind):
    assert isinstance(only_row(f"Knee Pain,0,,0,3,{stamp}"), kind)


@pytest.mark.parametrize(("year", "kind"), [(1899, Refusal), (1900, Rating)])
def test_diary_reader_refuses_what_lies_before_any_patient(year, kind):
    assert isinstance(only_row(f"Knee Pain,1,2,{year},3,"), kind)


@pytest.mark.parametrize(
    "region", ["", "  ", "x" * 81, "=1+1", "+1", "-x", "@x", "a\x1bb"]
)
def test_require_region_refuses_a_name_that_cannot_be_kept(region):
    with pytest.raises(UnreadableDiaryError):
        require_region(region)


def test_require_region_takes_80_characters_and_tidies_spaces():
    assert require_region("x" * 80) == "x" * 80
    assert require_region("  Knee \t Pain ") == "Knee Pain"


def test_region_key_is_the_same_for_composed_and_decomposed_letters():
    assert region_key("Kn\u00e4") == region_key("KNA\u0308")
