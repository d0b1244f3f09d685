"""Random weeks of patients and their therapist, typed in over HTTP alone.

A heap of what is to happen when; the clock is moved from one to the next. Whatever is
sent is written into the patient's ledger as it was typed.
"""

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import time_machine

from apps.accounts.models import User
from apps.adherence import services as adherence
from apps.clinical.adherence.inputs import Excuse, ExcuseReason, Pause
from apps.clinical.check_in_windows import Moment
from apps.exercises import services as exercises
from apps.flares import policies
from apps.flares import services as flares
from apps.programmes import services as programmes
from apps.progression import services as progression
from tests.factories.people import (
    api_client,
    make_clinic,
    make_patient,
    make_therapist,
)

from .ledger import (
    CLINIC_ZONE,
    FIRST_DAY,
    HELD_S,
    PHASES,
    Held,
    Ledger,
    LoadTaken,
    PhaseTaken,
    Prescribed,
    Slot,
    Told,
)

RUN_IN_BEGINS = datetime(2026, 2, 18, 17, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
# Loads of a first 1RM test; one exercise has none, so it has no load either.
ONE_REP_MAX = {"leg_press": 83, "knee_extension": 42, "rowing": 55, "biceps_curl": 17}
LONG_SESSION = 7  # exercises, more than half of the plan
EXCUSES = [each.value for each in ExcuseReason]
FLAGS = ["chest_pain", "fever", "fall_or_injury"]


@dataclass(frozen=True, kw_only=True)
class Story:
    """What kind of weeks these are; ``after_mm`` is the usual rise after a session."""

    weeks: int = 4
    patients: int = 1
    is_live: bool = True
    pem: bool | None = False
    zone: str = "Europe/Stockholm"
    is_calm: bool = False
    after_mm: int = 2
    corrects: bool = True
    is_away: bool = False
    pauses: bool = False


class Month:
    """A clinic whose patients live through some weeks."""

    def __init__(self, seed: int, story: Story, *, clock: time_machine.Traveller):
        self.chance, self.story, self.clock = random.Random(seed), story, clock
        self.now = RUN_IN_BEGINS
        self._heap: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._clients: dict[int, tuple[datetime, Any]] = {}
        self._move(self.now)
        policies.load_policies()
        programmes.load_templates()
        self.clinic = make_clinic()
        exercises.add_catalogue(clinic=self.clinic)
        self.tove = make_therapist(self.clinic)
        if story.is_live:
            self._sign()
        self.lives = [Life(self) for _ in range(story.patients)]

    def _sign(self) -> None:
        [policy] = [
            each
            for each in self.get("alert-policies/")["results"]
            if each["status"] == "shadow"
        ]
        self.send(f"alert-policies/{policy['id']}/sign/", {})

    def at(self, instant: datetime, what: Callable[[], None]) -> None:
        """Let something happen at an instant."""
        heapq.heappush(self._heap, (instant, next(self._count), what))

    def live(self, until: datetime) -> None:
        """Go through all that happens until an instant, which then it is."""
        while self._heap and self._heap[0][0] <= until:
            instant, _, what = heapq.heappop(self._heap)
            self._move(instant)
            what()
        self._move(until)

    def sweep(self) -> None:
        """Let all sweeps run that Beat would have run by now."""
        self._move(self.now + SECOND)
        programmes.mark_missed(now=self.now)
        flares.close_windows(now=self.now)
        flares.judge_due(now=self.now)
        adherence.refresh(now=self.now)
        progression.draft_due(now=self.now)

    def get(self, path: str, **query: str) -> Any:
        answer = self._client(self.tove).get(f"/api/v1/{path}", query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def find(self, path: str) -> Any:
        """Return what is there; None if nothing is."""
        answer = self._client(self.tove).get(f"/api/v1/{path}")
        return answer.json() if answer.status_code == 200 else None

    def send(
        self,
        path: str,
        body: dict,
        *,
        by: User | None = None,
        version: int | None = None,
    ) -> Any:
        """Send an entry, or a correction of a version, some seconds later."""
        self._move(self.now + 7 * SECOND)
        client = self._client(by or self.tove)
        if version is None:
            answer = client.post(f"/api/v1/{path}", body, format="json")
        else:
            match = {"If-Match": f'"{version}"'}
            body = body | {"correction_reason": "A slip"}
            answer = client.patch(f"/api/v1/{path}", body, "json", headers=match)
        assert answer.status_code in (200, 201), (path, body, answer.content)
        return answer.json()

    def _client(self, user: User) -> Any:
        since, client = self._clients.get(user.pk, (None, None))
        # A token lives for a day.
        if since is None or self.now > since + 20 * HOUR:
            since, client = self.now, api_client(user)
            self._clients[user.pk] = since, client
        return client

    def _move(self, instant: datetime) -> None:
        self.now = max(self.now, instant.astimezone(UTC))
        self.clock.move_to(self.now, tick=False)


class Life:
    """One patient in the programme."""

    def __init__(self, month: Month):
        self.month, self.chance, self.story = month, month.chance, month.story
        self.patient = make_patient(
            month.clinic,
            therapist=month.tove,
            pem=self.story.pem,
            time_zone=self.story.zone,
        )
        self.id = str(self.patient.public_id)
        self.ledger = Ledger(zone=ZoneInfo(self.story.zone), pem=self.story.pem)
        self.usual_mm = self.chance.randint(25, 55)
        self.away = (date.max, date.max)
        if self.story.is_away:
            first = FIRST_DAY + self.chance.randint(8, 13) * DAY
            self.away = first, first + self.chance.randint(9, 24) * DAY
        for day in range(10):
            if self.yes(0.7):
                self._at(RUN_IN_BEGINS + day * DAY, self._tell_run_in)
        begins = datetime.combine(FIRST_DAY, datetime.min.time(), tzinfo=CLINIC_ZONE)
        self._at(begins - 4 * DAY + 9 * HOUR, self._enrol)
        if self.story.pauses:
            self._at(begins + self.chance.randint(6, 14) * DAY, self._pause)

    # Words for chance.

    def yes(self, share: float) -> bool:
        return self.chance.random() < share

    def minutes(self, least: int, most: int) -> timedelta:
        return self.chance.randint(least, most) * MINUTE

    def _at(self, instant: datetime, what: Callable[..., None], *args: Any) -> None:
        self.month.at(instant, lambda: what(*args))

    def _send(self, path: str, body: dict, **more: Any) -> Any:
        return self.month.send(path, body, **more)

    @property
    def now(self) -> datetime:
        return self.month.now

    # Before the first session.

    def _enrol(self) -> None:
        programme = self._send(
            "programmes/",
            {
                "patient": self.id,
                "template": "resistance_fm_15w",
                "starts_on": FIRST_DAY.isoformat(),
                "weekdays": [0, 3],
                "time": "10:00",
            },
        )
        self.programme = f"programmes/{programme['id']}/"
        plan = self.month.get(f"{self.programme}prescription/")
        self.ledger.prescribed = [
            Prescribed(
                id=each["prescription"],
                exercise=each["exercise"]["id"],
                slug=each["exercise"]["slug"],
                side=each["side"] or "",
            )
            for each in plan["exercises"]
        ]
        self.ledger.phases.append(
            PhaseTaken(position=1, since=FIRST_DAY, decided_at=self.now)
        )
        self._read_calendar()
        for each in self.ledger.prescribed:
            if each.slug in ONE_REP_MAX:
                self._test(each, Decimal(ONE_REP_MAX[each.slug]))
        held_at = (self.now - HOUR).isoformat()
        meeting = {"held_at": held_at, "instructed": True, "adjusted": True}
        self._send(
            f"{self.programme}introductory-meeting/",
            meeting | {"tolerance": "tolerated"},
        )
        for each in self.ledger.prescribed:
            if each.name in self.ledger.tests:
                step = each.steps.increment_kg
                kg = self.ledger.tests[each.name] * 40 / 100 // step * step
                self._load(each, kg)

    def _read_calendar(self) -> None:
        """Take the days of planned sessions, which are the calendar's business."""
        rows = self.month.get("planned-sessions/", patient=self.id, page_size="100")
        for row in sorted(rows["results"], key=lambda each: each["number"]):
            starts_at = datetime.fromisoformat(row["starts_at"])
            known = self.ledger.slots.get(row["number"])
            if known is None:
                self.ledger.slots[row["number"]] = Slot(
                    id=row["id"],
                    starts_at=starts_at,
                    original_starts_at=starts_at,
                    minutes=row["minutes"],
                )
            elif known.starts_at == starts_at:
                continue
            else:
                known.starts_at = starts_at
            self._expect(row["number"])

    def _expect(self, number: int) -> None:
        starts_at = self.ledger.slots[number].starts_at
        self._at(starts_at - 20 * HOUR, self._meet, number, starts_at)

    def _test(self, prescribed: Prescribed, kg: Decimal) -> None:
        load = {"value": str(kg), "unit": "kg"}
        body = {
            "patient": self.id,
            "exercise": prescribed.exercise,
            "tested_at": self.now.isoformat(),
            "method": "direct",
            "trials": [{"load": load, "reps": 1, "success": True}],
        }
        side = {"side": prescribed.side} if prescribed.side else {}
        self._send("one-rep-max-tests/", body | side)
        self.ledger.tests[prescribed.name] = kg

    def _load(self, prescribed: Prescribed, kg: Decimal) -> None:
        load = {"value": str(kg), "unit": "kg"}
        self._send(
            f"prescriptions/{prescribed.id}/load/", {"load": load, "reason": "Ready"}
        )
        taken = LoadTaken(at=self.now, kg=kg)
        self.ledger.loads.setdefault(prescribed.name, []).append(taken)

    # What becomes of a planned session.

    def _meet(self, number: int, starts_at: datetime) -> None:
        """On the day before: decide what becomes of a session, if it stands there."""
        slot = self.ledger.slots[number]
        if slot.starts_at != starts_at or self.ledger.is_paused:
            return
        what = self.chance.choices(
            ("come", "stay away", "excuse", "cancel", "move", "make up"),
            weights=(16, 2, 1, 1, 1, 2),
        )[0]
        first, last = self.away
        if first <= starts_at.date() <= last:
            what = self.chance.choice(("stay away", "excuse"))
        if what == "come":
            self._come(number, starts_at)
        elif what == "excuse":
            self._excuse(number, late=False)
        elif what == "cancel":
            self._send(f"planned-sessions/{slot.id}/cancel/", {"reason": "Ill"})
            slot.is_cancelled = True
        elif what == "move":
            slot.starts_at = starts_at + self.chance.choice((3 * HOUR, DAY, 2 * DAY))
            self._send(
                f"planned-sessions/{slot.id}/move/",
                {"starts_at": slot.starts_at.isoformat()},
            )
            self._come(number, slot.starts_at)
        elif what == "make up":
            self._come(None, starts_at + DAY)
        elif self.yes(0.3):
            later = starts_at + self.minutes(30, 3000)
            self._at(later, self._excuse_late, number, starts_at)

    def _excuse_late(self, number: int, starts_at: datetime) -> None:
        slot = self.ledger.slots[number]
        if slot.starts_at == starts_at and not self.ledger.is_paused:
            self._excuse(number, late=True)

    def _excuse(self, number: int, *, late: bool) -> None:
        slot, reason = self.ledger.slots[number], self.chance.choice(EXCUSES)
        by = None if late else self.patient.user
        self._send(f"planned-sessions/{slot.id}/excuse/", {"reason": reason}, by=by)
        slot.excuse = Excuse(reason=ExcuseReason(reason), late=late)

    def _pause(self) -> None:
        tomorrow = self.now.astimezone(CLINIC_ZONE).date() + DAY
        if any(
            slot.starts_at.astimezone(CLINIC_ZONE).date() >= tomorrow
            and number in {each.slot for each in self.ledger.held}
            for number, slot in self.ledger.slots.items()
        ):
            return
        body = {"from": tomorrow.isoformat(), "reason": "Away"}
        self._send(f"{self.programme}pause/", body)
        self.ledger.pauses.append(Pause(paused_from=tomorrow))
        self._at(self.now + self.chance.randint(2, 16) * DAY, self._resume)

    def _resume(self) -> None:
        today = self.now.astimezone(CLINIC_ZONE).date()
        self._send(f"{self.programme}resume/", {"on": today.isoformat()})
        self.ledger.pauses[-1] = replace(self.ledger.pauses[-1], paused_until=today)
        self._read_calendar()

    # A session, and what is told around it.

    def _come(self, number: int | None, starts_at: datetime) -> None:
        start = starts_at + self.minutes(-15, 15)
        end = start + self.minutes(35, 75)
        ahead: list[str] = []
        if number is not None and self.yes(0.35):
            self._at(start - self.minutes(12, 85), self._tell_ahead, number, ahead)
        late = self.minutes(600, 4000) if self.yes(0.12) else self.minutes(1, 9)
        self._at(end + late, self._hold, number, start, end, ahead)

    def _tell_ahead(self, number: int, ahead: list[str]) -> None:
        if self.ledger.is_paused:
            return
        slot = {"planned_session": self.ledger.slots[number].id}
        told = self._tell(Moment.PRE, self.now, self._pre(), **slot)
        told.slot = number
        ahead.append(told.id)

    def _hold(
        self, number: int | None, start: datetime, end: datetime, ahead: list[str]
    ) -> None:
        """Record a session with the check-ins that are told on the spot."""
        if self._is_in_pause(start):
            return
        work = self._work()
        body = {
            "id": self._uuid(),
            "patient": self.id,
            "setting": "supervised" if number else "home",
            "started_at": start.isoformat(),
            "ended_at": end.isoformat(),
            "exercises": [self._as_sent(each) for each in work],
        }
        if number is not None:
            body["planned_session"] = self.ledger.slots[number].id
        # What is told with the session speaks of no other day.
        rare = self._fitness()
        if self.yes(0.06):
            rare["confounders"] = [self.chance.choice(("infection", "poor_sleep"))]
        if self.yes(0.08):
            body["broken_off_because"] = "Pain in the knee"
        typed = self._on_the_spot(start, end, has_pre=bool(ahead))
        sent = [_as_answered(each) for each in typed]
        if ahead and self.yes(0.5):
            # What went ahead may be named again; else the server finds it.
            before = self.ledger.told[ahead[0]]
            sent.append(_as_answered(before))
        stored = self._send("sessions/", body | rare | {"check_ins": sent})
        session = Held(
            id=stored["id"],
            slot=number,
            started_at=start,
            ended_at=end,
            exercises=work,
            is_broken_off="broken_off_because" in body,
            confounders=tuple(rare.get("confounders", ())),
        )
        self.ledger.sessions[session.id] = session
        for each in typed:
            each.received_at = each.recorded_at = self.now
            each.session = session.id
            self.ledger.told[each.id] = each
        for each in ahead:
            self.ledger.told[each].session = session.id
        self._follow_up(session)
        self._think_again(session)

    def _is_in_pause(self, start: datetime) -> bool:
        day = start.astimezone(CLINIC_ZONE).date()
        return any(pause.covers(day) for pause in self.ledger.pauses)

    def _work(self) -> list[dict]:
        most = len(self.ledger.prescribed)
        many = self.chance.randint(1, 4)
        if self.yes(0.35):
            many = self.chance.randint(LONG_SESSION, most)
        chosen = self.chance.sample(self.ledger.prescribed, many)
        if self.yes(0.85) and not any(each.slug == "leg_press" for each in chosen):
            chosen[0] = self.ledger.prescribed[0]
        work = [self._exercise(each) for each in chosen]
        if self.yes(0.07):
            fast = self._exercise(self.ledger.prescribed[0])
            work.append(fast | {"explosive": True} if "sets" in fast else fast)
        return work

    def _exercise(self, prescribed: Prescribed) -> dict:
        done: dict = {"exercise": prescribed.exercise, "slug": prescribed.slug}
        if prescribed.side:
            done["side"] = prescribed.side
        if self.yes(0.06):
            return done | {"skipped": True, "skipped_reason": "pain"}
        if self.yes(0.03):
            done |= {"novel": self.yes(0.5), "novel_reason": "I know her"}
        count = self.chance.choice((1, 2, 2, 2, 2, 3))
        return done | {"sets": [self._set(prescribed) for _ in range(count)]}

    def _set(self, prescribed: Prescribed) -> dict:
        load = self.ledger.load_at(prescribed.name)
        position = max(each.position for each in self.ledger.phases)
        phase = PHASES[position]
        least, most = phase.reps_min, phase.reps_max
        if self.story.is_calm or self.yes(0.5):
            least = most
        if prescribed.kind == "hold":
            done: dict = {"seconds": self.chance.randint(HELD_S[0] - 2, HELD_S[1] + 4)}
        else:
            done = {"reps": self.chance.randint(least - 2, most + 3)}
        if self.yes(0.02) and "reps" in done:
            done["reps"] = 0
        if prescribed.kind == "external":
            step = prescribed.steps.increment_kg
            kg = load.kg if load else 4 * step
            if self.yes(0.08):
                kg = max(kg + self.chance.choice((-1, 1)) * step, step)
            done["load"] = {"value": str(kg), "unit": "kg"}
        if prescribed.kind == "lever":
            done["lever_level"] = self.chance.randint(0, 4)
        if self.yes(0.5):
            done["rpe"] = self.chance.randint(9, 16)
        if self.yes(0.2):
            done["pain_mm"] = self._pain(5)
        return done

    @staticmethod
    def _as_sent(done: dict) -> dict:
        return {name: value for name, value in done.items() if name != "slug"}

    def _pain(self, more_mm: int = 0) -> int:
        if not self.story.is_calm and self.yes(0.07):
            more_mm += self.chance.randint(15, 45)
        spread = 4 if self.story.is_calm else 9
        value = self.usual_mm + more_mm + self.chance.randint(-spread, spread)
        return max(0, min(100, value))

    def _on_the_spot(
        self, start: datetime, end: datetime, *, has_pre: bool
    ) -> list[Told]:
        told = []
        if not has_pre and self.yes(0.85):
            early = 130 if self.yes(0.06) else self.chance.randint(-4, 85)
            told.append(self._typed(Moment.PRE, start - early * MINUTE, self._pre()))
        if self.yes(0.6):
            answers = {"pain_mm": self._pain(6)}
            if self.yes(0.5):
                answers["worst_pain_mm"] = self._pain(10)
            told.append(self._typed(Moment.DURING, start + 20 * MINUTE, answers))
        if self.yes(0.5):
            answers = {"pain_mm": self._pain(4), "session_rpe": 13}
            if self.yes(0.4):
                answers["worst_pain_mm"] = self._pain(8)
            told.append(self._typed(Moment.POST, end - self.minutes(0, 4), answers))
        return told

    def _pre(self) -> dict:
        answers: dict = {}
        if self.yes(0.95):
            answers["pain_mm"] = self._pain()
        if self.yes(0.9):
            answers["red_flags"] = [self.chance.choice(FLAGS)] if self.yes(0.04) else []
        if self.yes(0.85):
            low = 7 if self.story.is_calm else 4
            answers["confidence"] = self.chance.randint(low, 10)
        if self.yes(0.05):
            answers |= {"scale": "NRS11", "pain_mm": self._pain() // 10 * 10}
        return answers | self._fitness()

    def _fitness(self) -> dict:
        """Return what may speak against training at all today."""
        answers: dict = {}
        if self.yes(0.3):
            answers["blood_pressure"] = {
                "systolic": self.chance.choice((118, 127, 139, 160, 185)),
                "diastolic": self.chance.choice((70, 79, 88, 101)),
            }
        if self.yes(0.5):
            answers["acute_illness"] = self.yes(0.08)
        return answers

    def _typed(self, moment: Moment, at: datetime, answers: dict) -> Told:
        return Told(
            id=self._uuid(),
            moment=moment,
            answered_at=at,
            received_at=self.now,
            recorded_at=self.now,
            answers=answers,
        )

    def _tell(self, moment: Moment, at: datetime, answers: dict, **links: str) -> Told:
        """Send one check-in as the patient, which comes alone."""
        told = self._typed(moment, at, answers)
        self._send("check-ins/", _as_answered(told) | links, by=self.patient.user)
        told.received_at = told.recorded_at = self.now
        self.ledger.told[told.id] = told
        return told

    def _tell_run_in(self) -> None:
        self._tell(Moment.RUN_IN, self.now, {"pain_mm": self._pain()})

    def _follow_up(self, session: Held) -> None:
        end = session.ended_at
        if self.yes(0.3):
            at = end + self.minutes(1, 90)
            self._later(at, session, Moment.POST, {"worst_pain_mm": self._pain(8)})
        for moment, low, high in ((Moment.H24, 18, 36), (Moment.H48, 40, 60)):
            for _ in range(self.chance.choice((0, 1, 1, 1, 1, 1, 2))):
                usual = 24 if moment == Moment.H24 else 48
                at = end + usual * HOUR + self.minutes(-150, 150)
                if self.yes(0.3):
                    at = end + self.minutes(60 * low - 90, 60 * high + 90)
                self._later(at, session, moment, self._next_day())

    def _later(
        self, at: datetime, session: Held, moment: Moment, answers: dict
    ) -> None:
        """Let a follow-up be told when it is felt, or much later."""
        told = at + self.minutes(600, 4000) if self.yes(0.12) else at
        self._at(max(told, self.now), self._tell_after, session, moment, at, answers)

    def _tell_after(
        self, session: Held, moment: Moment, at: datetime, answers: dict
    ) -> None:
        if session.is_void:
            return
        if moment == Moment.POST and self.ledger.around(session, Moment.POST):
            return
        told = self._tell(moment, at, answers, session=session.id)
        told.session = session.id
        if self.story.corrects and self.yes(0.12):
            later = self.now + self.minutes(30, 4000)
            self._at(later, self._correct_check_in, told, session)

    def _next_day(self) -> dict:
        answers: dict = {"pain_mm": self._pain(self.story.after_mm)}
        if not self.story.is_calm and self.yes(0.12):
            answers["pain_mm"] = min(100, self._pain(30))
        if self.yes(0.5):
            places = ("only_trained", "only_trained", "usual", "both", "new")
            answers["location"] = self.chance.choice(places)
        if self.yes(0.5):
            words = ("no", "no", "no", "no", "unsure", "yes")
            answers["flare"] = "no" if self.story.is_calm else self.chance.choice(words)
        if self.yes(0.4):
            answers["analgesic"] = self.chance.choice(("none", "usual", "extra"))
        if self.yes(0.4):
            answers["sleep"] = self.chance.randint(2, 10)
        return answers

    # Second thoughts.

    def _think_again(self, session: Held) -> None:
        if not self.story.corrects:
            return
        for share, what in (
            (0.08, self._shift),
            (0.10, self._correct_work),
            (0.08, self._add_confounder),
            (0.06, self._void),
        ):
            if self.yes(share):
                self._at(self.now + self.minutes(30, 5000), what, session)

    def _shift(self, session: Held) -> None:
        """Correct the times of a session; what is told around it stays where it is."""
        if session.is_void:
            return
        start = session.started_at - self.minutes(1, 40)
        end = session.ended_at - self.minutes(1, 30)
        times = {"started_at": start.isoformat(), "ended_at": end.isoformat()}
        self._correct(session, times)
        session.started_at, session.ended_at = start, end

    def _correct_work(self, session: Held) -> None:
        if session.is_void:
            return
        work = self._work()
        self._correct(session, {"exercises": [self._as_sent(each) for each in work]})
        session.exercises = work

    def _correct(self, session: Held, body: dict) -> None:
        self._send(f"sessions/{session.id}/", body, version=session.version)
        session.version += 1

    def _add_confounder(self, session: Held) -> None:
        if session.is_void or session.confounders:
            return
        body = {"confounders": [self.chance.choice(("injury", "new_drug"))]}
        self._send(f"sessions/{session.id}/confounders/", body)
        session.confounders = tuple(body["confounders"])
        session.version += 1

    def _void(self, session: Held) -> None:
        self._send(f"sessions/{session.id}/void/", {"reason": "Somebody else's"})
        session.is_void = True

    def _correct_check_in(self, told: Told, session: Held) -> None:
        if session.is_void or told.is_void:
            return
        if self.yes(0.3):
            self._send(f"check-ins/{told.id}/void/", {"reason": "Somebody else's"})
            told.is_void = True
            return
        changes: dict = {"pain_mm": self._pain(self.chance.choice((0, 0, 30)))}
        if told.answers.get("scale") == "NRS11":
            changes["pain_mm"] = changes["pain_mm"] // 10 * 10
        self._send(f"check-ins/{told.id}/", changes, version=told.version)
        told.answers = told.answers | changes
        told.version += 1

    def _uuid(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128), version=4))


def _as_answered(told: Told) -> dict:
    return told.answers | {
        "id": told.id,
        "moment": str(told.moment),
        "answered_at": told.answered_at.isoformat(),
    }
