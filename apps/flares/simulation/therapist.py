"""What becomes of alerts when somebody reads them: the product with its silence.

Silence after a pattern or trend begins to matter only when an alert is closed, so the
alerts as issued depend on when a therapist resolves them. Two ways are told: every
alert before the patient's next session [D], and none ever. The truth of a clinic lies
between them.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from apps.clinical.flare.detector import judge_history
from apps.clinical.flare.inputs import Closing, Family, PatientHistory, Session
from apps.clinical.flare.policy import DetectorPolicy
from apps.clinical.flare.verdicts import AlertState, ClosedBy, Judgement, Kind

from .histories import session_index

RESOLVED_BEFORE_NEXT: Final = timedelta(hours=1)  # [D]
TOLD_WITH_PAUSE: Final = frozenset({Kind.HYPERALGESIA, Kind.RISING_PAIN})


def judge_resolved(
    history: PatientHistory,
    *,
    left_open: Judgement,
    policy: DetectorPolicy,
    now: datetime,
) -> Judgement:
    """Return the judgement when each alert is resolved before the next session.

    In each round the earliest alert of every family is resolved, and all is judged
    anew, because a closed alert lets later sessions open another.

    Args:
        left_open: The judgement without any resolution.
    """
    judgement, closings = left_open, list[Closing]()
    while new := list(_next_closings(judgement, sessions=history.sessions)):
        closings += new
        judgement = judge_history(history, policy=policy, now=now, closings=closings)
    return judgement


def _next_closings(
    judgement: Judgement, *, sessions: Sequence[Session]
) -> Iterator[Closing]:
    for family in Family:
        unread = (
            alert
            for alert in judgement.alerts
            if alert.family == family and alert.closed_by != ClosedBy.THERAPIST
        )
        first = min(unread, key=lambda alert: alert.opened_by, default=None)
        # What the last session opens stays open: there is no next one.
        if first is not None and session_index(first.opened_by) + 1 < len(sessions):
            yield _closing(first, sessions=sessions)


def _closing(alert: AlertState, *, sessions: Sequence[Session]) -> Closing:
    opened_in = sessions[session_index(alert.opened_by)]
    next_one = sessions[session_index(alert.opened_by) + 1]
    is_paused = alert.raised_by[0].kind in TOLD_WITH_PAUSE
    return Closing(
        family=alert.family,
        opened_by=alert.opened_by,
        generation=alert.generation,
        closed_at=next_one.started_at - RESOLVED_BEFORE_NEXT,
        session_keys=(alert.opened_by,),
        # As the product hands it in, though without corrections nothing hangs on it.
        alerted_on=opened_in.day if is_paused else None,
    )
