"""Random histories: step by step, all at once, and in plain Python give the same.

The plain side is a ledger of the test's own: what it asked for, in the words of the
clinical core. It reads nothing of what was stored but the new days after a pause.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from apps.adherence import services
from apps.adherence.models import AdherenceSnapshot, Window
from apps.clinical.adherence.course import Adherence, adherence_of
from apps.clinical.adherence.course import Window as PlainWindow
from apps.clinical.adherence.inputs import (
    Course,
    DoneExercise,
    DoneSet,
    Excuse,
    ExcuseReason,
    HeldSession,
    Measure,
    Pause,
    PlannedExercise,
    PlannedSlot,
)
from apps.clinical.check_in_windows import Moment
from tests.factories.ledgers import expected_check_ins

from .training import (
    BEFORE,
    DAY,
    FIRST_DAY,
    HOUR,
    ZONE,
    Training,
    columns_of,
    make_training,
    seen,
    start_of,
    told_beside,
    told_by_the_rules,
    work,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("G1")]
SESSIONS = 12
LEG_PRESS = "leg press"


@dataclass
class Ledger:
    """What happened, in the words of the clinical core."""

    slots: dict[int, PlannedSlot]
    sessions: dict[object, HeldSession] = field(default_factory=dict)
    answered: set[tuple[object, Moment]] = field(default_factory=set)
    loads: list[tuple[datetime, Decimal]] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    withdrawn_on: date | None = None
    ended_on: date | None = None
    latest: datetime = BEFORE

    def refresh(self, *, now: datetime) -> None:
        """Let the sweep run; its clock never goes back."""
        self.latest = max(self.latest, now)
        services.refresh(now=self.latest)

    def plan(self, at: datetime) -> tuple[PlannedExercise, ...]:
        load = [kg for since, kg in self.loads if since <= at][-1]
        return (
            PlannedExercise(
                exercise=LEG_PRESS,
                measure=Measure.KG,
                sets=2,
                amount=Decimal(15),
                load_kg=load,
            ),
        )

    def course(self) -> Course:
        living = sorted(self.sessions.items(), key=lambda item: item[1].started_at)
        starts = [session.started_at for _, session in living]
        following = dict(pairwise(starts))
        return Course(
            starts_on=FIRST_DAY,
            weeks=15,
            zone=ZONE,
            slots=tuple(
                replace(slot, plan=self.plan(slot.starts_at))
                for slot in self.slots.values()
            ),
            sessions=tuple(
                replace(
                    session,
                    plan=self.plan(session.started_at),
                    check_ins=expected_check_ins(
                        started_at=session.started_at,
                        ended_at=session.ended_at,
                        following=following.get(session.started_at),
                        answered={at for one, at in self.answered if one == key},
                    ),
                )
                for key, session in living
            ),
            pauses=tuple(self.pauses),
            withdrawn_on=self.withdrawn_on,
            ended_on=self.ended_on,
        )


def begin() -> tuple[Training, Ledger]:
    one = make_training(sessions=SESSIONS)
    slots = {
        number: PlannedSlot(
            key=f"{number:02d}",
            starts_at=start_of(number),
            original_starts_at=start_of(number),
            minutes=60,
        )
        for number in range(1, SESSIONS + 1)
    }
    return one, Ledger(slots=slots, loads=[(BEFORE, Decimal(80))])


def attend(one: Training, ledger: Ledger, chance: random.Random, *, number, start):
    """Hold a session, in a slot or without one, with some of its check-ins."""
    kg = chance.choice(("80", "80", "70", "83", "90"))
    reps = [chance.randint(3, 18) for _ in range(chance.randint(1, 3))]
    check_ins = []
    if chance.random() < 0.7:
        check_ins.append(("pre", -timedelta(minutes=chance.randint(0, 90))))
    if chance.random() < 0.7:
        check_ins.append(("post", HOUR + timedelta(minutes=chance.randint(0, 60))))
    late = timedelta(hours=chance.choice((2, 2, 2, 40)))
    session = one.attend(
        number, work(*reps, kg=kg), at=start, now=start + late, check_ins=check_ins
    )
    ledger.sessions[session.pk] = HeldSession(
        key=f"{session.pk:012d}",
        slot=f"{number:02d}" if number else None,
        started_at=start,
        ended_at=start + HOUR,
        exercises=(
            DoneExercise(
                exercise=LEG_PRESS,
                sets=tuple(
                    DoneSet(amount=Decimal(each), load_kg=Decimal(kg)) for each in reps
                ),
            ),
        ),
    )
    ledger.answered |= {(session.pk, Moment(moment)) for moment, _ in check_ins}
    if chance.random() < 0.6:
        at = session.ended_at + timedelta(hours=chance.randint(18, 36))
        one.rate(session, "h24", at=at)
        ledger.answered.add((session.pk, Moment.H24))
    return session


def live(one: Training, ledger: Ledger, chance: random.Random, number: int) -> None:
    """Let something happen to one planned session, and around it."""
    slot = ledger.slots[number]
    what = chance.choices(
        ("come", "stay away", "excuse", "cancel", "make up", "take back"),
        weights=(8, 3, 2, 1, 2, 1),
    )[0]
    start = slot.starts_at + timedelta(minutes=chance.randint(-20, 20))
    if what in ("come", "take back"):
        session = attend(one, ledger, chance, number=number, start=start)
        if what == "take back":
            one.void(session, now=start + 45 * HOUR)
            del ledger.sessions[session.pk]
    elif what == "make up":
        # On a day without a planned session, so that it has no slot by itself.
        attend(one, ledger, chance, number=None, start=start + DAY)
    elif what == "excuse":
        reason = chance.choice(list(ExcuseReason))
        is_late = chance.random() < 0.5
        told = slot.starts_at + (HOUR if is_late else -HOUR)
        one.excuse(number, reason.value, now=told)
        ledger.slots[number] = replace(slot, excuse=Excuse(reason=reason, late=is_late))
    elif what == "cancel":
        one.cancel(number)
        ledger.slots[number] = replace(slot, cancelled=True)
    if chance.random() < 0.2:
        since = start + 3 * HOUR
        kg = chance.choice(("75", "80", "85"))
        one.load(kg, at=since)
        ledger.loads.append((since, Decimal(kg)))


def be_away(one: Training, ledger: Ledger, chance: random.Random, after: int) -> None:
    """Pause from the day after a slot's make-up day on, for some days."""
    first = ledger.slots[after].starts_at.astimezone(ZONE).date() + 2 * DAY
    until = first + chance.randint(3, 20) * DAY
    now = datetime(first.year, first.month, first.day, 5, tzinfo=UTC)
    one.pause(first, now=now)
    ledger.refresh(now=now + chance.randint(0, 3) * DAY)
    one.resume(until, now=now + 3 * DAY)
    ledger.pauses.append(Pause(paused_from=first, paused_until=until))
    # New days are the calendar's business.
    for number in range(after + 1, SESSIONS + 1):
        row = one.slot(number)
        ledger.slots[number] = replace(ledger.slots[number], starts_at=row.starts_at)


def plain(found: Adherence) -> list[dict]:
    """Return what the clinical core says, in the columns of the rows."""
    return [
        columns_of(found.windows[PlainWindow(window)])
        | {
            "light": found.light.value,
            "misses_in_a_row": found.misses_in_a_row,
            "drop_out": found.drop_out.value if found.drop_out else "",
        }
        for window in Window.values
    ]


def stored(one: Training, names) -> list[dict]:
    rows = {
        row["window"]: row
        for row in AdherenceSnapshot.objects.filter(programme=one.programme).values()
    }
    return [{name: rows[window][name] for name in names} for window in Window.values]


@pytest.mark.parametrize(
    "seed",
    [*range(4), *(pytest.param(each, marks=pytest.mark.long) for each in range(4, 12))],
)
def test_step_by_step_all_at_once_and_in_plain_python_are_the_same(seed):
    chance = random.Random(seed)
    one, ledger = begin()
    away_after = chance.choice((None, 4, 7))
    services.refresh_all(now=BEFORE)

    for number in range(1, SESSIONS + 1):
        live(one, ledger, chance, number)
        if number == away_after:
            be_away(one, ledger, chance, number)
        if chance.random() < 0.5:
            after = timedelta(hours=62, minutes=chance.randint(0, 540))
            ledger.refresh(now=ledger.slots[number].starts_at + after)

    now = max(slot.starts_at for slot in ledger.slots.values()) + 4 * DAY
    for _ in range(4):
        ledger.refresh(now=now)
        told = adherence_of(ledger.course(), now=now)
        expected, beside = plain(told), told_by_the_rules(told.windows, told.periods)
        step_by_step = seen(one)

        assert stored(one, expected[0]) == expected
        assert told_beside(one) == beside
        services.refresh_all(now=now)
        assert seen(one) == step_by_step
        assert told_beside(one) == beside
        # Only time goes on from here.
        now += timedelta(minutes=chance.randint(1, 20_000))
