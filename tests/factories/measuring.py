"""Pain tests, orders and tests of function as clients send them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from apps.accounts.models import User
from apps.clinics.models import Clinic, Patient
from apps.pain_tests import services
from apps.pain_tests.entry import FunctionTestEntry, P50OrderEntry, PainTestEntry
from apps.pain_tests.models import P50Order, PainTestSettings

TESTED_AT = "2026-03-05T10:00:00+01:00"
SITES_KPA = {
    ("supraspinatus", "left"): 182,
    ("supraspinatus", "right"): 190,
    ("lateral_epicondyle", "left"): 166,
    ("lateral_epicondyle", "right"): 171,
    ("gluteal", "left"): 240,
    ("gluteal", "right"): 233,
    ("inner_knee", "left"): 155,
    ("inner_knee", "right"): 163,
}
RATINGS = ((8, 22, 35, 52, 66), (4, 18, 40, 49, 70), (10, 25, 37, 55, 63))


def ppt_body() -> list[dict[str, Any]]:
    """Return the eight thresholds whose mean is 187.5 kPa."""
    return [
        {"site": site, "side": side, "kpa": kpa, "repeat": 1}
        for (site, side), kpa in SITES_KPA.items()
    ]


def eih_body(**fields: Any) -> dict[str, Any]:
    """Return an EIH test whose score is 24/212."""
    values = {
        "baseline_kpa": [212, 220],
        "series": [
            {"second": 30 * number, "kpa": kpa}
            for number, kpa in enumerate((218, 231, 240, 236), start=1)
        ],
        "end_reason": "could_not_hold",
        "hold_s": 130,
    }
    return values | fields


def p50_body(order: str, **fields: Any) -> dict[str, Any]:
    """Return the fifteen ratings of which degree 2 makes 293.75 kPa."""
    values = {
        "order": order,
        "threshold_kpa": 150,
        "maximum_kpa": 350,
        "ratings": [
            {"series": series, "kpa": 150 + 50 * place, "vas_mm": vas_mm}
            for series, row in enumerate(RATINGS, start=1)
            for place, vas_mm in enumerate(row)
        ],
    }
    return values | fields


def cpm_body(**fields: Any) -> dict[str, Any]:
    """Return a CPM test whose threshold rises from 210 to 240 kPa."""
    values = {
        "stimulus_kind": "threshold",
        "conditioning": {"kind": "cold_water", "temperature_c": 7.5},
        "before": 210,
        "during": 240,
    }
    return values | fields


def ready_body(patient: Patient, **fields: Any) -> dict[str, Any]:
    """Return a visit to which nothing stands in the way, without a measurement."""
    values = {
        "patient": str(patient.public_id),
        "tested_at": TESTED_AT,
        "device": "Algometer 3",
        "last_analgesic_at": "2026-03-02T08:00:00+01:00",
        "no_hypnotic": True,
        "blood_pressure": {"systolic": 124, "diastolic": 82},
    }
    return values | fields


def pain_test_body(
    patient: Patient, *, order: str | None = None, **fields: Any
) -> dict[str, Any]:
    """Return a visit with every test of the text; P50 if there is an order."""
    values = {
        "ppt": ppt_body(),
        "mvc_n": [312.4, 298.0, 320.6],
        "eih": eih_body(),
        "cpm": cpm_body(),
    }
    if order is not None:
        values["p50"] = p50_body(order)
    return ready_body(patient, **(values | fields))


def order_body(patient: Patient, **fields: Any) -> dict[str, Any]:
    """Return the rising steps of somebody who feels 150 kPa and stops at 350."""
    steps = ((50, 0), (100, 0), (150, 8), (200, 22), (250, 35), (300, 52), (350, 66))
    values = {
        "patient": str(patient.public_id),
        "steps": [{"kpa": kpa, "vas_mm": vas_mm} for kpa, vas_mm in steps],
    }
    return values | fields


def function_test_body(patient: Patient, **fields: Any) -> dict[str, Any]:
    """Return three trials of grip force, the second of which is the best."""
    values = {
        "patient": str(patient.public_id),
        "tested_at": TESTED_AT,
        "kind": "grip_force",
        "unit": "N",
        "side": "right",
        "trials": [201.5, 222.25, 218],
    }
    return values | fields


def make_settings(
    clinic: Clinic,
    *,
    by: User,
    now: datetime,
    p50_degree: int | None = 2,
    bp_rule: str = "or",
) -> PainTestSettings:
    """Return what the clinic has decided, the first time it is asked for."""
    settings, _ = PainTestSettings.objects.get_or_create(
        clinic=clinic,
        version=1,
        defaults={
            "p50_degree": p50_degree,
            "bp_rule": bp_rule,
            "set_by": by,
            "set_at": now,
        },
    )
    return settings


def make_order(patient: Patient, *, by: User, now: datetime) -> P50Order:
    """Return an order from 150 to 350 kPa that nobody has used."""
    entry = P50OrderEntry.parse(order_body(patient))
    return services.make_p50_order(entry=entry, by=by, now=now).order


def make_tests(patient: Patient, *, by: User, now: datetime) -> dict[str, UUID]:
    """Give a patient one of everything, and return the ids."""
    make_settings(patient.clinic, by=by, now=now)
    used, unused = (make_order(patient, by=by, now=now) for _ in range(2))
    visit = PainTestEntry.parse(pain_test_body(patient, order=str(used.public_id)))
    test = services.record_pain_test(entry=visit, by=by, now=now).test
    grip = FunctionTestEntry.parse(function_test_body(patient))
    function = services.record_function_test(entry=grip, by=by, now=now).test
    return {
        "pain_test_id": test.public_id,
        "order_id": used.public_id,
        "unused_order_id": unused.public_id,
        "function_test_id": function.public_id,
    }
