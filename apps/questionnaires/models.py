"""Wordings and instruments of a clinic; questionnaires, responses and their scores."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.clinical.questionnaires.schedule import Anchor
from apps.clinics.models import Clinic, Patient
from apps.clinics.scoping import ClinicBoundQuerySet, PatientBoundQuerySet
from apps.common.privacy import Privacy
from apps.common.records import ClientRecord, Identified
from apps.programmes.models import Programme

MAX_WEEK = 520


class OwnInstrument(Identified):
    """One version of an instrument of a clinic's own: structure and scoring rules.

    A version never changes; a change is the next version. Shipped instruments are
    files, not rows.
    """

    privacy = Privacy.PUBLIC

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    document = models.JSONField()
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = ClinicBoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "key", "version"],
                name="questionnaires_owninstrument_one_a_version",
            ),
        ]

    def __str__(self) -> str:
        return f"instrument {self.key} version {self.version}"


class InstrumentWording(Identified):
    """A clinic's licensed words of one version of an instrument in one language.

    A row never changes. Of one instrument and language the highest revision is in
    force; earlier ones stay because responses were scored with them.
    """

    # Not PUBLIC: the words are somebody's property and leave the clinic never.
    privacy = Privacy.OPERATIONAL

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    instrument_key = models.CharField(max_length=40)
    instrument_version = models.PositiveIntegerField()
    language = models.CharField(max_length=12)
    # Counted by us from 1; ``edition`` is what the file calls its version.
    revision = models.PositiveIntegerField()
    edition = models.TextField()
    licence_statement = models.TextField()
    licensed_on = models.DateField()
    document = models.JSONField()
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = ClinicBoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "clinic",
                    "instrument_key",
                    "instrument_version",
                    "language",
                    "revision",
                ],
                name="questionnaires_instrumentwording_one_a_revision",
            ),
            models.CheckConstraint(
                condition=~Q(licence_statement=""),
                name="questionnaires_instrumentwording_says_by_what_right",
            ),
        ]

    def __str__(self) -> str:
        return f"wording of {self.instrument_key} #{self.pk}"


class QuestionnaireSchedule(Identified):
    """One version of what a clinic asks when, in the programmes of one template.

    ``template_key`` empty: in programmes whose template has no schedule of its own. A
    row never changes; the highest version is in force, for running programmes too.
    """

    privacy = Privacy.PUBLIC

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    template_key = models.SlugField(max_length=60, blank=True)
    version = models.PositiveIntegerField()
    # As ``entry.ScheduleLine`` has them, each with its instrument's version.
    lines = models.JSONField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = ClinicBoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "template_key", "version"],
                name="questionnaires_schedule_one_a_version",
            ),
        ]

    def __str__(self) -> str:
        return f"questionnaire schedule #{self.pk}"


class Questionnaire(ClientRecord):
    """One instrument that a patient is asked to fill once; void takes it back.

    One that a schedule asks for has its ``programme``; ``cancelled_at`` says since when
    the schedule asks no more, which it may take back.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="questionnaires"
    )
    instrument_key = models.CharField(max_length=40)
    instrument_version = models.PositiveIntegerField()
    label = models.CharField(max_length=80, blank=True)
    # Of the programme or trial, 0 is the baseline; null where no week is meant.
    week = models.PositiveSmallIntegerField(null=True, blank=True)
    # Days in the patient's zone, both inside; null: no bound.
    opens_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    closes_on = models.DateField(null=True, blank=True)
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    anchor = models.CharField(
        max_length=5, choices=[(each.value, each.name) for each in Anchor], blank=True
    )
    weeks_from_anchor = models.PositiveSmallIntegerField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = PatientBoundQuerySet.as_manager()

    class Meta(ClientRecord.Meta):
        indexes = [
            models.Index(
                fields=["clinic", "patient", "-received_at"],
                name="questionnaires_of_patient",
            ),
        ]
        constraints = [
            *ClientRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(week__isnull=True) | Q(week__range=(0, MAX_WEEK)),
                name="questionnaires_questionnaire_week_possible",
            ),
            # A void one counts too: what a therapist took back stays away.
            models.UniqueConstraint(
                fields=["programme", "instrument_key", "anchor", "weeks_from_anchor"],
                condition=Q(programme__isnull=False),
                name="questionnaires_questionnaire_scheduled_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    programme__isnull=True, anchor="", weeks_from_anchor__isnull=True
                )
                | Q(
                    programme__isnull=False,
                    anchor__in=[each.value for each in Anchor],
                    weeks_from_anchor__isnull=False,
                    opens_on__lte=models.F("due_on"),
                    closes_on__gte=models.F("due_on"),
                ),
                name="questionnaires_questionnaire_scheduled_has_a_window",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(programme__isnull=False),
                name="questionnaires_questionnaire_only_scheduled_is_cancelled",
            ),
        ]

    def __str__(self) -> str:
        return f"questionnaire #{self.pk}"


class QuestionnaireResponse(ClientRecord):
    """What was answered to a questionnaire; half filled until ``completed_at``.

    ``entered_by`` other than the patient: staff typed in a paper form. ``wording`` is
    the one that was shown when the form was begun; None where the clinic has none.
    ``put_digest`` is of the latest PUT, as ``request_digest`` is of the first request.
    """

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="questionnaire_responses"
    )
    questionnaire = models.ForeignKey(
        Questionnaire, on_delete=models.PROTECT, related_name="responses"
    )
    # As in the questionnaire; here too, so that a score says by itself what made it.
    instrument_key = models.CharField(max_length=40)
    instrument_version = models.PositiveIntegerField()
    wording = models.ForeignKey(
        InstrumentWording,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # By item code: a whole number, or text for a printed code or a decimal.
    answers = models.JSONField()
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    put_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = PatientBoundQuerySet.as_manager()

    class Meta(ClientRecord.Meta):
        indexes = [
            models.Index(
                fields=["clinic", "patient", "instrument_key", "-completed_at"],
                name="questionnaires_latest",
            ),
        ]
        constraints = [
            *ClientRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["questionnaire"],
                condition=Q(voided_at__isnull=True),
                name="questionnaires_questionnaireresponse_one_that_counts",
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True)
                | Q(completed_at__isnull=True)
                | Q(completed_at__gte=models.F("started_at")),
                name="questionnaires_questionnaireresponse_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"questionnaire response #{self.pk}"


class ResponseScore(models.Model):
    """One score of a completed response, as the rules gave it then."""

    privacy = Privacy.HEALTH

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    response = models.ForeignKey(
        QuestionnaireResponse, on_delete=models.PROTECT, related_name="scores"
    )
    # Order within the instrument, from 0.
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    role = models.CharField(max_length=8)
    # Unrounded, as "433/8", because cut-offs are judged on it; empty: no score.
    exact = models.TextField(blank=True)
    # What people are shown.
    value = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    answered = models.PositiveSmallIntegerField()
    parts = models.PositiveSmallIntegerField()
    is_prorated = models.BooleanField()
    direction = models.CharField(max_length=13)
    why_none = models.CharField(max_length=15, blank=True)

    class ResponseScoreQuerySet(PatientBoundQuerySet):
        """Scores by the patient of their response."""

        patient_path = "response__patient"

    objects = ResponseScoreQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["response", "position"],
                name="questionnaires_responsescore_one_a_position",
            ),
            models.CheckConstraint(
                condition=(Q(value__isnull=True, exact="") & ~Q(why_none=""))
                | (Q(value__isnull=False, why_none="") & ~Q(exact="")),
                name="questionnaires_responsescore_is_there_or_says_why_not",
            ),
        ]

    def __str__(self) -> str:
        return f"score #{self.pk}"
