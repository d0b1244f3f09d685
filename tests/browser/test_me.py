"""The page about oneself on a phone: passkeys, zone, unit, and one of two clinics."""

import re

import pytest

from .phone import Phone, wait_until

pytestmark = pytest.mark.browser
SECOND_CLINIC = """
from django.db import transaction
from apps.accounts.models import User
from apps.common import clock
from tests.factories import gym, people
with transaction.atomic():
    anna = User.objects.get(email="{email}")
    clinic = people.make_clinic(name="Second " + anna.email)
    tove = people.make_therapist(clinic, email="second-" + anna.email)
    record = people.make_patient(clinic, therapist=tove, user=anna, given_name="Anneli")
    gym.let_train(record, by=tove, now=clock.now())
"""
BOX = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def new_phone(live_stack, chromium):
    """Return phones; a passkey belongs to a name, and an address is none."""
    made = []
    base_url = live_stack.base_url.replace("127.0.0.1", "localhost")

    def new(**options):
        made.append(Phone(live_stack, chromium, base_url=base_url, **options))
        return made[-1]

    yield new
    for phone in made:
        phone.close()
        assert phone.said == []


class Box:
    """Where a browser keeps its passkeys."""

    def __init__(self, page, **options) -> None:
        self.door = page.context.new_cdp_session(page)
        self.door.send("WebAuthn.enable")
        made = self.door.send(
            "WebAuthn.addVirtualAuthenticator", {"options": BOX | options}
        )
        self.name = {"authenticatorId": made["authenticatorId"]}

    def passkeys(self) -> list[dict]:
        return self.door.send("WebAuthn.getCredentials", self.name)["credentials"]

    def put(self, passkey: dict) -> None:
        self.door.send("WebAuthn.addCredential", self.name | {"credential": passkey})


def add_passkey(page, name="My phone"):
    page.goto("/me/")
    page.get_by_role("link", name="Passkeys").click()
    page.get_by_label("Name of the new passkey").fill(name)
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("heading", name=name).wait_for()


def sign_out(page):
    page.goto("/me/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()


def use_passkey(page):
    page.get_by_role("button", name="Sign in with a passkey").click()


def assert_refused(page):
    page.get_by_text("This passkey opens nothing here.").wait_for()
    page.goto("/")
    page.get_by_label("Your e-mail address").wait_for()


@pytest.mark.requirement("A3")
def test_passkey_is_added_opens_the_app_and_opens_nothing_once_removed(new_phone):
    phone = new_phone()
    phone.sign_in()
    page = phone.page
    box = Box(page)
    add_passkey(page)
    page.get_by_text("Passkey added.").wait_for()
    assert len(box.passkeys()) == 1

    sign_out(page)
    page.goto("/history/")
    use_passkey(page)
    page.get_by_role("heading", name="History").wait_for()

    page.goto("/me/passkeys/")
    page.get_by_text("Used last on").wait_for()
    page.get_by_text("Give it another name").click()
    page.get_by_label("Name", exact=True).fill("The blue one")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="The blue one").wait_for()
    page.get_by_role("button", name="Remove The blue one").click()
    page.get_by_text("You have none yet.").wait_for()

    sign_out(page)
    use_passkey(page)
    assert_refused(page)


@pytest.mark.long
@pytest.mark.requirement("A3")
def test_code_by_mail_opens_the_app_of_who_has_a_passkey(new_phone):
    phone = new_phone()
    phone.sign_in()
    Box(phone.page)
    add_passkey(phone.page)
    sign_out(phone.page)

    # On a phone that has no passkey of hers.
    phone.page.close()
    phone.page = phone.new_page()
    phone.sign_in()


@pytest.mark.long
@pytest.mark.requirement("A3")
def test_passkey_of_a_stranger_is_refused(new_phone):
    anna, bea = new_phone(), new_phone()
    handles = {}
    for each in (anna, bea):
        each.sign_in()
        each.box = Box(each.page)
        add_passkey(each.page)
        [handles[each]] = each.box.passkeys()
        sign_out(each.page)
    thief = new_phone()
    box = Box(thief.page)

    # Bea's key that says it is Anna's; then a key that says it is the very one of Anna.
    hers, its = handles[anna], handles[bea]
    for claimed in (
        its | {"userHandle": hers["userHandle"]},
        its | {"userHandle": hers["userHandle"], "credentialId": hers["credentialId"]},
    ):
        box.door.send("WebAuthn.clearCredentials", box.name)
        box.put(claimed)
        thief.page.goto("/sign-in/")
        use_passkey(thief.page)
        assert_refused(thief.page)


@pytest.mark.long
@pytest.mark.requirement("A3")
def test_who_calls_it_off_is_told_and_signs_in_by_code(new_phone):
    phone = new_phone()
    page = phone.page
    Box(page, isUserVerified=False)
    page.goto("/sign-in/")

    use_passkey(page)

    page.get_by_text("No passkey was given. A code by mail works as well.").wait_for()
    phone.sign_in()


@pytest.mark.long
@pytest.mark.requirement("A3")
def test_browser_without_passkeys_says_so(new_phone):
    phone = new_phone()
    phone.page.add_init_script("delete window.PublicKeyCredential")
    phone.sign_in()

    phone.page.goto("/me/passkeys/")

    phone.page.get_by_text("This browser knows no passkeys.").wait_for()
    assert not phone.page.get_by_role("button", name="Add a passkey").is_visible()
    sign_out(phone.page)
    button = phone.page.get_by_role("button", name="Sign in with a passkey")
    assert not button.is_visible()


@pytest.mark.long
def test_phone_offers_its_own_zone(new_phone):
    phone = new_phone(timezone_id="Europe/Berlin")
    phone.sign_in()
    page = phone.page
    page.goto("/me/settings/")

    page.get_by_text("Your phone is in Berlin time. Use it?").wait_for()
    page.get_by_role("button", name="Yes, use it").click()
    page.get_by_role("button", name="Save").click()

    page.get_by_text("Saved.", exact=True).wait_for()
    page.get_by_text("Berlin").wait_for()
    page.goto("/me/settings/")
    assert page.get_by_label("Time zone").input_value() == "Europe/Berlin"
    assert not page.get_by_role("button", name="Yes, use it").is_visible()


@pytest.mark.requirement("C5")
def test_who_thinks_in_pounds_steps_along_the_machine_and_is_kept_as_typed(new_phone):
    phone = new_phone()
    phone.sign_in()
    page = phone.page
    page.goto("/me/settings/")
    page.get_by_label("Pounds (lb)").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.", exact=True).wait_for()
    page.goto("/session/")
    page.get_by_text("32.5 kg, about 71.7 lb").first.wait_for()
    page.locator("summary", has_text="It went differently").first.click()
    load = page.locator("[name=exercises-0-sets-0-load]")
    stepper = page.locator("[data-stepper]", has=load)
    more, less = (stepper.get_by_role("button", name=each) for each in ("More", "Less"))

    seen = []
    for button in (more, more, less, less, less):
        button.click()
        seen.append(load.input_value())

    # 35, 37.5, 35, 32.5 and 30 kg.
    assert seen == ["77.2", "82.7", "77.2", "71.7", "66.1"]
    load.fill("66")
    less.click()
    assert load.input_value() == "60.6"
    load.fill("66.5")

    heading = page.get_by_role("heading", name="And the session as a whole")
    while not heading.is_visible():
        page.get_by_role("button", name="Next").click()
    page.get_by_label("On my own").check()
    page.get_by_role("button", name="Finish the session").click()

    [session] = phone.wait_for("/sessions/", count=1)
    [one] = session["exercises"][0]["sets"]
    assert one["load"] == {"value": "66.5", "unit": "lb", "kg": "30.16"}


@pytest.mark.long
@pytest.mark.requirement("I1")
@pytest.mark.requirement("A1")
def test_two_clinics_never_mix_not_even_without_a_signal(new_phone):
    phone = new_phone()
    email = phone.person["email"]
    phone.sign_in()
    phone.stack.manage("shell", "--no-imports", "-c", SECOND_CLINIC.format(email=email))
    page = phone.page
    page.goto("/")
    first, second = "Clinic ", "Second "
    page.get_by_role("button", name=re.compile(f"^{first}")).click()
    page.get_by_role("heading", name="Hello Anna", exact=True).wait_for()
    page.goto("/check-in/rest-day/")
    page.locator("[name=pain_mm]").fill("41")
    wait_until(page, DRAFTS, 1)

    page.goto("/me/")
    page.get_by_role("link", name="Clinic").click()
    page.get_by_role("button", name=re.compile(f"^{second}")).click()
    page.get_by_role("heading", name="Hello Anneli").wait_for()
    phone.wait_until_kept("/check-in/rest-day/")
    phone.stack.kill("web")
    try:
        page.goto("/")
        page.get_by_role("heading", name="Hello Anneli").wait_for()
        page.goto("/check-in/rest-day/")
        assert page.locator("[name=pain_mm]").input_value() == ""
        page.locator("[name=pain_mm]").fill("63")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Saved on this phone, will be sent: 1").wait_for()
    finally:
        phone.stack.restart("web")

    page.goto("/me/clinic/")
    page.get_by_role("button", name=re.compile(f"^{first}")).click()
    page.get_by_role("heading", name="Hello Anna", exact=True).wait_for()
    page.get_by_text("Saved on this phone").wait_for(state="hidden")
    page.goto("/check-in/rest-day/")
    assert page.locator("[name=pain_mm]").input_value() == "41"

    told = phone.stack.manage("shell", "--no-imports", "-c", TOLD.format(email=email))
    assert told.strip().splitlines()[-1] == "[('Anneli', 63)]"


DRAFTS = """count => new Promise((resolve) => {
  const opened = indexedDB.open("eihtrack");
  opened.onsuccess = () => {
    const all = opened.result.transaction("drafts").objectStore("drafts").count();
    all.onsuccess = () => { opened.result.close(); resolve(all.result === count); };
  };
})"""
TOLD = """
from django.db import transaction
from apps.accounts.models import User
from apps.common import tenancy
from apps.logbook.models import CheckIn
with transaction.atomic():
    anna = User.objects.get(email="{email}")
    tenancy.enter_clinics_of(anna.pk)
    rows = CheckIn.objects.filter(patient__user=anna)
    print([(each.patient.given_name, each.pain_mm) for each in rows])
"""


@pytest.mark.long
@pytest.mark.requirement("A3")
def test_lost_phone_is_signed_out_from_another(new_phone):
    lost = new_phone(java_script_enabled=False)
    lost.sign_in()
    found = new_phone()
    found.person = lost.person
    found.sign_in()
    page = found.page

    page.goto("/me/devices/")
    page.get_by_role("button", name=re.compile("^Sign out Chrome")).click()
    page.get_by_text("That device is signed out.").wait_for()

    lost.page.goto("/")
    lost.page.get_by_role("heading", name="Sign in").wait_for()
    page.goto("/")
    page.get_by_role("heading", name="Hello Anna").wait_for()


@pytest.mark.long
@pytest.mark.requirement("I4")
def test_settings_work_without_script(new_phone):
    phone = new_phone(java_script_enabled=False)
    phone.sign_in()
    page = phone.page
    page.goto("/me/settings/")
    page.get_by_label("Time zone").select_option("Asia/Shanghai")
    page.get_by_label("Svenska").check(force=True)
    page.get_by_role("button", name="Save").click()

    page.get_by_text("Svenska, Shanghai").wait_for()
