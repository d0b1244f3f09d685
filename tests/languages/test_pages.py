"""Every page of a patient, in every language: no English is left in it."""

import re
from functools import cache
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from apps.patient_app.urls import urlpatterns
from tests.patient_app.test_pages import errors_of, fields_of

from . import catalogues
from .scene import ACCEPTED, make_scene

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("I4")]
LANGUAGES = {"sv": "sv", "de": "de", "zh-hans": "zh_Hans"}
EVERY = pytest.mark.parametrize("language", LANGUAGES)
# What no person reads.
NOT_READ = {"manifest", "service-worker"}
QUESTIONNAIRE = "questionnaire"
# What a browser shows or reads aloud, beside the text.
TOLD = re.compile(r'\b(?:aria-label|placeholder|title|alt|data-[\w-]+)="([^"]*)"')
PLACEHOLDER = re.compile(r"%%\d?|%\(\w+\)[sd]|\{\w+\}|<[^>]+>")
ENGLISH = re.compile(r"\b(?:must|should|valid|the|is|of|for)\b")
SHORTEST = 4


@pytest.fixture(params=LANGUAGES)
def scene(request):
    return make_scene(request.param)


def shown(answer) -> str:
    """Return what is told by a page."""
    html = answer.content.decode()
    # An address is not told.
    told = " | ".join(each for each in TOLD.findall(html) if "/" not in each)
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " | ", bare) + told).split())


def english_in(text: str, *, language: str) -> list[str]:
    """Return the English words of the catalogue that a text has."""
    return [each for each in english_words(language) if stands_in(each, text)]


@cache
def english_words(language: str) -> list[str]:
    """Return every piece of English that has a translation.

    A word that the language itself uses is not English there.
    """
    kept = [each for each in catalogues.kept(LANGUAGES[language]) if each.id]
    own = " ".join(str(each.string) for each in kept)
    pieces = {
        piece.strip(" .,:;()")
        for each in kept
        for piece in PLACEHOLDER.split(str(each.id))
    }
    return sorted(each for each in pieces if len(each) >= SHORTEST and each not in own)


def stands_in(piece: str, text: str) -> bool:
    if piece not in text:
        return False
    return re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", text) is not None


def test_pages_speak_the_language_of_their_patient_alone(scene):
    language = scene.patient.language
    for each in urlpatterns:
        if each.name in NOT_READ:
            continue
        query = {"id": scene.questionnaire} if each.name == QUESTIONNAIRE else {}

        answer = scene.phone.get(reverse(each.name), query)

        assert answer.status_code == 200, each.name
        assert (each.name, english_in(shown(answer), language=language)) == (
            each.name,
            [],
        )
        assert answer["Content-Language"] == language, each.name
        assert f'<html lang="{language}" dir="ltr">' in answer.content.decode()


def test_english_is_seen_where_it_is():
    found = english_in("Sie | Save | Saved. Thank you. | Anna", language="de")

    assert found == ["Save", "Saved. Thank you"]


NO_SESSION = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
DONE = {"exercises-0-sets-0-done": "on"}
REFUSED = (
    ("session", {}),
    ("session", DONE | {"ended_at": "2020-01-01T10:00Z"}),
    ("session", {"exercises-0-sets-0-reps": "ten"}),
    ("session", {"exercises-0-sets-0-load": "1000.5"}),
    ("session", DONE | {"setting": "moon"}),
    ("session", DONE | {"sent_at": "2020-01-01T10:00Z"}),
    ("before", {}),
    ("before", {"pain_mm": "101"}),
    ("before", {"red_flags": ["none_of_these", "fever"]}),
    ("before", {"pain_mm": "5", "answered_at": "2999-01-01T10:00Z"}),
    ("next-day", {"pain_mm": "5"}),
    ("next-day", {"pain_mm": "5", "session": NO_SESSION}),
    (QUESTIONNAIRE, {}),
    (QUESTIONNAIRE, {"answers-q1": "11"}),
    (QUESTIONNAIRE, {"answers-q1": "3"}),
)


@pytest.mark.parametrize(
    "language",
    [
        "de",
        pytest.param("sv", marks=pytest.mark.long),
        pytest.param("zh-hans", marks=pytest.mark.long),
    ],
)
def test_refusals_speak_the_language_of_their_patient(language):
    scene = make_scene(language)
    for name, typed in REFUSED:
        query = {"id": scene.questionnaire} if name == QUESTIONNAIRE else {}
        sent = fields_of(scene.phone.get(reverse(name), query))
        if name == "session":
            sent |= {"setting": "home", "started_local": "2026-03-02T10:00"}
            sent |= {"ended_local": "2026-03-02T11:00"}

        answer = scene.phone.post(reverse(name), sent | typed)

        told = errors_of(answer)
        assert 400 <= answer.status_code < 500, (name, typed)
        assert told, (name, typed)
        found = english_in(shown(answer), language=scene.patient.language)
        assert (name, typed, found) == (name, typed, [])
        assert [each for each in told if ENGLISH.search(each)] == []


@EVERY
def test_language_of_the_record_holds_over_that_of_the_browser(language):
    others = {"sv": "de", "de": "zh-hans", "zh-hans": "sv"}
    scene = make_scene(language, browser=others[language])

    html = scene.phone.get("/").content.decode()

    assert f'<html lang="{language}"' in html


@EVERY
@pytest.mark.parametrize("path", ["/sign-in/", "/invitation/"])
def test_before_the_sign_in_the_browser_says_the_language(language, path):
    answer = Client(headers={"accept-language": ACCEPTED[language]}).get(path)

    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.content.decode()
    assert english_in(shown(answer), language=language) == []


@EVERY
def test_who_is_no_patient_reads_the_language_of_the_browser(language):
    scene = make_scene("en")
    tove = scene.patient.care_team.get().membership.user
    client = Client(headers={"accept-language": ACCEPTED[language]})
    client.force_login(tove)

    answer = client.get("/")

    assert answer.status_code == 403
    assert english_in(shown(answer), language=language) == []


def test_refused_invitation_is_told_in_the_language_of_the_browser(db):
    client = Client(headers={"accept-language": "sv"})

    unknown = client.post("/invitation/", {"token": "x" * 43})
    empty = client.post("/invitation/", {"token": ""})

    assert errors_of(unknown) == [
        "Inbjudan är använd eller har gått ut. Be mottagningen om en ny."
    ]
    assert errors_of(empty) == [
        "Det här är inte koden till en inbjudan. Kopiera hela koden från mejlet."
    ]


def test_api_speaks_english_whatever_the_browser_says():
    scene = make_scene("de")
    answer = scene.phone.get(
        "/api/v1/sessions/nothing/", headers={"accept-language": "de"}
    )
    listed = scene.phone.get(
        "/api/v1/sessions/?from=x", headers={"accept-language": "de"}
    )

    assert answer.status_code == 404
    assert "Content-Language" not in listed.headers
    assert "Write a day as text" in listed.content.decode()


def test_one_request_leaves_no_language_for_the_next():
    german = make_scene("de")

    german.phone.get("/")
    answer = Client().get("/sign-in/")

    assert '<html lang="en"' in answer.content.decode()


def test_thanks_are_said_in_the_language_of_the_patient():
    scene = make_scene("de", browser="sv")
    sent = fields_of(scene.phone.get(reverse("before"))) | {"pain_mm": "0"}

    answer = scene.phone.post(reverse("before"), sent, follow=True)

    assert "Gespeichert. Danke." in shown(answer)


def test_queue_hears_faults_in_the_language_of_the_patient():
    scene = make_scene("de")
    sent = fields_of(scene.phone.get(reverse("session"))) | {
        "exercises-0-sets-1-reps": "201",
        "started_local": "2026-03-02T10:00",
        "ended_local": "2026-03-02T11:00",
        "setting": "home",
    }

    answer = scene.phone.post(
        reverse("session"), sent, headers={"Accept": "application/json"}
    )

    assert answer.json()["errors"] == {
        "exercises-0-sets-1-reps": ["Dieser Wert muss kleiner oder gleich 200 sein."]
    }


def test_numbers_have_a_comma_to_read_and_a_point_for_the_browser():
    scene = make_scene("de")

    html = scene.phone.get(reverse("session")).content.decode()

    assert "Satz 1 erledigt: 15 &times; 32,5 kg" in html
    assert 'placeholder="32,5" data-hint="32.5"' in html
    assert 'step="2.5' in html
    assert 'name="exercises-0-sets-0-planned_load" value="32.5' in html
    assert re.search(r'(?:min|max|step|value)="\d+,\d', html) is None


def test_what_was_typed_comes_back_as_the_browser_reads_it():
    scene = make_scene("de")
    sent = fields_of(scene.phone.get(reverse("session"))) | {
        "exercises-0-sets-0-load": "27.5",
        "exercises-0-sets-0-reps": "999",
    }

    html = scene.phone.post(reverse("session"), sent).content.decode()

    assert 'value="27.5"' in html
