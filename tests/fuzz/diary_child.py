"""Run as a process of its own: import a diary and take everything back.

``python -m tests.fuzz.diary_child FILE`` makes a patient, imports the file for them and
prints what the command prints; nothing of it stays in the database.
"""

import sys
from pathlib import Path

import django


def main() -> None:
    """Import the file of the command line, within a transaction that is taken back."""
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415

    from tests.factories.people import make_clinic, make_patient  # noqa: PLC0415

    with transaction.atomic():
        patient = make_patient(make_clinic())
        transaction.on_commit(lambda: sys.exit("It was to be taken back."))
        call_command(
            "import_diary",
            Path(sys.argv[1]),
            patient=patient.email,
            region="Knee Pain",
        )
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
