"""Earlier versions of records: one snapshot a version."""

from datetime import datetime
from typing import Any
from uuid import UUID

from apps.common.errors import StaleVersionError
from apps.common.shapes import Answer

from .models import Patient, RecordKind, Snapshot


class VersionAnswer(Answer):
    """One earlier version: what it said, who replaced it, when and why."""

    version: int
    content: dict[str, Any]
    replaced_by: UUID
    replaced_at: datetime
    reason: str


def keep_version(
    record: Any,
    *,
    kind: RecordKind,
    content: dict[str, Any],
    by: Any,
    reason: str,
    now: datetime,
) -> None:
    """Keep ``record`` as it is now, just before a correction, and raise its version.

    ``record`` is a locked session, check-in, 1RM test or patient; the caller saves it.
    ``content`` is the record as the API gives it out.
    """
    Snapshot.objects.create(
        clinic_id=record.clinic_id,
        patient_id=record.pk if isinstance(record, Patient) else record.patient_id,
        kind=kind,
        record_id=record.public_id,
        version=record.version,
        content=content,
        replaced_by=by,
        replaced_at=now,
        reason=reason,
    )
    record.version += 1


def require_version(record: Any, *, expected: int) -> None:
    """Refuse a correction of something that changed since the client read it.

    Raises:
        StaleVersionError: The record has another version than ``expected``.
    """
    if record.version != expected:
        raise StaleVersionError(
            f"You read version {expected}; it is now version {record.version}. "
            "Read it again and repeat the correction."
        )


def earlier_versions(kind: RecordKind, record_id: UUID) -> list[VersionAnswer]:
    """Return the earlier versions of a record that the caller may see, oldest first."""
    rows = Snapshot.objects.filter(kind=kind, record_id=record_id)
    return [
        VersionAnswer(
            version=row.version,
            content=row.content,
            replaced_by=row.replaced_by.public_id,
            replaced_at=row.replaced_at,
            reason=row.reason,
        )
        for row in rows.select_related("replaced_by").order_by("version")
    ]
