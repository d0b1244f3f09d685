"""Keys that do not fit: at every route, in every wrong shape, and by cookie."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from apps.accounts.services import issue_token, revoke_token
from tests.contracts.permission_table import TABLE
from tests.contracts.routes import api_routes
from tests.contracts.scene import NAME, NOW, Scene
from tests.factories import people

from .asking import asking
from .ledger import Ledger, rolled_back

pytestmark = [pytest.mark.requirement("A3"), pytest.mark.requirement("A2")]

ROUTES = {route.name: route for route in api_routes()}
WRITES = [
    each
    for each in dict.fromkeys((line.route, line.method) for line in TABLE)
    if each[1] != "GET" and each[0] != "invitation-accept"
]


def key(scene: Scene, **fields: object):
    """Return a new token of the therapist and its text."""
    values = {
        "user": scene.users["therapist"],
        "name": "key",
        "scope": "full",
        "expires_at": NOW + timedelta(hours=1),
        "now": NOW - timedelta(hours=2),
    }
    return issue_token(**values | fields)


def with_header(text: str | None, client: Client | None = None) -> APIClient:
    """Return a client that sends this header."""
    client = client or APIClient()
    if text is not None:
        client.defaults["HTTP_AUTHORIZATION"] = text
    return client


def expired(scene: Scene) -> str:
    return f"Bearer {key(scene, expires_at=NOW)[1]}"


def revoked(scene: Scene) -> str:
    token, text = key(scene)
    revoke_token(token_id=token.public_id, by=token.user, now=NOW)
    return f"Bearer {text}"


def of_a_closed_account(scene: Scene) -> str:
    text = people.bearer(scene.users["therapist"])
    scene.users["therapist"].is_active = False
    scene.users["therapist"].save(update_fields=["is_active"])
    scene.users["therapist"].is_active = True
    return f"Bearer {text}"


def altered(scene: Scene) -> str:
    text = key(scene)[1]
    return f"Bearer {text[:-1]}{'a' if text[-1] != 'a' else 'b'}"


def in_capitals(scene: Scene) -> str:
    return f"Bearer {key(scene)[1].upper()}"


def twice(scene: Scene) -> str:
    text = key(scene)[1]
    return f"Bearer {text} {text}"


def joined(scene: Scene) -> str:
    text = key(scene)[1]
    return f"Bearer {text}, Bearer {text}"


def without_the_word(scene: Scene) -> str:
    return key(scene)[1]


def under_another_word(scene: Scene) -> str:
    return f"Token {key(scene)[1]}"


def hash_instead(scene: Scene) -> str:
    return f"Bearer {key(scene)[0].token_hash}"


def number_instead(scene: Scene) -> str:
    return f"Bearer {key(scene)[0].public_id}"


def empty(_: Scene) -> str:
    return "Bearer "


def not_text(_: Scene) -> str:
    return "Bearer eih_\xff\xfe"


WRONG: list[Callable[[Scene], str]] = [
    expired,
    revoked,
    of_a_closed_account,
    altered,
    in_capitals,
    twice,
    joined,
    without_the_word,
    under_another_word,
    hash_instead,
    number_instead,
    empty,
    not_text,
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.__name__)
def test_a_wrong_key_opens_no_door(wrong, scene):
    with rolled_back():
        clients = {"wrong": with_header(wrong(scene))}
        ledger = Ledger()
        for name, method in [("me", "GET"), ("patient", "GET"), ("sessions", "POST")]:
            asked = asking(ROUTES[name], method, scene)
            response, changed = ledger.watch(
                lambda asked=asked: asked.send(
                    with_clients(scene, clients), person="wrong"
                )
            )
            assert response.status_code == 401, name
            assert response["WWW-Authenticate"] == "Bearer"
            assert changed == []
            assert NAME not in response.content.decode()


def with_clients(scene: Scene, clients: dict[str, APIClient]) -> Scene:
    """Return the scene with more who may knock."""
    return Scene(**vars(scene) | {"clients": scene.clients | clients})


def test_a_key_in_the_address_is_none(scene):
    text = key(scene)[1]
    for name in ("token", "access_token", "key", "authorization", "Authorization"):
        for value in (text, f"Bearer {text}"):
            answer = APIClient().get("/api/v1/sessions/", {name: value})
            assert answer.status_code == 401


@pytest.fixture(scope="module")
def readers(scene: Scene) -> Scene:
    """Return the scene with people who hold a key to read alone."""
    readers = {
        f"{person} reading": people.api_client(scene.users[person], scope="read")
        for person in ("therapist", "manager", "owner")
    }
    return with_clients(scene, readers)


@pytest.fixture(scope="module")
def browsing(scene: Scene) -> Scene:
    """Return the scene with the owner's browser, for which another page writes."""
    browser = signed_in(scene, "owner", csrf=True)
    return with_clients(scene, {"browser": browser})


@pytest.fixture(scope="module")
def ledger(readers: Scene, browsing: Scene) -> Ledger:
    """Return what the tables hold once everybody has signed in."""
    return Ledger()


@pytest.mark.parametrize(("name", "method"), WRITES, ids=str)
def test_a_key_to_read_writes_nowhere(name, method, readers, ledger: Ledger):
    asked = asking(ROUTES[name], method, readers)
    for person in ("therapist", "manager", "owner"):
        with rolled_back():
            response, changed = ledger.watch(
                lambda who=f"{person} reading": asked.send(readers, person=who)
            )
        assert (response.status_code, changed) == (403, [])
        assert response.json()["code"] == "not_allowed"
        assert NAME not in response.content.decode()


def test_the_key_of_who_left_the_clinic_opens_nothing_of_it(scene):
    for name in ("patient", "session", "alert"):
        asked = asking(ROUTES[name], "GET", scene)
        assert asked.send(scene, person="former").status_code == 404
    assert scene.clients["former"].get("/api/v1/me/").json()["memberships"] == []


def test_a_clinic_cannot_be_named_by_who_does_not_belong_to_it(scene):
    theirs = str(scene.clinics["stranger"].public_id)

    answers = {
        who: scene.clients["therapist"].get(
            "/api/v1/sessions/", headers={"X-Clinic": said}
        )
        for who, said in [
            ("theirs", theirs),
            ("unknown", "018f0000-0000-7000-8000-000000000000"),
        ]
    }

    assert answers["theirs"].status_code == 404
    assert answers["theirs"].content == answers["unknown"].content


def signed_in(scene: Scene, person: str, *, csrf: bool) -> Client:
    """Return a browser with a person's session."""
    browser = Client(enforce_csrf_checks=csrf)
    browser.force_login(scene.users[person])
    return browser


def test_a_key_counts_and_the_cookie_beside_it_does_not(scene):
    """Whoever sends a key acts by its rights alone, right or wrong."""
    owner = signed_in(scene, "owner", csrf=True)
    answers = {}
    for name, header in [
        ("full", f"Bearer {key(scene)[1]}"),
        ("read", f"Bearer {key(scene, scope='read')[1]}"),
        ("wrong", "Bearer eih_wrong"),
    ]:
        client = with_header(header, owner)
        with rolled_back():
            me = client.get("/api/v1/me/")
            post = client.post(
                "/api/v1/auth/tokens/",
                json.dumps({"name": "x", "expires_at": "2026-03-06T12:30:00Z"}),
                content_type="application/json",
            )
        email = me.json().get("email")
        answers[name] = (me.status_code, email, post.status_code)

    therapist = scene.users["therapist"].email
    assert answers == {
        "full": (200, therapist, 201),
        "read": (200, therapist, 403),
        "wrong": (401, None, 401),
    }


@pytest.mark.parametrize(("name", "method"), WRITES, ids=str)
def test_a_cookie_alone_writes_nowhere_without_the_csrf_token(
    name, method, browsing, ledger: Ledger
):
    asked = asking(ROUTES[name], method, browsing)
    with rolled_back():
        response, changed = ledger.watch(lambda: asked.send(browsing, person="browser"))

    assert (response.status_code, changed) == (403, [])
    assert "CSRF" in response.json()["detail"]


def test_staff_without_a_second_factor_come_nowhere_by_cookie(scene, settings):
    settings.DEMO = False
    with rolled_back():
        browser = signed_in(scene, "therapist", csrf=False)
        for name in ("me", "patient", "sessions", "tokens"):
            path = reverse(
                name, kwargs={each: scene.ids[each] for each in ROUTES[name].arguments}
            )
            answer = browser.get(path)
            assert answer.status_code == 403
            assert answer.json()["code"] == "second_factor_required"
