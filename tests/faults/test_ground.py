"""The stack is whole again after somebody has broken it."""

import pytest

from .conftest import admin_url_of
from .ground import Ground

pytestmark = pytest.mark.fault


def test_stack_keeps_its_mail_again_after_a_ground_has_ended(
    live_stack, database_server
):
    Ground(live_stack, admin_url=admin_url_of(live_stack, database_server)).end()
    before = len(live_stack.mails())

    live_stack.manage("sendtestemail", "someone@example.org")

    assert live_stack.wait_for_mails(before + 1)[-1]["To"] == "someone@example.org"
