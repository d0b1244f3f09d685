"""What of the database belongs to a patient, table by table.

A test walks every table: one that is about people stands here or in ``LEFT_OUT``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One table of a patient's rows, as one file of the copy.

    Args:
        model: Label of the model.
        file: Name of the file, without its ending.
        about: What one row is, in words for the reader.
        path: The lookup that leads to the patient.
        value: What the lookup is compared with: a field of the patient.
        without: Columns that are left out, each with the reason.
    """

    model: str
    file: str
    about: Any
    path: str = "patient"
    value: str = "pk"
    without: Mapping[str, str] = field(default_factory=dict)


EVERYWHERE: Final = {
    "clinic": "there is one clinic in a copy, and the read-me names it",
    "patient": "there is one patient in a copy",
    "patient_id": "there is one patient in a copy",
    "clinic_id": "there is one clinic in a copy, and the read-me names it",
    "request_digest": "a fingerprint of what stands beside it",
    "answers_digest": "a fingerprint of what stands beside it",
    "put_digest": "a fingerprint of what stands beside it",
    "inputs_digest": "a fingerprint of what stands beside it",
    "file_digest": "a fingerprint of a file that was read in",
}
"""Columns that no file has, and why."""

_SECRET = "whoever has it can act in your name"  # noqa: S105

KINDS: Final = (
    Kind(
        model="clinics.Patient", file="person", about=_("who you are here"), path="pk"
    ),
    Kind(
        model="accounts.User",
        file="account",
        about=_("your account"),
        path="pk",
        value="user_id",
        without={
            "password": _SECRET,
            "is_superuser": "about operators",
            "is_staff": "about operators",
        },
    ),
    Kind(
        model="accounts.ApiToken",
        file="tokens",
        about=_("a token that you made for a program"),
        path="user",
        value="user_id",
        without={"token_hash": _SECRET},
    ),
    Kind(
        model="clinics.Invitation",
        file="invitations",
        about=_("a letter that invited you"),
        path="patient_id",
        without={"token_hash": _SECRET},
    ),
    Kind(
        model="clinics.CareTeamMember",
        file="care-team",
        about=_("somebody who treats or treated you, or opened your record"),
    ),
    Kind(
        model="clinics.ConsentDecision",
        file="consents",
        about=_("what you allowed or did not allow"),
    ),
    Kind(
        model="clinics.Snapshot",
        file="earlier-versions",
        about=_("what a record said before it was corrected"),
    ),
    Kind(
        model="programmes.Programme", file="programmes", about=_("a training programme")
    ),
    Kind(
        model="programmes.PhaseInForce",
        file="phases",
        about=_("a phase of a programme"),
        path="programme__patient",
    ),
    Kind(
        model="programmes.Pause",
        file="pauses",
        about=_("a pause of a programme"),
        path="programme__patient",
    ),
    Kind(
        model="programmes.Prescription",
        file="prescriptions",
        about=_("an exercise of a programme"),
        path="programme__patient",
    ),
    Kind(
        model="programmes.LoadInForce",
        file="loads",
        about=_("a load that was prescribed, and why"),
        path="prescription__programme__patient",
    ),
    Kind(
        model="programmes.PlannedSession",
        file="planned-sessions",
        about=_("a session that was planned"),
    ),
    Kind(
        model="programmes.IntroductoryMeeting",
        file="introductory-meetings",
        about=_("a meeting at which exercises were shown"),
    ),
    Kind(
        model="programmes.ExerciseAdjustment",
        file="exercise-adjustments",
        about=_("how an exercise was adjusted at such a meeting"),
        path="meeting__patient",
    ),
    Kind(model="logbook.HeldSession", file="sessions", about=_("a session you did")),
    Kind(
        model="logbook.ExerciseEntry",
        file="session-exercises",
        about=_("an exercise of a session"),
        path="session__patient",
    ),
    Kind(
        model="logbook.SetEntry",
        file="sets",
        about=_("a set of an exercise"),
        path="exercise_entry__session__patient",
    ),
    Kind(model="logbook.CheckIn", file="check-ins", about=_("how you felt")),
    Kind(
        model="logbook.DiaryRating",
        file="diary",
        about=_("a value from an older diary of yours"),
    ),
    Kind(
        model="strength.OneRepMaxTest",
        file="strength-tests",
        about=_("a strength test"),
    ),
    Kind(
        model="strength.Trial",
        file="strength-test-trials",
        about=_("one attempt of a strength test"),
        path="test__patient",
    ),
    Kind(model="pain_tests.PainTest", file="pain-tests", about=_("a test of pain")),
    Kind(
        model="pain_tests.P50Order",
        file="pain-test-orders",
        about=_("the order of the pressures of a test of pain"),
    ),
    Kind(
        model="pain_tests.FunctionTest",
        file="function-tests",
        about=_("a test of function"),
    ),
    Kind(
        model="questionnaires.Questionnaire",
        file="questionnaires",
        about=_("a questionnaire that you were asked to fill"),
    ),
    Kind(
        model="questionnaires.QuestionnaireResponse",
        file="questionnaire-responses",
        about=_("what you answered"),
    ),
    Kind(
        model="questionnaires.ResponseScore",
        file="questionnaire-scores",
        about=_("a sum that was made of your answers"),
        path="response__patient",
    ),
    Kind(
        model="context.Agreement",
        file="agreements",
        about=_("what you agreed on together"),
    ),
    Kind(
        model="context.Phenotype",
        file="phenotypes",
        about=_("what your pain was taken for, and on what grounds"),
    ),
    Kind(
        model="context.CoIntervention",
        file="other-treatments",
        about=_("a medicine or another treatment"),
    ),
    Kind(
        model="context.AdverseEvent",
        file="adverse-events",
        about=_("something bad that happened, whatever its cause"),
    ),
    Kind(
        model="flares.Verdict",
        file="verdicts",
        about=_("what was computed of your pain around a session"),
    ),
    Kind(
        model="inbox.Alert",
        file="alerts",
        about=_("a reason to look at how you are"),
    ),
    Kind(
        model="inbox.AlertAct",
        file="alert-acts",
        about=_("what was done about it"),
        path="alert__patient",
    ),
    Kind(
        model="progression.LoadProposal",
        file="load-proposals",
        about=_("a load that was proposed to your physiotherapist"),
    ),
    Kind(
        model="adherence.AdherenceSnapshot",
        file="adherence",
        about=_("how much of the plan was done, by window"),
    ),
    Kind(
        model="adherence.CourseOutcome",
        file="course-outcomes",
        about=_("how a programme goes"),
        path="programme__patient",
    ),
    Kind(
        model="adherence.CourseCalendar",
        file="course-calendars",
        about=_("when the sessions of a programme count"),
        path="programme__patient",
    ),
    Kind(
        model="adherence.CourseWeeks",
        file="course-weeks",
        about=_("in which weeks they count"),
        path="programme__patient",
    ),
    Kind(
        model="adherence.SlotOutcome",
        file="session-outcomes",
        about=_("what became of a planned session, in figures"),
        path="programme__patient",
    ),
    Kind(
        model="messaging.OutboxMail",
        file="mails",
        about=_("a mail to you"),
        path="to_address__iexact",
        value="email",
        without={"last_error": "what a mail server said to ours"},
    ),
    Kind(
        model="audit.AuditEvent",
        file="trail",
        about=_("who looked at or changed something of yours, and when"),
        path="patient_id",
        without={
            "address": "where somebody of the staff sat when they did it",
        },
    ),
    Kind(
        model="exchange.DataExport",
        file="copies",
        about=_("a copy of your data that you asked for"),
    ),
    Kind(
        model="exchange.ErasureRequest",
        file="erasure-requests",
        about=_("a wish of yours to be erased"),
    ),
)

LEFT_OUT: Final = {
    "clinics.Membership": "where staff work; who treats you stands in the care team",
    "clinics.ProposalDue": "a machine's list of what to compute; it says nothing",
    "logbook.JudgementDue": "a machine's list of what to compute; it says nothing",
    "programmes.AdherenceDue": "a machine's list of what to compute; it says nothing",
    "exchange.DataExportFile": "it is the copy itself",
}
"""Tables about people that are in no copy, and why."""
