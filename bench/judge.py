"""Check-ins judged by one worker, against the bare detector on the same values.

Every patient has months of sessions behind them. Each round brings one more check-in a
patient, as the API stores it; what is timed is the sweep that a worker runs: claim the
patient, read the history, judge all of it, write the verdict that changed, keep the
alerts right, and arm the next look.

    .venv/bin/python bench/judge.py [--patients 40] [--sessions 15] [--rounds 3]
"""

import argparse
import cProfile
import pstats
import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.common import (
    RunningStack,
    count,
    running_stack,
    say_figure,
    say_ratio,
    set_up_django,
)

PATIENTS = 40
SESSIONS = 15
ROUNDS = 3
JUDGED_A_SECOND = 100


def main() -> None:
    """Seed, let the sweep judge in rounds, and let the detector do the same alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=count, default=PATIENTS)
    parser.add_argument("--sessions", type=count, default=SESSIONS)
    parser.add_argument("--rounds", type=count, default=ROUNDS)
    parser.add_argument("--profile", type=Path, help="keep where the time goes")
    options = parser.parse_args()
    with running_stack() as running:
        set_up_django(running.stack.env)
        measure(running, options)


def measure(running: RunningStack, options: argparse.Namespace) -> None:
    """Print what the sweep and what the detector can do in a second."""
    courses = _seeded(options.patients, sessions=options.sessions)
    running.gather_statistics()
    profile = cProfile.Profile()
    judged_s = pure_s = 0.0
    for each in range(1, options.rounds + 1):
        now = _next_check_ins(courses, number=options.sessions + each)
        alone = [_Alone(course, now=now) for course in courses]
        if options.profile:
            profile.enable()
        judged_s += _timed(lambda now=now: _sweep(now, expected=len(courses)))
        profile.disable()
        pure_s += _timed(lambda alone=alone: [one.judge() for one in alone])
    if options.profile:
        with options.profile.open("w") as file:
            pstats.Stats(profile, stream=file).sort_stats("cumulative").print_stats(60)
    judged = len(courses) * options.rounds
    print(
        f"{judged} check-ins of {len(courses)} patients; with each, a course of at "
        f"least {options.sessions} sessions is judged"
    )
    say_figure("judged", judged / judged_s, "/s", at_least=JUDGED_A_SECOND)
    say_figure("bare_detector", judged / pure_s, "/s")
    say_ratio("judge_of_bare_detector", pure_s / judged_s)


class _Alone:
    """One patient's values for the detector; reading them is not timed."""

    def __init__(self, course: Any, *, now: datetime) -> None:
        from apps.common.tenancy import in_clinic  # noqa: PLC0415
        from apps.flares.history import record_of  # noqa: PLC0415
        from apps.flares.patient_rows import rows_of  # noqa: PLC0415
        from apps.flares.policies import policy_of  # noqa: PLC0415

        self.now = now
        with in_clinic(course.clinic.pk):
            self.history = record_of(rows_of(course.anna)).history
            self.policy = policy_of(course.clinic.pk).numbers

    def judge(self) -> None:
        """Judge the whole course."""
        from apps.clinical.flare.detector import judge_history  # noqa: PLC0415

        judge_history(self.history, policy=self.policy, now=self.now)


def _seeded(patients: int, *, sessions: int) -> list[Any]:
    """Return patients of one clinic, each with a run-in and a course, all judged."""
    from django.db import transaction  # noqa: PLC0415

    from tests.factories.people import make_patient  # noqa: PLC0415
    from tests.flares.course import HOUR, end_of, make_course  # noqa: PLC0415

    chance = random.Random(1)
    with transaction.atomic():
        first = make_course()
        others = (
            replace(first, anna=make_patient(first.clinic, therapist=first.tove))
            for _ in range(1, patients)
        )
        courses = [first, *others]
        for course in courses:
            course.run_in()
            for each in range(1, sessions + 1):
                course.visit(each, _values(chance))
            course.judge(now=end_of(sessions) + 61 * HOUR)
    return courses


def _values(chance: random.Random) -> tuple[int | None, ...]:
    """Return pain before, after, on the next day and on the one after that."""
    usual = chance.gauss(50, 5)
    rises = (0, 5, chance.choice((3, 3, 3, 20)), 5)
    return tuple(
        None if rise and chance.random() < 0.2 else round(usual + chance.gauss(rise, 6))
        for rise in rises
    )


def _next_check_ins(courses: list[Any], *, number: int) -> datetime:
    """Hold one more session and judge it; then bring its check-in of the next day.

    Returns:
        When these check-ins came.
    """
    from apps.common.tenancy import in_clinic  # noqa: PLC0415
    from tests.flares.course import HOUR, end_of  # noqa: PLC0415

    now = end_of(number) + 24 * HOUR
    for course in courses:
        with in_clinic(course.clinic.pk):
            session = course.hold(number, pre=50, post=54)
            course.judge(now=end_of(number) + timedelta(minutes=5))
            course.rate(session, "h24", 58, now=now)
    return now


def _sweep(now: datetime, *, expected: int) -> None:
    from apps.flares.services import judge_due  # noqa: PLC0415

    report = judge_due(now=now)
    if (report.judged, report.failed, report.busy) != (expected, 0, 0):
        raise RuntimeError(f"{expected} patients were due, the sweep says {report}.")


def _timed(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


if __name__ == "__main__":
    main()
