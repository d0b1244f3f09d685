"""Hostile diary files: refused with a reason, or every row accounted for."""

import errno
import io
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.audit.models import AuditEvent
from apps.exchange import services
from apps.exchange.diary.errors import UnreadableDiaryError
from apps.logbook.models import DiaryRating
from tests.exchange.diaries import NOW, STAMPED
from tests.factories.people import make_clinic, make_patient

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M4")]

GOOD = "Knee Pain,7,3,2020,3,2020-03-07 21:00:00"
COUNTS = re.compile(r"(\d+) imported, (\d+) duplicate, (\d+) other, (\d+) refused")


def run(path: Path) -> str:
    """Import the file as the operator does and return what is printed."""
    patient = make_patient(make_clinic())
    out = io.StringIO()
    call_command(
        "import_diary", path, patient=patient.email, region="Knee Pain", stdout=out
    )
    return out.getvalue()


def account(text: str) -> tuple[int, int, int, int]:
    """Return imported, duplicate, other and refused, as the command printed them."""
    found = COUNTS.search(text)
    assert found, text
    imported, duplicate, other, refused = map(int, found.groups())
    return imported, duplicate, other, refused


def diary(*lines: str, header: str = STAMPED, end: str = "\n") -> bytes:
    """Return the bytes of a diary of these lines."""
    return "".join(f"{line}{end}" for line in (header, *lines)).encode()


def with_cell(column: int, cell: str) -> str:
    """Return a good row in which one cell is another."""
    cells = GOOD.split(",")
    cells[column] = cell
    return ",".join(cells)


REFUSED: dict[str, tuple[bytes, str]] = {
    "no byte": (b"", "empty"),
    "blank lines": (b"\r\n \n\t\n", "empty"),
    "a byte order mark": (b"\xef\xbb\xbf", "empty"),
    "no header": (diary(GOOD, header=GOOD), "lacks name"),
    "NUL in the header": (b"na\0me,intensity\n", "NUL"),
    "only NUL": (b"\0" * 100_000, "NUL"),
    "UTF-16": (diary(GOOD).decode().encode("utf-16"), "UTF-16"),
    "UTF-16 without its mark": (diary(GOOD).decode().encode("utf-16-le"), "NUL"),
    "UTF-32": (diary(GOOD).decode().encode("utf-32"), "UTF-16|NUL"),
    "a spreadsheet": (b"PK\x03\x04\x14\0\x06\0", "NUL|not text"),
    "carriage returns alone": (diary(GOOD, GOOD, end="\r"), "carriage return"),
    "a million columns": (diary(header="name," * 1_000_000), "longer than 4096"),
    "fifty-one columns": (diary(header=STAMPED + ",x" * 45), "51 columns"),
    "a header of a megabyte": (diary(header="x" * 1_000_000), "longer than 4096"),
    "a name twice": (diary(GOOD, header=f"{STAMPED},Name"), "name more than once"),
    "a quote left open in the header": (
        diary(header=f'"{STAMPED}'),
        "Close every quote",
    ),
    "spaces between": (diary(header=STAMPED.replace(",", " ")), "lacks"),
    "bars between": (diary(header=STAMPED.replace(",", "|")), "lacks"),
    "JSON": (b'{"name": "Knee Pain", "intensity": 3}\n', "Close every quote"),
    "markup": (b"<html><body>Sign in</body></html>\n", "lacks"),
    "a formula for a header": (b"=cmd|' /C calc'!A0,intensity,date\n", "lacks name"),
    "another region only": (diary(GOOD.replace("Knee", "Back")), "No row of the diary"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_diary_is_refused_with_a_reason(what, tmp_path):
    content, reason = REFUSED[what]
    path = tmp_path / "diary.csv"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=reason) as refusal:
        run(path)

    assert len(str(refusal.value)) < 1000
    assert str(refusal.value).isprintable()
    assert not DiaryRating.objects.exists()
    assert not AuditEvent.objects.exists()


ROWS: dict[str, tuple[str, str]] = {
    "NUL": (GOOD.replace("Pain", "Pain\0"), "NUL"),
    "too few cells": ("Knee Pain,7,3", "3 cells"),
    "too many cells": (f"{GOOD},x", "7 cells"),
    "another separator": (GOOD.replace(",", ";"), "1 cells"),
    "a million columns": ("Knee Pain" + "," * 1_000_000, "longer than 4096"),
    "a megabyte": ("x" * 1_000_000, "longer than 4096"),
    "a quote left open": (f'"{GOOD}', "quotes"),
    "a quote in a cell": ('"Knee" Pain,7,3,2020,3,', "quotes"),
    "no name": (with_cell(0, " "), "name is empty"),
    "year first": ("Knee Pain,2020,3,7,3,", "no day"),
    "month first": ("Knee Pain,3,31,2020,3,", "no day"),
    "no such day": ("Knee Pain,30,2,2020,3,", "no day"),
    "day of text": (with_cell(1, "7th"), "three numbers"),
    "day in Arabic digits": (with_cell(1, "٣"), "three numbers"),
    "day in superscript": (with_cell(1, "²"), "three numbers"),
    "negative day": (with_cell(1, "-7"), "three numbers"),
    "formula as day": (with_cell(1, "=1+6"), "three numbers"),
    "year 0": ("Knee Pain,7,3,0,3,", "no day"),
    "year 1": ("Knee Pain,7,3,1,3,", "1900"),
    "year 9999": ("Knee Pain,7,3,9999,3,", "future"),
    "year 10000": ("Knee Pain,7,3,10000,3,", "three numbers"),
    "date alone": (with_cell(5, "2020-03-07"), "wall time"),
    "date of Sweden": (with_cell(5, "7/3 2020 21:00"), "wall time"),
    "date of America": (with_cell(5, "03/07/2020 21:00"), "wall time"),
    "date with offset": (with_cell(5, "2020-03-07 21:00:00+01:00"), "wall time"),
    "hour 24": (with_cell(5, "2020-03-07 24:00:00"), "no time"),
    "date of year 0": (with_cell(5, "0000-03-07 21:00:00"), "no time"),
    "date of year 1": (with_cell(5, "0001-01-01 00:00:00"), "1900"),
    "date of year 9999": (with_cell(5, "9999-12-31 23:59:59"), "future"),
    "date in Arabic digits": (with_cell(5, "٢٢٢٢-٢٣-٢٣ ٢١:٢٢"), "wall time"),
    "formula as date": (with_cell(5, "=NOW()"), "wall time"),
    "1e999": (with_cell(4, "1e999"), "0 to 10"),
    "NaN": (with_cell(4, "NaN"), "0 to 10"),
    "Infinity": (with_cell(4, "-Infinity"), "0 to 10"),
    "-1": (with_cell(4, "-1"), "0 to 10"),
    "10.01": (with_cell(4, "10.01"), "0 to 10"),
    "11": (with_cell(4, "11"), "0 to 10"),
    "a thousand digits": (with_cell(4, "9" * 1000), "0 to 10"),
    "Arabic digits": (with_cell(4, "٣"), "0 to 10"),
    "hexadecimal": (with_cell(4, "0x3"), "0 to 10"),
    "underscore": (with_cell(4, "1_0"), "0 to 10"),
    "percent": (with_cell(4, "30%"), "0 to 10"),
    "formula": (with_cell(4, "=1+2"), "0 to 10"),
    "command": (with_cell(4, "=cmd|' /C calc'!A0"), "0 to 10"),
    "plus": (with_cell(4, "+3"), "0 to 10"),
    "at": (with_cell(4, "@SUM(A1)"), "0 to 10"),
    "no value": (with_cell(4, ""), "0 to 10"),
    "two decimal signs": (with_cell(4, '"3,0,1"'), "0 to 10"),
}


BLANK_LINES = 70_000


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory) -> Path:
    """Return one diary with every spoilt row between two good ones."""
    path = tmp_path_factory.mktemp("spoilt") / "diary.csv"
    rows = [row for row, _ in ROWS.values()]
    last = GOOD.replace("21:00", "22:00")
    # NUL bytes at the beginning would spoil the whole file.
    blank = [""] * BLANK_LINES
    path.write_bytes(diary(GOOD, *blank, *rows, last))
    return path


def test_each_spoilt_row_is_refused_with_line_and_reason_and_the_others_are_kept(
    spoilt,
):
    text = run(spoilt)

    assert account(text) == (2, 0, 0, len(ROWS))
    refusals = dict(re.findall(r"^line (\d+) refused: (.*)$", text, re.MULTILINE))
    unlike = {
        what: refusals.get(str(line))
        for line, (what, (_, reason)) in enumerate(ROWS.items(), start=BLANK_LINES + 3)
        if not re.search(reason, refusals.get(str(line), ""))
    }
    assert unlike == {}
    assert max(map(len, refusals.values())) < 300
    assert DiaryRating.objects.count() == 2


TAKEN: dict[str, bytes] = {
    "byte order mark": b"\xef\xbb\xbf" + diary(GOOD),
    "header in capitals": diary(GOOD, header=STAMPED.upper()),
    "Windows lines": diary(GOOD, end="\r\n"),
    "no end of line": diary(GOOD)[:-1],
    "blank lines between": diary("", GOOD, "", "  "),
    "semicolons": diary(GOOD, end="\n").replace(b",", b";"),
    "tabs": diary(GOOD).replace(b",", b"\t"),
    "everything quoted": diary(
        *[",".join(f'"{cell}"' for cell in line.split(",")) for line in (GOOD,)]
    ),
    "comma decimals": diary(with_cell(4, '"3,0"')),
    "leading zeros": diary("Knee Pain,07,03,2020,3.0,2020-03-07 21:00:00"),
    "name in capitals": diary(GOOD.replace("Knee Pain", "KNEE  PAIN")),
    "fifty columns": diary(
        GOOD + "," * 44, header=STAMPED + "".join(f",x{number}" for number in range(44))
    ),
    "unknown columns twice": diary(f"{GOOD},a,b", header=f"{STAMPED},mood,mood"),
}


@pytest.mark.parametrize("what", TAKEN)
def test_what_differs_in_form_alone_is_taken(what, tmp_path):
    path = tmp_path / "diary.csv"
    path.write_bytes(TAKEN[what])

    text = run(path)

    assert account(text) == (1, 0, 0, 0)
    kept = DiaryRating.objects.get()
    assert (kept.pain_mm, f"{kept.day}") == (30, "2020-03-07")


def test_a_header_alone_holds_nothing(tmp_path):
    path = tmp_path / "diary.csv"
    path.write_bytes(diary())

    assert account(run(path)) == (0, 0, 0, 0)
    assert not AuditEvent.objects.exists()


def test_lines_in_three_encodings_are_each_read_or_refused(tmp_path):
    path = tmp_path / "diary.csv"
    path.write_bytes(
        b"\xef\xbb\xbf"
        + diary(GOOD)
        + "Smärta,7,3,2020,3,2020-03-07 20:00:00\n".encode()
        + "Smärta,7,3,2020,3,2020-03-07 20:00:00\n".encode("latin-1")
        + b"Sm\x81rta,7,3,2020,3,\n"
        + diary(GOOD.replace("21:00", "22:00")).partition(b"\n")[2]
    )

    text = run(path)

    assert account(text) == (2, 0, 2, 1)
    assert "1 lines read as Windows-1252" in text


MARKS = ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\x1b[2J\x07", "\u202egnp.exe")


@pytest.mark.parametrize("mark", MARKS)
def test_a_formula_in_any_column_is_shown_as_text_and_never_kept(mark, tmp_path):
    path = tmp_path / "diary.csv"
    rows = [with_cell(column, mark) for column in range(6)]
    path.write_bytes(
        diary(
            GOOD + ",", *[f"{row},{mark}" for row in rows], header=f"{STAMPED},{mark}"
        )
    )

    text = run(path)

    imported, duplicate, other, refused = account(text)
    assert imported + duplicate + other + refused == len(rows) + 1
    kept = DiaryRating.objects.values_list("region", "original_value")
    assert set(kept) == {("Knee Pain", "3")}
    assert not [line for line in text.splitlines() if line.startswith(mark[0])]
    assert [each for each in text if not each.isprintable() and each != "\n"] == []


def test_a_quote_left_open_spoils_its_own_row_alone(tmp_path):
    path = tmp_path / "diary.csv"
    rows = [
        GOOD.replace("21:00", f"{hour:02}:{minute:02}")
        for hour in range(24)
        for minute in range(60)
    ]
    path.write_bytes(diary(f'"{rows[0]}', *rows[1:]))

    assert account(run(path)) == (1439, 0, 0, 1)


def grown(path: Path) -> None:
    """Write one more row into the file."""
    with path.open("ab") as file:
        file.write(b"Knee Pain,8,3,2020,4,2020-03-08 21:00:00\n")


def cut(path: Path) -> None:
    """Take the last rows away."""
    path.write_bytes(path.read_bytes()[:-45])


def rewritten(path: Path) -> None:
    """Exchange one value for another of the same length."""
    path.write_bytes(path.read_bytes().replace(b"2020,3,", b"2020,9,"))


@pytest.mark.parametrize("change", [grown, cut, rewritten])
def test_a_file_that_changes_while_it_is_read_stores_nothing(
    change: Callable[[Path], None], tmp_path, monkeypatch
):
    path = tmp_path / "diary.csv"
    path.write_bytes(diary(GOOD, GOOD.replace("21:00", "22:00")))
    patient = make_patient(make_clinic())

    class ChangesIt(io.StringIO):
        """Stands where the preview is printed: between the two readings."""

        def write(self, text: str) -> int:
            change(path)
            return super().write(text)

    with pytest.raises(CommandError, match=r"not the one of the preview|changed"):
        call_command(
            "import_diary",
            path,
            patient=patient.email,
            region="Knee Pain",
            stdout=ChangesIt(),
        )

    assert not DiaryRating.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(Path.mkdir, id="directory"),
        pytest.param(os.mkfifo, id="pipe that never ends"),
        pytest.param(lambda path: path.symlink_to("/dev/zero"), id="endless device"),
        pytest.param(lambda path: path.symlink_to(path), id="link to itself"),
        pytest.param(lambda path: path.symlink_to("nothing"), id="link to nothing"),
    ],
)
def test_what_is_no_file_is_refused_before_it_is_read(make, tmp_path):
    path = tmp_path / "diary.csv"
    make(path)

    with pytest.raises(CommandError, match=r"is not a file|cannot be read"):
        run(path)


def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    path = tmp_path / "diary.csv"
    path.write_bytes(diary(GOOD))
    path.chmod(0)

    with as_anybody(), pytest.raises(CommandError, match="Permission denied"):
        run(path)

    assert not DiaryRating.objects.exists()


@contextmanager
def as_anybody() -> Iterator[None]:
    """Give up the rights of root, who may read everything, for a moment."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        if me == 0:
            os.seteuid(me)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="Linux alone has it")
def test_a_file_that_the_machine_cannot_read_is_refused():
    with pytest.raises(CommandError, match=r"Reading the file failed: .*Copy it"):
        run(Path("/proc/self/mem"))

    assert not DiaryRating.objects.exists()


class FailsLater(io.BytesIO):
    """A file on a disk that breaks at the second reading."""

    readings = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.readings += 1
        return super().seek(offset, whence)

    def readline(self, size: int | None = -1, /) -> bytes:
        if self.readings > 3:
            raise OSError(errno.EIO, "Input/output error")
        return super().readline(size)


def test_a_disk_that_breaks_during_the_import_stores_nothing():
    patient = make_patient(make_clinic())
    source = FailsLater(diary(GOOD))
    preview = services.preview_diary(
        source=source, patient=patient, region="Knee Pain", now=NOW
    )

    with pytest.raises(UnreadableDiaryError, match="Input/output error"):
        services.import_diary(
            source=source, preview=preview, patient=patient, by=None, now=NOW
        )

    assert not DiaryRating.objects.exists()
