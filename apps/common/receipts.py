"""Changes that a client may send twice: PATCH and actions with a ``change_id``."""

from datetime import datetime
from typing import Any
from uuid import UUID

from .errors import IdReusedError
from .models import ChangeReceipt
from .shapes import ChangeRequest


def is_replay(
    *, request: ChangeRequest, target: str, target_id: UUID, by: Any, now: datetime
) -> bool:
    """Say whether this change was made before; the first time, remember it.

    ``target`` names the action ("sessions.void"). Call it in the transaction that makes
    the change: a second sender waits for the first and then learns that it was done.

    Raises:
        IdReusedError: The ``change_id`` was used for another change or by another
            person.
    """
    if request.change_id is None:
        return False
    wanted = f"{target}:{target_id}"
    digest = request.digest()
    receipt, created = ChangeReceipt.objects.get_or_create(
        change_id=request.change_id,
        defaults={"digest": digest, "target": wanted, "made_by": by, "made_at": now},
    )
    if created:
        return False
    if (receipt.digest, receipt.target, receipt.made_by_id) != (digest, wanted, by.pk):
        raise IdReusedError(
            "This change_id was used for another change. Make a new one."
        )
    return True
