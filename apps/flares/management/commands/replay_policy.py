"""``manage.py replay_policy POLICY --clinic NAME``: a policy on a clinic's past."""

from argparse import ArgumentTypeError
from datetime import date
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.clinical.flare.policy import DetectorPolicy as Numbers
from apps.clinics.models import Clinic
from apps.common import clock
from apps.common.tenancy import in_clinic
from apps.flares import queries
from apps.flares.comparison import IN_FORCE, REPLAYED, Counts
from apps.flares.models import DetectorPolicy
from apps.flares.policies import policy_of, version_name
from apps.flares.replays import Question, compare_at_once

DAYS_A_WEEK = 7
COLUMNS = (IN_FORCE, REPLAYED, "unchanged", "earlier", "later", "new", "lost")


class Command(BaseCommand):
    """Judge a clinic's past by a policy and print what differs."""

    help = (
        "Judge a clinic's past by a policy and print, rule by rule, how it differs "
        "from the one in force. Writes nothing; names no patient."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("policy", help="its id, or its name: own-1")
        parser.add_argument("--clinic", required=True, help="id or name")
        parser.add_argument("--from", dest="first_day", type=_day, metavar="2026-03-02")
        parser.add_argument("--to", dest="last_day", type=_day, metavar="2026-06-30")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare and print."""
        first_day, last_day = options["first_day"], options["last_day"]
        if first_day and last_day and last_day < first_day:
            raise CommandError("--to must not lie before --from.")
        clinic = _clinic(options["clinic"])
        with in_clinic(clinic.pk):
            policy = _policy(options["policy"], clinic=clinic)
            in_force = policy_of(clinic.pk).row
        counts = compare_at_once(
            clinic=clinic,
            question=Question(
                in_force=Numbers.from_mapping(in_force.content),
                replayed=Numbers.from_mapping(policy.content),
                first_day=first_day,
                last_day=last_day,
                now=clock.now(),
            ),
        )
        names = (version_name(in_force), version_name(policy))
        self.stdout.write("\n".join(_lines(counts, names=names)))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("write a day as 2026-03-02") from error


def _clinic(text: str) -> Clinic:
    public_id = _id_in(text)
    named = {"name": text} if public_id is None else {"public_id": public_id}
    found = list(Clinic.objects.filter(**named)[:2])
    if len(found) != 1:
        how_many = "several clinics" if found else "no clinic"
        raise CommandError(f"There is {how_many} of this name. Give the id.")
    return found[0]


def _policy(text: str, *, clinic: Clinic) -> DetectorPolicy:
    public_id = _id_in(text)
    known = list(queries.policies_of(clinic))
    for each in known:
        if text == version_name(each) or each.public_id == public_id:
            return each
    names = ", ".join(sorted(version_name(each) for each in known))
    raise CommandError(f"The clinic has no policy {text}. It has: {names}.")


def _id_in(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _lines(counts: Counts, *, names: tuple[str, str]) -> list[str]:
    weeks = counts.get("days", 0) / DAYS_A_WEEK
    heads = (*names, *COLUMNS[2:])
    rules = counts.get("rules", {})
    size = (
        f"{counts.get('patients', 0)} patients, {counts.get('sessions', 0)} sessions, "
        f"{weeks:.1f} patient-weeks, {counts.get('patients_left_out', 0)} left out"
    )
    return [
        size,
        "",
        _row("alerts", heads),
        *(_row(kind, [each[name] for name in COLUMNS]) for kind, each in rules.items()),
        "",
        _row("judged", ("alerts", *names)),
        *(
            _row(each, (of["alerts"], of[IN_FORCE], of[REPLAYED]))
            for each, of in sorted(counts.get("judged", {}).items())
        ),
    ]


def _row(name: str, cells: Any) -> str:
    return f"{name:20}" + "".join(f"{cell!s:>11}" for cell in cells)
