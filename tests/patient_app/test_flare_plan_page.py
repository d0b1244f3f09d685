"""The plan for bad days: read at any time, proposed in one's own words."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.common import clock
from apps.context import services
from apps.context.entry import FlarePlanEntry
from apps.context.models import FlarePlan
from tests.factories import people, surroundings

from .test_pages import errors_of, fields_of, signed_in
from .ward import QUEUE

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B11")]
PAGE = "/flare-plan/"
DAY = timedelta(days=1)


class Anna:
    """A patient with a phone, and a therapist who agrees plans with her."""

    def __init__(self):
        clinic = people.make_clinic()
        self.therapist = people.make_therapist(clinic)
        self.patient = people.make_patient(clinic, therapist=self.therapist)
        self.phone = signed_in(self.patient)

    def agree(self, **fields):
        body = surroundings.flare_plan_body(self.patient, **fields)
        return services.enter(
            services.FLARE_PLAN,
            entry=FlarePlanEntry.parse(body),
            by=self.therapist,
            now=clock.now(),
        ).record

    def words(self):
        return self.phone.get(PAGE).content.decode()

    def propose(self, *, headers=None, **typed):
        form = fields_of(self.phone.get(PAGE))
        empty = dict.fromkeys(("first_signs", "steps", "leave_out", "call"), "")
        return self.phone.post(PAGE, form | empty | typed, headers=headers)


@pytest.fixture
def anna():
    return Anna()


def stored():
    return list(FlarePlan.objects.order_by("pk"))


def test_agreed_plan_stands_on_its_page_with_its_day(anna):
    anna.agree(leave_out="", call="Tove\nor <the ward>")

    page = anna.words()

    for told in (
        *("What I notice first", "My hands are stiff in the morning."),
        *("What I do", "Half the load, more rest."),
        "<p>Tove<br>or &lt;the ward&gt;</p>",
        "Agreed with your physiotherapist on 1 March 2026.",
    ):
        assert told in page
    # A heading that says nothing is left out; the form still asks for it.
    assert "<h2>What I leave out</h2>" not in page


def test_without_a_plan_the_page_says_how_one_comes_about(anna):
    assert "There is no plan yet." in anna.words()


@pytest.mark.parametrize("path", ["/", "/help-now/"])
def test_plan_is_one_tap_away(anna, path):
    assert f'href="{PAGE}"' in anna.phone.get(path).content.decode()


@pytest.mark.requirement("I1")
def test_plan_is_kept_on_the_phone(anna):
    assert f'"{PAGE}"' in Client().get("/service-worker.js").content.decode()


def test_own_words_are_a_proposal_and_change_no_plan(anna):
    anna.agree()

    saved = anna.propose(steps="A walk and a warm bath.")

    agreed, proposed = stored()
    assert (saved.status_code, saved["Location"]) == (302, PAGE)
    assert (proposed.steps, proposed.call) == ("A walk and a warm bath.", "")
    assert (proposed.agreed_by, proposed.entered_by) == (["patient"], anna.patient.user)
    assert agreed.steps == "Half the load, more rest."
    page = anna.words()
    assert "Half the load, more rest." in page
    assert "Your own words" in page
    assert "<p>A walk and a warm bath.</p>" in page


def test_form_cannot_agree_for_the_therapist_nor_write_for_others(anna):
    other = people.make_patient(anna.patient.clinic)
    told = {"steps": "Rest.", "agreed_by": "therapist", "agreed_on": "2020-01-01"}

    refused = anna.propose(patient=str(other.public_id), **told)
    anna.propose(**told)

    assert refused.status_code == 404

    [plan] = stored()
    assert (plan.patient, plan.agreed_by) == (anna.patient, ["patient"])
    assert plan.agreed_on.year >= 2026


@pytest.mark.requirement("C3")
def test_words_that_are_sent_twice_are_kept_once(anna):
    form = fields_of(anna.phone.get(PAGE)) | {"steps": "Rest."}
    yesterday = (clock.now() - DAY).isoformat()
    times = {"recorded_at": yesterday}

    answers = [anna.phone.post(PAGE, form | times, headers=QUEUE) for _ in range(2)]

    assert [each.status_code for each in answers] == [201, 200]
    [plan] = stored()
    assert plan.agreed_on < clock.now().date() + DAY


def test_plan_without_a_word_is_refused(anna):
    refused = anna.propose(headers=QUEUE)

    assert refused.status_code == 400
    assert "Nothing is written yet." in refused.json()["errors"][""][0]
    assert stored() == []


def test_words_that_are_too_long_are_refused_and_not_lost(anna):
    refused = anna.propose(steps="x" * 4001, call="Tove")

    assert refused.status_code == 400
    assert len(errors_of(refused)) == 1
    assert "x" * 4001 in refused.content.decode()
    assert "<details open>" in refused.content.decode()
    assert stored() == []


@pytest.mark.requirement("A2")
def test_nobody_sees_the_plan_of_somebody_else(anna):
    anna.agree(call="Only Anna knows.")
    other = people.make_patient(anna.patient.clinic, therapist=anna.therapist)

    assert "Only Anna knows." not in signed_in(other).get(PAGE).content.decode()
    assert signed_in_staff(anna.therapist).get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302


def signed_in_staff(user):
    client = Client()
    client.force_login(user)
    return client


def test_number_of_queries_does_not_grow_with_the_plans(anna):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            anna.words()
        return len(seen)

    anna.agree()
    of_one = queries()
    for _ in range(5):
        anna.agree()

    assert queries() == of_one
