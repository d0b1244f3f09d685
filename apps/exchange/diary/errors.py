"""Why a diary as a whole is refused."""

from apps.common.errors import ServiceError

SHOWN_CHARACTERS = 40


class UnreadableDiaryError(ServiceError):
    """The file is no pain diary that can be read; nothing of it was stored."""

    code = "unreadable_diary"
    title = "This diary cannot be read."


class DiaryChangedError(ServiceError):
    """The file is not the one that was previewed."""

    code = "diary_changed"
    title = "The file has changed since its preview."


class DiaryReadOtherwiseError(ServiceError):
    """The same file was imported before with other times or days."""

    code = "diary_read_otherwise"
    title = "This file was imported with another zone or end of the day."


class RegionNotInDiaryError(ServiceError):
    """No row of the diary is about the region."""

    code = "region_not_in_diary"
    title = "The diary says nothing about this region."


def shown(text: str) -> str:
    """Return a cell for a message: quoted, short, nothing that moves a cursor."""
    short = text[:SHOWN_CHARACTERS] + ("…" if len(text) > SHOWN_CHARACTERS else "")
    return "'" + printable(short) + "'"


def printable(text: str) -> str:
    """Return the text with every control character replaced."""
    return "".join(
        each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text
    )
