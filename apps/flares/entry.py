"""What comes in: drafts of policies, and what is done with them."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from apps.common.shapes import ChangeRequest, DayRange, RequiredLine, Shape


class PolicyEntry(Shape):
    """A policy of the clinic's own: a known one with some other numbers.

    ``changes`` holds the new numbers by their names, as a policy lists them. All others
    are those of ``based_on``.
    """

    id: UUID | None = None
    based_on: UUID
    changes: Annotated[dict[str, Any], Field(min_length=1, max_length=100)]
    reason: RequiredLine


class SignRequest(ChangeRequest):
    """Let a policy go live."""


class ShadowRequest(ChangeRequest):
    """Take the live policy back into the shadow: nobody is alerted by it any more."""

    reason: RequiredLine


class ReplayRequest(DayRange, ChangeRequest):
    """Judge the sessions of these days again; without days all of them."""


class CancelReplayRequest(ChangeRequest):
    """Stop a replay."""
