"""The stack of real processes that other tests stand on."""

import httpx
import psycopg
import pytest


@pytest.mark.fault
def test_live_stack_answers_on_its_own_database(live_stack):
    answer = httpx.get(f"{live_stack.base_url}/readyz")

    with psycopg.connect(live_stack.database.app_url) as connection:
        [role] = connection.execute("SELECT current_user").fetchone()

    assert (answer.status_code, role) == (200, "eihtrack_app")


@pytest.mark.fault
def test_live_stack_web_comes_back_after_a_kill(live_stack):
    live_stack.kill("web")
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{live_stack.base_url}/readyz")

    live_stack.restart("web")

    assert httpx.get(f"{live_stack.base_url}/readyz").status_code == 200


@pytest.mark.fault
def test_live_stack_runs_commands_that_send_real_mail(live_stack):
    before = len(live_stack.mails())

    live_stack.manage("sendtestemail", "someone@example.org")

    mails = live_stack.wait_for_mails(before + 1)
    assert mails[-1]["To"] == "someone@example.org"
