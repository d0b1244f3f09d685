"""Sessions that were moved or voided, and the values that count only since then.

A value outside its window is not judged. When a correction lets it in, it is news on
that day, although it had been there before: a therapist who ended an alert had not seen
it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from apps.clinical.check_in_windows import SPANS, Moment, is_in_window, window_of
from apps.clinical.flare.inputs import Rating
from apps.clinics.models import RecordKind
from apps.logbook.judged_rows import JudgedSession

from .patient_rows import PatientRows

FOLLOW_UPS = (Moment.H24, Moment.H48)


@dataclass(frozen=True, slots=True)
class Move:
    """Where a session stood until ``changed_at``."""

    session_id: int | None
    started_at: datetime
    ended_at: datetime
    changed_at: datetime


def moves_of(rows: PatientRows) -> list[Move]:
    """Return where the patient's sessions stood before corrections and voids."""
    keys = {row.public_id: row.pk for row in rows.all_sessions}
    corrected = [
        Move(
            session_id=keys.get(snapshot.record_id),
            started_at=datetime.fromisoformat(snapshot.content["started_at"]),
            ended_at=datetime.fromisoformat(snapshot.content["ended_at"]),
            changed_at=snapshot.replaced_at,
        )
        for snapshot in rows.snapshots
        if snapshot.kind == RecordKind.SESSION
    ]
    return corrected + [
        Move(
            session_id=row.pk,
            started_at=row.started_at,
            ended_at=row.ended_at,
            changed_at=row.voided_at,
        )
        for row in rows.all_sessions
        if row.voided_at is not None
    ]


def since_it_counts(
    rating: Rating, *, session: JudgedSession, moves: Sequence[Move]
) -> Rating:
    """Return the rating as received when moved sessions let it into its window."""
    if rating.moment not in SPANS:
        return rating
    let_in = [
        move.changed_at
        for move in moves
        if _kept_out(rating, session=session, move=move)
    ]
    if not let_in:
        return rating
    return replace(rating, received_at=max(rating.received_at, *let_in))


def _kept_out(rating: Rating, *, session: JudgedSession, move: Move) -> bool:
    if move.session_id != session.pk:
        # It stood before the value, and closed the window on it.
        return (
            rating.moment in FOLLOW_UPS
            and session.ended_at < move.started_at <= rating.answered_at
        )
    then = window_of(rating.moment, started_at=move.started_at, ended_at=move.ended_at)
    return not is_in_window(rating.answered_at, window=then)
