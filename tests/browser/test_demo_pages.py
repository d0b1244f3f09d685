"""The demo's pages, as a newcomer sees them."""

import pytest

from tests.browser.conftest import assert_nothing_sticks_out, photograph

pytestmark = pytest.mark.browser
SCREENS = 100


@pytest.mark.long
def test_door_leads_to_documentation_mail_and_health(live_stack, page, size, theme):
    page.goto(f"{live_stack.base_url}/demo/")

    page.get_by_role("heading", name="Exercise for chronic pain").wait_for()
    photograph(page, "door", size=size, theme=theme)
    assert_nothing_sticks_out(page)
    assert page.locator(".people li").count() == 5
    page.get_by_role("link", name="Outgoing mail").click()
    page.get_by_role("heading", name="Outgoing mail").wait_for()


@pytest.mark.long
def test_mail_page_shows_what_was_sent(live_stack, page, size, theme):
    name = f"9{theme}{size}"
    (live_stack.mail_folder / f"{name}.eml").write_text(
        "From: EIHtrack <no-reply@eihtrack.example>\nTo: tove@demo.example\n"
        "Subject: Please look\nDate: Mon, 02 Mar 2026 10:00:00 +0000\n"
        "Message-ID: <1@eihtrack.example>\n\n"
        "Look <script>alert(1)</script> at http://localhost/portal/\n"
    )

    page.goto(f"{live_stack.base_url}/demo/mail/")
    photograph(page, "mails", size=size, theme=theme)
    page.goto(f"{live_stack.base_url}/demo/mail/{name}/")

    page.get_by_role("heading", name="Please look").wait_for()
    photograph(page, "mail", size=size, theme=theme)
    assert_nothing_sticks_out(page)
    assert "<script>alert(1)</script>" in page.locator(".letter").inner_text()
    (live_stack.mail_folder / f"{name}.eml").unlink()


@pytest.mark.long
def test_documentation_shows_what_there_is(live_stack, page, size, theme):
    page.goto(f"{live_stack.base_url}/api/v1/docs/")

    page.get_by_text("/api/v1/adherence/").first.wait_for()
    photograph(page, "docs", size=size, theme=theme)
    assert_nothing_sticks_out(page)


def test_documentation_lists_the_main_job(live_stack, chromium):
    page = chromium.new_page()
    page.goto(f"{live_stack.base_url}/api/v1/docs/")
    page.get_by_text("/api/v1/adherence/").first.wait_for()

    # The page draws what is in sight alone.
    main_job = page.get_by_text("/api/v1/sessions/", exact=True).first
    for _ in range(SCREENS):
        if main_job.count():
            break
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(100)

    main_job.wait_for()
    page.close()


@pytest.mark.long
@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "nothing", "a.eml"])
def test_mail_page_refuses_names_that_are_none(live_stack, chromium, name):
    page = chromium.new_page()

    response = page.goto(f"{live_stack.base_url}/demo/mail/{name}/")

    assert response.status == 404
    page.close()


@pytest.mark.long
def test_invitation_fills_in_its_code_and_takes_it_out_of_the_address(
    live_stack, page, size, theme
):
    page.goto(f"{live_stack.base_url}/invitation/#a-code-that-nobody-sent-{size}")

    page.get_by_role("button", name="Accept").wait_for()
    code = page.get_by_label("Code of your invitation")
    assert code.input_value() == f"a-code-that-nobody-sent-{size}"
    assert page.url == f"{live_stack.base_url}/invitation/"
    photograph(page, "invitation", size=size, theme=theme)
    assert_nothing_sticks_out(page)


@pytest.mark.long
def test_invitation_that_was_used_says_so(live_stack, chromium):
    page = chromium.new_page()
    page.goto(f"{live_stack.base_url}/invitation/#a-code-that-nobody-ever-sent")

    page.get_by_role("button", name="Accept").click()

    page.get_by_role("alert").get_by_text("used or has expired").wait_for()
    page.close()
