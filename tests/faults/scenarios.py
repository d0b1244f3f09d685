"""Every fault as data: what it is called, how it is made, what is awaited."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from apps.common.stack.processes import Process

from . import plays
from .clinics import Device
from .gates import Locked, Place, Written
from .ground import Ground

JUDGEMENT, VERDICT = "logbook_judgementdue", "flares_verdict"
ALERT, OUTBOX = "inbox_alert", "messaging_outboxmail"
SESSION, CHECK_IN = "logbook_heldsession", "logbook_checkin"


@dataclass(frozen=True)
class Scenario:
    """One fault.

    ``repeats``: how often the mail comes again, with the same Message-ID; 0 where the
    server cannot have taken it twice. ``ended_at``: the session, where it matters.
    """

    name: str
    play: Callable[[Ground, Device], None]
    repeats: int = 0
    is_long: bool = True
    holds_session: bool = True
    own_postgres: bool = False
    ended_at: datetime | None = None


# The worker, between every two steps. First the place and what brings it there.
FLARE, RED_FLAG = Device.morning_after, Device.red_flag
STEPS: tuple[tuple[str, Place, plays.Trigger], ...] = (
    ("red flag written", Written(ALERT), RED_FLAG),
    ("red flag's mail written", Written(OUTBOX), RED_FLAG),
    ("red flag being committed", Written(ALERT, at_commit=True), RED_FLAG),
    ("verdict written", Written(VERDICT), FLARE),
    ("alert written", Written(ALERT), FLARE),
    ("outbox mail written", Written(OUTBOX), FLARE),
    (
        "next look noted",
        Written(JUDGEMENT, "UPDATE", condition="NEW.reason = 'window_closes'"),
        FLARE,
    ),
    ("judgement being committed", Written(VERDICT, at_commit=True), FLARE),
    (
        "outbox row taken",
        Written(OUTBOX, "UPDATE", condition="NEW.state = 'sending'"),
        FLARE,
    ),
    (
        "lease being committed",
        Written(OUTBOX, "UPDATE", condition="NEW.state = 'sending'", at_commit=True),
        FLARE,
    ),
)
MARKED = "NEW.state = 'sent'"
KILLS: tuple[tuple[str, plays.Kill], ...] = (
    ("worker", Ground.kill_worker),
    ("child", Ground.kill_worker_children),
)
CORE = {
    "worker killed: alert written",
    "child killed: mail handed over, not marked",
}


def _killed() -> list[Scenario]:
    scenarios = []
    for who, kill in KILLS:
        told = f"{who} killed: "
        scenarios += [
            Scenario(
                told + "due row taken",
                partial(plays.killed_with_due_row, place=Locked(ALERT), kill=kill),
            ),
            Scenario(
                told + "red flag told, not judged yet",
                partial(plays.killed_between, place=Written(VERDICT), kill=kill),
                holds_session=False,
            ),
        ]
        scenarios += [
            Scenario(
                told + name,
                partial(plays.killed_at, place=place, kill=kill, trigger=trigger),
                is_long=told + name not in CORE,
            )
            for name, place, trigger in STEPS
        ]
        scenarios += [
            Scenario(
                told + name,
                partial(
                    plays.killed_in_conversation, step=step, kill=kill, trigger=FLARE
                ),
                repeats=repeats,
            )
            for name, step, repeats in (
                ("SMTP conversation begun", "MAIL", 0),
                ("mail taken, 250 not said", "DATA", 1),
            )
        ]
        handed_over = told + "mail handed over, not marked"
        scenarios.append(
            Scenario(
                handed_over,
                partial(plays.killed_before_mark, kill=kill, trigger=FLARE),
                repeats=1,
                is_long=handed_over not in CORE,
            )
        )
        scenarios += [
            Scenario(
                told + name,
                partial(
                    plays.killed_at,
                    place=Written(
                        OUTBOX, "UPDATE", condition=MARKED, at_commit=at_commit
                    ),
                    kill=kill,
                    trigger=FLARE,
                ),
                repeats=repeats,
            )
            for name, at_commit, repeats in (
                ("mark written", False, 1),
                # COMMIT goes on without whoever asked for it.
                ("mark being committed", True, 0),
            )
        ]
    return scenarios


WORKER = (
    *_killed(),
    Scenario("worker away for minutes", plays.worker_away),
    Scenario("Beat away for minutes", plays.beat_away),
)
TWICE = (
    Scenario(
        "judging delivered twice, the first in the middle",
        partial(plays.judged_twice, place=Written(VERDICT)),
    ),
    Scenario(
        "two processes judge at once",
        partial(plays.judged_by_two_processes, place=Written(ALERT)),
    ),
    Scenario("two processes send at once", plays.sent_by_two_processes),
    Scenario("thirty sweeps of each kind at once", plays.swept_by_many),
)
BROKER = (
    Scenario("broker gone during the request, back later", plays.broker_gone),
    Scenario("broker restarted", plays.broker_restarted),
    Scenario("broker emptied, the nudge with it", plays.broker_emptied),
    Scenario("broker emptied under a running worker", plays.broker_emptied_at_work),
    Scenario("broker hangs", plays.broker_hanging),
)
DATABASE = (
    Scenario("all idle connections cut", plays.idle_cut_off),
    Scenario(
        "web's connection cut: check-in written",
        partial(plays.web_cut_off, place=Written(CHECK_IN)),
    ),
    Scenario(
        "web's connection cut: being committed",
        partial(plays.web_cut_off, place=Written(CHECK_IN, at_commit=True)),
    ),
    Scenario(
        "worker's connection cut: red flag written",
        partial(plays.worker_cut_off, place=Written(ALERT), trigger=RED_FLAG),
    ),
    Scenario(
        "worker's connection cut: alert written",
        partial(plays.worker_cut_off, place=Written(ALERT), trigger=FLARE),
        is_long=False,
    ),
    Scenario(
        "worker's connection cut: judgement being committed",
        partial(
            plays.worker_cut_off,
            place=Written(VERDICT, at_commit=True),
            trigger=FLARE,
        ),
    ),
    Scenario(
        "worker's connection cut: outbox row taken",
        partial(
            plays.worker_cut_off,
            place=Written(OUTBOX, "UPDATE", condition="NEW.state = 'sending'"),
            trigger=RED_FLAG,
        ),
    ),
    Scenario(
        "worker's connection cut: mail handed over, not marked",
        plays.sender_cut_off,
        repeats=1,
    ),
    Scenario(
        "PostgreSQL restarted in the middle of a judgement",
        partial(
            plays.postgres_gone,
            place=Locked(VERDICT, "EXCLUSIVE"),
            stop=Process.stop,
        ),
        own_postgres=True,
    ),
    Scenario(
        "PostgreSQL killed in the middle of a judgement",
        partial(
            plays.postgres_gone,
            place=Locked(VERDICT, "EXCLUSIVE"),
            stop=Process.kill,
        ),
        own_postgres=True,
    ),
)
MAIL = (
    Scenario(
        "mail server refuses for now (451)",
        partial(plays.mail_refused, step="DATA", answer="451 Try later"),
    ),
    Scenario(
        "mail server refuses the recipient (550)",
        partial(plays.mail_refused, step="RCPT", answer="550 No such mailbox"),
    ),
    Scenario("mail server slow", partial(plays.mail_slow, delay_s=1.5)),
    Scenario("mail server silent", plays.mail_silent),
    Scenario(
        "mail server drops after DATA", plays.mail_dropped, repeats=1, is_long=False
    ),
    Scenario("mail server down and back", plays.mail_gone),
)
WEB = (
    *(
        Scenario(
            f"web killed in a POST: {name}",
            partial(plays.web_killed, place=place, status_of_repeat=status),
            is_long=is_long,
            holds_session=False,
        )
        for name, place, status, is_long in (
            ("session written", Written(SESSION), 201, True),
            ("check-in written", Written(CHECK_IN), 201, False),
            ("work noted as due", Written(JUDGEMENT, "INSERT OR UPDATE"), 201, True),
            ("committed, not answered", Written(SESSION, at_commit=True), 200, True),
        )
    ),
    Scenario(
        "answer lost on its way",
        partial(plays.answer_lost, place=Written(SESSION, at_commit=True)),
        holds_session=False,
    ),
)
# When the session of an hour ends, by the clock of Stockholm.
CLOCK = tuple(
    Scenario(
        f"clock: {name}",
        plays.at_another_time,
        ended_at=datetime.fromisoformat(ended_at),
    )
    for name, ended_at in (
        ("session over the gap in spring", "2027-03-28T03:30+02:00"),
        ("morning after in the gap", "2027-03-27T02:30+01:00"),
        ("session over the overlap in autumn", "2027-10-31T02:30+01:00"),
        ("morning after in the overlap", "2027-10-30T02:30+02:00"),
        ("session over the start of a leap day", "2028-02-29T00:30+01:00"),
        ("morning after on a leap day", "2028-02-28T10:00+01:00"),
        ("session over the end of the year", "2027-01-01T00:30+01:00"),
    )
)
SCENARIOS = (*WORKER, *TWICE, *BROKER, *DATABASE, *MAIL, *WEB, *CLOCK)
