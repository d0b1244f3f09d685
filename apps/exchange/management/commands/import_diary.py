"""``manage.py import_diary FILE --patient EMAIL --region NAME``: take in a diary."""

import stat
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.clinics.models import Patient
from apps.common import clock
from apps.common.errors import ServiceError
from apps.common.tenancy import across_clinics, in_clinic
from apps.exchange import services
from apps.exchange.diary.days import day_end_written
from apps.exchange.printed import outcome_lines, preview_lines, report_lines


class Command(BaseCommand):
    help = (
        "Import the pain ratings of one region from a diary (CSV). Shows first what "
        "was recognised; a second run imports nothing. The first line names the "
        "columns: name (region), intensity (0-10), and startday, startmonth, startyear "
        "or date (2018-01-31 20:21:49) or both."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--patient", required=True, metavar="EMAIL")
        parser.add_argument(
            "--clinic", help="name or id, if the person is treated in several clinics"
        )
        parser.add_argument(
            "--region", required=True, help='as the diary calls it: "Knee Pain"'
        )
        parser.add_argument(
            "--zone", help="of the diary's stamps; the patient's if not given"
        )
        parser.add_argument(
            "--day-ends-at",
            metavar="08:00",
            help="stamps before it belong to the day before; inferred if not given",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="store nothing, show everything"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with _opened(options["file"]) as source:
                self._import(source, options)
        except ServiceError as error:
            raise CommandError(str(error)) from error

    def _import(self, source: BinaryIO, options: dict[str, Any]) -> None:
        now = clock.now()
        patient = _patient(options["patient"], clinic=options["clinic"])
        day_end = options["day_ends_at"]
        preview = services.preview_diary(
            source=source,
            patient=patient,
            region=options["region"],
            now=now,
            zone=options["zone"],
            day_ends_at=None if day_end is None else day_end_written(day_end),
        )
        self.stdout.write("\n".join(preview_lines(preview)))
        with in_clinic(patient.clinic_id):
            outcome = services.import_diary(
                source=source,
                preview=preview,
                patient=patient,
                by=None,
                now=now,
                dry_run=options["dry_run"],
            )
            report = services.resting_report(patient=patient, region=outcome.region)
        self.stdout.write("\n".join(["", *outcome_lines(outcome)]))
        self.stdout.write("\n".join(["", *report_lines(report)]))


def _opened(path: Path) -> BinaryIO:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise CommandError(f"{path} is not a file. Name one exported diary.")
        return path.open("rb")
    except OSError as error:
        raise CommandError(
            f"{path} cannot be read: {error.strerror}. Check its name and rights."
        ) from error


def _patient(email: str, *, clinic: str | None) -> Patient:
    with across_clinics():
        found = list(
            Patient.objects.filter(email__iexact=email.strip())
            .select_related("clinic")
            .order_by("clinic__name")
        )
    names = ", ".join(each.clinic.name for each in found)
    if not found:
        raise CommandError(f"No clinic treats a patient with the address {email}.")
    if clinic is not None:
        found = [
            each
            for each in found
            if clinic in (each.clinic.name, str(each.clinic.public_id))
        ]
        if not found:
            raise CommandError(
                f"{email} is not treated in {clinic}, but in {names}. "
                "Name one of them with --clinic."
            )
    if len(found) > 1:
        raise CommandError(
            f"{email} is treated in several clinics: {names}. Name one with --clinic."
        )
    return found[0]
