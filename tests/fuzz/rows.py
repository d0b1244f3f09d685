"""The rows that the scene lacks, so that every operation can do what it is asked.

The scene's patient is enrolled, has accepted and has no pause: enrolling, inviting
again and resuming are refused there, as the table of permissions wants it.
"""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.clinics.entry import PatientInvitation
from apps.clinics.services import invite_patient
from apps.flares.drafts import draft_policy
from apps.flares.entry import PolicyEntry, ReplayRequest
from apps.flares.policies import policy_of
from apps.flares.replays import ask_replay
from apps.messaging.models import OutboxMail
from apps.programmes import services as programmes
from apps.programmes.entry import PauseRequest
from tests.contracts.permission_table import Line
from tests.contracts.scene import ENROLLED, NOW, PEOPLE, Scene, make_scene
from tests.factories import forms, people, training

TOKEN = re.compile(r"/invitation/#([\w-]+)")
# Everything else that the table says is an answer to somebody who may.
TURNED_AWAY = (401, 403, 404)


@dataclass(frozen=True)
class FuzzScene:
    """A scene, and for a few lines of the table other ids and fields than its own."""

    scene: Scene
    other_ids: dict[str, dict[str, UUID]]
    other_fields: dict[str, dict[str, Any]]

    def ids(self, line: Line) -> dict[str, UUID]:
        """Return the rows that the line speaks of, by the names in the routes."""
        return self.scene.ids | self.other_ids.get(str(line), {})

    def body(self, line: Line) -> dict[str, Any]:
        """Return what an honest client sends, so that it is accepted."""
        return line.body(self.scene) | self.other_fields.get(str(line), {})


def make_fuzz_scene() -> FuzzScene:
    """Return a scene in which nothing but the person stands against a request."""
    scene = make_scene()
    therapist, clinic = scene.users["therapist"], scene.patient.clinic
    resting = people.make_patient(clinic, therapist=therapist)
    paused = training.make_programme(resting, by=therapist, now=ENROLLED)
    programmes.pause(
        programme_id=paused.public_id,
        entry=PauseRequest.parse({"from": "2026-03-09", "reason": "holiday"}),
        by=therapist,
        now=NOW,
    )
    invited_id, token = invite(scene)
    newcomer_id = scene.ids["newcomer_id"]
    begun = begin_form(scene)
    live_id = policy_of(clinic.pk).row.public_id
    asked_id = ask_for_replay(scene)
    return FuzzScene(
        scene=scene,
        other_ids={
            "POST programmes": {"patient_id": newcomer_id},
            "POST programme-resume": {"programme_id": paused.public_id},
            "POST patient-invite-again": {"patient_id": invited_id},
            "PUT questionnaire-response": {"response_id": begun.public_id},
            "POST alert-policy-shadow": {"policy_id": live_id},
            "POST alert-policy-replay": {"policy_id": asked_id},
            "POST alert-policy-replay-cancel": {"policy_id": asked_id},
        },
        other_fields={
            "POST programmes": {"patient": str(newcomer_id)},
            "POST invitation-accept": {"token": token},
        },
    )


def invite(scene: Scene) -> tuple[UUID, str]:
    """Return a patient without an account, and what the letter to them opens with."""
    values = {
        "email": "invited@test.example",
        "given_name": "Invited",
        "family_name": "Patient",
        "birth_year": 1980,
        "sex": "female",
        "condition": "fibromyalgia",
        "time_zone": "Europe/Stockholm",
        "language": "sv",
    }
    patient = invite_patient(
        entry=PatientInvitation.parse(values),
        clinic=scene.patient.clinic,
        by=scene.users["therapist"],
        now=NOW,
    )
    letter = OutboxMail.objects.get(to_address=patient.email, kind="invitation")
    return patient.public_id, TOKEN.search(letter.body_text)[1]


def ask_for_replay(scene: Scene) -> UUID:
    """Return a draft of the clinic whose replay waits for a worker."""
    manager, clinic = scene.users["manager"], scene.patient.clinic
    entry = PolicyEntry(
        based_on=scene.ids["policy_id"], changes={"t1_rise_mm": 35}, reason="Trial."
    )
    draft, _ = draft_policy(entry=entry, clinic=clinic, by=manager, now=NOW)
    ask_replay(
        policy=draft, clinic=clinic, request=ReplayRequest(), by=manager, now=NOW
    )
    return draft.public_id


def begin_form(scene: Scene):
    """Return a response that the patient has half filled."""
    therapist = scene.users["therapist"]
    asked = forms.assign(scene.patient, by=therapist, now=NOW)
    return forms.fill(
        asked, by=scene.patient.user, now=NOW, answers={"q1": 5}, completed_at=None
    )


def may(line: Line, *, person: str) -> bool:
    """Tell whether the table lets the person do it, given rows that allow it.

    Nobody is turned away from an invitation; it is the token that counts.
    """
    return line.expected[PEOPLE.index(person)] not in TURNED_AWAY
