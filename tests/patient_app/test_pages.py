"""The pages of a patient by plain requests: what works without script."""

import re
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from apps.common import clock
from apps.logbook.models import CheckIn, HeldSession, JudgementDue
from tests.factories import gym, people

pytestmark = pytest.mark.django_db
PAGES = ("today", "before", "after", "next-day", "second-day", "rest-day", "session")
PAGES += ("waiting", "progress", "history", "help-now")


def signed_in(patient):
    client = Client()
    client.force_login(patient.user)
    return client


def fields_of(answer) -> dict[str, str]:
    """Return the hidden and typed fields of the form of a page, as a browser has them.

    Boxes and buttons that nobody ticked are not sent.
    """
    html = answer.content.decode()
    form = re.search(r"<form[^>]*data-entry.*?</form>", html, re.S).group(0)
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if given.get("type") not in ("checkbox", "radio"):
            found[given["name"]] = given.get("value", "")
    return found


def errors_of(answer) -> list[str]:
    return re.findall(r'class="refusal" role="alert">([^<]+)<', answer.content.decode())


@pytest.mark.requirement("I4")
@pytest.mark.parametrize("name", PAGES)
def test_page_opens_and_is_kept_in_no_cache_on_the_way(phone, name):
    answer = phone.get(reverse(name))

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]


@pytest.mark.parametrize("name", PAGES)
def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(anna, name):
    answer = Client().get(reverse(name))

    assert answer.status_code == 302
    expected = f"/sign-in/?next={reverse(name).replace('/', '%2F')}"
    assert answer["Location"] == expected
    assert "Anna" not in answer.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_therapist_has_no_pages_of_a_patient(anna, name):
    therapist = people.make_therapist(anna.clinic)
    people.give_care(therapist, anna)
    client = Client()
    client.force_login(therapist)

    answer = client.get(reverse(name))

    assert answer.status_code == 403
    assert "Anna" not in answer.content.decode()


@pytest.mark.requirement("B4")
def test_today_offers_the_session_of_today(phone):
    html = phone.get("/").content.decode()

    assert "Hello Anna" in html
    assert "Today's session" in html
    assert reverse("before") in html


@pytest.mark.requirement("B4")
def test_session_shows_sets_load_and_why(phone):
    html = phone.get(reverse("session")).content.decode()

    assert "Set 1 done: 15 &times; 32.5 kg" in html
    assert "As we tried it." in html


@pytest.mark.requirement("C1")
@pytest.mark.requirement("C5")
def test_sets_go_in_by_one_tap_as_planned_or_by_what_was_typed(phone, anna):
    sent = session_fields(phone)
    sent |= {"exercises-0-sets-0-done": "on", "exercises-0-sets-1-reps": "12"}
    sent |= {"exercises-0-sets-1-load": "30", "exercises-0-sets-1-pain_mm": "55"}

    answer = phone.post(reverse("session"), sent)

    [session] = HeldSession.objects.filter(patient=anna)
    [entry] = session.exercise_entries.all()
    assert answer["Location"] == f"{reverse('after')}?session={session.public_id}"
    assert [
        (one.reps, one.load_value, one.load_unit, one.pain_mm)
        for one in entry.sets.order_by("position")
    ] == [(15, Decimal("32.5"), "kg", None), (12, Decimal(30), "kg", 55)]
    assert session.entered_by == anna.user
    assert session.setting == "home"


def session_fields(phone, **more: str) -> dict[str, str]:
    """Return the form of a session on one's own, from two hours ago on for an hour."""
    now = clock.now().astimezone()
    times = {
        "started_at": (now - timedelta(hours=2)).isoformat(),
        "ended_at": (now - timedelta(hours=1)).isoformat(),
        "started_local": "2026-03-02T10:00",
        "ended_local": "2026-03-02T11:00",
    }
    return fields_of(phone.get(reverse("session"))) | times | {"setting": "home"} | more


@pytest.mark.requirement("C6")
def test_typed_times_are_those_of_the_patients_clock(phone, anna):
    now = clock.now()
    local = (now - timedelta(hours=3)).astimezone(ZoneInfo(anna.time_zone))
    sent = session_fields(phone) | {
        "started_at": "",
        "ended_at": "",
        "started_local": local.strftime("%Y-%m-%dT%H:%M"),
        "ended_local": (local + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
        "exercises-0-sets-0-done": "on",
    }

    phone.post(reverse("session"), sent)

    [session] = HeldSession.objects.filter(patient=anna)
    assert session.started_at == local.replace(second=0, microsecond=0)


@pytest.mark.requirement("C3")
def test_form_sent_twice_is_one_session(phone, anna):
    sent = session_fields(phone) | {"exercises-0-sets-0-done": "on"}

    first = phone.post(reverse("session"), sent)
    second = phone.post(reverse("session"), sent)

    assert first["Location"] == second["Location"]
    assert HeldSession.objects.filter(patient=anna).count() == 1


def test_session_without_a_set_is_refused_and_nothing_typed_is_lost(phone, anna):
    sent = session_fields(phone, note="My knee felt <odd>")

    answer = phone.post(reverse("session"), sent)

    assert answer.status_code == 400
    assert errors_of(answer) == ["No set is marked as done yet."]
    assert "My knee felt &lt;odd&gt;" in answer.content.decode()
    assert not HeldSession.objects.filter(patient=anna).exists()


@pytest.mark.parametrize(
    ("name", "typed", "refusal"),
    [
        ("exercises-0-sets-0-reps", "201", "less than or equal to 200"),
        ("exercises-0-sets-0-reps", "-1", "greater than or equal to 0"),
        ("exercises-0-sets-0-reps", "ten", "Enter a whole number."),
        ("exercises-0-sets-0-load", "1000.5", "at most 1000 kg"),
        ("exercises-0-sets-0-pain_mm", "101", "less than or equal to 100"),
        ("setting", "moon", "moon is not one of the available choices"),
        ("ended_at", "2020-01-01T10:00Z", "ends after it starts"),
        ("note", "x" * 4001, "at most 4000 characters"),
    ],
)
def test_what_cannot_be_is_told_beside_its_answer(phone, anna, name, typed, refusal):
    sent = session_fields(phone) | {"exercises-0-sets-0-done": "on", name: typed}

    answer = phone.post(reverse("session"), sent)

    assert answer.status_code == 400
    [told] = errors_of(answer)
    assert refusal in told
    assert not HeldSession.objects.filter(patient=anna).exists()


def test_queue_hears_faults_by_the_names_of_the_controls(phone):
    sent = session_fields(phone) | {"exercises-0-sets-1-reps": "201"}

    answer = phone.post(
        reverse("session"), sent, headers={"Accept": "application/json"}
    )

    assert answer.status_code == 400
    assert answer.json() == {
        "errors": {
            "exercises-0-sets-1-reps": [
                "Ensure this value is less than or equal to 200."
            ]
        }
    }


def test_form_of_another_prescription_is_taken_as_it_was_filled_in(phone, anna):
    sent = session_fields(phone) | {
        "exercises-0-sets": "3",
        "exercises-0-sets-2-done": "on",
        "exercises-0-sets-2-planned_reps": "8",
        "exercises-0-sets-2-planned_load": "40",
    }

    phone.post(reverse("session"), sent)

    [session] = HeldSession.objects.filter(patient=anna)
    [one] = session.exercise_entries.get().sets.all()
    assert (one.reps, one.load_value) == (8, Decimal(40))


def test_exercise_of_another_clinic_is_no_exercise(phone, anna):
    elsewhere = people.make_clinic()
    stranger = people.make_therapist(elsewhere)
    theirs = gym.let_train(
        people.make_patient(elsewhere, therapist=stranger), by=stranger, now=clock.now()
    )
    exercise = theirs.prescriptions.get(exercise__slug="leg_press").exercise.public_id
    sent = session_fields(phone) | {
        "exercises": "1",
        "exercises-0-exercise": str(exercise),
        "exercises-0-sets-0-done": "on",
    }

    answer = phone.post(reverse("session"), sent)

    assert answer.status_code == 400
    assert not HeldSession.objects.filter(patient=anna).exists()


@pytest.mark.requirement("E1")
def test_check_in_keeps_what_was_answered_and_nothing_else(phone, anna):
    sent = fields_of(phone.get(reverse("before"))) | {"pain_mm": "0"}

    answer = phone.post(reverse("before"), sent)

    [check_in] = CheckIn.objects.filter(patient=anna)
    assert answer["Location"] == reverse("session")
    assert (check_in.moment, check_in.pain_mm) == ("pre", 0)
    assert check_in.fatigue_mm is None
    assert check_in.red_flags is None


def test_empty_check_in_is_refused(phone, anna):
    answer = phone.post(reverse("before"), fields_of(phone.get(reverse("before"))))

    assert answer.status_code == 400
    assert errors_of(answer) == ["Nothing is answered yet. One answer is enough."]
    assert not CheckIn.objects.filter(patient=anna).exists()


@pytest.mark.parametrize(
    ("ticked", "kept"),
    [
        (["none_of_these"], []),
        (["fever", "chest_pain"], ["fever", "chest_pain"]),
    ],
)
@pytest.mark.requirement("E1")
def test_no_sign_is_an_answer(phone, anna, ticked, kept):
    sent = fields_of(phone.get(reverse("before"))) | {"red_flags": ticked}

    phone.post(reverse("before"), sent)

    [check_in] = CheckIn.objects.filter(patient=anna)
    assert sorted(check_in.red_flags) == sorted(kept)


def test_a_sign_and_none_contradict_each_other(phone, anna):
    sent = fields_of(phone.get(reverse("before")))
    sent |= {"red_flags": ["none_of_these", "fever"]}

    answer = phone.post(reverse("before"), sent)

    assert answer.status_code == 400
    assert "Which one is right?" in errors_of(answer)[0]
    assert not CheckIn.objects.filter(patient=anna).exists()


@pytest.mark.requirement("E1")
def test_danger_sign_leads_to_the_clinics_words_and_to_the_therapist(phone, anna):
    sent = fields_of(phone.get(reverse("before"))) | {"red_flags": ["self_harm"]}

    answer = phone.post(reverse("before"), sent)
    words = phone.get(answer["Location"]).content.decode()

    assert answer["Location"] == f"{reverse('help-now')}?crisis=1"
    assert words.index("Call 90101.") < words.index("Call 112.")
    assert CheckIn.objects.get(patient=anna).red_flags == ["self_harm"]
    assert JudgementDue.objects.filter(patient=anna).exists()


@pytest.mark.requirement("A2")
def test_check_in_about_the_session_of_another_is_refused(phone, anna):
    other = people.make_patient(anna.clinic)
    theirs = signed_in(other)
    sent = session_fields(phone) | {"exercises-0-sets-0-done": "on"}
    theirs.post(reverse("session"), sent)
    session = HeldSession.objects.get(patient=other)
    sent = fields_of(phone.get(reverse("next-day")))
    sent |= {"session": str(session.public_id), "pain_mm": "40"}

    answer = phone.post(reverse("next-day"), sent)

    assert answer.status_code == 400
    assert not CheckIn.objects.filter(patient=anna).exists()
    assert not CheckIn.objects.filter(patient=other).exists()
