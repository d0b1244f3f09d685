"""A file as numbered lines of text, in memory that does not grow with the file.

A diary never breaks a line inside a cell, so each line stands alone: a quote that is
not closed spoils its own row only.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from .errors import UnreadableDiaryError

LINE_LIMIT_BYTES: Final = 4096
HEAD_BYTES: Final = 65_536
UTF_8_MARK: Final = b"\xef\xbb\xbf"
UTF_16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
AS_CSV: Final = "Open it in a spreadsheet and save it again as “CSV UTF-8”."


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank; ``fault`` says why its text cannot be used."""

    number: int
    text: str
    fault: str = ""


class DiaryLines:
    """The lines of a file, read once; the figures are complete after the last one.

    ``windows_lines`` counts those that were not UTF-8 and were read as Windows-1252.
    """

    def __init__(self, source: BinaryIO) -> None:
        """Go to the start of the file.

        Raises:
            UnreadableDiaryError: It is empty, its beginning is not text, or the
                machine cannot read it.
        """
        self.blank_lines = 0
        self.windows_lines = 0
        self._source = source
        self._sha256 = hashlib.sha256()
        try:
            source.seek(0)
            head = source.read(HEAD_BYTES)
            source.seek(0)
        except OSError as error:
            raise _broken(error) from error
        _require_text(head)

    @property
    def digest(self) -> str:
        """The SHA-256 of what was read so far, in hexadecimal."""
        return self._sha256.hexdigest()

    def __iter__(self) -> Iterator[Line]:
        number = 0
        while raw := self._read():
            number += 1
            if len(raw) > LINE_LIMIT_BYTES:
                self._skip_rest(raw)
                yield Line(
                    number, "", f"the line is longer than {LINE_LIMIT_BYTES} bytes"
                )
            elif raw.isspace():
                self.blank_lines += 1
            else:
                yield self._decoded(number, raw)

    def _read(self) -> bytes:
        try:
            raw = self._source.readline(LINE_LIMIT_BYTES + 1)
        except OSError as error:
            raise _broken(error) from error
        self._sha256.update(raw)
        return raw

    def _skip_rest(self, raw: bytes) -> None:
        while raw and not raw.endswith(b"\n"):
            raw = self._read()

    def _decoded(self, number: int, raw: bytes) -> Line:
        if b"\0" in raw:
            return Line(number, "", "the line holds a NUL byte")
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            try:
                text = raw.decode("cp1252")
            except UnicodeDecodeError:
                return Line(number, "", "the line is neither UTF-8 nor Windows-1252")
            self.windows_lines += 1
        return Line(number, text.rstrip("\r\n"))


def _broken(error: OSError) -> UnreadableDiaryError:
    return UnreadableDiaryError(
        f"Reading the file failed: {error.strerror}. Copy it to this machine and "
        "try again."
    )


def _require_text(head: bytes) -> None:
    if not head.removeprefix(UTF_8_MARK).strip():
        raise UnreadableDiaryError("The file is empty: a diary begins with its header.")
    if head.startswith(UTF_16_MARKS):
        raise UnreadableDiaryError(f"The file is in UTF-16, not in UTF-8. {AS_CSV}")
    if b"\0" in head:
        raise UnreadableDiaryError(
            f"The file is not text: its beginning holds NUL bytes. {AS_CSV}"
        )
    if b"\n" not in head and b"\r" in head:
        raise UnreadableDiaryError(
            f"The lines of the file end in a carriage return alone. {AS_CSV}"
        )
