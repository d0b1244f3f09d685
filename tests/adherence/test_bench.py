"""The measurement counts what it says: its rows give the figures of the plain rules."""

import pytest

from apps.adherence import services
from apps.adherence.models import AdherenceSnapshot
from apps.common.tenancy import in_clinic
from apps.programmes.services import mark_adherence_due_of
from bench import adherence as bench

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("G2")]


def figures(clinic, programmes):
    rows = AdherenceSnapshot.objects.filter(clinic=clinic, programme__in=programmes)
    return list(rows.order_by("programme", "window").values())


def test_built_rows_are_what_the_rules_make_of_the_built_records():
    clinic, programmes = bench.build(40, changing=40)
    services.refresh_clinic(clinic, now=bench.NOW)
    with in_clinic(clinic):
        built = figures(clinic, programmes)
        mark_adherence_due_of(clinic_id=clinic, patient_ids=programmes, now=bench.NOW)

    assert services.refresh(now=bench.NOW).computed == 40

    with in_clinic(clinic):
        assert figures(clinic, programmes) == built
    assert {row["dose_when_attended"] for row in built if row["attended"]}
