"""What a file must be to be read as a diary at all."""

import io
import tracemalloc

import pytest

from apps.exchange.diary.columns import recognise_columns
from apps.exchange.diary.days import zone_named
from apps.exchange.diary.errors import UnreadableDiaryError
from apps.exchange.diary.lines import LINE_LIMIT_BYTES, DiaryLines, Line
from apps.exchange.diary.preview import preview_of

from .diaries import DAYS_ONLY, NOW, STAMPED, EndlessDiary

pytestmark = pytest.mark.requirement("M4")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\n \r\n\n", "empty", id="blank lines"),
        pytest.param(STAMPED.encode("utf-16"), "UTF-16", id="utf-16"),
        pytest.param(b"\xfe\xff" + STAMPED.encode("utf-16-be"), "UTF-16", id="big"),
        pytest.param(b"\x7fELF\0\0\1", "not text", id="binary"),
        pytest.param(STAMPED.encode() + b"\rKnee Pain", "carriage", id="old Mac"),
    ],
)
def test_diary_lines_refuses_what_is_not_text(content, reason):
    with pytest.raises(UnreadableDiaryError, match=reason):
        DiaryLines(io.BytesIO(content))


def test_diary_lines_numbers_lines_and_counts_blank_ones():
    lines = DiaryLines(io.BytesIO(b"\xef\xbb\xbfa,b\r\n\r\n  \nc,d"))

    assert list(lines) == [Line(1, "a,b"), Line(4, "c,d")]
    assert lines.blank_lines == 2


def test_diary_lines_reads_a_line_that_is_not_utf_8_as_windows_1252():
    lines = DiaryLines(io.BytesIO("Knä,1\nSmärta,2\n".encode("cp1252")))

    assert [line.text for line in lines] == ["Knä,1", "Smärta,2"]
    assert lines.windows_lines == 2


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        pytest.param(b"a\0b", "NUL", id="NUL byte"),
        pytest.param(b"a\x81\xff", "neither UTF-8", id="no known encoding"),
        pytest.param(b"x" * LINE_LIMIT_BYTES, "longer than 4096", id="one too long"),
        pytest.param(b"x" * 99_999, "longer than 4096", id="far too long"),
    ],
)
def test_diary_lines_says_what_is_wrong_with_a_line_and_goes_on(raw, fault):
    head = b"first line\n" * 7000
    lines = list(DiaryLines(io.BytesIO(head + raw + b"\nlast")))

    assert fault in lines[7000].fault
    assert lines[7001:] == [Line(7002, "last")]


def test_diary_lines_takes_a_line_of_exactly_the_limit():
    lines = list(DiaryLines(io.BytesIO(b"x" * (LINE_LIMIT_BYTES - 1) + b"\nlast")))

    assert [line.fault for line in lines] == ["", ""]


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        pytest.param(STAMPED, ",", id="comma"),
        pytest.param(STAMPED.replace(",", ";"), ";", id="semicolon"),
        pytest.param(STAMPED.replace(",", "\t"), "\t", id="tab"),
        pytest.param(
            '"Name","startDay",startmonth, STARTYEAR ,intensity,date',
            ",",
            id="mixed quotes and case",
        ),
    ],
)
def test_recognise_columns_finds_delimiter_and_places(header, delimiter):
    columns = recognise_columns(Line(1, header))

    assert columns.delimiter == delimiter
    assert (columns.name, columns.day, columns.intensity, columns.stamp) == (
        0,
        (1, 2, 3),
        4,
        5,
    )


def test_recognise_columns_takes_any_order_and_names_what_it_ignores():
    columns = recognise_columns(Line(1, "mood;date;intensity;id;name"))

    assert columns.recognised == ("date", "intensity", "name")
    assert columns.ignored == ("mood", "id")
    assert columns.day is None


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        pytest.param("name,date", "lacks intensity", id="no intensity"),
        pytest.param("intensity,date", "lacks name", id="no name"),
        pytest.param("name,intensity", "lacks startday, startmonth", id="no time"),
        pytest.param(
            "name,intensity,date,startday",
            "lacks startmonth, startyear",
            id="half a day",
        ),
        pytest.param("name,intensity,date,Date", "date more than once", id="twice"),
        pytest.param(
            "Knee Pain,22,10,2018,3", "begins with 'knee pain'", id="no header"
        ),
        pytest.param(STAMPED + ",x" * 50, "56 columns", id="too many columns"),
        pytest.param('"' + STAMPED, "cannot be read|lacks", id="open quote"),
        pytest.param("\x1b[2J,b", "�", id="escape sequence"),
    ],
)
def test_recognise_columns_refuses_a_header_and_says_why(header, reason):
    with pytest.raises(UnreadableDiaryError, match=reason):
        recognise_columns(Line(1, header))


def test_recognise_columns_refuses_a_header_that_could_not_be_read():
    with pytest.raises(UnreadableDiaryError, match="longer than"):
        recognise_columns(Line(1, "", "the line is longer than 4096 bytes"))


def peak_bytes_of_preview(size_bytes):
    tracemalloc.start()
    preview = preview_of(
        io.BufferedReader(EndlessDiary(size_bytes=size_bytes)),
        region="Knee Pain",
        zone=zone_named("Europe/Stockholm"),
        now=NOW,
        day_ends_at=None,
    )
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return preview.rows, peak_bytes


def test_preview_of_needs_no_more_memory_for_a_longer_diary():
    few_rows, few_bytes = peak_bytes_of_preview(200_000)
    many_rows, many_bytes = peak_bytes_of_preview(4_000_000)

    assert many_rows > 15 * few_rows
    assert many_bytes < few_bytes + 100_000


def test_preview_of_takes_a_diary_of_days_alone():
    source = io.BytesIO(f"{DAYS_ONLY}\nKnee Pain,1,2,2020,3\n".encode())

    preview = preview_of(
        source, region="Knee Pain", zone=zone_named("UTC"), now=NOW, day_ends_at=None
    )

    assert (preview.rows, preview.stamped) == (1, 0)
