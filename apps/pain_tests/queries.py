"""Reads owned by pain tests."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from apps.clinics.models import Patient
from apps.clinics.scoping import patients_to_test
from apps.common.errors import NotThereError
from apps.common.zones import within_days

from .entry import MeasurementQuery
from .models import FunctionTest, P50Order, PainTest, PainTestSettings

Measured = TypeVar("Measured", PainTest, FunctionTest)


def testable_patient(user: Any, patient_id: UUID) -> Patient:
    """Return the patient if the user may read their pain and function tests.

    An assessor may, and sees nothing else of them.

    Raises:
        NotThereError: There is none, or it is not theirs to test.
    """
    patient: Patient | None = (
        patients_to_test(user)
        .select_related("clinic", "user")
        .filter(public_id=patient_id)
        .first()
    )
    if patient is None:
        raise NotThereError("There is no such patient, or you may not see them.")
    return patient


def visible_test(model: type[Measured], user: Any, test_id: UUID) -> Measured:
    """Return a test of a patient whose tests the user may read, with all it shows.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    rows = with_details(model.objects.visible_to(user))
    test: Measured | None = rows.filter(public_id=test_id).first()
    if test is None:
        raise NotThereError("There is no such test, or you may not see it.")
    return test


def found_tests(
    model: type[Measured], user: Any, query: MeasurementQuery
) -> QuerySet[Measured]:
    """Return the tests that the user may read and asked for, with all they show."""
    rows = with_details(model.objects.visible_to(user))
    if query.patient:
        rows = rows.filter(patient__public_id=query.patient)
    kind = getattr(query, "kind", None)
    if kind is not None:
        rows = rows.filter(kind=kind)
    return within_days(
        rows, column="tested_at", zone_column="patient__time_zone", days=query
    )


def with_details(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the tests with their people and what they stand on."""
    beside = ("settings",) if rows.model is PainTest else ()
    return rows.select_related("patient__clinic", "entered_by", "voided_by", *beside)


def visible_order(user: Any, order_id: UUID) -> P50Order:
    """Return an order of a patient whose tests the user may read.

    Raises:
        NotThereError: There is none, or it is not theirs to see.
    """
    order: P50Order | None = (
        P50Order.objects.visible_to(user)
        .select_related("patient__clinic", "made_by")
        .filter(public_id=order_id)
        .first()
    )
    if order is None:
        raise NotThereError("There is no such order, or you may not see it.")
    return order


def current_settings(clinic_id: int) -> PainTestSettings | None:
    """Return what the clinic has decided last, if it has decided anything."""
    return (
        PainTestSettings.objects.filter(clinic_id=clinic_id)
        .select_related("set_by")
        .order_by("-version")
        .first()
    )
