"""History: the list by days, and the page of each entry."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from apps.clinics.models import Snapshot
from apps.common import clock
from apps.logbook import services as logbook
from apps.logbook.entry import CheckInEntry
from apps.logbook.models import CheckIn, HeldSession
from tests.factories import people
from tests.flares.course import DAY, HOUR, end_of, make_course, start_of

from .test_pages import signed_in
from .ward import FILLED

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C4")]
PAGES = (
    *("history-session", "history-check-in", "history-questionnaire"),
    *("correct-session", "correct-check-in"),
    *("take-out-session", "take-out-check-in"),
)


@pytest.fixture
def course(time_machine):
    made = make_course()
    time_machine.move_to(end_of(8) + timedelta(days=3))
    return made


def html_of(client, name, **query):
    answer = client.get(reverse(name), query)
    assert answer.status_code == 200
    return answer.content.decode()


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def lines_of(html):
    return [words(each) for each in re.findall(r"<li>(.*?)</li>", html, re.S)]


def test_entries_stand_by_day_newest_first_and_each_leads_to_its_page(course):
    session = course.hold(1, pre=51, post=55)
    next_day = course.rate(session, "h24", 58)
    phone = signed_in(course.anna)

    html = html_of(phone, "history")

    days = [words(each) for each in re.findall(r"<h2>(.*?)</h2>", html, re.S)]
    assert days == ["Tue 3 March 2026", "Mon 2 March 2026"]
    told = lines_of(html)
    assert told[:2] == [
        "The day after 11:00 Pain 58 of 100",
        "After the session 11:00 Pain 55 of 100",
    ]
    assert set(told[2:]) == {
        "Session 10:00 Leg press",
        "Before the session 10:00 Pain 51 of 100",
    }
    assert f"{reverse('history-check-in')}?id={next_day.public_id}" in html
    assert f"{reverse('history-session')}?id={session.public_id}" in html


@pytest.mark.parametrize("lines", [1, 2, 20])
def test_earlier_leads_through_every_entry_once(course, monkeypatch, lines):
    monkeypatch.setattr("apps.patient_app.history.LINES_A_PAGE", lines)
    # A session and what was felt as it began are of the same instant.
    course.golden(upto=3)
    phone = signed_in(course.anna)
    found, query = [], {}

    while True:
        html = html_of(phone, "history", **query)
        found += re.findall(r"\?id=([0-9a-f-]{36})", html)
        link = re.search(r'href="\?before=([^"]+)"', html)
        if link is None:
            break
        query = {"before": link.group(1).replace("%2B", "+").replace("%3A", ":")}

    rows = [*HeldSession.objects.all(), *CheckIn.objects.all()]
    assert len(found) == len(rows) == 21
    assert set(found) == {str(row.public_id) for row in rows}


@pytest.mark.parametrize(
    "before", ["yesterday", "2026-03-02T10:00:00", "2026-03-02T10:00:00+01:00_7", "_"]
)
def test_page_that_there_is_not_is_refused(course, before):
    answer = signed_in(course.anna).get(reverse("history"), {"before": before})

    assert answer.status_code == 404


def test_empty_history_says_so():
    patient = people.make_patient(people.make_clinic())

    assert "What you enter will stand here." in html_of(signed_in(patient), "history")


@pytest.mark.parametrize("count", [1, 5])
def test_list_costs_the_same_for_five_sessions_as_for_one(
    course, count, django_assert_num_queries
):
    course.golden(upto=count)
    phone = signed_in(course.anna)

    with django_assert_num_queries(13):
        phone.get(reverse("history"))


def test_check_in_says_each_answer_when_it_was_entered_and_received(course):
    session = course.hold(1, pre=51)
    check_in = course.rate(
        session,
        "h24",
        58,
        now=end_of(1) + DAY + 2 * HOUR,
        sleep=7,
        location="only_trained",
        red_flags=[],
        recorded_at=(end_of(1) + DAY + HOUR).isoformat(),
    )

    told = words(
        html_of(signed_in(course.anna), "history-check-in", id=check_in.public_id)
    )

    assert "How much pain do you have now? 58 (from 0 to 100)" in told
    assert "How did you sleep last night? 7 (from 0 to 10)" in told
    assert "Where does it hurt? Only in the muscles I trained" in told
    assert "have you had any of these? None of these" in told
    assert "What was the worst pain since the session? not answered" in told
    assert "Entered 3 March 2026, 12:00" in told
    assert "Received by the clinic 3 March 2026, 13:00" in told


def test_session_says_its_sets_and_leads_to_its_check_ins(course):
    session = course.hold(1, pre=51, note="Warm <today>")

    html = html_of(signed_in(course.anna), "history-session", id=session.public_id)

    a_set = "15 \N{MULTIPLICATION SIGN} 32.5 kg"
    assert f"{a_set}, {a_set}" in words(html)
    assert "Monday 2 March, 10:00" in words(html)
    assert "Warm &lt;today&gt;" in html
    assert str(session.check_ins.get().public_id) in html


def test_clinics_entry_cannot_be_corrected_here_and_says_whom_to_ask(course):
    check_in = course.rate(course.hold(1), "h24", 58)
    phone = signed_in(course.anna)

    html = html_of(phone, "history-check-in", id=check_in.public_id)

    assert "please tell your physiotherapist" in words(html)
    assert "Correct this" not in html
    for name in ("correct-check-in", "take-out-check-in"):
        answer = phone.get(reverse(name), {"id": check_in.public_id})
        assert answer.status_code == 409
        assert "Please ask them to correct it." in answer.content.decode()


def test_earlier_version_stands_with_reason_and_author(course):
    session = course.hold(1, pre=51)
    check_in = course.rate(session, "h24", 58)
    course.correct(check_in, now=end_of(1) + 30 * HOUR, pain_mm=85)
    course.tove.name = "Tove Berg"
    course.tove.save()

    html = html_of(signed_in(course.anna), "history-check-in", id=check_in.public_id)

    now_said, before = words(html).split("What it said before")
    assert "85 (from 0 to 100)" in now_said
    assert "Until 3 March 2026, 17:00, corrected by Tove Berg Reason: Typo" in before
    assert "58 (from 0 to 100)" in before


def test_answers_of_a_questionnaire_stand_in_the_clinics_words_without_a_score(ward):
    ward.load_words()
    asked = ward.ask(label="Baseline")
    ward.send(ward.form(asked, **FILLED))

    html = html_of(ward.phone, "history")
    [address] = re.findall(r'href="(/history/questionnaire/[^"]+)"', html)
    told = words(ward.phone.get(address).content.decode())

    assert "Baseline" in lines_of(html)[0]
    for answer in ("6 (from 0 to 10)", "7 (from 0 to 10)", "5 (from 0 to 10)"):
        assert answer in told
    assert "score" not in told.lower()
    assert "they can correct it" in told


@pytest.mark.requirement("A2")
@pytest.mark.parametrize("name", PAGES)
def test_id_of_somebody_else_is_not_there(course, name):
    session = course.hold(1, pre=51)
    neighbour = signed_in(people.make_patient(course.clinic))
    ids = (session.public_id, session.check_ins.get().public_id, "7", "")

    for each in ids:
        answer = neighbour.get(reverse(name), {"id": str(each)})
        assert answer.status_code == 404
        assert "Leg press" not in answer.content.decode()


@pytest.mark.requirement("A2")
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("correct-session", "session"),
        ("correct-check-in", "check_in"),
        ("take-out-session", "session"),
        ("take-out-check-in", "check_in"),
    ],
)
def test_form_about_the_entry_of_somebody_else_writes_nothing(course, name, kind):
    session = course.hold(1, pre=51)
    check_in = session.check_ins.get()
    record = session if kind == "session" else check_in
    sent = {
        "record": str(record.public_id),
        "id": "0190f5fe-0000-7000-8000-000000000001",
        "version": "1",
        "reason": "slip" if name.startswith("correct") else "twice",
        "pain_mm": "10",
    }
    people_and_statuses = [
        (signed_in(people.make_patient(course.clinic)), 404),
        (signed_in(course.anna), 409),
        (Client(), 302),
    ]

    for client, status in people_and_statuses:
        assert client.post(reverse(name), sent).status_code == status

    check_in.refresh_from_db()
    session.refresh_from_db()
    assert (check_in.pain_mm, check_in.version, check_in.voided_at) == (51, 1, None)
    assert (session.version, session.voided_at) == (1, None)
    assert not Snapshot.objects.exists()


@pytest.mark.requirement("A2")
@pytest.mark.parametrize("name", PAGES)
def test_nobody_is_led_to_the_sign_in_and_staff_have_no_such_pages(course, name):
    session = course.hold(1)
    address = f"{reverse(name)}?id={session.public_id}"
    therapist = Client()
    therapist.force_login(course.tove)

    answer = Client().get(address)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=%2Fhistory%2F")
    assert therapist.get(address).status_code == 403


def test_entry_late_at_night_stands_on_the_day_where_the_patient_was(course):
    at = start_of(1).replace(hour=23, minute=30)
    entry = CheckInEntry.parse(
        {
            "patient": str(course.anna.public_id),
            "moment": "run_in",
            "answered_at": at.isoformat(),
            "pain_mm": 40,
        }
    )
    logbook.record_check_in(entry=entry, by=course.anna.user, now=clock.now())
    course.anna.time_zone = "America/New_York"
    course.anna.save()

    html = html_of(signed_in(course.anna), "history")

    assert "Mon 2 March 2026" in html
    assert lines_of(html) == ["An ordinary day 23:30 Pain 40 of 100"]


@pytest.mark.parametrize("count", [1, 5])
def test_page_of_an_entry_costs_the_same_after_five_corrections_as_after_one(
    course, count, django_assert_num_queries
):
    check_in = course.rate(course.hold(1, pre=51), "h24", 58)
    for number in range(count):
        now = end_of(1) + (30 + number) * HOUR
        course.correct(check_in, now=now, pain_mm=60 + number)
    phone = signed_in(course.anna)

    with django_assert_num_queries(9):
        phone.get(reverse("history-check-in"), {"id": str(check_in.public_id)})
