"""How each fault is made. A play breaks something and lets it be mended."""

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from apps.common.stack.ports import free_port
from apps.common.stack.processes import Process
from apps.common.stack.services import ROOT
from apps.flares.services import JUDGE_DUE
from apps.messaging.services import SEND_OUTBOX
from tests.operations.servers import wait_until_listening

from .clinics import DAY, Device
from .gates import MailLocked, Place
from .ground import Ground, wait_until

MINUTE = timedelta(minutes=1)
Trigger = Callable[[Device], tuple[str, dict[str, Any]]]
Kill = Callable[[Ground], None]

# The worker.


def killed_at(
    ground: Ground, device: Device, *, place: Place, kill: Kill, trigger: Trigger
) -> None:
    """Kill what works for the patient while it stands in one place."""
    with ground.close_gate(place, device) as gate:
        device.deliver(trigger(device))
        gate.wait_until_reached()
        kill(ground)
    ground.revive()


def killed_with_due_row(
    ground: Ground, device: Device, *, place: Place, kill: Kill
) -> None:
    """Kill it when it holds the row that says who is due, and has written nothing."""
    with ground.close_gate(place, device) as gate:
        device.deliver(device.red_flag())
        gate.wait_until_reached()
        free = ground.rows(
            "SELECT 1 FROM logbook_judgementdue WHERE patient_id = %s"
            " FOR UPDATE SKIP LOCKED",
            device.people.patient_id,
        )
        assert free == [], "the worker does not hold the row"
        kill(ground)
    ground.revive()


def killed_between(ground: Ground, device: Device, *, place: Place, kill: Kill) -> None:
    """Kill it in the judgement that comes after the transaction of a red flag."""
    with ground.close_gate(place, device) as gate:
        device.deliver(device.session("chest_pain"))
        gate.wait_until_reached()
        # Another child sends the red flag's mail meanwhile; that is not killed here.
        ground.wait_until_sent(device)
        kill(ground)
    ground.revive()


def killed_in_conversation(
    ground: Ground, device: Device, *, step: str, kill: Kill, trigger: Trigger
) -> None:
    """Kill the sender while the mail server is slow to answer a step."""
    ground.mail.pause_at(step)
    device.deliver(trigger(device))
    ground.mail.wait_until_paused()
    kill(ground)
    ground.mail.go_on()
    ground.revive()


def killed_before_mark(
    ground: Ground, device: Device, *, kill: Kill, trigger: Trigger
) -> None:
    """Kill the sender when the server has said 250 and nothing is marked yet."""
    with handed_over(ground, device, trigger=trigger) as gate:
        gate.wait_until_reached()
        kill(ground)
    ground.revive()


@contextmanager
def handed_over(ground: Ground, device: Device, *, trigger: Trigger):
    """Hold the sender between the server's 250 and the mark, for the block."""
    ground.mail.pause_at("DATA")
    device.deliver(trigger(device))
    ground.mail.wait_until_paused()
    with ground.close_gate(MailLocked(), device) as gate:
        ground.mail.go_on()
        yield gate


def worker_away(ground: Ground, device: Device) -> None:
    """Leave the worker dead until /healthz says so."""
    ground.kill_worker()
    device.deliver(device.morning_after())
    ground.wait_for_red("flares.judge_due is late")
    assert ground.mails(device) == []
    ground.revive()


def beat_away(ground: Ground, device: Device) -> None:
    """Leave Beat dead for as long as two of its turns."""
    ground.stack.kill("beat")
    ground.let_heartbeats_age(timedelta(seconds=95))
    ground.wait_for_red("is late")
    device.deliver(device.morning_after())
    ground.revive()


# The same work twice.


def judged_twice(ground: Ground, device: Device, *, place: Place) -> None:
    """Deliver the same task again while a worker is in the middle of it."""
    task_id = str(uuid4())
    with ground.close_gate(place, device) as gate:
        device.deliver(device.morning_after())
        gate.wait_until_reached()
        before = ground.beat_of(JUDGE_DUE)
        ground.tick(JUDGE_DUE, task_id=task_id)
        ground.tick(JUDGE_DUE, task_id=task_id)
        wait_until(
            lambda: ground.beat_of(JUDGE_DUE) > before, what="the second delivery"
        )
    for _ in range(5):
        ground.tick(JUDGE_DUE, task_id=task_id)


def judged_by_two_processes(ground: Ground, device: Device, *, place: Place) -> None:
    """Run the sweep by hand while a worker is in the middle of the same patient."""
    with ground.close_gate(place, device) as gate:
        device.deliver(device.morning_after())
        gate.wait_until_reached()
        report = json.loads(ground.sweep(JUDGE_DUE))
        assert (report["judged"], report["busy"]) == (0, 1)


def sent_by_two_processes(ground: Ground, device: Device) -> None:
    """Run the sender by hand while a worker is talking about the same mail."""
    ground.mail.pause_at("MAIL")
    device.deliver(device.red_flag())
    ground.mail.wait_until_paused()
    report = json.loads(ground.sweep(SEND_OUTBOX))
    ground.mail.go_on()
    assert (report["sent"], report["failed"]) == (0, 0)
    ground.wait_until_sent(device)


def swept_by_many(ground: Ground, device: Device) -> None:
    """Let thirty ticks of both sweeps come at once."""
    device.deliver(device.morning_after())
    for _ in range(30):
        ground.tick(JUDGE_DUE)
        ground.tick(SEND_OUTBOX)
    ground.wait_until_sent(device)


# The broker.


def broker_gone(ground: Ground, device: Device) -> None:
    """Take the broker away during the request, and bring it back later."""
    ground.stack.kill("valkey")
    device.deliver(device.morning_after())
    ground.wait_for_red("broker is down")
    ground.revive()


def broker_restarted(ground: Ground, device: Device) -> None:
    """Restart the broker under everything that is connected to it."""
    ground.stack.restart("valkey")
    device.deliver(device.morning_after())


def broker_emptied(ground: Ground, device: Device) -> None:
    """Empty the broker while the nudge lies in it."""
    ground.kill_worker()
    with ground.broker() as broker:
        device.deliver(device.morning_after())
        wait_until(lambda: broker.llen("urgent"), what="the nudge lies in the queue")
        broker.flushall()
        assert broker.llen("urgent") == 0
    ground.revive()


def broker_emptied_at_work(ground: Ground, device: Device) -> None:
    """Empty the broker under a running worker; the next nudge must still arrive."""
    with ground.broker() as broker:
        broker.flushall()
    device.deliver(device.morning_after())
    ground.wait_until_sent(device)


def broker_hanging(ground: Ground, device: Device) -> None:
    """Let the broker take connections and answer nothing."""
    pid = ground.stack.process("valkey").pid
    os.kill(pid, signal.SIGSTOP)
    try:
        device.deliver(device.morning_after())
        ground.wait_for_red("broker is down")
    finally:
        os.kill(pid, signal.SIGCONT)


# The database.


def idle_cut_off(ground: Ground, device: Device) -> None:
    """Cut every connection that waits for its next use; nobody may notice."""
    ground.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND state = 'idle'"
    )
    assert device.send(device.morning_after()) == 201
    ground.wait_until_sent(device)


def web_cut_off(ground: Ground, device: Device, *, place: Place) -> None:
    """Cut the web's connection in the middle of its transaction."""
    entry = device.morning_after()
    with ground.close_gate(place, device) as gate:
        answer = device.send_aside(entry)
        gate.cut()
        assert answer.result() >= 500
    assert device.deliver(entry) == 201


def worker_cut_off(
    ground: Ground, device: Device, *, place: Place, trigger: Trigger
) -> None:
    """Cut the worker's connection in the middle of its transaction."""
    with ground.close_gate(place, device) as gate:
        device.deliver(trigger(device))
        gate.cut()


def sender_cut_off(ground: Ground, device: Device) -> None:
    """Cut the sender's connection after the server said 250, before the mark."""
    with handed_over(ground, device, trigger=Device.red_flag) as gate:
        gate.cut()


def postgres_gone(
    ground: Ground, device: Device, *, place: Place, stop: Callable[[Process], None]
) -> None:
    """Stop PostgreSQL in the middle of a judgement, and send entries to nobody."""
    during = device.ended_at - 20 * MINUTE
    again = device.check_in("during", during, pain_mm=50, session=device.session_id)
    with ground.close_gate(place, device) as gate:
        device.deliver(device.morning_after())
        gate.wait_until_reached()
        stop(ground.postgres)
        assert device.send(again) >= 500
        ground.wait_for_red("database is down")
        ground.start_postgres()
    assert device.deliver(again) == 201


# The mail server.


def mail_refused(ground: Ground, device: Device, *, step: str, answer: str) -> None:
    """Let the mail server refuse, and take the mail later."""
    ground.mail.answers[step] = answer
    device.deliver(device.red_flag())
    wait_until(
        lambda: [mail for mail in ground.outbox(device) if mail["attempts"]],
        what="the mail was refused",
    )
    assert ground.mails(device) == []
    ground.wait_for_red("messaging.send_outbox")
    ground.mail.answers.clear()


def mail_slow(ground: Ground, device: Device, *, delay_s: float) -> None:
    """Let the mail server take its time for every step."""
    ground.mail.delay_s = delay_s
    device.deliver(device.red_flag())
    ground.wait_until_sent(device)


def mail_silent(ground: Ground, device: Device) -> None:
    """Let the mail server take connections and never say a word."""
    ground.mail.is_silent = True
    device.deliver(device.red_flag())
    ground.wait_for_red("messaging.send_outbox")
    assert ground.mails(device) == []
    ground.mail.is_silent = False


def mail_gone(ground: Ground, device: Device) -> None:
    """Take the mail server away, and bring it back later."""
    ground.mail.stop()
    device.deliver(device.morning_after())
    ground.wait_for_red("messaging.send_outbox")
    ground.mail.start()


def mail_dropped(ground: Ground, device: Device) -> None:
    """Take the mail and hang up before saying so."""
    ground.mail.drops = 1
    device.deliver(device.red_flag())
    wait_until(lambda: ground.mails(device), what="the first of two mails")


# The web.


def web_killed(
    ground: Ground, device: Device, *, place: Place, status_of_repeat: int
) -> None:
    """Kill the web server in the middle of a session's POST; send the same again."""
    entry = device.session()
    with ground.close_gate(place, device) as gate:
        answer = device.send_aside(entry)
        gate.wait_until_reached()
        ground.stack.kill("web")
        assert answer.result() == 0
    if place.at_commit:
        ground.wait_until_held(device)
    ground.revive()
    assert device.deliver(entry) == status_of_repeat
    device.deliver(device.morning_after())


def answer_lost(ground: Ground, device: Device, *, place: Place) -> None:
    """Hang up while the server commits; send the same again."""
    entry = device.session()
    with ground.close_gate(place, device) as gate:
        answer = device.send_aside(entry, patience_s=2)
        gate.wait_until_reached()
        assert answer.result() == 0
    assert device.deliver(entry) == 200
    device.deliver(device.morning_after())


# The clock.


def at_another_time(ground: Ground, device: Device) -> None:
    """Live through a session, its next morning and the sweeps at another time."""
    morning = device.ended_at + DAY + 5 * MINUTE
    for name in ("worker", "beat"):
        ground.stack.process(name).stop()
    with web_at(ground, morning) as base_url:
        device.base_url = base_url
        device.prepare()
        device.deliver(device.session())
        device.deliver(device.morning_after())
    for minutes in (1, 2):
        ground.sweep(JUDGE_DUE, now=morning + minutes * MINUTE)
    for minutes in (3, 4):
        ground.sweep(SEND_OUTBOX, now=morning + minutes * MINUTE)
    ground.sweep(JUDGE_DUE, now=morning + 2 * DAY)
    ground.revive()


@contextmanager
def web_at(ground: Ground, instant: datetime):
    """Run a second web server, at another time, for the block."""
    port = free_port()
    process = Process(
        name="moved_web",
        command=[
            *(sys.executable, "-m", "granian", "--interface", "asginl", "--no-ws"),
            *("--host", "127.0.0.1", "--port", str(port)),
            "tests.faults.moved_web:application",
        ],
        log=ground.stack.log_folder / "moved_web.log",
        env=ground.stack.env | {"FAULT_NOW": instant.isoformat()},
        folder=ROOT,
    )
    process.start()
    try:
        wait_until_listening(host="127.0.0.1", port=port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stop()
