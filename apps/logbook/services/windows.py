"""Which check-ins lie in their window, kept right when sessions come and change."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from apps.clinical.check_in_windows import SPANS, is_in_window, window_of
from apps.clinical.check_in_windows import Moment as WindowMoment
from apps.common.errors import AlreadyRecordedError
from apps.logbook.models import CheckIn, HeldSession, Moment

ONE_A_SESSION: Final = frozenset({Moment.PRE, Moment.POST})
HAVE_WINDOWS: Final = frozenset(moment.value for moment in SPANS)


def lies_in_window(
    *,
    moment: str,
    answered_at: datetime,
    session: HeldSession | None,
    next_started_at: datetime | None,
) -> bool | None:
    """Say whether a check-in counts; ``None`` while its session is not known.

    What has no window (run-in, during) always counts.
    """
    if moment not in HAVE_WINDOWS:
        return True
    if session is None:
        return None
    window = window_of(
        WindowMoment(moment),
        started_at=session.started_at,
        ended_at=session.ended_at,
        next_started_at=next_started_at,
    )
    return is_in_window(answered_at, window=window)


def require_one_a_session(check_ins: Iterable[CheckIn]) -> None:
    """Refuse a second ``pre`` or ``post`` of one session in its window.

    ``check_ins`` are those of one session. Void ones and those out of window block
    nothing.

    Raises:
        AlreadyRecordedError: There are two; it names the first.
    """
    first: dict[str, CheckIn] = {}
    for each in check_ins:
        counts = each.in_window and each.voided_at is None
        if not counts or each.moment not in ONE_A_SESSION:
            continue
        if each.moment in first:
            raise AlreadyRecordedError(
                f"This session has a {each.moment} check-in: "
                f"{first[each.moment].public_id}. Correct that one, or void it first."
            )
        first[each.moment] = each


def rejudge(
    check_ins: Iterable[CheckIn],
    *,
    session: HeldSession,
    next_started_at: datetime | None,
) -> None:
    """Store anew which check-ins of a session lie in their window.

    Raises:
        AlreadyRecordedError: Two ``pre`` or ``post`` would count now.
    """
    living = [each for each in check_ins if each.voided_at is None]
    changed: dict[bool | None, list[Any]] = {}
    for each in living:
        in_window = lies_in_window(
            moment=each.moment,
            answered_at=each.answered_at,
            session=session,
            next_started_at=next_started_at,
        )
        if in_window is not each.in_window:
            each.in_window = in_window
            changed.setdefault(in_window, []).append(each.pk)
    require_one_a_session(living)
    # Out first: the database allows one in-window pre at any moment.
    for in_window in sorted(changed, key=bool):
        CheckIn.objects.filter(pk__in=changed[in_window]).update(in_window=in_window)


def rejudge_sessions(sessions: Iterable[HeldSession]) -> None:
    """Store anew which check-ins count, for sessions loaded in full.

    Raises:
        AlreadyRecordedError: Two ``pre`` or ``post`` of one session would count now.
    """
    for session in sessions:
        rejudge(
            session.check_ins.all(),
            session=session,
            next_started_at=session.next_started_at,
        )
