"""A patient in the middle of a programme, ready to train today."""

from datetime import datetime, timedelta

from apps.accounts.models import User
from apps.clinics.models import Patient
from apps.common.zones import day_in
from apps.programmes import services as programmes
from apps.programmes.entry import LoadRequest
from apps.programmes.models import Prescription, Programme

from . import training


def let_train(
    patient: Patient, *, by: User, now: datetime, **fields: object
) -> Programme:
    """Enrol the patient since a week, twice a week, today among the days.

    The leg press has 32.5 kg in force, as 40 % of a 1RM of 83 kg, floored.
    """
    today = day_in(patient.clinic.time_zone, now)
    days = {today.weekday(), (today.weekday() + 3) % 7}
    programme = training.make_programme(
        patient,
        by=by,
        now=now - timedelta(days=9),
        starts_on=(today - timedelta(days=7)).isoformat(),
        weekdays=sorted(days),
        time="23:30",
        **fields,
    )
    press = Prescription.objects.get(programme=programme, exercise__slug="leg_press")
    request = LoadRequest.parse(
        {"load": {"value": "32.5", "unit": "kg"}, "reason": "As we tried it."}
    )
    programmes.put_load_in_force(
        prescription_id=press.public_id,
        entry=request,
        by=by,
        now=now - timedelta(days=8),
    )
    return programme
