"""``/me/data/`` by plain requests: what works without script."""

import re
from io import BytesIO
from uuid import UUID, uuid4
from zipfile import ZipFile

import pytest

from apps.common import clock
from apps.exchange.exports import LINK_LASTS, make_exports
from apps.exchange.models import DataExport, ErasureRequest
from tests.factories import people
from tests.factories.takeouts import ask_to_be_erased, make_copy

from .test_pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A7")]
PAGE = "/me/data/"
FILE = "/me/data/file/"


@pytest.fixture
def patient():
    clinic = people.make_clinic()
    therapist = people.make_therapist(clinic)
    return people.make_patient(clinic, therapist=therapist)


@pytest.fixture
def phone(patient):
    return signed_in(patient)


def copy_form(answer):
    form = re.search(
        r'<form method="post">(?:(?!</form>).)*value="copy".*?</form>',
        answer.content.decode(),
        re.S,
    )
    return dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', form.group(0)))


def file_address(answer):
    return re.search(r'href="(/me/data/file/[^"]+)"', answer.content.decode()).group(1)


def test_a_copy_is_asked_for_seen_in_the_making_and_fetched(phone):
    page = phone.get(PAGE)
    assert "Make a copy" in page.content.decode()

    asked = phone.post(PAGE, copy_form(page))
    assert (asked.status_code, asked["Location"]) == (302, PAGE)
    making = phone.get(PAGE).content.decode()
    assert "Your copy is being made." in making
    assert "Make a copy" not in making
    make_exports(now=clock.now())

    ready = phone.get(PAGE)
    assert "Your copy is ready." in ready.content.decode()
    file = phone.get(file_address(ready))
    assert (file.status_code, file["Content-Type"]) == (200, "application/zip")
    assert "no-store" in file["Cache-Control"]
    names = ZipFile(BytesIO(file.getvalue())).namelist()
    assert {"read-me.txt", "data/person.json", "fhir/bundle.json"} <= set(names)


def test_a_press_that_is_sent_twice_asks_once(phone):
    sent = copy_form(phone.get(PAGE))

    assert [phone.post(PAGE, sent).status_code for _ in range(2)] == [302, 302]

    assert DataExport.objects.count() == 1


def test_asking_again_while_one_is_made_says_so_kindly(phone):
    phone.post(PAGE, copy_form(phone.get(PAGE)))

    answer = phone.post(PAGE, {"act": "copy", "change_id": str(uuid4())})

    assert answer.status_code == 409
    assert "Your copy is being made." in answer.content.decode()
    assert DataExport.objects.count() == 1


@pytest.mark.parametrize("change_id", ["7", "\x00", "x" * 5000])
def test_what_cannot_be_read_asks_for_nothing(phone, change_id):
    answer = phone.post(PAGE, {"act": "copy", "change_id": change_id})

    assert answer.status_code == 400
    assert "nothing was changed" in answer.content.decode()
    assert DataExport.objects.count() == 0


def test_after_its_time_a_copy_is_asked_for_anew(phone, patient):
    long_ago = clock.now() - LINK_LASTS
    made = make_copy(patient, now=long_ago)

    page = phone.get(PAGE).content.decode()
    late = phone.get(FILE, {"id": str(made.public_id)})

    assert "The time of your last copy is over." in page
    assert "Make a copy" in page
    assert late.status_code == 409
    assert "Ask for a new one." in late.content.decode()


@pytest.mark.parametrize("whose", ["fellow", "therapist"])
def test_the_link_works_for_one_person_alone(patient, whose):
    made = make_copy(patient, now=clock.now())
    person = {
        "fellow": people.make_patient(patient.clinic),
        "therapist": people.make_patient(
            patient.clinic, user=patient.care_team.get().membership.user
        ),
    }[whose]

    answer = signed_in(person).get(FILE, {"id": str(made.public_id)})

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("said", ["", "7", str(UUID(int=7)), "'"])
def test_a_copy_that_is_not_there_is_not_there(phone, said):
    assert phone.get(FILE, {"id": said}).status_code == 404


def test_the_page_costs_the_same_for_one_copy_and_for_five(
    phone, patient, django_assert_num_queries
):
    make_copy(patient, now=clock.now())
    phone.get(PAGE)
    with django_assert_num_queries(8) as one:
        phone.get(PAGE)
    for _ in range(4):
        make_copy(patient, now=clock.now())

    with django_assert_num_queries(len(one)):
        phone.get(PAGE)


def press(phone, act, **typed):
    return phone.post(PAGE, {"act": act, "change_id": str(uuid4())} | typed)


def test_a_patient_asks_to_be_erased_and_takes_it_back(phone, patient):
    asked = press(phone, "erase", confirmation=patient.email)
    assert (asked.status_code, asked["Location"]) == (302, PAGE)
    waiting = phone.get(PAGE).content.decode()
    assert "You asked to be erased." in waiting
    assert 'name="confirmation"' not in waiting
    assert ErasureRequest.objects.waiting().count() == 1

    back = press(phone, "take-back")
    assert (back.status_code, back["Location"]) == (302, PAGE)
    after = phone.get(PAGE).content.decode()
    assert "Taken back. Everything stays as it was." in after
    assert 'name="confirmation"' in after
    assert ErasureRequest.objects.waiting().count() == 0


def test_a_wrong_address_asks_for_nothing_and_stays_typed(phone):
    answer = press(phone, "erase", confirmation="<b>@test.example")

    html = answer.content.decode()
    assert answer.status_code == 400
    assert "This is not the address with which you sign in." in html
    assert 'value="&lt;b&gt;@test.example"' in html
    assert ErasureRequest.objects.count() == 0


@pytest.mark.parametrize("act", ["", "burn"])
def test_a_press_of_no_button_does_nothing(phone, act):
    assert press(phone, act).status_code == 400
    assert ErasureRequest.objects.count() == DataExport.objects.count() == 0


def test_taking_back_what_was_never_asked_is_harmless(phone):
    assert press(phone, "take-back").status_code == 302


def test_nobody_takes_back_the_wish_of_another(phone, patient):
    other = people.make_patient(patient.clinic)
    ask_to_be_erased(other, now=clock.now())

    press(phone, "take-back")

    assert ErasureRequest.objects.waiting().count() == 1
