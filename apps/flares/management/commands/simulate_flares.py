"""``manage.py simulate_flares``: try a policy on patients who do not exist."""

import json
import os
from pathlib import Path
from time import monotonic
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.clinical.flare.policy import DetectorPolicy
from apps.flares.policies import SHIPPED, digest_of, version_name
from apps.flares.simulation.policy_file import PolicyFileError, read_policy
from apps.flares.simulation.report import RunFacts, as_mapping, as_text
from apps.flares.simulation.run import run

MOST_PATIENTS: Final = 1_000_000
MOST_PROCESSES: Final = 256
WRONG_USE: Final = 2


class Command(BaseCommand):
    """Judge synthetic patients by a policy and print how it does."""

    help = (
        "Judge synthetic patients with the product's own detector and print how soon "
        "a policy finds those whom exercise makes worse, and what all others get. "
        "Needs no database. docs/simulation.md says what the figures mean."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patients", type=int, default=3000, metavar="N")
        parser.add_argument("--seed", type=int, default=7, metavar="N")
        parser.add_argument(
            "--policy",
            metavar="FILE",
            help="numbers in TOML or JSON; what it leaves out is as shipped",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--processes",
            type=int,
            default=_cores(),
            metavar="N",
            help="default: one a core; the figures do not depend on it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it and print the figures."""
        patients = _whole("--patients", options["patients"], 1, MOST_PATIENTS)
        seed = _whole("--seed", options["seed"], 0, 2**63)
        processes = _whole("--processes", options["processes"], 1, MOST_PROCESSES)
        policy = _policy(options["policy"])
        started = monotonic()
        observations = run(
            patients=patients,
            seed=seed,
            policy=policy,
            processes=processes,
            progress=lambda done: self._tell(done, of=patients),
        )
        facts = RunFacts(
            policy=version_name(policy),
            policy_digest=digest_of(policy.to_mapping()),
            seed=seed,
            patients=patients,
            processes=processes,
            seconds=round(monotonic() - started, 1),
        )
        if options["json"]:
            told = json.dumps(as_mapping(observations, facts=facts), indent=2)
        else:
            told = as_text(observations, facts=facts)
        self.stdout.write(told)

    def _tell(self, done: int, *, of: int) -> None:
        if self.stderr.isatty():
            end = "\n" if done == of else ""
            self.stderr.write(f"\r{done} of {of} patients", ending=end)
            self.stderr.flush()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _whole(option: str, value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise CommandError(
            f"{option} must be a whole number from {least} to {most}, got {value}.",
            returncode=WRONG_USE,
        )
    return value


def _policy(path: str | None) -> DetectorPolicy:
    if path is None:
        return SHIPPED[0]
    try:
        return read_policy(Path(path), shipped=SHIPPED[0])
    except PolicyFileError as error:
        raise CommandError(str(error), returncode=WRONG_USE) from error
