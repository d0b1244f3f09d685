"""Clinics, who works there, who is treated there, and who may see whom."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q

from apps.common import clock
from apps.common.privacy import Privacy
from apps.common.records import Identified


class Clinic(Identified):
    """A place that treats people; the wall of everything clinical stands around it."""

    privacy = Privacy.PUBLIC

    name = models.CharField(max_length=120, unique=True)
    time_zone = models.CharField(max_length=64)
    language = models.CharField(max_length=10, default="en")
    # {"en": {"general": "...", "crisis": "..."}}: shown at once after a red flag.
    emergency_words = models.JSONField(default=dict)
    quiet_from = models.TimeField(default="20:00")
    quiet_until = models.TimeField(default="07:00")

    def __str__(self) -> str:
        return f"clinic #{self.pk}"


class Role(models.TextChoices):
    """What a person does in a clinic."""

    THERAPIST = "therapist", "Physiotherapist"
    MANAGER = "manager", "Manager"
    ASSESSOR = "assessor", "Blinded assessor"
    TRIAL_LEAD = "trial_lead", "Trial lead"


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Named filters for memberships."""

    def active_at(self, now: datetime) -> Self:
        """Limit to the memberships that hold at ``now``."""
        return self.filter(
            Q(active_until__isnull=True) | Q(active_until__gt=now),
            active_from__lte=now,
        )


class Membership(Identified):
    """One role of one person in one clinic, from a time until another."""

    privacy = Privacy.PERSONAL

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    clinic = models.ForeignKey(
        Clinic, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(max_length=12, choices=Role)
    active_from = models.DateTimeField()
    active_until = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "clinic", "role"],
                condition=Q(active_until__isnull=True),
                name="clinics_membership_one_a_role",
                violation_error_message="This person has this role already.",
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="clinics_membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"membership #{self.pk} ({self.role})"


class Condition(models.TextChoices):
    """Why somebody exercises here."""

    FIBROMYALGIA = "fibromyalgia", "Fibromyalgia"
    CHRONIC_LOW_BACK_PAIN = "chronic_low_back_pain", "Chronic low back pain"
    OSTEOARTHRITIS = "osteoarthritis", "Osteoarthritis"
    CHRONIC_NECK_PAIN = "chronic_neck_pain", "Chronic neck pain"
    OTHER = "other", "Other"
    NONE = "none", "None (healthy control)"


class Sex(models.TextChoices):
    """As needed for reference values."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Other or not said"


class PatientStatus(models.TextChoices):
    """Whether the clinic treats the person now."""

    ACTIVE = "active", "Treated here"
    ENDED = "ended", "Treatment ended"


class PatientQuerySet(models.QuerySet["Patient"]):
    """The only place that knows who may see whom."""

    def visible_to(
        self, user: AbstractBaseUser | AnonymousUser, *, at: datetime | None = None
    ) -> Self:
        """Limit to the patients whom the user may read now, or at another time.

        A patient sees themself. A therapist sees the patients of whose care team they
        are a member now (regular, cover or break-glass). Nobody else sees anybody.
        """
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(user=user) | Exists(_care_by(user, at=at)))

    def cared_for_by(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Limit to the patients whom the user treats now."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Exists(_care_by(user)))


def _care_by(
    user: Any, *, at: datetime | None = None
) -> "models.QuerySet[CareTeamMember]":
    return CareTeamMember.objects.active_at(at or clock.now()).filter(
        patient=OuterRef("pk"), membership__user=user
    )


class Patient(Identified):
    """A person treated in one clinic. ``user`` is empty until they accept."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(
        Clinic, on_delete=models.PROTECT, related_name="patients"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="patient_records",
    )
    email = models.EmailField(max_length=254)
    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80)
    birth_year = models.PositiveSmallIntegerField()
    sex = models.CharField(max_length=6, choices=Sex)
    condition = models.CharField(max_length=24, choices=Condition)
    status = models.CharField(
        max_length=8, choices=PatientStatus, default=PatientStatus.ACTIVE
    )
    time_zone = models.CharField(max_length=64)
    language = models.CharField(max_length=10, default="en")
    # Post-exertional malaise: null means not asked, and blocks proposals as true does.
    pem = models.BooleanField(null=True, blank=True)
    weight_kg = models.DecimalField(
        max_digits=4, decimal_places=1, null=True, blank=True
    )
    height_cm = models.DecimalField(
        max_digits=4, decimal_places=1, null=True, blank=True
    )
    diagnosed_on = models.DateField(null=True, blank=True)
    hr_rest = models.PositiveSmallIntegerField(null=True, blank=True)
    hr_max_measured = models.PositiveSmallIntegerField(null=True, blank=True)
    beta_blocker = models.BooleanField(null=True, blank=True)
    pacemaker = models.BooleanField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    objects = PatientQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["clinic", "family_name", "given_name"], name="clinics_pat_name"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "email"],
                name="clinics_patient_one_record_an_address",
                violation_error_message="This clinic has a patient with this address.",
            ),
            models.UniqueConstraint(
                fields=["clinic", "user"], name="clinics_patient_one_record_a_person"
            ),
            models.CheckConstraint(
                condition=Q(birth_year__range=(1900, 2100)),
                name="clinics_patient_birth_year_possible",
            ),
            models.CheckConstraint(
                condition=Q(condition__in=Condition.values),
                name="clinics_patient_condition_known",
            ),
        ]

    def __str__(self) -> str:
        return f"patient #{self.pk}"

    @property
    def full_name(self) -> str:
        """Return given and family name as written."""
        return f"{self.given_name} {self.family_name}"


class CareKind(models.TextChoices):
    """Why a therapist sees a patient."""

    REGULAR = "regular", "Treats the patient"
    COVER = "cover", "Stands in for a while"
    BREAK_GLASS = "break_glass", "Opened with a reason for 24 hours"


class CareTeamMemberQuerySet(models.QuerySet["CareTeamMember"]):
    """Named filters for care teams."""

    def active_at(self, now: datetime) -> Self:
        """Limit to who cares at ``now``, by a membership that holds at ``now``."""
        return self.filter(
            Q(active_until__isnull=True) | Q(active_until__gt=now),
            Q(membership__active_until__isnull=True)
            | Q(membership__active_until__gt=now),
            active_from__lte=now,
            membership__active_from__lte=now,
        )

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Limit to the care teams of patients whom the user may read."""
        return self.filter(patient__in=Patient.objects.visible_to(user))


class CareTeamMember(models.Model):
    """One therapist in the care team of one patient."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="care_team"
    )
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="care_of"
    )
    kind = models.CharField(max_length=12, choices=CareKind, default=CareKind.REGULAR)
    reason = models.CharField(max_length=200, blank=True)
    active_from = models.DateTimeField()
    active_until = models.DateTimeField(null=True, blank=True)

    objects = CareTeamMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "membership"],
                condition=Q(active_until__isnull=True),
                name="clinics_careteammember_once_a_therapist",
            ),
            models.CheckConstraint(
                condition=Q(kind="regular")
                | (Q(active_until__isnull=False) & ~Q(reason="")),
                name="clinics_careteammember_guests_leave_and_say_why",
                violation_error_message="Cover needs an end and a reason.",
            ),
        ]

    def __str__(self) -> str:
        return f"care team member #{self.pk} ({self.kind})"


class Invitation(Identified):
    """A letter to become a patient's account or a member of staff; works once."""

    privacy = Privacy.PERSONAL

    clinic = models.ForeignKey(
        Clinic, on_delete=models.PROTECT, related_name="invitations"
    )
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=161)
    # Empty for a patient's invitation.
    role = models.CharField(max_length=12, choices=Role, blank=True)
    # A plain id: this table stands outside the wall, so that a signed-out person can
    # accept, and may hold nothing that tells about a patient.
    patient_id = models.BigIntegerField(null=True)
    language = models.CharField(max_length=10, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(patient_id__isnull=False, role="")
                | (Q(patient_id__isnull=True) & ~Q(role="")),
                name="clinics_invitation_for_a_patient_or_a_role",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="clinics_invitation_acceptance_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation #{self.pk}"
