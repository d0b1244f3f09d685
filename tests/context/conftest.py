"""A patient, who treats them, and requests about what surrounds their exercise."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from apps.audit.models import AuditEvent
from apps.context import services
from apps.context.models import AdverseEvent, Agreement, CoIntervention, Phenotype
from apps.logbook import services as logbook
from apps.logbook.entry import SessionEntry
from tests.factories import surroundings
from tests.factories.people import (
    api_client,
    enter_also,
    make_assessor,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
    make_user,
)
from tests.factories.training import make_programme, with_catalogue

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
API = "/api/v1/"
PATHS = {
    services.AGREEMENT: f"{API}agreements/",
    services.FLARE_PLAN: f"{API}flare-plans/",
    services.PHENOTYPE: f"{API}phenotypes/",
    services.CO_INTERVENTION: f"{API}co-interventions/",
    services.ADVERSE_EVENT: f"{API}adverse-events/",
}
MODELS = (Agreement, Phenotype, CoIntervention, AdverseEvent)


class Ward:
    """A patient in treatment, and requests as one of the people."""

    def __init__(self):
        self.clinic = make_clinic()
        self.therapist = make_therapist(self.clinic)
        self.manager = make_manager(self.clinic)
        self.assessor = make_assessor(self.clinic)
        self.patient = make_patient(
            self.clinic, therapist=self.therapist, user=make_user()
        )
        self.exercises = with_catalogue(self.clinic)

    def programme(self, patient=None):
        enter_also(self.clinic)
        return make_programme(
            patient or self.patient, by=self.therapist, starts_on="2026-03-02"
        )

    def body(self, kind, /, **fields: Any) -> dict[str, Any]:
        return surroundings.BODIES[kind](self.patient, **fields)

    def post(self, path: str, body: dict[str, Any], *, by=None):
        return api_client(by or self.therapist).post(path, body, format="json")

    def send(self, kind, /, *, by=None, **fields: Any):
        return self.post(PATHS[kind], self.body(kind, **fields), by=by)

    def entered(self, kind, /, *, by=None, **fields: Any) -> dict[str, Any]:
        answer = self.send(kind, by=by, **fields)
        assert answer.status_code == 201, answer.content
        return answer.json()

    def get(self, path: str, *, by=None, **query: Any):
        return api_client(by or self.therapist).get(path, query)

    def patch(self, path: str, *, version: int = 1, by=None, **fields: Any):
        body = {"correction_reason": "typo"} | fields
        headers = {"If-Match": f'"{version}"'}
        return api_client(by or self.therapist).patch(
            path, body, format="json", headers=headers
        )

    def ids(self, path: str, *, by=None, **query: Any) -> list[str]:
        answer = self.get(path, by=by, **query)
        assert answer.status_code == 200, answer.content
        return [each["id"] for each in answer.json()["results"]]

    def hold(self, started_at: str, **fields: Any) -> str:
        """Record an hour of training and return its id."""
        start = datetime.fromisoformat(started_at)
        values = {
            "patient": str(self.patient.public_id),
            "setting": "supervised",
            "started_at": started_at,
            "ended_at": start.replace(minute=start.minute + 50).isoformat(),
            "exercises": [
                {
                    "exercise": str(self.exercises["leg_press"].public_id),
                    "sets": [{"reps": 15, "load": {"value": "30", "unit": "kg"}}],
                }
            ],
        }
        entry = SessionEntry.parse(values | fields)
        enter_also(self.clinic)
        session, _ = logbook.record_session(entry=entry, by=self.therapist, now=NOW)
        return str(session.public_id)

    def counts(self) -> list[int]:
        enter_also(self.clinic)
        return [model.objects.count() for model in MODELS]

    def trail(self, kind) -> list[str]:
        enter_also(self.clinic)
        rows = AuditEvent.objects.filter(subject=kind.name).exclude(action="list")
        # Within one frozen moment the trail has no order.
        return sorted(rows.values_list("action", flat=True))


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ward() -> Ward:
    return Ward()


def faults(answer) -> list[tuple[str, str]]:
    """Return where and by which rule an entry was refused."""
    assert answer.status_code == 400, answer.content
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]
