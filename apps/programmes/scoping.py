"""Who may read and use which programme template."""

from typing import Any, Self

from django.db.models import Q

from apps.clinics.scoping import ClinicBoundQuerySet


class TemplateQuerySet(ClinicBoundQuerySet):
    """Templates: the shipped ones are everybody's, a clinic's own stay inside it."""

    def readable_by(self, user: Any) -> Self:
        """Limit to what is shipped and to the clinics of the user."""
        if not user.is_authenticated:
            return self.none()
        return self.shipped() | super().readable_by(user)

    def usable_in(self, clinic_id: int) -> Self:
        """Limit to what a patient of the clinic can be enrolled in."""
        return self.filter(Q(clinic__isnull=True) | Q(clinic=clinic_id))

    def shipped(self) -> Self:
        """Limit to the templates that come with the program."""
        return self.filter(clinic__isnull=True)
