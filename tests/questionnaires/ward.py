"""A clinic whose patients fill forms, spoken to through the API."""

import uuid

from apps.questionnaires.models import QuestionnaireResponse, ResponseScore
from tests.factories.forms import PEG, own_document, wording_document
from tests.factories.people import (
    api_client,
    enter_also,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)

API = "/api/v1/"
NOW = "2026-03-06T12:00:00Z"
EARLIER = "2026-02-02T12:00:00Z"


class Ward:
    """A clinic with a manager, a therapist and their patient, and a client for each."""

    def __init__(self):
        self.clinic = make_clinic()
        self.manager = make_manager(self.clinic)
        self.therapist = make_therapist(self.clinic)
        self.patient = make_patient(self.clinic, therapist=self.therapist)
        self.by_manager = api_client(self.manager)
        self.by_therapist = api_client(self.therapist)
        self.by_patient = api_client(self.patient.user)

    def import_wording(self, key, *, client=None, confirmed=True, **fields):
        body = {
            "licence_confirmed": confirmed,
            "document": wording_document(key, **fields),
        }
        return (client or self.by_manager).post(
            f"{API}instrument-wordings/", body, format="json"
        )

    def import_instrument(self, *, client=None, **fields):
        return (client or self.by_manager).post(
            f"{API}instruments/", {"document": own_document(**fields)}, format="json"
        )

    def assign(self, instrument="peg", *, client=None, **fields):
        body = {"patient": str(self.patient.public_id), "instrument": instrument}
        return (client or self.by_therapist).post(
            f"{API}questionnaires/", body | fields, format="json"
        )

    def assigned(self, instrument="peg", **fields):
        answer = self.assign(instrument, **fields)
        assert answer.status_code == 201, answer.content
        return answer.json()["id"]

    def respond(self, questionnaire, *, client=None, **fields):
        body = {"questionnaire": questionnaire, "answers": PEG, "completed_at": NOW}
        return (client or self.by_patient).post(
            f"{API}questionnaire-responses/", body | fields, format="json"
        )

    def begin(self, questionnaire, response_id, **fields):
        half = {"id": response_id, "completed_at": None}
        return self.respond(questionnaire, **(half | fields))

    def save(self, response_id, *, client=None, **fields):
        body = {"answers": {}, "completed_at": None}
        return (client or self.by_patient).put(
            f"{API}questionnaire-responses/{response_id}/",
            body | fields,
            format="json",
        )

    def correct(self, response_id, *, client=None, version=1, **fields):
        return (client or self.by_patient).patch(
            f"{API}questionnaire-responses/{response_id}/",
            {"correction_reason": "Typing error"} | fields,
            format="json",
            HTTP_IF_MATCH=f'"{version}"',
        )

    def void(self, response_id, *, client=None, **fields):
        return (client or self.by_patient).post(
            f"{API}questionnaire-responses/{response_id}/void/",
            {"reason": "Wrong form"} | fields,
            format="json",
        )

    def read(self, path, *, client=None, **query):
        answer = (client or self.by_therapist).get(f"{API}{path}", query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def stored(self):
        enter_also(self.clinic)
        return list(QuestionnaireResponse.objects.order_by("id"))

    def stored_scores(self):
        enter_also(self.clinic)
        return ResponseScore.objects.count()


def values(body):
    """Return the scores of an answer by code."""
    return {each["code"]: each["value"] for each in body["scores"]}


def faults(answer):
    """Return the place and rule of each fault of a refusal."""
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


def new_id():
    return str(uuid.uuid4())
