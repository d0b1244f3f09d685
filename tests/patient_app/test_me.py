"""What a patient chooses: language, zone, unit, and whose record they look at."""

import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from apps.audit.models import AuditEvent
from apps.clinics.models import Patient, Snapshot
from apps.common import clock, tenancy
from apps.context.models import FlarePlan
from apps.exchange.models import ErasureRequest
from apps.logbook.models import CheckIn, HeldSession
from tests.factories import gym, people

from .test_pages import errors_of, fields_of, session_fields, signed_in

pytestmark = pytest.mark.django_db
QUEUE = {"Accept": "application/json"}
BERLIN = {"language": "de", "time_zone": "Europe/Berlin", "load_unit": "lb"}


@pytest.fixture
def anna():
    clinic = people.make_clinic(name="Norra")
    therapist = people.make_therapist(clinic)
    patient = people.make_patient(clinic, therapist=therapist, given_name="Anna")
    gym.let_train(patient, by=therapist, now=clock.now())
    return patient


@pytest.fixture
def phone(anna):
    return signed_in(anna)


@pytest.fixture
def elsewhere(anna):
    """Return Anna's record in a second clinic."""
    clinic = people.make_clinic(name="Sydd")
    therapist = people.make_therapist(clinic)
    return people.make_patient(
        clinic, therapist=therapist, user=anna.user, given_name="Anneli"
    )


def manner_of(patient):
    patient.refresh_from_db()
    patient.user.refresh_from_db()
    return (
        patient.language,
        patient.time_zone,
        patient.user.language,
        patient.user.time_zone,
        patient.user.load_unit,
    )


def changes():
    # What an account chose is of no clinic, and read by sweeps alone.
    with tenancy.across_clinics():
        rows = AuditEvent.objects.filter(action__endswith=".choose")
        return list(rows.order_by("action", "clinic_id"))


def forms_in(answer):
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.findall(r"<form.*?</form>", main, re.S)


def owners_in(answer):
    """Return whose the forms of a page are; None for one that does not say it."""
    said = re.compile(r'name="patient" value="([^"]+)"')
    found = [said.search(form) for form in forms_in(answer)]
    return {match and match.group(1) for match in found}


@pytest.mark.requirement("I4")
@pytest.mark.parametrize("name", ["today", "session", "progress", "history"])
def test_every_page_leads_to_me(phone, name):
    assert f'href="{reverse("my-page")}"' in phone.get(reverse(name)).content.decode()


def test_me_leads_on_and_lets_one_sign_out(phone, anna):
    html = phone.get(reverse("my-page")).content.decode()

    for name in ("my-settings", "my-devices", "my-passkeys", "help-now"):
        assert f'href="{reverse(name)}"' in html
    assert reverse("my-clinic") not in html
    assert anna.user.email in html
    assert 'id="sign-out"' in html


class TestSettings:
    @pytest.mark.requirement("C5")
    def test_choice_holds_for_the_account_and_for_every_record(
        self, phone, anna, elsewhere
    ):
        phone.post(reverse("my-clinic"), {"record": str(anna.public_id)})

        answer = phone.post(reverse("my-settings"), BERLIN)

        assert answer["Location"] == reverse("my-page")
        for record in (anna, elsewhere):
            assert manner_of(record) == (*("de", "Europe/Berlin") * 2, "lb")
        assert [each.action for each in changes()] == [
            "account.choose",
            "patient.choose",
            "patient.choose",
        ]
        assert changes()[1].detail == {"fields": ["language", "time_zone"]}
        assert {each.actor_id for each in changes()} == {anna.user_id}

    @pytest.mark.requirement("C5")
    def test_record_as_it_was_stays_readable(self, phone, anna):
        phone.post(reverse("my-settings"), BERLIN)

        [earlier] = Snapshot.objects.filter(record_id=anna.public_id)
        anna.refresh_from_db()
        assert (earlier.version, anna.version) == (1, 2)
        assert earlier.content["time_zone"] == "Europe/Stockholm"
        assert earlier.replaced_by == anna.user

    def test_saving_twice_changes_and_tells_once(self, phone, anna):
        for _ in range(2):
            phone.post(reverse("my-settings"), BERLIN)

        anna.refresh_from_db()
        assert anna.version == 2
        assert len(changes()) == 2

    def test_form_shows_what_holds(self, phone, anna):
        phone.post(reverse("my-settings"), BERLIN | {"language": "sv"})

        html = phone.get(reverse("my-settings")).content.decode()

        chosen = re.findall(r'value="([^"]*)"[^>]*(?:checked|selected)', html)
        assert chosen == ["sv", "Europe/Berlin", "lb"]

    def test_form_offers_each_language_by_its_own_name_and_every_zone(self, phone):
        html = phone.get(reverse("my-settings")).content.decode()

        for name in ("English", "Svenska", "Deutsch", "简体中文"):
            assert name in html
        for zone in ("Europe/Kyiv", "Pacific/Chatham", "America/Argentina/Ushuaia"):
            assert f'value="{zone}"' in html

    @pytest.mark.parametrize(
        "wrong",
        [
            {"language": "tlh"},
            {"language": ""},
            {"time_zone": "Europe/Atlantis"},
            {"time_zone": "localtime"},
            {"load_unit": "stone"},
        ],
    )
    def test_what_cannot_be_is_refused_and_nothing_is_written(self, phone, anna, wrong):
        before = manner_of(anna)

        answer = phone.post(reverse("my-settings"), BERLIN | wrong)

        assert answer.status_code == 400
        assert errors_of(answer)
        assert manner_of(anna) == before
        assert changes() == []
        if "time_zone" not in wrong:
            assert 'value="Europe/Berlin" selected' in answer.content.decode()

    def test_nobody_changes_the_settings_of_another_by_naming_them(self, phone, anna):
        other = people.make_patient(anna.clinic)
        before = manner_of(other)

        phone.post(
            reverse("my-settings"),
            BERLIN | {"patient": str(other.public_id), "user": str(other.user_id)},
        )

        assert manner_of(other) == before


@pytest.mark.requirement("C5")
class TestPounds:
    @pytest.fixture
    def pounds(self, phone):
        phone.post(reverse("my-settings"), BERLIN | {"language": "en"})
        return phone

    def test_what_is_prescribed_stands_in_both_units(self, pounds):
        html = pounds.get(reverse("session")).content.decode()

        assert "15 &times; 32.5 kg, about 71.7 lb" in html
        assert "Load in lb" in html
        assert 'placeholder="71.7"' in html

    def test_step_is_that_of_the_machine(self, pounds):
        html = pounds.get(reverse("session")).content.decode()

        [stepper, *_] = re.findall(r"<input[^>]*data-machine-step[^>]*>", html)
        assert 'data-machine-step="2.500"' in stepper
        assert 'data-rate="0.45359237"' in stepper
        assert 'step="any"' in stepper

    def test_what_was_typed_keeps_its_unit_and_so_does_the_plan(self, pounds, anna):
        sent = session_fields(pounds)
        sent |= {"exercises-0-sets-0-done": "on", "exercises-0-sets-1-reps": "12"}
        sent |= {"exercises-0-sets-1-load": "66.1"}

        pounds.post(reverse("session"), sent)

        [session] = HeldSession.objects.filter(patient=anna)
        [entry] = session.exercise_entries.all()
        assert [
            (one.load_value, one.load_unit, one.load_kg)
            for one in entry.sets.order_by("position")
        ] == [
            (Decimal("32.5"), "kg", Decimal("32.5")),
            (Decimal("66.1"), "lb", Decimal("29.98")),
        ]

    def test_form_that_does_not_know_of_it_is_read_as_it_was_shown(self, pounds, anna):
        sent = {
            name: value
            for name, value in session_fields(pounds).items()
            if not name.endswith("own_unit")
        }

        pounds.post(reverse("session"), sent | {"exercises-0-sets-0-load": "30"})

        [entry] = HeldSession.objects.get(patient=anna).exercise_entries.all()
        [one] = entry.sets.all()
        assert (one.load_value, one.load_unit) == (Decimal(30), "kg")

    def test_refused_form_still_asks_in_pounds(self, pounds, anna):
        sent = session_fields(pounds) | {"exercises-0-sets-0-load": "a lot"}

        answer = pounds.post(reverse("session"), sent)

        assert answer.status_code == 400
        assert "Load in lb" in answer.content.decode()
        assert "about 71.7 lb" in answer.content.decode()
        assert not HeldSession.objects.filter(patient=anna).exists()

    def test_without_a_choice_nothing_is_converted(self, phone):
        html = phone.get(reverse("session")).content.decode()

        assert "Load in kg" in html
        assert "about" not in html
        assert "data-rate" not in html


@pytest.mark.requirement("A1")
class TestSeveralClinics:
    def test_who_has_one_is_never_asked(self, phone):
        assert phone.get("/").status_code == 200
        assert 'name="patient"' not in phone.get(reverse("before")).content.decode()

    def test_who_has_several_is_led_to_the_choice_and_back(self, phone, elsewhere):
        asked = phone.get(reverse("history"))
        assert asked["Location"] == f"{reverse('my-clinic')}?next=%2Fhistory%2F"

        html = phone.get(asked["Location"]).content.decode()
        assert "Norra" in html
        assert "Sydd" in html
        assert "app.js" not in html

        chosen = {"record": str(elsewhere.public_id), "next": "/history/"}
        assert phone.post(reverse("my-clinic"), chosen)["Location"] == "/history/"
        assert "Hello Anneli" in phone.get("/").content.decode()
        assert "Sydd" in phone.get(reverse("my-page")).content.decode()

    def test_rows_of_the_other_clinic_do_not_appear(self, phone, anna, elsewhere):
        phone.post(reverse("my-clinic"), {"record": str(anna.public_id)})
        sent = session_fields(phone) | {"exercises-0-sets-0-done": "on"}
        phone.post(reverse("session"), sent)
        [exercise] = HeldSession.objects.get().exercise_entries.all()
        name = exercise.exercise.name
        assert name in phone.get(reverse("history")).content.decode()

        phone.post(reverse("my-clinic"), {"record": str(elsewhere.public_id)})

        for page in ("today", "session", "progress", "history"):
            answer = phone.get(reverse(page))
            assert answer.status_code == 200
            assert name not in answer.content.decode()

    def test_record_that_is_not_ones_own_cannot_be_chosen(self, phone, anna, elsewhere):
        stranger = people.make_patient(anna.clinic, given_name="Berit")

        for record in (str(stranger.public_id), "x", ""):
            answer = phone.post(reverse("my-clinic"), {"record": record})
            assert answer.status_code == 400
            assert "Berit" not in answer.content.decode()
        assert phone.get("/").status_code == 302

    @pytest.mark.parametrize(
        "way",
        [
            *("https://elsewhere.example/", "//elsewhere.example", "javascript:1"),
            *("/\\elsewhere.example", "nowhere", "my-data"),
        ],
    )
    def test_choice_leads_to_no_other_site(self, phone, elsewhere, way):
        chosen = {"record": str(elsewhere.public_id), "next": way}

        assert phone.post(reverse("my-clinic"), chosen)["Location"] == "/"

    def test_emergency_words_need_no_choice(self, phone, elsewhere):
        answer = phone.get(reverse("help-now"))

        assert answer.status_code == 200
        assert "Call 112." in answer.content.decode()

    @pytest.mark.requirement("I1")
    def test_entry_goes_to_the_record_it_was_made_for(self, phone, anna, elsewhere):
        phone.post(reverse("my-clinic"), {"record": str(anna.public_id)})
        waiting = fields_of(phone.get(reverse("rest-day"))) | {"pain_mm": "30"}
        phone.post(reverse("my-clinic"), {"record": str(elsewhere.public_id)})

        answer = phone.post(reverse("rest-day"), waiting, headers=QUEUE)

        assert answer.status_code == 201
        assert CheckIn.objects.get().patient == anna

    @pytest.mark.requirement("I1")
    def test_queue_keeps_what_nobody_can_place_yet(self, phone, anna, elsewhere):
        unnamed = {"id": str(uuid4()), "pain_mm": "30"}

        answer = phone.post(reverse("rest-day"), unnamed, headers=QUEUE)

        assert answer.status_code == 403
        assert not CheckIn.objects.exists()

    def test_form_of_a_record_of_somebody_else_is_refused(self, phone, anna, elsewhere):
        stranger = people.make_patient(anna.clinic)
        phone.post(reverse("my-clinic"), {"record": str(anna.public_id)})
        sent = fields_of(phone.get(reverse("rest-day"))) | {"pain_mm": "30"}

        answer = phone.post(
            reverse("rest-day"), sent | {"patient": str(stranger.public_id)}
        )

        assert answer.status_code == 404
        assert not CheckIn.objects.exists()

    @pytest.mark.parametrize("page", ["flare-plan", "my-data", "my-consent"])
    def test_every_form_says_whose_it_is(self, phone, anna, elsewhere, page):
        phone.post(reverse("my-clinic"), {"record": str(anna.public_id)})

        assert owners_in(phone.get(reverse(page))) == {str(anna.public_id)}

    @pytest.mark.parametrize("page", ["correct-check-in", "take-out-check-in"])
    def test_every_change_says_whose_it_is(self, phone, anna, elsewhere, page):
        phone.post(reverse("my-clinic"), {"record": str(anna.public_id)})
        sent = fields_of(phone.get(reverse("rest-day"))) | {"pain_mm": "30"}
        phone.post(reverse("rest-day"), sent)
        [check_in] = CheckIn.objects.all()

        shown = phone.get(reverse(page), {"id": str(check_in.public_id)})

        assert owners_in(shown) == {str(anna.public_id)}

    @pytest.mark.requirement("I1")
    def test_plan_goes_to_the_record_it_was_written_for(self, phone, anna, elsewhere):
        phone.post(reverse("my-clinic"), {"record": str(anna.public_id)})
        waiting = fields_of(phone.get(reverse("flare-plan"))) | {"steps": "I rest."}
        phone.post(reverse("my-clinic"), {"record": str(elsewhere.public_id)})

        answer = phone.post(reverse("flare-plan"), waiting, headers=QUEUE)

        assert answer.status_code == 201
        assert FlarePlan.objects.get().patient == anna

    @pytest.mark.requirement("A7")
    def test_wish_to_be_erased_is_of_the_clinic_on_the_page(
        self, phone, anna, elsewhere
    ):
        phone.post(reverse("my-clinic"), {"record": str(anna.public_id)})
        [form] = [
            each
            for each in forms_in(phone.get(reverse("my-data")))
            if 'value="erase"' in each
        ]
        sent = dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', form))
        phone.post(reverse("my-clinic"), {"record": str(elsewhere.public_id)})

        phone.post(reverse("my-data"), sent | {"confirmation": anna.email})

        assert ErasureRequest.objects.get().patient == anna

    def test_form_of_a_record_that_is_gone_is_not_of_the_one_that_is_left(
        self, phone, anna, elsewhere
    ):
        phone.post(reverse("my-clinic"), {"record": str(anna.public_id)})
        waiting = fields_of(phone.get(reverse("rest-day"))) | {"pain_mm": "30"}
        Patient.objects.filter(pk=anna.pk).update(user=None)

        answer = phone.post(reverse("rest-day"), waiting, headers=QUEUE)

        assert answer.status_code == 404
        assert not CheckIn.objects.exists()

    @pytest.mark.parametrize("more", [0, 4])
    def test_choice_costs_the_same_for_any_number(
        self, phone, anna, elsewhere, more, django_assert_num_queries
    ):
        for _ in range(more):
            people.make_patient(people.make_clinic(), user=anna.user)

        with django_assert_num_queries(7):
            phone.get(reverse("my-clinic"))


def test_signed_out_nothing_is_shown_nor_changed(anna):
    before = manner_of(anna)
    client = Client()

    for name in ("my-page", "my-settings", "my-clinic", "my-devices", "my-passkeys"):
        assert client.get(reverse(name)).status_code == 302
    assert client.post(reverse("my-settings"), BERLIN).status_code == 302
    assert manner_of(anna) == before
    assert Patient.objects.count() == 1
