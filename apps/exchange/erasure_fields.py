"""What an erasure clears, column by column, and what stays, with the reason.

A test walks every table of ``takeout.kinds``: a column that holds words of somebody
stands here on one side or the other, so a new one cannot be forgotten.
"""

from typing import Any, Final

ERASED: Final = "[erased]"
TEXT: Final = "text"
"""What was written is replaced by ``ERASED``; what was empty stays empty."""

_VOID: Final = {"void_reason": TEXT}

CLEARED: Final[dict[str, dict[str, Any]]] = {
    "clinics.Invitation": {"name": TEXT},
    "clinics.CareTeamMember": {"reason": TEXT},
    # It repeats the record word by word, as it was.
    "clinics.Snapshot": {"content": {}, "reason": TEXT},
    "programmes.Programme": {"goal": TEXT, "end_reason": TEXT},
    "programmes.PhaseInForce": {"reason": TEXT, "override_reason": TEXT},
    "programmes.Pause": {"reason": TEXT},
    "programmes.LoadInForce": {"reason": TEXT, "override_reason": TEXT},
    "programmes.PlannedSession": {"cancel_reason": TEXT},
    "programmes.IntroductoryMeeting": {**_VOID, "note": TEXT},
    "programmes.ExerciseAdjustment": {"note": TEXT},
    "logbook.HeldSession": {**_VOID, "broken_off_because": TEXT, "note": TEXT},
    "logbook.ExerciseEntry": {"novel_reason": TEXT},
    "logbook.CheckIn": _VOID,
    "strength.OneRepMaxTest": _VOID,
    "pain_tests.PainTest": _VOID,
    "pain_tests.FunctionTest": _VOID,
    "questionnaires.Questionnaire": _VOID,
    "questionnaires.QuestionnaireResponse": _VOID,
    "context.Agreement": {**_VOID, "goal": TEXT, "adjustment": TEXT},
    "context.Phenotype": {**_VOID, "basis": TEXT},
    "context.CoIntervention": {
        **_VOID,
        "name": TEXT,
        "dose": TEXT,
        "dose_changes": [],
        "note": TEXT,
    },
    "context.AdverseEvent": {**_VOID, "description": TEXT},
    "inbox.Alert": {"resolution_note": TEXT},
    "inbox.AlertAct": {"note": TEXT},
    "progression.LoadProposal": {"decision_reason": TEXT},
    "messaging.OutboxMail": {
        "subject": TEXT,
        "body_text": TEXT,
        "body_html": TEXT,
        "last_error": TEXT,
    },
}
"""Columns that are cleared in every row of the patient, and what then stands there."""

BY_HAND: Final = {
    "clinics.Patient": (
        *("email", "given_name", "family_name", "user", "status", "diagnosed_on"),
    ),
    "clinics.Invitation": ("email", "expires_at"),
    "messaging.OutboxMail": ("to_address",),
    "pain_tests.PainTest": ("preparation",),
    "accounts.User": ("email", "name", "password", "is_active"),
    "accounts.ApiToken": ("name", "revoked_at"),
}
"""Columns that ``erasure`` changes one by one: addresses are unique, accounts end."""

_CODES: Final = "codes of ours"
_MACHINE: Final = "a machine's sentence, made of numbers"
_FIGURES: Final = "figures, which statistics need"
_DIGEST: Final = "a fingerprint, of which nothing can be read"
_PLACE: Final = "a zone or language, which many people share"
KEPT: Final = {
    "clinics.Patient.birth_year": "a year, which statistics need",
    "clinics.Patient.time_zone": _PLACE,
    "clinics.Patient.language": _PLACE,
    "accounts.User.language": _PLACE,
    "accounts.User.time_zone": _PLACE,
    "accounts.ApiToken.token_hash": _DIGEST,
    "clinics.Invitation.language": _PLACE,
    "clinics.Invitation.time_zone": _PLACE,
    "clinics.Invitation.token_hash": _DIGEST,
    "clinics.ConsentDecision.language": _PLACE,
    "programmes.Programme.weekdays": _FIGURES,
    "programmes.Prescription.slot": "a place of the template",
    "programmes.LoadInForce.load_unit": _CODES,
    "programmes.LoadInForce.missing": _CODES,
    "logbook.HeldSession.time_zone": _PLACE,
    "logbook.HeldSession.warm_up": _FIGURES,
    "logbook.HeldSession.blood_pressure": _FIGURES,
    "logbook.HeldSession.confounders": _CODES,
    "logbook.ExerciseEntry.machine": "the name of a machine of the clinic",
    "logbook.ExerciseEntry.skipped_reason": _CODES,
    "logbook.ExerciseEntry.bout": _FIGURES,
    "logbook.SetEntry.load_unit": _CODES,
    "logbook.CheckIn.time_zone": _PLACE,
    "logbook.CheckIn.scale": _CODES,
    "logbook.CheckIn.location": _CODES,
    "logbook.CheckIn.new_places": _CODES,
    "logbook.CheckIn.flare": _CODES,
    "logbook.CheckIn.analgesic": _CODES,
    "logbook.CheckIn.red_flags": _CODES,
    "logbook.CheckIn.blood_pressure": _FIGURES,
    "logbook.DiaryRating.region": "a part of the body",
    "logbook.DiaryRating.original_value": _FIGURES,
    "strength.OneRepMaxTest.equation": _CODES,
    "strength.OneRepMaxTest.machine": "the name of a machine of the clinic",
    "strength.OneRepMaxTest.unit": _CODES,
    "strength.Trial.load_unit": _CODES,
    "pain_tests.PainTest.device": "the name of a device of the clinic",
    "pain_tests.PainTest.measurements": _FIGURES,
    "pain_tests.PainTest.details": _FIGURES,
    "pain_tests.PainTest.questions": _MACHINE,
    "pain_tests.PainTest.refusals": _MACHINE,
    "pain_tests.PainTest.deviations": _MACHINE,
    "pain_tests.P50Order.steps": _FIGURES,
    "pain_tests.P50Order.method": _CODES,
    "pain_tests.P50Order.pressures_kpa": _FIGURES,
    "pain_tests.P50Order.series_kpa": _FIGURES,
    "pain_tests.FunctionTest.kind": _CODES,
    "pain_tests.FunctionTest.side": _CODES,
    "pain_tests.FunctionTest.movement": "the name of a movement",
    "pain_tests.FunctionTest.unit": _CODES,
    "pain_tests.FunctionTest.device": "the name of a device of the clinic",
    "pain_tests.FunctionTest.trials": _FIGURES,
    "pain_tests.FunctionTest.refusals": _MACHINE,
    "pain_tests.FunctionTest.deviations": _MACHINE,
    "questionnaires.Questionnaire.instrument_key": _CODES,
    "questionnaires.Questionnaire.label": "the name of a visit, such as baseline",
    "questionnaires.QuestionnaireResponse.instrument_key": _CODES,
    "questionnaires.QuestionnaireResponse.answers": "codes of printed answers",
    "questionnaires.ResponseScore.code": _CODES,
    "questionnaires.ResponseScore.role": _CODES,
    "questionnaires.ResponseScore.exact": _FIGURES,
    "questionnaires.ResponseScore.direction": _CODES,
    "questionnaires.ResponseScore.why_none": _CODES,
    "context.Agreement.agreed_by": _CODES,
    "context.AdverseEvent.actions": _CODES,
    "flares.Verdict.tiers": _CODES,
    "flares.Verdict.pattern": _FIGURES,
    "flares.Verdict.remarks": _MACHINE,
    "inbox.Alert.origin_key": "ids",
    "inbox.Alert.sentence": _MACHINE,
    "inbox.Alert.evidence": _FIGURES,
    "inbox.Alert.policy_version": _CODES,
    "progression.LoadProposal.rule_name": _CODES,
    "progression.LoadProposal.about": "ids",
    "progression.LoadProposal.reason": _MACHINE,
    "progression.LoadProposal.notes": _MACHINE,
    "progression.LoadProposal.unknowns": _MACHINE,
    "progression.LoadProposal.inputs": _FIGURES,
    "adherence.AdherenceSnapshot.reasons": _MACHINE,
    "adherence.CourseOutcome.told": _CODES,
    "adherence.CourseCalendar.slots_due_at": _FIGURES,
    "adherence.CourseCalendar.check_ins_close_at": _FIGURES,
    "adherence.CourseCalendar.answered_close_at": _FIGURES,
    "adherence.CourseWeeks.slot_weeks": _FIGURES,
    "adherence.CourseWeeks.check_in_weeks": _FIGURES,
    "adherence.CourseWeeks.check_in_moments": _FIGURES,
    "adherence.CourseWeeks.check_ins_answered": _FIGURES,
    "messaging.OutboxMail.kind": _CODES,
    "messaging.OutboxMail.reason_key": "ids",
    "messaging.OutboxMail.suppressed_reason": _MACHINE,
    "audit.AuditEvent.action": _CODES,
    "audit.AuditEvent.subject": _CODES,
    "audit.AuditEvent.detail": "the trail: names of fields, counts, reasons of staff",
    "audit.AuditEvent.address": "the trail: from where, which must outlive the person",
    "audit.AuditEvent.door": _CODES,
    "exchange.DataExport.sha256": _DIGEST,
}
"""Columns that might hold words and are left as they are, and why."""
