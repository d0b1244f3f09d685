"""What comes in: filters, and what a therapist decides."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from apps.common.shapes import ChangeRequest, Flag, Line, RequiredLine, Shape
from apps.programmes.entry import PossibleLoad

from .models import ProposalStatus


class ProposalQuery(Shape):
    """Which proposals; without any filter those of all patients whom one treats."""

    patient: Annotated[UUID | None, Field(description="Only this patient")] = None
    status: Annotated[
        ProposalStatus | None, Field(description="Only where it stands so")
    ] = None


class ProposalAcceptance(ChangeRequest):
    """Take a proposal over as it is.

    ``confirmed`` must be true where ``therapist_decides``: such a load is asked, not
    proposed. No training needs none.
    """

    confirmed: Flag = False


class ProposalChange(ChangeRequest):
    """Put another load in force than the proposed one."""

    load: PossibleLoad
    reason: RequiredLine


class ProposalDismissal(ChangeRequest):
    """Leave everything as it is."""

    reason: Line = ""
