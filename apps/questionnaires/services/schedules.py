"""What a clinic asks when: one schedule a template, version by version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit.services import record
from apps.clinics.models import Clinic, Role
from apps.clinics.permissions import require_role
from apps.common.errors import InvalidEntryError
from apps.programmes.queries import template_for
from apps.questionnaires import queries
from apps.questionnaires.entry import ScheduleEntry, ScheduleLine
from apps.questionnaires.instruments import require_instrument
from apps.questionnaires.models import QuestionnaireSchedule


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSchedule:
    """The schedule in force, and whether this call made it."""

    schedule: QuestionnaireSchedule
    is_new: bool


@transaction.atomic
def set_schedule(
    *, entry: ScheduleEntry, clinic: Clinic, by: Any, now: datetime
) -> KeptSchedule:
    """Put a schedule in force for all programmes of a template, running ones too.

    Safe to repeat: what the newest version says is not stored again.

    Raises:
        NotAllowedError: The user is not a manager of the clinic.
        InvalidEntryError: The template, an instrument or a week is not there.
    """
    require_role(by, clinic.pk, Role.MANAGER, now=now)
    # Two versions at once must not get the same number.
    Clinic.objects.select_for_update(no_key=True).only("pk").get(pk=clinic.pk)
    _require_weeks(entry, clinic=clinic)
    lines = [
        _line(each, clinic=clinic, where=f"/lines/{index}")
        for index, each in enumerate(entry.lines)
    ]
    template = entry.template or ""
    newest = queries.newest_schedule(clinic_id=clinic.pk, template=template)
    if newest is not None and newest.lines == lines:
        return KeptSchedule(schedule=newest, is_new=False)
    schedule = QuestionnaireSchedule.objects.create(
        clinic=clinic,
        template_key=template,
        version=newest.version + 1 if newest else 1,
        lines=lines,
        set_at=now,
        set_by=by,
    )
    record(
        "questionnaire_schedule.set",
        by=by,
        now=now,
        clinic_id=clinic.pk,
        subject_id=schedule.public_id,
        detail={"template": template, "version": schedule.version},
    )
    return KeptSchedule(schedule=schedule, is_new=True)


def _line(line: ScheduleLine, *, clinic: Clinic, where: str) -> dict[str, Any]:
    """Return a line as it is stored, with the version that is asked from now on."""
    instrument = require_instrument(
        clinic.pk, key=line.instrument, version=line.instrument_version, where=where
    )
    return line.model_dump() | {"instrument_version": instrument.version}


def _require_weeks(entry: ScheduleEntry, *, clinic: Clinic) -> None:
    if entry.template is None:
        return
    template = template_for(clinic_id=clinic.pk, name=entry.template)
    if template is None:
        raise InvalidEntryError.at(
            "/template",
            code="not_found",
            detail="There is no such template. GET /programme-templates/ lists them.",
        )
    for index, line in enumerate(entry.lines):
        if line.anchor == "start" and line.weeks > template.weeks:
            raise InvalidEntryError.at(
                f"/lines/{index}/weeks",
                code="out_of_range",
                detail=f"This template has {template.weeks} weeks. Count what comes "
                'later from the "end".',
            )
