"""A patient with a phone, and a clinic that asks them things."""

from apps.common import clock
from apps.questionnaires.models import QuestionnaireResponse
from tests.factories import forms, people

from .test_pages import fields_of, signed_in

PAGE = "/questionnaire/"
QUEUE = {"Accept": "application/json"}
FILLED = {"answers-q1": "6", "answers-q2": "7", "answers-q3": "5"}


class Ward:
    """A patient who is asked things, and who asks."""

    def __init__(self):
        self.clinic = people.make_clinic()
        self.manager = people.make_manager(self.clinic)
        self.therapist = people.make_therapist(self.clinic)
        self.patient = people.make_patient(self.clinic, therapist=self.therapist)
        self.phone = signed_in(self.patient)

    def load_words(self, key="peg", **fields):
        return forms.import_wording(
            self.clinic, key, by=self.manager, now=clock.now(), **fields
        )

    def ask(self, instrument="peg", *, patient=None, **fields):
        return forms.assign(
            patient or self.patient,
            by=self.therapist,
            now=clock.now(),
            instrument=instrument,
            **fields,
        )

    def open(self, questionnaire):
        return self.phone.get(PAGE, {"id": str(questionnaire.public_id)})

    def form(self, questionnaire, **typed):
        return fields_of(self.open(questionnaire)) | typed

    def send(self, sent, **headers):
        return self.phone.post(PAGE, sent, headers=headers or None)


def stored():
    return [
        (each.answers, each.completed_at is not None)
        for each in QuestionnaireResponse.objects.order_by("pk")
    ]
