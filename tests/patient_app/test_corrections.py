"""Corrections and takings-out by plain requests: what works without script."""

from uuid import uuid4

import pytest
from django.urls import reverse

from apps.clinics.models import Snapshot
from apps.common import clock
from apps.logbook import services as logbook
from apps.logbook.entry import Correction
from apps.logbook.models import CheckIn, HeldSession
from tests.flares.course import HOUR, end_of, make_course

from .entered import CHECK_IN, QUEUE, SESSION, felt, filled, held, open_form, tove_of
from .test_history import html_of, words
from .test_pages import errors_of, fields_of, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C4")]


def test_check_in_is_corrected_and_its_earlier_version_kept(phone, anna):
    check_in = felt(anna)
    sent = filled(phone, CHECK_IN, check_in, pain_mm="15")

    answer = phone.post(CHECK_IN, sent)

    check_in.refresh_from_db()
    [before] = Snapshot.objects.all()
    page = f"{reverse('history-check-in')}?id={check_in.public_id}"
    assert answer["Location"] == page
    assert (check_in.pain_mm, check_in.fatigue_mm, check_in.version) == (15, 20, 2)
    assert (before.content["pain_mm"], before.reason) == (51, "I made a slip")
    assert before.replaced_by == anna.user
    assert "corrected by you Reason: I made a slip" in words(
        phone.get(page).content.decode()
    )


def test_form_is_filled_with_what_was_recorded(phone, anna):
    given = fields_of(open_form(phone, CHECK_IN, felt(anna)))
    session = fields_of(open_form(phone, SESSION, held(anna)))

    assert (given["pain_mm"], given["version"]) == ("51", "1")
    assert session["exercises-0-sets-0-reps"] == "15"
    assert session["exercises-0-sets-1-load"] == "32.5"
    # One set more than there were.
    assert session["exercises-0-sets"] == "3"
    assert session["exercises-0-sets-2-place"] == ""


def test_what_the_form_does_not_ask_stays(phone, anna):
    check_in = felt(anna, red_flags=["fever"])

    phone.post(CHECK_IN, filled(phone, CHECK_IN, check_in, pain_mm="15"))

    check_in.refresh_from_db()
    assert (check_in.pain_mm, check_in.fatigue_mm) == (15, 20)
    assert check_in.red_flags == ["fever"]


def test_scale_that_was_cleared_leaves_no_value(phone, anna):
    session = held(anna)
    check_in = felt(anna, moment="post", session=str(session.public_id), pain_mm=40)
    sent = filled(phone, CHECK_IN, check_in, pain_mm="", fatigue_mm="20")

    answer = phone.post(CHECK_IN, sent)

    check_in.refresh_from_db()
    assert answer.status_code == 302
    assert (check_in.pain_mm, check_in.fatigue_mm) == (None, 20)


def test_check_in_without_any_answer_is_refused_and_taking_out_offered(phone, anna):
    check_in = felt(anna)

    answer = phone.post(CHECK_IN, filled(phone, CHECK_IN, check_in, pain_mm=""))

    assert answer.status_code == 400
    assert "take it out instead" in errors_of(answer)[0]
    check_in.refresh_from_db()
    assert (check_in.pain_mm, check_in.version) == (51, 1)


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"reason": ""}, "This field is required."),
        ({"reason": "other"}, "Please say in a few words why."),
        ({"pain_mm": "51"}, "Nothing is changed yet."),
        ({"pain_mm": "101"}, "less than or equal to 100"),
    ],
)
def test_correction_that_cannot_be_is_told_and_nothing_typed_is_lost(
    phone, anna, typed, refusal
):
    check_in = felt(anna)
    words_typed = {"pain_mm": "15", "reason_text": ""} | typed
    sent = filled(phone, CHECK_IN, check_in, **words_typed)

    answer = phone.post(CHECK_IN, sent)

    assert answer.status_code == 400
    assert refusal in errors_of(answer)[0]
    assert fields_of(answer)["pain_mm"] == words_typed["pain_mm"]
    check_in.refresh_from_db()
    assert (check_in.pain_mm, check_in.version) == (51, 1)
    assert not Snapshot.objects.exists()


def test_reason_stands_in_the_language_that_the_clinic_reads(phone, anna):
    check_in = felt(anna)
    sent = filled(
        phone, CHECK_IN, check_in, pain_mm="15", reason="other", reason_text="a  \n b"
    )

    phone.post(CHECK_IN, sent)

    assert Snapshot.objects.get().reason == "a b"


def change_it(anna, check_in, **fields):
    """Let the therapist correct it meanwhile."""
    logbook.correct_check_in(
        check_in_id=check_in.public_id,
        correction=Correction.parse({"correction_reason": "By phone"} | fields),
        expected_version=1,
        by=tove_of(anna),
        now=clock.now(),
    )


def pre(anna):
    return felt(anna, moment="pre", pain_mm=51, fatigue_mm=20, sleep=3)


def test_stale_correction_shows_both_and_keeps_what_was_typed(phone, anna):
    check_in = pre(anna)
    sent = filled(phone, CHECK_IN, check_in, pain_mm="15", reason_text="My thumb")
    change_it(anna, check_in, pain_mm=55, sleep=8)

    answer = phone.post(CHECK_IN, sent)

    assert answer.status_code == 412
    html = answer.content.decode()
    now_there = fields_of(answer)
    assert "Somebody has changed this entry meanwhile." in html
    assert html.count('class="newer"') == 1
    assert "Recorded meanwhile: 55" in html
    assert (now_there["pain_mm"], now_there["version"]) == ("15", "2")
    # What was not touched takes the newer value.
    assert now_there["sleep"] == "8"
    assert "My thumb" in html
    check_in.refresh_from_db()
    assert (check_in.pain_mm, check_in.version) == (55, 2)

    again = phone.post(CHECK_IN, sent | now_there)

    check_in.refresh_from_db()
    assert again.status_code == 302
    assert (check_in.pain_mm, check_in.sleep, check_in.version) == (15, 8, 3)
    assert Snapshot.objects.count() == 2


def test_queue_hears_that_a_correction_is_stale(phone, anna):
    check_in = felt(anna)
    sent = filled(phone, CHECK_IN, check_in, pain_mm="15")
    change_it(anna, check_in, pain_mm=55)

    answer = phone.post(CHECK_IN, sent, headers=QUEUE)

    assert answer.status_code == 412
    assert answer.json()["errors"] == {
        "version": ["Somebody has changed this entry meanwhile."]
    }


def test_entry_is_taken_out_with_a_reason_and_stays_readable(phone, anna):
    session = held(anna)
    address = reverse("take-out-session")
    sent = fields_of(open_form(phone, address, session)) | {"reason": "twice"}

    answer = phone.post(address, sent)
    again = phone.post(address, sent)

    session.refresh_from_db()
    assert (answer.status_code, again.status_code) == (302, 302)
    assert session.void_reason == "I entered it twice"
    assert session.voided_by == anna.user
    html = phone.get(answer["Location"]).content.decode()
    assert "I entered it twice" in html
    assert "Correct this" not in html
    assert "taken out" in html_of(phone, "history")


def test_taking_out_needs_a_reason(phone, anna):
    check_in = felt(anna)
    address = reverse("take-out-check-in")

    answer = phone.post(address, fields_of(open_form(phone, address, check_in)))

    assert answer.status_code == 400
    check_in.refresh_from_db()
    assert check_in.voided_at is None


@pytest.mark.parametrize("address", [CHECK_IN, reverse("take-out-check-in")])
def test_what_was_taken_out_is_corrected_no_more(phone, anna, address):
    check_in = felt(anna)
    out = reverse("take-out-check-in")
    sent = filled(phone, address, check_in, pain_mm="15")
    sent["reason"] = "slip" if address == CHECK_IN else "twice"
    done = fields_of(open_form(phone, out, check_in)) | {"reason": "twice"}
    phone.post(out, done | {"id": str(uuid4())})

    assert open_form(phone, address, check_in).status_code == 409
    assert phone.post(address, sent, headers=QUEUE).status_code == 409
    check_in.refresh_from_db()
    assert check_in.pain_mm == 51


@pytest.mark.requirement("E1")
def test_danger_sign_in_a_correction_leads_to_the_clinics_words(phone, anna):
    check_in = pre(anna)
    sent = filled(phone, CHECK_IN, check_in) | {"red_flags": ["self_harm"]}

    answer = phone.post(CHECK_IN, sent)

    assert answer["Location"] == f"{reverse('help-now')}?crisis=1"
    assert CheckIn.objects.get().red_flags == ["self_harm"]


def test_saved_entry_offers_to_be_corrected(phone, anna):
    sent = fields_of(phone.get(reverse("rest-day"))) | {"pain_mm": "40"}

    html = phone.post(reverse("rest-day"), sent, follow=True).content.decode()

    assert f"{CHECK_IN}?id={CheckIn.objects.get().public_id}" in html


@pytest.mark.requirement("F5")
def test_alert_follows_a_value_that_the_patient_corrects(time_machine):
    course = make_course()
    course.golden(upto=2, judged=True)
    next_one = HeldSession.objects.latest("started_at")
    CheckIn.objects.filter(session=next_one, moment="h24").update(
        entered_by=course.anna.user
    )
    time_machine.move_to(end_of(2) + 60 * HOUR)
    [alert] = course.alerts()
    before = course.verdict(next_one).response_mm
    phone = signed_in(course.anna)
    check_in = CheckIn.objects.get(session=next_one, moment="h24")

    phone.post(CHECK_IN, filled(phone, CHECK_IN, check_in, pain_mm="18"))
    course.judge(now=end_of(2) + 60 * HOUR)

    alert.refresh_from_db()
    assert course.verdict(next_one).response_mm < before
    assert alert.no_longer_holds
