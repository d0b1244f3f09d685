"""The form behind a link in a mail: signed out, once, and nothing else."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.clinics.models import PatientStatus
from apps.common import clock
from apps.exchange.erasure import TIME_TO_TAKE_BACK, carry_out_erasures
from apps.logbook.models import CheckIn, HeldSession, JudgementDue
from apps.reminders.models import CheckInLink
from apps.reminders.services import remind_of_check_ins
from tests.factories import people
from tests.factories.takeouts import ask_to_be_erased
from tests.reminders.evenings import (
    answer,
    at,
    freeze,
    letter,
    make_anna,
    token_in,
    train,
)

from .test_pages import errors_of, fields_of, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("H4")]

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NOON = at("2026-03-02T12:00:00+01:00")
QUEUE = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _no_tries_before():
    cache.clear()


class Letter:
    """A letter that asks Anna how it is, a day or two after her session."""

    def __init__(self, monkeypatch, *, after=22 * HOUR, **fields):
        self._monkeypatch = monkeypatch
        freeze(monkeypatch, NOON)
        self.anna = make_anna(**{"given_name": "Wilhelmina"} | fields)
        self.session = train(self.anna, until=NOON)
        self.it_is(after)
        remind_of_check_ins(now=clock.now())
        self.path = f"/l/{token_in(letter())}/"
        self.visitor = Client()

    def it_is(self, after):
        freeze(self._monkeypatch, NOON + after)

    def open(self, **query):
        return self.visitor.get(self.path, query)

    def send(self, *, form=None, **typed):
        form = form or fields_of(self.open())
        return self.visitor.post(self.path, form | typed)

    def from_queue(self, form, **typed):
        return self.visitor.post(self.path, form | typed, headers=QUEUE)


@pytest.fixture
def mail(monkeypatch):
    return Letter(monkeypatch)


def stored():
    return list(CheckIn.objects.order_by("pk"))


def words(answer):
    return answer.content.decode()


@pytest.mark.requirement("E1")
@pytest.mark.parametrize(
    ("after", "moment"), [(22 * HOUR, "h24"), (44 * HOUR, "h48")], ids=("h24", "h48")
)
def test_signed_out_answer_is_the_patients_own(monkeypatch, after, moment):
    mail = Letter(monkeypatch, after=after)

    saved = mail.send(pain_mm="62", location="both", flare="no", red_flags="fever")

    [check_in] = stored()
    assert (saved.status_code, saved["Location"]) == (302, f"{mail.path}?help")
    assert (check_in.moment, check_in.pain_mm, check_in.location) == (
        moment,
        62,
        "both",
    )
    assert (check_in.flare, check_in.red_flags) == ("no", ["fever"])
    assert (check_in.patient, check_in.session) == (mail.anna, mail.session)
    assert check_in.entered_by == mail.anna.user
    assert check_in.in_window is True
    assert check_in.answered_at == NOON + after
    assert JudgementDue.objects.filter(patient=mail.anna).exists()
    [event] = AuditEvent.objects.filter(action="check_in.record")
    assert (event.actor_id, event.door) == (mail.anna.user_id, "link")


def test_page_shows_the_day_of_the_session_and_nothing_else_of_the_person(mail):
    answer(mail.session, moment="post", now=NOON + MINUTE, pain_mm=77)

    page = mail.open()

    assert page.status_code == 200
    assert "About your session on Monday. Open until Wednesday 00:00." in words(page)
    for told in (
        *(mail.anna.given_name, mail.anna.family_name, mail.anna.email),
        *(str(mail.anna.public_id), str(mail.session.public_id)),
        *(str(mail.anna.user.public_id), mail.anna.clinic.name, ">77<", '"77"'),
    ):
        assert told not in words(page)


def test_page_is_kept_nowhere_and_tells_no_other_site_its_address(mail):
    for page in (mail.open(), mail.send(pain_mm="999"), Client().get("/l/nothing/")):
        assert "no-store" in page["Cache-Control"]
        assert "private" in page["Cache-Control"]
        assert page["X-Robots-Tag"] == "noindex, nofollow"
        assert page["Referrer-Policy"] == "same-origin"


def test_looking_changes_nothing(mail):
    before = CheckInLink.objects.values().get()

    for method in (mail.visitor.get, mail.visitor.head):
        assert method(mail.path).status_code == 200

    assert stored() == []
    assert CheckInLink.objects.values().get() == before
    assert not AuditEvent.objects.filter(door="link").exists()


def test_link_answers_once(mail):
    first = mail.send(pain_mm="62")
    page = mail.open()
    form = {"id": str(uuid4()), "pain_mm": "10"}
    again = mail.visitor.post(mail.path, form)

    assert first.status_code == 302
    assert "Already answered, thank you" in words(page)
    assert "<form" not in words(page)
    assert (again.status_code, len(stored())) == (409, 1)
    assert errors_of(again) == ["This is answered already. Thank you."]
    assert 'value="10"' in words(again)


@pytest.mark.requirement("C3")
def test_answer_that_is_sent_twice_is_recorded_once(mail):
    form = fields_of(mail.open())

    statuses = [mail.from_queue(form, pain_mm="62").status_code for _ in range(3)]
    other = mail.from_queue(form, pain_mm="10")

    assert statuses == [201, 200, 200]
    assert (other.status_code, [each.pain_mm for each in stored()]) == (409, [62])


def test_answer_in_the_app_uses_the_link_up(mail):
    answer(mail.session, moment="h24", now=clock.now())

    assert "Already answered, thank you" in words(mail.open())
    assert (
        mail.visitor.post(mail.path, {"id": str(uuid4()), "pain_mm": "1"}).status_code
        == 409
    )
    assert len(stored()) == 1


def test_used_link_stays_used_when_the_answer_was_taken_out(mail):
    mail.send(pain_mm="62")
    CheckIn.objects.update(
        voided_at=clock.now(), voided_by=mail.anna.user, void_reason="A slip"
    )

    assert "Already answered, thank you" in words(mail.open())


def test_form_can_answer_nothing_but_what_the_link_is_for(mail):
    other = make_anna()
    theirs = train(other, until=NOON)
    form = fields_of(mail.open()) | {
        "pain_mm": "62",
        "patient": str(other.public_id),
        "session": str(theirs.public_id),
        "moment": "pre",
    }

    assert mail.visitor.post(mail.path, form).status_code == 302

    [check_in] = stored()
    assert (check_in.patient, check_in.session) == (mail.anna, mail.session)
    assert check_in.moment == "h24"


def test_whoever_is_signed_in_on_the_phone_makes_no_difference(mail):
    stranger = people.make_patient(mail.anna.clinic)
    mail.visitor = signed_in(stranger)

    page = mail.open()
    mail.send(pain_mm="62")

    [check_in] = stored()
    assert check_in.entered_by == mail.anna.user
    assert stranger.given_name not in words(page)


def test_link_opens_nothing_else(mail):
    mail.open()
    mail.send(pain_mm="62")

    for path in ("/", "/history/", "/progress/", "/check-in/next-day/"):
        assert mail.visitor.get(path).status_code == 302
    assert mail.visitor.get("/api/v1/me/").status_code == 401


@pytest.mark.parametrize(
    ("typed", "query", "first"),
    [
        ({"red_flags": "chest_pain"}, "?help", "Call 112."),
        ({"red_flags": ["fever", "self_harm"]}, "?help&crisis", "Call 90101."),
        ({"red_flags": "none_of_these"}, "", None),
    ],
    ids=("danger", "crisis", "none"),
)
@pytest.mark.requirement("E1")
def test_danger_sign_leads_at_once_to_the_clinics_words(mail, typed, query, first):
    saved = mail.send(pain_mm="50", **typed)

    assert saved["Location"] == mail.path + query
    page = words(mail.visitor.get(saved["Location"]))
    if first is None:
        assert "Call 112." not in page
        return
    assert "Call 112." in page
    assert "Call 90101." in page
    assert page.index(first) == min(page.index("Call 112."), page.index("Call 90101."))


def test_words_for_an_emergency_come_with_the_form_for_a_phone_without_a_signal(mail):
    assert '<div id="help" hidden>' in words(mail.open())
    assert "Call 112." in words(mail.open())


def test_bad_answer_is_refused_and_nothing_typed_is_lost(mail):
    refused = mail.send(pain_mm="400", location="both")

    assert refused.status_code == 400
    assert "less than or equal to 100" in errors_of(refused)[0]
    assert 'value="400"' in words(refused)
    assert (stored(), CheckInLink.objects.get().used_at) == ([], None)


def test_empty_form_is_refused(mail):
    refused = mail.from_queue(fields_of(mail.open()))

    assert refused.status_code == 400
    assert refused.json() == {
        "errors": {"": ["Nothing is answered yet. One answer is enough."]}
    }
    assert stored() == []


@pytest.mark.requirement("E1")
@pytest.mark.parametrize(
    ("after", "shown"),
    [
        (18 * HOUR - MINUTE, "open Tuesday 06:00. Come back then."),
        (18 * HOUR, "Open until Wednesday 00:00."),
        (36 * HOUR, "Open until Wednesday 00:00."),
        (36 * HOUR + MINUTE, "were open until Wednesday 00:00."),
        (36 * HOUR + timedelta(days=7) - MINUTE, "were open until Wednesday 00:00."),
        (36 * HOUR + timedelta(days=7), "This link leads nowhere"),
    ],
    ids=("early", "opens", "last moment", "late", "nearly forgotten", "forgotten"),
)
def test_too_early_and_too_late_are_explained(mail, after, shown):
    mail.it_is(after)

    page = words(mail.open())

    assert shown in page
    assert ("<form" in page) == shown.startswith("Open until")
    assert 'href="/"' in page


@pytest.mark.parametrize("after", [17 * HOUR, 37 * HOUR], ids=("early", "late"))
def test_answer_outside_the_window_is_refused_and_stays_on_the_screen(mail, after):
    form = fields_of(mail.open())
    mail.it_is(after)

    refused = mail.send(form=form, pain_mm="62")

    assert refused.status_code == 409
    assert "not open at this time" in errors_of(refused)[0]
    assert 'value="62"' in words(refused)
    assert stored() == []


@pytest.mark.requirement("I1")
def test_answer_given_in_time_is_taken_days_later(mail):
    form = fields_of(mail.open())
    given = (NOON + 23 * HOUR).isoformat()
    mail.it_is(80 * HOUR)

    times = {"answered_at": given, "recorded_at": given}
    sent = mail.from_queue(form, pain_mm="62", **times, sent_at=clock.now().isoformat())

    [check_in] = stored()
    assert sent.status_code == 201
    assert (check_in.answered_at, check_in.in_window) == (NOON + 23 * HOUR, True)
    assert check_in.received_at == NOON + 80 * HOUR


def test_window_is_judged_by_the_clock_that_is_right(mail):
    form = fields_of(mail.open())
    # A phone that is a day ahead says Wednesday at noon and means Tuesday.
    wrong = clock.now() + 24 * HOUR

    sent = mail.from_queue(
        form, pain_mm="62", answered_at=wrong.isoformat(), sent_at=wrong.isoformat()
    )

    assert sent.status_code == 201
    assert stored()[0].answered_at == clock.now()


@pytest.mark.requirement("E1")
def test_danger_sign_is_taken_too_late_as_well(mail):
    form = fields_of(mail.open())
    mail.it_is(48 * HOUR)

    saved = mail.send(form=form, red_flags="chest_pain")

    [check_in] = stored()
    assert saved["Location"] == f"{mail.path}?help"
    assert (check_in.red_flags, check_in.in_window) == (["chest_pain"], False)


def test_session_that_was_taken_out_is_not_asked_about(mail):
    form = fields_of(mail.open())
    HeldSession.objects.update(
        voided_at=clock.now(), voided_by=mail.anna.user, void_reason="A slip"
    )

    page = mail.open()
    refused = mail.from_queue(form, red_flags="fever")

    assert "There is nothing to answer" in words(page)
    assert "<form" not in words(page)
    assert (refused.status_code, stored()) == (409, [])


def test_who_is_not_treated_any_more_is_asked_nothing(mail):
    mail.anna.status = PatientStatus.ENDED
    mail.anna.save()

    assert "There is nothing to answer" in words(mail.open())


def test_link_to_an_account_that_was_closed_leads_nowhere(mail):
    form = fields_of(mail.open())
    User.objects.filter(pk=mail.anna.user_id).update(is_active=False)

    assert mail.open().status_code == 404
    assert mail.send(form=form, pain_mm="30").status_code == 404
    assert stored() == []


@pytest.mark.requirement("A7")
def test_link_of_somebody_who_was_erased_leads_nowhere(mail):
    form = fields_of(mail.open())
    ask_to_be_erased(mail.anna, now=clock.now() - TIME_TO_TAKE_BACK)
    carry_out_erasures(now=clock.now())

    assert mail.open().status_code == 404
    assert mail.send(form=form, pain_mm="30").status_code == 404
    assert stored() == []


def test_unknown_and_forgotten_links_get_the_same_page(mail):
    mail.it_is(timedelta(days=30))
    forgotten = mail.open()
    unknown = Client().get("/l/there-is-no-such-link/")

    assert (forgotten.status_code, unknown.status_code) == (404, 404)
    assert words(forgotten) == words(unknown)
    assert mail.visitor.post(mail.path, {"pain_mm": "1"}).status_code == 404


def test_unknown_and_forgotten_links_cost_the_same_queries(mail):
    mail.it_is(timedelta(days=30))
    mail.open()

    of_forgotten = queries_of(mail.open)
    of_unknown = queries_of(lambda: mail.visitor.get("/l/there-is-no-such-link/"))

    assert len(of_forgotten) == len(of_unknown)


def test_number_of_queries_does_not_grow_with_the_sessions(mail):
    mail.open()
    of_one = queries_of(mail.open)
    for weeks in range(1, 6):
        train(mail.anna, until=NOON - timedelta(weeks=weeks), now=NOON)

    assert len(queries_of(mail.open)) == len(of_one)


def queries_of(work):
    with CaptureQueriesContext(connection) as seen:
        work()
    return seen


def test_guessing_is_slowed_down_by_the_database(mail, settings, monkeypatch):
    monkeypatch.setattr("apps.patient_app.link_page.MOST_OPENED", "3/h/ip")
    guesses = [Client().get(f"/l/guess-{number}/").status_code for number in range(2)]
    there = mail.open()
    slowed = mail.open()
    from_queue = mail.from_queue({"pain_mm": "1"})

    assert (guesses, there.status_code) == ([404, 404], 200)
    assert (slowed.status_code, slowed["Retry-After"]) == (429, "60")
    assert "Please try again in a minute" in words(slowed)
    assert (from_queue.status_code, stored()) == (429, [])
    assert settings.CACHES["default"]["BACKEND"].endswith("db.DatabaseCache")


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_are_not_known(mail, method):
    assert getattr(mail.visitor, method)(mail.path).status_code == 405


def test_form_from_another_site_is_refused(mail):
    strict = Client(enforce_csrf_checks=True)
    strict.get(mail.path)

    assert strict.post(mail.path, {"pain_mm": "1"}).status_code == 403
    assert stored() == []


@pytest.mark.requirement("I4")
def test_page_speaks_the_patients_language(monkeypatch):
    page = Letter(monkeypatch, language="sv").open()

    assert '<html lang="sv" ' in words(page)
