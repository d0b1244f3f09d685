"""Everything that is wrong with an entry, told at once."""

from apps.common.errors import InvalidEntryError


class Faults:
    """Collects what is wrong, each with its place in the entry."""

    def __init__(self) -> None:
        """Begin with nothing wrong."""
        self._found: list[dict[str, str]] = []

    def add(self, pointer: str, *, code: str, detail: str) -> None:
        """Note one value that cannot be."""
        self._found.append({"pointer": pointer, "code": code, "detail": detail})

    def refuse_if_any(self) -> None:
        """Refuse the entry if anything is wrong with it.

        Raises:
            InvalidEntryError: With every fault.
        """
        if self._found:
            raise InvalidEntryError(self._found)
