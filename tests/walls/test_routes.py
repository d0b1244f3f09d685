"""Methods that a route does not know, and the addresses outside the API."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.contracts.routes import METHODS, Route, api_routes, other_routes
from tests.contracts.scene import NAME, Scene

from .asking import asking
from .ledger import Ledger, rolled_back

pytestmark = [pytest.mark.requirement("A1"), pytest.mark.requirement("A2")]

ROUTES = api_routes()
OPEN = {"docs", "openapi", "invitation-accept"}
"""Routes that ask nobody who they are."""


def request(scene: Scene, person: str, method: str, route: Route):
    """Make a bare request for the patient's own rows."""
    names = {name: scene.ids[name] for name in route.arguments}
    path = reverse(route.name, kwargs=names)
    with rolled_back():
        return scene.clients[person].generic(
            method, path, data="{}", content_type="application/json"
        )


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_method_that_a_route_does_not_know_does_nothing(route, scene, ledger: Ledger):
    unknown = [each for each in (*METHODS, "TRACE") if each not in route.methods]

    for method in unknown:
        for person in ("therapist", "nobody"):
            response, changed = ledger.watch(
                lambda who=person, how=method: request(scene, who, how, route)
            )
            is_asked = person == "nobody" and route.name not in OPEN
            assert response.status_code == (401 if is_asked else 405), (method, person)
            assert changed == []
            assert NAME not in response.content.decode()
            if not is_asked:
                told = set(response["Allow"].split(", "))
                assert told - {"HEAD", "OPTIONS"} == set(route.methods)


@pytest.mark.long
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_options_tells_no_more_than_the_document(route, scene, ledger: Ledger):
    told = {}
    for person in ("therapist", "stranger", "nobody"):
        response, changed = ledger.watch(
            lambda who=person: request(scene, who, "OPTIONS", route)
        )
        told[person] = response.status_code, response.content.decode()
        assert changed == []

    assert told["therapist"] == told["stranger"]
    assert NAME not in told["therapist"][1]
    assert told["nobody"][0] == (200 if route.name in OPEN else 401)


@pytest.mark.long
@pytest.mark.parametrize(
    "route",
    [each for each in ROUTES if "GET" in each.methods],
    ids=lambda route: route.name,
)
def test_head_is_a_get_without_a_word(route, scene):
    for person in ("therapist", "nobody"):
        answers = {}
        for method in ("GET", "HEAD"):
            with rolled_back():
                asked = asking(route, "GET", scene)
                answers[method] = type(asked)(**vars(asked) | {"method": method}).send(
                    scene, person=person
                )
        assert answers["HEAD"].status_code == answers["GET"].status_code
        assert answers["HEAD"].content == b""


LIBRARY = "/_allauth/browser/v1"
SHUT = (
    "/^_allauth/browser/v1/"
    r"(?:account/(?:email|phone|password)"
    r"|auth/(?:password|signup|email|phone|login|sessions|webauthn/login))\b"
)
ALL_404 = "404 404 404 404 404 404 404"
PAGE = "200 200 405 405 405 405 405"
OWN_PAGE = "302 302 405 405 405 405 405"
NO_PATIENT = "403 403 405 405 405 405 405"
SEE_SIGN_IN = "302 302 302 302 302 302 302"
#                    GET HEAD OPTIONS POST PUT PATCH DELETE, as nobody and as a stranger
OTHERS = {
    # what the API does not know
    "/api/v1/<path:unknown>": (ALL_404, ALL_404),
    "/api/v1/": (ALL_404, ALL_404),
    # what the sign-in library offers and we do not
    SHUT: (ALL_404, ALL_404),
    f"{LIBRARY}/auth/password/request": (ALL_404, ALL_404),
    f"{LIBRARY}/auth/password/reset": (ALL_404, ALL_404),
    f"{LIBRARY}/auth/login": (ALL_404, ALL_404),
    f"{LIBRARY}/auth/signup": (ALL_404, ALL_404),
    f"{LIBRARY}/auth/sessions": (ALL_404, ALL_404),
    f"{LIBRARY}/auth/webauthn/login": (ALL_404, ALL_404),
    f"{LIBRARY}/auth/email/verify": (ALL_404, ALL_404),
    f"{LIBRARY}/auth/email/verify/resend": (ALL_404, ALL_404),
    f"{LIBRARY}/auth/phone/verify": (ALL_404, ALL_404),
    f"{LIBRARY}/auth/phone/verify/resend": (ALL_404, ALL_404),
    f"{LIBRARY}/account/password/change": (ALL_404, ALL_404),
    f"{LIBRARY}/account/email": (ALL_404, ALL_404),
    f"{LIBRARY}/account/phone": (ALL_404, ALL_404),
    # signing in: of oneself, with an empty body
    f"{LIBRARY}/config": (
        "200 200 200 405 405 405 405",
        "200 200 200 405 405 405 405",
    ),
    f"{LIBRARY}/auth/session": (
        "401 401 200 405 405 405 401",
        "200 200 200 405 405 405 401",
    ),
    f"{LIBRARY}/auth/code/request": (
        "405 400 400 400 400 400 400",
        "405 400 400 400 400 400 400",
    ),
    f"{LIBRARY}/auth/code/resend": (
        "405 405 200 409 405 405 405",
        "405 405 200 409 405 405 405",
    ),
    f"{LIBRARY}/auth/code/confirm": (
        "409 409 409 409 409 409 409",
        "409 409 409 409 409 409 409",
    ),
    f"{LIBRARY}/auth/reauthenticate": (
        "401 401 401 401 401 401 401",
        "405 400 400 400 400 400 400",
    ),
    f"{LIBRARY}/auth/2fa/authenticate": (
        "401 401 401 401 401 401 401",
        "401 401 401 401 401 401 401",
    ),
    f"{LIBRARY}/auth/2fa/reauthenticate": (
        "401 401 401 401 401 401 401",
        "405 400 400 400 400 400 400",
    ),
    # the second factor: one's own
    f"{LIBRARY}/account/authenticators": (
        "401 401 401 401 401 401 401",
        "200 200 200 405 405 405 405",
    ),
    f"{LIBRARY}/account/authenticators/totp": (
        "401 401 401 401 401 401 401",
        "404 404 200 400 405 405 200",
    ),
    f"{LIBRARY}/account/authenticators/recovery-codes": (
        "401 401 401 401 401 401 401",
        "404 400 400 400 400 400 400",
    ),
    f"{LIBRARY}/account/authenticators/webauthn": (
        "401 401 401 401 401 401 401",
        "200 200 200 400 400 405 400",
    ),
    f"{LIBRARY}/auth/webauthn/authenticate": (
        "401 401 401 401 401 401 401",
        "401 401 401 401 401 401 401",
    ),
    f"{LIBRARY}/auth/webauthn/reauthenticate": (
        "401 401 401 401 401 401 401",
        "200 200 200 400 405 405 405",
    ),
    # a button that takes the secret of a letter
    "/invitation/": ("200 200 405 400 405 405 405", "200 200 405 400 405 405 405"),
    # the form behind a link in a mail; there is no such link
    "/l/<str:token>/": ("404 404 405 404 405 405 405", "404 404 405 404 405 405 405"),
    # for machines
    "/livez": (PAGE, PAGE),
    "/readyz": (PAGE, PAGE),
    "/healthz": (PAGE, PAGE),
    # pages of whoever signed in; the stranger is nobody's patient
    **dict.fromkeys(
        (
            *("/", "/waiting/", "/history/", "/help-now/", "/progress/", "/me/"),
            "/me/data/file/",
        ),
        (OWN_PAGE, NO_PATIENT),
    ),
    **dict.fromkeys(
        (
            *("/session/", "/check-in/before/", "/check-in/after/"),
            *("/check-in/next-day/", "/check-in/second-day/", "/check-in/rest-day/"),
            *("/questionnaire/", "/flare-plan/", "/me/settings/", "/me/clinic/"),
            *("/me/devices/", "/me/passkeys/", "/me/consent/", "/me/data/"),
            *("/history/session/correct/", "/history/check-in/correct/"),
            *("/history/session/take-out/", "/history/check-in/take-out/"),
        ),
        ("302 302 405 302 405 405 405", "403 403 405 403 405 405 405"),
    ),
    **dict.fromkeys(
        ("/history/session/", "/history/check-in/", "/history/questionnaire/"),
        (OWN_PAGE, NO_PATIENT),
    ),
    "/manifest.webmanifest": (PAGE, PAGE),
    "/service-worker.js": (PAGE, PAGE),
    "/no-signal/": (PAGE, PAGE),
    # the library's pages to sign in
    "/sign-in/": ("200 200 200 200 200 405 405", "200 200 200 200 200 200 200"),
    "/sign-in/code/": (SEE_SIGN_IN, SEE_SIGN_IN),
    "/sign-in/passkey/": (
        "200 200 200 302 302 405 405",
        "200 200 200 200 200 200 200",
    ),
    "/sign-in/second-factor/": (SEE_SIGN_IN, SEE_SIGN_IN),
    "/sign-out/": ("405 405 405 200 405 405 405", "405 405 405 200 405 405 405"),
    # the demo's, on one machine alone
    "/demo/": (PAGE, PAGE),
    "/portal/": ("302 302 302 302 302 302 302", "302 302 302 302 302 302 302"),
    "/demo/mail/": (PAGE, PAGE),
    "/demo/mail/<slug:name>/": (
        "404 404 405 405 405 405 405",
        "404 404 405 405 405 405 405",
    ),
}
"""Every address that is none of the API's views, and what each method gets there."""
ALL_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
AS_TYPED = {
    "<path:unknown>": "patients",
    "<slug:name>": "letter",
    SHUT: f"{LIBRARY}/account/email",
}


def test_every_other_address_has_its_line():
    assert {path for path, _ in other_routes()} == set(OTHERS)


@pytest.mark.parametrize("path", OTHERS)
def test_outside_the_api_everybody_gets_what_the_table_says(
    path, scene, ledger: Ledger, monkeypatch
):
    # Whether sweeps run and a broker answers is not asked here.
    monkeypatch.setattr("apps.common.health._down", lambda _: [])
    typed = path
    for placeholder, text in AS_TYPED.items():
        typed = typed.replace(placeholder, text)

    for expected, person in zip(OTHERS[path], ("nobody", "stranger"), strict=True):
        statuses = []
        for method in ALL_METHODS:
            client = Client()
            if person == "stranger":
                client.force_login(scene.users[person])
            with rolled_back():
                response, changed = ledger.watch(
                    lambda how=method, who=client: who.generic(
                        how, typed, data="{}", content_type="application/json"
                    )
                )
            statuses.append(str(response.status_code))
            assert changed == []
            assert NAME not in response.content.decode()
        assert " ".join(statuses) == expected
