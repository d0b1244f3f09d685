"""What the load table proposed, and what a person made of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.clinical.progression import proposals, table
from apps.clinics.models import Clinic, Patient
from apps.clinics.scoping import PatientBoundQuerySet
from apps.common.privacy import Privacy
from apps.common.records import Identified
from apps.logbook.models import HeldSession
from apps.programmes.models import (
    ClinicRules,
    LoadInForce,
    Prescription,
    Programme,
)


class Action(models.TextChoices):
    """What a row of the load table asks for."""

    RAISE = table.Action.RAISE.value, "Raise the load"
    HOLD = table.Action.HOLD.value, "Hold the load"
    REDUCE = table.Action.REDUCE.value, "Reduce the load"
    RESTART = table.Action.RESTART.value, "Start again with less"
    NEXT_PHASE = table.Action.NEXT_PHASE.value, "Go on to the next phase"
    NO_TRAINING = table.Action.NO_TRAINING.value, "No training"


class Made(models.TextChoices):
    """When the table was read."""

    DRAFT = proposals.Pass.DRAFT.value, "After a session"
    AT_PRE = proposals.Pass.AT_PRE.value, "At the check before a session"


class ProposalStatus(models.TextChoices):
    """Where a proposal stands."""

    OPEN = "open", "Waits for a decision"
    ACCEPTED = "accepted", "Taken over"
    CHANGED = "changed", "Decided otherwise"
    DISMISSED = "dismissed", "Dismissed"
    SUPERSEDED = "superseded", "No longer what the table says"


DECIDED = (
    ProposalStatus.ACCEPTED,
    ProposalStatus.CHANGED,
    ProposalStatus.DISMISSED,
)


class LoadProposal(Identified):
    """What the table proposed for one exercise after one session. Never rewritten.

    A decision, or another proposal in its place, only closes it. ``about`` is what the
    row looked at: a flare episode, a screen for warning signs, or the session.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="load_proposals"
    )
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    prescription = models.ForeignKey(
        Prescription, on_delete=models.PROTECT, related_name="proposals"
    )
    # The newest; null where a check before the first session says not to train.
    session = models.ForeignKey(
        HeldSession,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
    )
    made = models.CharField(max_length=6, choices=Made)
    table_version = models.PositiveSmallIntegerField()
    # Null where the clinic followed what is shipped; ``inputs`` has all the numbers.
    rules = models.ForeignKey(
        ClinicRules, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    rule = models.PositiveSmallIntegerField()
    rule_name = models.CharField(max_length=20)
    about = models.CharField(max_length=120, blank=True)
    action = models.CharField(max_length=11, choices=Action)
    # Null where no load in kilograms is in force.
    from_kg = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    to_kg = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    change_pct = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    # Of the next session alone; 0 for no training.
    sets = models.PositiveSmallIntegerField()
    changes_sets = models.BooleanField()
    reps_min = models.PositiveSmallIntegerField(null=True)
    reps_max = models.PositiveSmallIntegerField(null=True)
    changes_reps = models.BooleanField()
    offered_kg = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    offered_reps_min = models.PositiveSmallIntegerField(null=True)
    offered_reps_max = models.PositiveSmallIntegerField(null=True)
    # The position that accepting it puts in force; null where the phase stays.
    phase = models.PositiveSmallIntegerField(null=True)
    explosive_allowed = models.BooleanField()
    therapist_decides = models.BooleanField()
    is_urgent = models.BooleanField()
    retest_within_days = models.PositiveSmallIntegerField(null=True)
    reason = models.TextField()
    # Keys, values and texts of what else is to be said.
    notes = models.JSONField(default=list)
    unknowns = models.JSONField(default=list)
    inputs = models.JSONField()
    # Of what the table saw, whatever day it was.
    inputs_digest = models.CharField(max_length=64)
    drafted_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(
        max_length=10, choices=ProposalStatus, default=ProposalStatus.OPEN
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=200, blank=True)
    load_in_force = models.OneToOneField(
        LoadInForce,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposal",
    )

    objects = PatientBoundQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["clinic", "patient", "status"], name="progression_of_patient"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["prescription"],
                condition=Q(status="open"),
                name="progression_loadproposal_one_open",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ProposalStatus.values),
                name="progression_loadproposal_status_known",
            ),
            models.CheckConstraint(
                condition=Q(action__in=Action.values),
                name="progression_loadproposal_action_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=DECIDED,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                | Q(
                    status__in=("open", "superseded"),
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                    load_in_force__isnull=True,
                ),
                name="progression_loadproposal_decision_is_signed",
                violation_error_message="A decision needs a person and a time.",
            ),
            models.CheckConstraint(
                condition=Q(status="superseded", superseded_at__isnull=False)
                | (~Q(status="superseded") & Q(superseded_at__isnull=True)),
                name="progression_loadproposal_superseded_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="changed") | ~Q(decision_reason=""),
                name="progression_loadproposal_change_says_why",
            ),
            models.CheckConstraint(
                condition=Q(from_kg__isnull=True)
                | ~Q(action__in=("hold", "reduce", "restart", "no_training"))
                | Q(to_kg__lte=F("from_kg")),
                name="progression_loadproposal_only_raises_raise",
            ),
        ]

    def __str__(self) -> str:
        return f"load proposal #{self.pk} (rule {self.rule})"
