"""Errors that a person can be told about.

Each subclass is defined next to the function that raises it, or here when several
apps share it. ``status`` is what the API answers.
"""


class ServiceError(Exception):
    """A refusal with a reason that the user may read."""

    code = "refused"
    status = 400
    title = "This could not be done."

    def __init__(self, detail: str, *, pointer: str | None = None) -> None:
        """Keep ``detail`` (what, rule, what to do) and where in the input it is."""
        super().__init__(detail)
        self.detail = detail
        self.pointer = pointer


class InvalidEntryError(ServiceError):
    """One or more values of an entry cannot be.

    ``errors`` holds one mapping for each with ``pointer``, ``code`` and ``detail``.
    """

    code = "validation_error"
    status = 400
    title = "Some values cannot be accepted."

    def __init__(self, errors: list[dict[str, str]]) -> None:
        """Keep every fault, so that all can be mended at once."""
        super().__init__("; ".join(error["detail"] for error in errors))
        self.errors = errors

    @classmethod
    def at(cls, pointer: str, *, code: str, detail: str) -> "InvalidEntryError":
        """Return the error for a single place."""
        return cls([{"pointer": pointer, "code": code, "detail": detail}])


class NotAllowedError(ServiceError):
    """The user may see it but may not do this."""

    code = "not_allowed"
    status = 403
    title = "You may not do this."


class NotThereError(ServiceError):
    """It does not exist, or the user may not see it: the same answer for both."""

    code = "not_found"
    status = 404
    title = "Not found."


class IdReusedError(ServiceError):
    """A client-made id came again with other content, or is somebody else's."""

    code = "id_reused"
    status = 409
    title = "This id is taken by another entry."


class AlreadyRecordedError(ServiceError):
    """There can be only one of these, and there is one."""

    code = "already_recorded"
    status = 409
    title = "This was recorded before."


class WrongStateError(ServiceError):
    """What was asked for does not fit the state of the record."""

    code = "wrong_state"
    status = 409
    title = "This is not possible now."


class StaleVersionError(ServiceError):
    """The record was changed since the client read it."""

    code = "stale_version"
    status = 412
    title = "The record has changed."
