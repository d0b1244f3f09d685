"""The scope that every patient-bound model delegates to."""

from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models

from .models import Patient


class PatientBoundQuerySet(models.QuerySet[Any]):
    """Rows that hang on a patient by ``patient`` (or the path a subclass names)."""

    patient_path = "patient"

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Limit to the rows of patients whom the user may read."""
        patients = Patient.objects.visible_to(user)
        return self.filter(**{f"{self.patient_path}__in": patients})
