"""What was agreed, found, taken and suffered around the exercise of one person."""

from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from apps.clinical import scales
from apps.clinical.surroundings import (
    GRADE_MAX,
    GRADE_MIN,
    SERIOUS_FROM_GRADE,
    SSS_MAX,
    WPI_MAX,
)
from apps.clinics.models import Clinic, Patient
from apps.clinics.scoping import PatientBoundQuerySet
from apps.common.privacy import Privacy
from apps.common.records import ClientRecord
from apps.exercises.models import Exercise
from apps.logbook.models import HeldSession
from apps.programmes.models import Programme


class Preference(models.TextChoices):
    """How a person feels about an exercise."""

    PREFERRED = "preferred", "Preferred"
    REFUSED = "refused", "Refused"


class GoalStatus(models.TextChoices):
    """Where a goal stands on the day of the agreement."""

    WORKING_ON = "working_on", "Working on it"
    REACHED = "reached", "Reached"
    CHANGED = "changed", "Changed to another goal"
    DROPPED = "dropped", "No longer wanted"


class Party(models.TextChoices):
    """Who agreed."""

    PATIENT = "patient", "The patient"
    THERAPIST = "therapist", "Who entered it"
    RELATIVE = "relative", "A relative or carer"


class Mechanism(models.TextChoices):
    """What kind of pain it is taken for."""

    NOCICEPTIVE = "nociceptive", "Nociceptive"
    NEUROPATHIC = "neuropathic", "Neuropathic"
    NOCIPLASTIC = "nociplastic", "Nociplastic"
    MIXED = "mixed", "Mixed"
    UNKNOWN = "unknown", "Not known"


class Modulation(models.TextChoices):
    """How well the body damps pain by itself."""

    REDUCED = "reduced", "Reduced"
    TYPICAL = "typical", "Typical"
    UNCLEAR = "unclear", "Unclear"


class Sensitisation(models.TextChoices):
    """Signs of a nervous system that answers too strongly."""

    NONE_FOUND = "none_found", "No signs found"
    POSSIBLE = "possible", "Possible"
    PROBABLE = "probable", "Probable"


class Fear(models.TextChoices):
    """Fear of movement as judged in the conversation."""

    LOW = "low", "Low"
    MODERATE = "moderate", "Moderate"
    HIGH = "high", "High"


class CoInterventionKind(models.TextChoices):
    """What else is done about the pain."""

    DRUG = "drug", "Medicine"
    INJECTION = "injection", "Injection"
    SURGERY = "surgery", "Surgery"
    PHYSIOTHERAPY = "physiotherapy", "Other physiotherapy"
    PSYCHOLOGICAL = "psychological", "Psychological treatment"
    PAIN_EDUCATION = "pain_education", "Pain education"
    OTHER = "other", "Other"


class Relation(models.TextChoices):
    """How far an adverse event is put down to the exercise."""

    UNRELATED = "unrelated", "Unrelated"
    UNLIKELY = "unlikely", "Unlikely"
    POSSIBLE = "possible", "Possible"
    PROBABLE = "probable", "Probable"
    DEFINITE = "definite", "Definite"


class Action(models.TextChoices):
    """What was done about an adverse event."""

    LOAD_REDUCED = "load_reduced", "Load reduced"
    EXERCISE_CHANGED = "exercise_changed", "Exercise changed"
    PAUSED = "paused", "Programme paused"
    STOPPED = "stopped", "Programme ended"
    REFERRED = "referred", "Referred to a physician"
    HOSPITAL = "hospital", "Taken to hospital"
    OTHER = "other", "Other"


class Outcome(models.TextChoices):
    """How an adverse event ended, or stands."""

    RECOVERED = "recovered", "Recovered"
    RECOVERING = "recovering", "Recovering"
    NOT_RECOVERED = "not_recovered", "Not recovered"
    LASTING_EFFECTS = "lasting_effects", "Recovered with lasting effects"
    FATAL = "fatal", "Fatal"
    UNKNOWN = "unknown", "Not known"


class Reporter(models.TextChoices):
    """Who told of an adverse event."""

    PATIENT = "patient", "The patient"
    THERAPIST = "therapist", "Who treats the patient"
    RELATIVE = "relative", "A relative or carer"
    OTHER = "other", "Somebody else"


class TreatedQuerySet(models.QuerySet[Any]):
    """Rows that speak to those who treat the patient, and to nobody else."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Limit to the rows of patients whom the user treats."""
        return self.filter(patient__in=Patient.objects.cared_for_by(user))


class Agreement(ClientRecord):
    """What patient and therapist agreed on one day, for an exercise and a phase.

    Without an exercise it is about all of them, without a phase about all of it. The
    newest for the same exercise and phase holds; the earlier ones stay as they were.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    agreed_on = models.DateField()
    agreed_by = ArrayField(models.CharField(max_length=9, choices=Party))
    exercise = models.ForeignKey(
        Exercise, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Position in the template of the programme.
    phase = models.PositiveSmallIntegerField(null=True, blank=True)
    goal = models.CharField(max_length=400, blank=True)
    goal_status = models.CharField(max_length=10, choices=GoalStatus, blank=True)
    confidence = models.PositiveSmallIntegerField(null=True, blank=True)
    preference = models.CharField(max_length=9, choices=Preference, blank=True)
    adjustment = models.TextField(max_length=4000, blank=True)

    objects = PatientBoundQuerySet.as_manager()

    class Meta(ClientRecord.Meta):
        indexes = [
            models.Index(
                fields=["clinic", "patient", "-agreed_on"], name="context_agreement_day"
            ),
        ]
        constraints = [
            *ClientRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(confidence__isnull=True)
                | Q(confidence__range=(scales.TEN_POINT_MIN, scales.TEN_POINT_MAX)),
                name="context_agreement_confidence_possible",
            ),
            models.CheckConstraint(
                condition=Q(phase__isnull=True) | Q(programme__isnull=False),
                name="context_agreement_phase_of_a_programme",
            ),
            models.CheckConstraint(
                condition=Q(preference="")
                | Q(preference__in=Preference.values, exercise__isnull=False),
                name="context_agreement_preference_of_an_exercise",
            ),
            models.CheckConstraint(
                condition=Q(goal="", goal_status="")
                | (~Q(goal="") & Q(goal_status__in=GoalStatus.values)),
                name="context_agreement_goal_has_a_status",
            ),
        ]

    def __str__(self) -> str:
        return f"agreement #{self.pk}"


class Phenotype(ClientRecord):
    """What a person's pain was taken for on one day, and on what grounds.

    The newest holds. It is a filter for people: no rule reads it. Null or empty means
    not looked at.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    assessed_on = models.DateField()
    basis = models.TextField(max_length=4000)
    mechanism = models.CharField(max_length=11, choices=Mechanism)
    wpi = models.PositiveSmallIntegerField(null=True, blank=True)
    sss = models.PositiveSmallIntegerField(null=True, blank=True)
    modulation = models.CharField(max_length=7, choices=Modulation, blank=True)
    sensitisation = models.CharField(max_length=10, choices=Sensitisation, blank=True)
    fear_of_movement = models.CharField(max_length=8, choices=Fear, blank=True)

    objects = TreatedQuerySet.as_manager()

    class Meta(ClientRecord.Meta):
        indexes = [
            models.Index(
                fields=["clinic", "patient", "-assessed_on"],
                name="context_phenotype_latest",
            ),
        ]
        constraints = [
            *ClientRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(mechanism__in=Mechanism.values),
                name="context_phenotype_mechanism_known",
            ),
            models.CheckConstraint(
                condition=(Q(wpi__isnull=True) | Q(wpi__lte=WPI_MAX))
                & (Q(sss__isnull=True) | Q(sss__lte=SSS_MAX)),
                name="context_phenotype_numbers_possible",
            ),
            models.CheckConstraint(
                condition=~Q(basis=""), name="context_phenotype_has_a_basis"
            ),
        ]

    def __str__(self) -> str:
        return f"phenotype #{self.pk}"


class CoIntervention(ClientRecord):
    """A medicine or another treatment beside the exercise; both days are included.

    Without a first day it began before anybody noted it; without a last day it goes on.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=14, choices=CoInterventionKind)
    name = models.CharField(max_length=200)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    # As told at the beginning.
    dose = models.CharField(max_length=200, blank=True)
    # Day and dose from that day on, by day; written and read as a whole.
    dose_changes = models.JSONField(default=list)
    note = models.TextField(max_length=4000, blank=True)

    objects = PatientBoundQuerySet.as_manager()

    class Meta(ClientRecord.Meta):
        indexes = [
            models.Index(
                fields=["clinic", "patient", "first_day"],
                name="context_cointervention_day",
            ),
        ]
        constraints = [
            *ClientRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=CoInterventionKind.values),
                name="context_cointervention_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(first_day__isnull=True)
                | Q(last_day__isnull=True)
                | Q(last_day__gte=F("first_day")),
                name="context_cointervention_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"co-intervention #{self.pk}"


class AdverseEvent(ClientRecord):
    """Something bad that happened to a person in treatment, whatever its cause."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(
        HeldSession, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    began_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    description = models.TextField(max_length=4000)
    grade = models.PositiveSmallIntegerField()
    serious = models.BooleanField()
    relation = models.CharField(max_length=9, choices=Relation)
    actions = ArrayField(models.CharField(max_length=16, choices=Action), default=list)
    outcome = models.CharField(max_length=15, choices=Outcome)
    reported_by = models.CharField(max_length=9, choices=Reporter)

    objects = TreatedQuerySet.as_manager()

    class Meta(ClientRecord.Meta):
        indexes = [
            models.Index(
                fields=["clinic", "patient", "-began_on"], name="context_adverse_day"
            ),
        ]
        constraints = [
            *ClientRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(grade__range=(GRADE_MIN, GRADE_MAX)),
                name="context_adverseevent_grade_possible",
            ),
            models.CheckConstraint(
                condition=Q(grade__lt=SERIOUS_FROM_GRADE) | Q(serious=True),
                name="context_adverseevent_grave_is_serious",
            ),
            models.CheckConstraint(
                condition=Q(grade=GRADE_MAX, outcome="fatal")
                | (~Q(grade=GRADE_MAX) & ~Q(outcome="fatal")),
                name="context_adverseevent_fatal_is_the_last_grade",
            ),
            models.CheckConstraint(
                condition=Q(relation__in=Relation.values, outcome__in=Outcome.values),
                name="context_adverseevent_words_known",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("began_on")),
                name="context_adverseevent_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"adverse event #{self.pk}"


class FlarePlan(ClientRecord):
    """A plan for a flare, in the person's own words, heading by heading.

    The newest that the therapist agreed to holds. What a patient enters alone is a
    proposal until then; the earlier ones stay as they were.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    agreed_on = models.DateField()
    agreed_by = ArrayField(models.CharField(max_length=9, choices=Party))
    first_signs = models.TextField(max_length=4000, blank=True)
    steps = models.TextField(max_length=4000, blank=True)
    leave_out = models.TextField(max_length=4000, blank=True)
    call = models.TextField(max_length=4000, blank=True)

    objects = PatientBoundQuerySet.as_manager()

    class Meta(ClientRecord.Meta):
        indexes = [
            models.Index(
                fields=["clinic", "patient", "-agreed_on"], name="context_flareplan_day"
            ),
        ]
        constraints = [
            *ClientRecord.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(first_signs="", steps="", leave_out="", call=""),
                name="context_flareplan_says_something",
                violation_error_message="A plan needs words under a heading.",
            ),
        ]

    def __str__(self) -> str:
        return f"flare plan #{self.pk}"
