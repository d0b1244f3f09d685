"""Who may do what on every route: the table that the tests hold the code to.

One line a route and method, sometimes two. The statuses stand in the order of
``PEOPLE``: owner therapist cover glass | colleague over former stranger | manager
assessor lead fellow nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.factories import forms, measuring, surroundings
from tests.factories.consents import OWN_WORDS, consent_body
from tests.factories.forms import (
    PEG,
    fhir_form,
    fhir_resource,
    own_document,
    wording_document,
)

from .scene import Scene, session_body

Body = Callable[[Scene], dict[str, Any]]


@dataclass(frozen=True)
class Line:
    """One request, as everybody makes it, and what each gets."""

    route: str
    method: str
    statuses: str
    body: Body | None = None
    query: Body | None = None
    version: int | None = None

    def __str__(self) -> str:
        filtered = " of the patient" if self.query else ""
        return f"{self.method} {self.route}{filtered}"

    @property
    def expected(self) -> list[int]:
        """The statuses in the order of ``PEOPLE``."""
        return [int(text) for text in self.statuses.replace("|", " ").split()]


def plain(**fields: Any) -> Body:
    """Return a body that says the same in every scene."""

    def body(_: Scene) -> dict[str, Any]:
        return fields

    return body


def of_patient(scene: Scene) -> dict[str, Any]:
    """Name the scene's patient in a filter."""
    return {"patient": str(scene.patient.public_id)}


def of_clinic(scene: Scene) -> dict[str, Any]:
    """Name the scene's clinic in a filter."""
    return {"clinic": str(scene.clinics["own"].public_id)}


def own_address(scene: Scene) -> dict[str, Any]:
    return {"confirmation": scene.patient.email}


def copied_template(scene: Scene) -> dict[str, Any]:
    copied = str(scene.ids["template_id"])
    return {"copy_of": copied, "key": "our_own", "name": "Our own"}


def own_policy(scene: Scene) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "based_on": str(scene.ids["policy_id"]),
        "changes": {"t1_rise_mm": 30},
        "reason": "Fewer still.",
    }


def new_patient(scene: Scene) -> dict[str, Any]:
    return {
        "email": "new@test.example",
        "given_name": "New",
        "family_name": "Patient",
        "birth_year": 1980,
        "sex": "female",
        "condition": "fibromyalgia",
        "time_zone": "Europe/Stockholm",
        "language": "sv",
    }


def care(scene: Scene) -> dict[str, Any]:
    return {"therapist": str(scene.users["colleague"].public_id)}


def one_rep_max(scene: Scene) -> dict[str, Any]:
    return of_patient(scene) | {
        "id": str(uuid4()),
        "exercise": str(scene.ids["exercise_id"]),
        "tested_at": "2026-03-05T10:00:00+01:00",
        "method": "direct",
        "trials": [{"load": {"value": "84", "unit": "kg"}, "reps": 1, "success": True}],
    }


def enrolment(scene: Scene) -> dict[str, Any]:
    # The patient is in a programme: who may enrol is told that (409).
    return of_patient(scene) | {
        "template": "resistance_fm_15w",
        "starts_on": "2026-03-09",
        "weekdays": [0, 3],
        "time": "10:00",
    }


def session(scene: Scene) -> dict[str, Any]:
    return session_body(
        scene.patient.public_id,
        scene.ids["exercise_id"],
        id=str(uuid4()),
        started_at="2026-03-05T10:02:00+01:00",
        ended_at="2026-03-05T11:00:00+01:00",
    )


def corrected_session(scene: Scene) -> dict[str, Any]:
    return {"note": "typo", "correction_reason": "typo"}


def check_in(scene: Scene) -> dict[str, Any]:
    return of_patient(scene) | {
        "id": str(uuid4()),
        "session": str(scene.ids["session_id"]),
        "moment": "h48",
        "answered_at": "2026-03-04T11:00:00+01:00",
        "pain_mm": 30,
    }


def meeting(scene: Scene) -> dict[str, Any]:
    adjusted = {"prescription": str(scene.ids["prescription_id"]), "note": "seat back"}
    return {
        "id": str(uuid4()),
        "held_at": "2026-03-05T10:00:00+01:00",
        "instructed": True,
        "adjusted": True,
        "adjustments": [adjusted],
        "tolerance": "tolerated",
    }


def load(scene: Scene) -> dict[str, Any]:
    return {"load": {"value": "35", "unit": "kg"}, "reason": "ready"}


def pain_test(scene: Scene) -> dict[str, Any]:
    order = str(scene.ids["unused_order_id"])
    return measuring.pain_test_body(scene.patient, order=order, id=str(uuid4()))


def p50_order(scene: Scene) -> dict[str, Any]:
    return measuring.order_body(scene.patient, id=str(uuid4()))


def function_test(scene: Scene) -> dict[str, Any]:
    return measuring.function_test_body(scene.patient, id=str(uuid4()))


def agreement(scene: Scene) -> dict[str, Any]:
    return surroundings.agreement_body(
        scene.patient,
        id=str(uuid4()),
        exercise=str(scene.ids["exercise_id"]),
        programme=str(scene.ids["programme_id"]),
    )


def flare_plan(scene: Scene) -> dict[str, Any]:
    return surroundings.flare_plan_body(
        scene.patient, id=str(uuid4()), agreed_by=["patient"]
    )


def phenotype(scene: Scene) -> dict[str, Any]:
    return surroundings.phenotype_body(scene.patient, id=str(uuid4()))


def co_intervention(scene: Scene) -> dict[str, Any]:
    return surroundings.co_intervention_body(scene.patient, id=str(uuid4()))


def adverse_event(scene: Scene) -> dict[str, Any]:
    session = str(scene.ids["session_id"])
    return surroundings.adverse_event_body(
        scene.patient, id=str(uuid4()), session=session
    )


def questionnaire(scene: Scene) -> dict[str, Any]:
    return of_patient(scene) | {"id": str(uuid4()), "instrument": "peg", "week": 15}


def fhir_questionnaire(_: Scene) -> dict[str, Any]:
    return {"resource": fhir_resource(), "key": "from_fhir", "version": 1}


def fhir_response(scene: Scene) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "questionnaire": str(scene.ids["questionnaire_id"]),
        "resource": fhir_form(completed="2026-03-06T12:00:00+01:00"),
    }


def schedule(_: Scene) -> dict[str, Any]:
    return {"template": None, "lines": [forms.LINE | {"weeks": 7}]}


def response(scene: Scene) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "questionnaire": str(scene.ids["questionnaire_id"]),
        "answers": PEG,
        "completed_at": "2026-03-06T12:00:00+01:00",
    }


# The scene's response is complete: who may go on with it is told that (409).
HALF_FILLED = plain(answers={"q1": 6})
REASON = plain(reason="typo")
CORRECTION = plain(given_name="Other", correction_reason="typo")
EXERCISE = plain(
    slug="new-exercise",
    name="New",
    region="legs",
    modality="stretching",
    load_kind="effort",
)

# own the cov gla | col ovr for str | man ass led fel nob
TABLE = [
    Line("openapi", "GET", "200 200 200 200 | 200 200 200 200 | 200 200 200 200 200"),
    Line("docs", "GET", "200 200 200 200 | 200 200 200 200 | 200 200 200 200 200"),
    Line("me", "GET", "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401"),
    # accounts: each has their own tokens only
    Line("tokens", "GET", "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401"),
    Line(
        "tokens",
        "POST",
        "201 201 201 201 | 201 201 201 201 | 201 201 201 201 401",
        body=plain(name="script", expires_at="2026-03-07T00:00:00Z"),
    ),
    Line("token", "DELETE", "404 204 404 404 | 404 404 404 404 | 404 404 404 404 401"),
    # clinics
    Line("patients", "GET", "403 200 200 200 | 200 200 403 200 | 200 200 200 403 401"),
    Line(
        "patients",
        "POST",
        "403 201 201 201 | 201 201 403 201 | 201 403 403 403 401",
        body=new_patient,
    ),
    Line("patient", "GET", "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401"),
    Line(
        "patient",
        "PATCH",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=CORRECTION,
        version=1,
    ),
    Line(
        "patient-versions",
        "GET",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "patient-care-team",
        "POST",
        "403 200 200 403 | 404 404 404 404 | 200 404 404 404 401",
        body=care,
    ),
    Line(
        "patient-break-glass",
        "POST",
        "404 200 200 200 | 200 200 404 404 | 200 404 404 404 401",
        body=plain(reason="She fell."),
    ),
    # The patient has accepted: whoever may invite is told that.
    Line(
        "patient-invite-again",
        "POST",
        "403 409 409 409 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(),
    ),
    Line(
        "patient-timeline",
        "GET",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "patient-response-profile",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "invitations",
        "POST",
        "403 403 403 403 | 403 403 403 403 | 201 403 403 403 401",
        body=plain(email="colleague@test.example", name="New", role="therapist"),
    ),
    Line(
        "invitation-accept",
        "POST",
        "400 400 400 400 | 400 400 400 400 | 400 400 400 400 400",
        body=plain(token="nobody-was-invited-with-this"),
    ),
    Line(
        "audit-events", "GET", "403 403 403 403 | 403 403 403 403 | 200 403 403 403 401"
    ),
    # exercises and templates: read by whoever belongs to the clinic
    Line("exercises", "GET", "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401"),
    Line(
        "exercises",
        "POST",
        "403 403 403 403 | 403 403 403 403 | 201 403 403 403 401",
        body=EXERCISE,
    ),
    Line("exercise", "GET", "200 200 200 200 | 200 200 404 404 | 200 200 200 200 401"),
    Line(
        "exercise",
        "PATCH",
        "403 403 403 403 | 403 403 404 404 | 200 403 403 403 401",
        body=plain(name="Other", correction_reason="typo"),
        version=1,
    ),
    Line(
        "programme-templates",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "programme-templates",
        "POST",
        "403 403 403 403 | 403 403 403 403 | 201 403 403 403 401",
        body=copied_template,
    ),
    Line(
        "programme-template",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    # strength
    Line(
        "one-rep-max-tests",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "one-rep-max-tests",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        query=of_patient,
    ),
    Line(
        "one-rep-max-tests",
        "POST",
        "403 201 201 201 | 404 404 404 404 | 404 404 404 404 401",
        body=one_rep_max,
    ),
    Line(
        "one-rep-max-test",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "one-rep-max-test",
        "PATCH",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(machine="Other", correction_reason="typo"),
        version=1,
    ),
    Line(
        "one-rep-max-test-void",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=REASON,
    ),
    Line(
        "one-rep-max-test-versions",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    # programmes
    Line(
        "programmes", "GET", "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401"
    ),
    Line(
        "programmes",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        query=of_patient,
    ),
    Line(
        "programmes",
        "POST",
        "403 409 409 409 | 404 404 404 404 | 404 404 404 404 401",
        body=enrolment,
    ),
    Line("programme", "GET", "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401"),
    Line(
        "programme-pause",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(**{"from": "2026-03-09", "reason": "holiday"}),
    ),
    Line(
        # It is not paused: who may resume is told that (409).
        "programme-resume",
        "POST",
        "403 409 409 409 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(on="2026-03-16"),
    ),
    Line(
        "programme-end",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(on="2026-03-09", outcome="withdrawn", reason="moved away"),
    ),
    Line(
        "programme-phase",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(position=2, reason="ready"),
    ),
    Line(
        "programme-prescription",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "prescription-load",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=load,
    ),
    Line(
        "programme-introductory-meeting",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "programme-introductory-meeting",
        "POST",
        "403 201 201 201 | 404 404 404 404 | 404 404 404 404 401",
        body=meeting,
    ),
    Line(
        "introductory-meeting",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "introductory-meeting",
        "PATCH",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(note="Calm", correction_reason="typo"),
        version=1,
    ),
    Line(
        "introductory-meeting-void",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=REASON,
    ),
    Line(
        "introductory-meeting-versions",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    # rules of a clinic: therapists and managers read, managers decide
    Line(
        "clinic-rules",
        "GET",
        "403 200 200 200 | 200 200 403 200 | 200 403 403 403 401",
    ),
    Line(
        "clinic-rules",
        "POST",
        "403 403 403 403 | 403 403 403 403 | 200 403 403 403 401",
        body=plain(
            version=1,
            load_policy={"settled_below_mm": 9},
            adherence_policy={"dropped_out_after_days": 21},
            hrmax_formula="gellish",
            beta_blocker_formula=True,
            reason="As we agreed.",
        ),
    ),
    Line(
        "clinic-rules-versions",
        "GET",
        "403 200 200 200 | 200 200 403 200 | 200 403 403 403 401",
    ),
    Line(
        "retests-due", "GET", "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401"
    ),
    Line(
        "retests-due",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        query=of_patient,
    ),
    Line(
        "planned-sessions",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "planned-sessions",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        query=of_patient,
    ),
    Line(
        "planned-session-excuse",
        "POST",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(reason="family"),
    ),
    Line(
        "planned-session-cancel",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(reason="no room"),
    ),
    Line(
        "planned-session-move",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(starts_at="2026-03-20T10:00:00+01:00"),
    ),
    Line("closures", "GET", "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401"),
    Line(
        "closures",
        "POST",
        "403 403 403 403 | 403 403 403 403 | 201 403 403 403 401",
        body=plain(first_day="2026-04-03", last_day="2026-04-06", reason="Easter"),
    ),
    # logbook
    Line("sessions", "GET", "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401"),
    Line(
        "sessions",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        query=of_patient,
    ),
    Line(
        "sessions",
        "POST",
        "201 201 201 201 | 404 404 404 404 | 404 404 404 404 401",
        body=session,
    ),
    Line("session", "GET", "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401"),
    Line(
        # The therapist entered it, so the patient does not change it.
        "session",
        "PATCH",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=corrected_session,
        version=1,
    ),
    Line(
        "session-versions",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "session-void",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=REASON,
    ),
    Line(
        "session-confounders",
        "POST",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(confounders=["infection"]),
    ),
    Line("check-ins", "GET", "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401"),
    Line(
        "check-ins",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        query=of_patient,
    ),
    Line(
        "check-ins",
        "POST",
        "201 201 201 201 | 404 404 404 404 | 404 404 404 404 401",
        body=check_in,
    ),
    Line("check-in", "GET", "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401"),
    Line(
        "check-in",
        "PATCH",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(pain_mm=41, correction_reason="typo"),
        version=1,
    ),
    Line(
        "check-in-versions",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "check-in-void",
        "POST",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=REASON,
    ),
    # pain tests: who treats the patient, and the blinded assessor
    Line(
        "pain-tests", "GET", "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401"
    ),
    Line(
        "pain-tests",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 200 404 404 401",
        query=of_patient,
    ),
    Line(
        "pain-tests",
        "POST",
        "403 201 201 201 | 404 404 404 404 | 404 201 404 404 401",
        body=pain_test,
    ),
    Line(
        "pain-tests-over-time",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 200 404 404 401",
        query=of_patient,
    ),
    Line("pain-test", "GET", "200 200 200 200 | 404 404 404 404 | 404 200 404 404 401"),
    Line(
        "pain-test",
        "PATCH",
        "403 200 200 200 | 404 404 404 404 | 404 200 404 404 401",
        body=plain(device="Other", correction_reason="typo"),
        version=1,
    ),
    Line(
        "pain-test-void",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 200 404 404 401",
        body=REASON,
    ),
    Line(
        "pain-test-versions",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 200 404 404 401",
    ),
    Line(
        "p50-orders",
        "POST",
        "403 201 201 201 | 404 404 404 404 | 404 201 404 404 401",
        body=p50_order,
    ),
    Line("p50-order", "GET", "200 200 200 200 | 404 404 404 404 | 404 200 404 404 401"),
    Line(
        "pain-test-settings",
        "GET",
        "403 200 200 200 | 200 200 403 200 | 200 200 403 403 401",
    ),
    Line(
        "pain-test-settings",
        "POST",
        "403 403 403 403 | 403 403 403 403 | 200 403 403 403 401",
        body=plain(p50_degree=1, bp_rule="and"),
    ),
    Line(
        "function-tests",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "function-tests",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 200 404 404 401",
        query=of_patient,
    ),
    Line(
        "function-tests",
        "POST",
        "403 201 201 201 | 404 404 404 404 | 404 201 404 404 401",
        body=function_test,
    ),
    Line(
        "function-test",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 200 404 404 401",
    ),
    Line(
        "function-test",
        "PATCH",
        "403 200 200 200 | 404 404 404 404 | 404 200 404 404 401",
        body=plain(device="Other", correction_reason="typo"),
        version=1,
    ),
    Line(
        "function-test-void",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 200 404 404 401",
        body=REASON,
    ),
    Line(
        "function-test-versions",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 200 404 404 401",
    ),
    # questionnaires
    Line(
        "instruments",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "instruments",
        "POST",
        "403 403 403 403 | 403 403 403 403 | 201 403 403 403 401",
        body=lambda _: {"document": own_document(key="another")},
    ),
    Line(
        "instrument-wordings",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "instrument-wordings",
        "POST",
        "403 403 403 403 | 403 403 403 403 | 201 403 403 403 401",
        body=lambda _: {
            "licence_confirmed": True,
            "document": wording_document("hads"),
        },
    ),
    Line(
        "questionnaires",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "questionnaires",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        query=of_patient,
    ),
    Line(
        "questionnaires",
        "POST",
        "403 201 201 201 | 404 404 404 404 | 404 404 404 404 401",
        body=questionnaire,
    ),
    Line(
        "questionnaire",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "questionnaire-void",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=REASON,
    ),
    Line(
        "questionnaire-responses",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "questionnaire-responses",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        query=of_patient,
    ),
    Line(
        "questionnaire-responses",
        "POST",
        "201 201 201 201 | 404 404 404 404 | 404 404 404 404 401",
        body=response,
    ),
    Line(
        "questionnaire-response",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "questionnaire-response",
        "PUT",
        "409 409 409 409 | 404 404 404 404 | 404 404 404 404 401",
        body=HALF_FILLED,
    ),
    Line(
        "questionnaire-response",
        "PATCH",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(answers={"q1": 7}, correction_reason="typo"),
        version=1,
    ),
    Line(
        "questionnaire-response-versions",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "questionnaire-response-void",
        "POST",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=REASON,
    ),
    # context: phenotype and adverse events are for who treats the patient
    Line(
        "agreements",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "agreements",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        query=of_patient,
    ),
    Line(
        "agreements",
        "POST",
        "403 201 201 201 | 404 404 404 404 | 404 404 404 404 401",
        body=agreement,
    ),
    Line(
        "agreement",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "agreement",
        "PATCH",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(confidence=7, correction_reason="typo"),
        version=1,
    ),
    Line(
        "agreement-void",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=REASON,
    ),
    Line(
        "agreement-versions",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "phenotypes",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "phenotypes",
        "GET",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        query=of_patient,
    ),
    Line(
        "phenotypes",
        "POST",
        "403 201 201 201 | 404 404 404 404 | 404 404 404 404 401",
        body=phenotype,
    ),
    Line(
        "phenotype",
        "GET",
        "404 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "phenotype",
        "PATCH",
        "404 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(wpi=12, correction_reason="typo"),
        version=1,
    ),
    Line(
        "phenotype-void",
        "POST",
        "404 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=REASON,
    ),
    Line(
        "phenotype-versions",
        "GET",
        "404 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "flare-plans",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "flare-plans",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        query=of_patient,
    ),
    Line(
        "flare-plans",
        "POST",
        "201 201 201 201 | 404 404 404 404 | 404 404 404 404 401",
        body=flare_plan,
    ),
    Line(
        "flare-plan",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "flare-plan",
        "PATCH",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(call="The ward.", correction_reason="typo"),
        version=1,
    ),
    Line(
        "flare-plan-void",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=REASON,
    ),
    Line(
        "flare-plan-versions",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "co-interventions",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "co-interventions",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        query=of_patient,
    ),
    Line(
        "co-interventions",
        "POST",
        "201 201 201 201 | 404 404 404 404 | 404 404 404 404 401",
        body=co_intervention,
    ),
    Line(
        "co-intervention",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "co-intervention",
        "PATCH",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(note="Taken at night.", correction_reason="typo"),
        version=1,
    ),
    Line(
        "co-intervention-void",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=REASON,
    ),
    Line(
        "co-intervention-versions",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "co-intervention-dose-changes",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(day="2026-03-06", dose="90 mg"),
    ),
    Line(
        "adverse-events",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "adverse-events",
        "GET",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        query=of_patient,
    ),
    Line(
        "adverse-events",
        "POST",
        "403 201 201 201 | 404 404 404 404 | 404 404 404 404 401",
        body=adverse_event,
    ),
    Line(
        "adverse-event",
        "GET",
        "404 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "adverse-event",
        "PATCH",
        "404 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(outcome="recovering", correction_reason="typo"),
        version=1,
    ),
    Line(
        "adverse-event-void",
        "POST",
        "404 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=REASON,
    ),
    Line(
        "adverse-event-versions",
        "GET",
        "404 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "adverse-event-register",
        "GET",
        "403 403 403 403 | 403 403 403 403 | 200 403 403 403 401",
    ),
    Line(
        "questionnaire-schedules",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "questionnaire-schedules",
        "POST",
        "403 403 403 403 | 403 403 403 403 | 201 403 403 403 401",
        body=schedule,
    ),
    Line(
        "fhir-questionnaires",
        "POST",
        "403 403 403 403 | 403 403 403 403 | 201 403 403 403 401",
        body=fhir_questionnaire,
    ),
    Line(
        "fhir-questionnaire",
        "GET",
        "403 200 200 200 | 200 200 404 404 | 200 403 403 403 401",
    ),
    Line(
        "fhir-questionnaire-responses",
        "POST",
        "201 201 201 201 | 404 404 404 404 | 404 404 404 404 401",
        body=fhir_response,
    ),
    Line(
        "fhir-questionnaire-response",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    # consent: each patient for themself; managers write the words
    Line(
        "consents",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "consents",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        query=of_patient,
    ),
    Line(
        "consents",
        "POST",
        "201 403 403 403 | 403 403 403 403 | 403 403 403 201 401",
        body=plain(**consent_body(purpose="research")),
    ),
    Line(
        "consent-texts",
        "GET",
        "200 200 200 200 | 200 200 404 200 | 200 200 200 200 401",
    ),
    Line(
        "consent-texts",
        "POST",
        "403 403 403 403 | 403 403 403 403 | 201 403 403 403 401",
        body=plain(purpose="export", texts={"en": OWN_WORDS}),
    ),
    # copies of one's own data: nobody else learns that there is one
    Line(
        "exports",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "exports",
        "POST",
        "202 403 403 403 | 403 403 403 403 | 403 403 403 202 401",
        body=plain(),
    ),
    Line("export", "GET", "200 404 404 404 | 404 404 404 404 | 404 404 404 404 401"),
    Line(
        "export-file",
        "GET",
        "200 404 404 404 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "erasure-requests",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "erasure-requests",
        "POST",
        "201 403 403 403 | 403 403 403 403 | 403 403 403 400 401",
        body=own_address,
    ),
    Line(
        "erasure-request-take-back",
        "POST",
        "200 404 404 404 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(),
    ),
    # inbox and flares: staff only
    Line("alerts", "GET", "403 200 200 200 | 200 200 403 200 | 200 403 403 403 401"),
    Line("alert", "GET", "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401"),
    Line(
        "alert-acknowledge",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(),
    ),
    Line(
        "alert-act",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(action="talked"),
    ),
    Line(
        "alert-resolve",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(judgement="true_flare", action="talked"),
    ),
    Line(
        "escalations", "GET", "403 403 403 403 | 403 403 403 403 | 200 403 403 403 401"
    ),
    Line(
        "clinic-opening-hours",
        "GET",
        "200 200 200 200 | 200 200 404 404 | 200 200 200 200 401",
    ),
    Line(
        "clinic-opening-hours",
        "PUT",
        "403 403 403 403 | 403 403 404 404 | 200 403 403 403 401",
        body=plain(
            opening_hours=[{"weekday": 0, "opens_at": "08:00", "closes_at": "16:00"}]
        ),
    ),
    Line(
        "alert-ledger",
        "GET",
        "403 403 403 403 | 403 403 403 403 | 200 403 403 403 401",
    ),
    Line(
        "alert-ledger",
        "GET",
        "403 403 403 403 | 403 403 404 404 | 200 403 403 403 401",
        query=of_clinic,
    ),
    Line(
        "silent-patients",
        "GET",
        "403 200 200 200 | 200 200 403 200 | 200 200 200 403 401",
    ),
    Line(
        "session-verdict",
        "GET",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "session-verdicts",
        "GET",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    # policies: therapists and managers; a stranger has those of another clinic
    Line(
        "alert-policies",
        "GET",
        "403 200 200 200 | 200 200 403 200 | 200 403 403 403 401",
    ),
    Line(
        "alert-policies",
        "POST",
        "403 201 201 201 | 201 201 403 400 | 201 403 403 403 401",
        body=own_policy,
    ),
    Line(
        "alert-policy",
        "GET",
        "403 200 200 200 | 200 200 403 404 | 200 403 403 403 401",
    ),
    Line(
        "alert-policy-sign",
        "POST",
        "403 200 200 200 | 200 200 403 404 | 200 403 403 403 401",
        body=plain(),
    ),
    Line(
        "alert-policy-shadow",
        "POST",
        "403 409 409 409 | 409 409 403 404 | 409 403 403 403 401",
        body=plain(reason="too many"),
    ),
    Line(
        "alert-policy-replay",
        "GET",
        "403 200 200 200 | 200 200 403 404 | 200 403 403 403 401",
    ),
    Line(
        "alert-policy-replay",
        "POST",
        "403 202 202 202 | 202 202 403 404 | 202 403 403 403 401",
        body=plain(),
    ),
    Line(
        "alert-policy-replay-cancel",
        "POST",
        "403 409 409 409 | 409 409 403 404 | 409 403 403 403 401",
        body=plain(),
    ),
    # load proposals: the care team decides
    Line(
        "load-proposals",
        "GET",
        "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401",
    ),
    Line(
        "load-proposals",
        "GET",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        query=of_patient,
    ),
    Line(
        "load-proposal",
        "GET",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
    ),
    Line(
        "load-proposal-accept",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(),
    ),
    Line(
        "load-proposal-change",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(load={"value": "32.5", "unit": "kg"}, reason="She wants to"),
    ),
    Line(
        "load-proposal-dismiss",
        "POST",
        "403 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        body=plain(),
    ),
    # adherence: rows as in every list; a clinic as a whole names nobody
    Line("adherence", "GET", "200 200 200 200 | 200 200 200 200 | 200 200 200 200 401"),
    Line(
        "adherence",
        "GET",
        "200 200 200 200 | 404 404 404 404 | 404 404 404 404 401",
        query=of_patient,
    ),
    Line(
        "adherence",
        "GET",
        "403 200 200 200 | 200 200 404 404 | 200 403 403 403 401",
        query=of_clinic,
    ),
]
