"""The scope that every patient-bound model delegates to."""

from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from apps.common import clock

from .models import Membership, Patient, Role


class PatientBoundQuerySet(models.QuerySet[Any]):
    """Rows that hang on a patient by ``patient`` (or the path a subclass names)."""

    patient_path = "patient"

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Limit to the rows of patients whom the user may read."""
        patients = Patient.objects.visible_to(user)
        return self.filter(**{f"{self.patient_path}__in": patients})


def patients_to_test(user: Any) -> "models.QuerySet[Patient]":
    """Return the patients whose pain and function tests the user may read.

    Whoever sees the patient, and the assessors of the clinic, who are blind to all
    else: nothing but such tests may start here.
    """
    visible = Patient.objects.visible_to(user)
    if not user.is_authenticated:
        return visible
    assessing = Membership.objects.active_at(clock.now()).filter(
        user=user, role=Role.ASSESSOR
    )
    return visible | Patient.objects.filter(clinic__in=assessing.values("clinic"))


class AssessedQuerySet(models.QuerySet[Any]):
    """Rows of pain and function tests, which blinded assessors read too."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Limit to the rows of patients whose tests the user may read."""
        return self.filter(patient__in=patients_to_test(user))


class ClinicBoundQuerySet(models.QuerySet[Any]):
    """Rows that belong to a clinic and hang on no patient: exercises, closures."""

    def readable_by(self, user: Any) -> Self:
        """Limit to the clinics in which the user works now or is treated."""
        if not user.is_authenticated:
            return self.none()
        working = Membership.objects.active_at(clock.now()).filter(user=user)
        treated = Patient.objects.filter(user=user)
        return self.filter(
            Q(clinic__in=working.values("clinic"))
            | Q(clinic__in=treated.values("clinic"))
        )
